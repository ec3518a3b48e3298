#include "connect/stream_feeds.h"

#include <algorithm>
#include <set>

#include "kinesis/shard_id.h"
#include "timestream/stream_feed.h"
#include "wire/json_reader.h"

namespace levada::connect {
namespace {

using timestream::DataModel;
using wire::Value;
using wire::ValueKind;

constexpr Nanos watch_interval = std::chrono::milliseconds(200);
// Four reads a second leave one of a shard's five to others.
constexpr Nanos read_interval = std::chrono::milliseconds(250);
constexpr Nanos error_pause = std::chrono::seconds(1);
constexpr std::uint32_t records_a_read = 10'000;
constexpr std::size_t records_a_write = 500;
constexpr Bytes model_size_max = 1_MiB;
constexpr std::string_view shard_finished =
    "finished";  // the position at the end of a closed shard
constexpr std::size_t error_size_max = 500;

std::string text_member(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->is(ValueKind::string) ? std::string(value->string()) : "";
}

std::span<const Value> items(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->is(ValueKind::array) ? value->items()
                                                         : std::span<const Value>();
}

std::vector<timestream::ColumnMapping> attributes(const Value& object) {
  std::vector<timestream::ColumnMapping> all;
  for (const Value& each : items(object, "MultiMeasureAttributeMappings"))
    all.push_back({text_member(each, "SourceColumn"),
                   text_member(each, "TargetMultiMeasureAttributeName"),
                   text_member(each, "MeasureValueType")});
  return all;
}

// The members of a record that the model looks at.
std::vector<std::string> columns_of(const DataModel& model) {
  std::set<std::string> all{model.time_column, model.measure_name_column};
  for (const auto& dimension : model.dimensions) all.insert(dimension.source);
  if (model.multi)
    for (const auto& attribute : model.multi->attributes) all.insert(attribute.source);
  for (const auto& mapping : model.mixed) {
    all.insert(mapping.source);
    for (const auto& attribute : mapping.attributes) all.insert(attribute.source);
  }
  all.erase("");
  return {all.begin(), all.end()};
}

// A scalar as a CSV file would have it; absent and null are empty.
std::optional<std::string> field_of(const Value* value) {
  if (value == nullptr) return "";
  switch (value->kind()) {
    case ValueKind::null:
      return "";
    case ValueKind::string:
      return std::string(value->string());
    case ValueKind::boolean:
      return value->boolean() ? "true" : "false";
    case ValueKind::integer:
      return std::to_string(value->integer());
    case ValueKind::real:
      return std::string(value->number_text());
    default:
      return std::nullopt;
  }
}

timestream::FeedProgress empty_progress(timestream::TableId table, const std::string& stream) {
  timestream::FeedProgress progress;
  progress.table = table;
  progress.stream = stream;
  return progress;
}

}  // namespace

Result<DataModel> read_data_model(std::string_view json) {
  wire::ValueTree tree;
  const Value root = TRY(wire::read_json(json, tree));
  if (!root.is(ValueKind::object)) return fail(ErrorKind::invalid, "a data model is an object");
  DataModel model;
  model.time_column = text_member(root, "TimeColumn");
  model.time_unit = text_member(root, "TimeUnit");
  model.measure_name_column = text_member(root, "MeasureNameColumn");
  for (const Value& each : items(root, "DimensionMappings"))
    model.dimensions.push_back(
        {text_member(each, "SourceColumn"), text_member(each, "DestinationColumn")});
  if (const Value* multi = root.find("MultiMeasureMappings"))
    model.multi.emplace(timestream::MultiColumnMapping{
        text_member(*multi, "TargetMultiMeasureName"), attributes(*multi)});
  for (const Value& each : items(root, "MixedMeasureMappings"))
    model.mixed.push_back({text_member(each, "MeasureName"), text_member(each, "SourceColumn"),
                           text_member(each, "TargetMeasureName"),
                           text_member(each, "MeasureValueType"), attributes(each)});
  TRY(timestream::check_model(model));
  return model;
}

struct StreamFeeds::Feed {
  timestream::Caller caller;
  std::string database, table, model_place;
  timestream::FeedProgress progress;
  DataModel model;
  std::vector<std::string> columns;
  std::map<std::string, kinesis::Token> iterators;
  Counters& counters;
  bool wanted = true;

  kinesis::Caller stream_caller() const { return {caller.account, caller.region}; }
  kinesis::StreamRef stream() const { return {progress.stream, {}}; }
  void note(std::string error) { progress.last_error = std::move(error).substr(0, error_size_max); }
  void refuse(std::string why) {
    ++progress.bad;
    counters.bad.add();
    note(std::move(why));
  }
};

// Rows of one read, and what became of them.
struct StreamFeeds::Batch {
  std::vector<std::vector<std::string>> rows;
  timestream::MappedRows mapped;
};

Task<Unit> StreamFeeds::watch() {
  while (!gate_.stopping()) {
    begin_and_end();
    co_await pause(watch_interval);
  }
  for (auto& [id, feed] : feeds_) feed->wanted = false;
  co_return Unit{};
}

// A series of the registry is made once, however often a feed begins.
StreamFeeds::Counters& StreamFeeds::counters_of(const std::string& database,
                                                const std::string& table,
                                                const std::string& stream) {
  const std::string name = database + '\n' + table + '\n' + stream;
  const auto known = counters_.find(name);
  if (known != counters_.end()) return known->second;
  const auto counter = [&](const char* what, const char* help) -> Counter& {
    return doors_.metrics.counter(what, help,
                                  {{"database", database}, {"table", table}, {"stream", stream}});
  };
  Counter& records =
      counter("levada_timestream_feed_records_total", "Records of streams that became points.");
  Counter& bad = counter("levada_timestream_feed_bad_records_total",
                         "Records of streams that could not become points.");
  return counters_.emplace(name, Counters{records, bad}).first->second;
}

void StreamFeeds::begin_and_end() {
  std::map<timestream::TableId, std::shared_ptr<Feed>> still;
  for (const auto& [key, database] : doors_.tables.definitions().databases())
    for (const auto& [name, table] : database.tables) {
      const auto stream = table.tags.find(std::string(timestream::feed_stream_tag));
      const auto model = table.tags.find(std::string(timestream::feed_model_tag));
      if (stream == table.tags.end() || model == table.tags.end()) continue;
      const auto running = feeds_.find(table.id);
      if (running != feeds_.end() && running->second->progress.stream == stream->second &&
          running->second->model_place == model->second) {
        still.insert(*running);
        continue;
      }
      Counters& counters = counters_of(key.name, name, stream->second);
      auto feed = std::make_shared<Feed>(Feed{.caller = {key.account, key.region},
                                              .database = key.name,
                                              .table = name,
                                              .model_place = model->second,
                                              .progress = doors_.tables.feed_progress(table.id),
                                              .model = {},
                                              .columns = {},
                                              .iterators = {},
                                              .counters = counters});
      if (feed->progress.stream != stream->second)
        feed->progress = empty_progress(table.id, stream->second);
      still.emplace(table.id, feed);
      gate_.spawn(run(feed));
    }
  for (auto& [id, feed] : feeds_) {
    const auto at = still.find(id);
    if (at == still.end() || at->second != feed) feed->wanted = false;
  }
  feeds_ = std::move(still);
}

Task<Unit> StreamFeeds::read_model(std::shared_ptr<Feed> feed) {
  const timestream::ObjectPlace place = co_await timestream::object_place_of(feed->model_place);
  const Buffer json = co_await doors_.tables.objects().get(place.bucket, place.key, model_size_max);
  feed->model = co_await read_data_model(as_text(json));
  feed->columns = columns_of(feed->model);
  co_return Unit{};
}

Task<Unit> StreamFeeds::run(std::shared_ptr<Feed> feed) {
  bool ready = false;
  while (feed->wanted && !gate_.stopping()) {
    if (!ready) {
      const Result<Unit> read = co_await outcome(read_model(feed));
      ready = read.has_value();
      if (!ready) {
        feed->note("the data model at " + feed->model_place + ": " + read.error().message);
        (void)co_await outcome(doors_.tables.keep_feed(feed->progress));
        co_await pause(error_pause);
        continue;
      }
    }
    const Result<Unit> read = co_await outcome(read_shards(feed));
    if (!read) {
      feed->note(read.error().message);
      feed->iterators.clear();  // they begin at the kept positions again
      timestream::FeedProgress kept = doors_.tables.feed_progress(feed->progress.table);
      if (kept.stream != feed->progress.stream)
        kept = empty_progress(feed->progress.table, feed->progress.stream);
      kept.last_error = feed->progress.last_error;
      feed->progress = std::move(kept);
      co_await pause(error_pause);
    } else {
      co_await pause(read_interval);
    }
  }
  co_return Unit{};
}

// A child comes when its parents, as far as they are still there, have been read.
Task<Unit> StreamFeeds::read_shards(std::shared_ptr<Feed> feed) {
  kinesis::ListShards ask;
  ask.stream = feed->stream();
  struct Listed {
    std::string id;
    std::vector<std::string> parents;
  };
  std::vector<Listed> all;
  std::set<std::string> present;
  Buffer token;
  for (;;) {
    const kinesis::ListShardsAnswer page =
        co_await doors_.control.list_shards(feed->stream_caller(), ask);
    for (const catalog::Shard* shard : page.shards) {
      Listed& listed = all.emplace_back();
      listed.id = kinesis::shard_id(shard->index);
      present.insert(listed.id);
      for (const auto& parent : {shard->parent, shard->adjacent_parent})
        if (parent) listed.parents.push_back(kinesis::shard_id(*parent));
    }
    if (!page.next_token) break;
    token = *page.next_token;
    ask = {};
    ask.next_token = ByteView(token);
  }
  const auto position = [&](const std::string& shard) -> std::string_view {
    const auto at = feed->progress.positions.find(shard);
    return at == feed->progress.positions.end() ? std::string_view() : at->second;
  };
  for (const Listed& shard : all) {
    const bool wait = std::ranges::any_of(shard.parents, [&](const std::string& parent) {
      return present.contains(parent) && position(parent) != shard_finished;
    });
    if (wait || position(shard.id) == shard_finished || !feed->wanted || gate_.stopping()) continue;
    co_await read_shard(feed, shard.id);
  }
  co_return Unit{};
}

Task<Unit> StreamFeeds::read_shard(std::shared_ptr<Feed> feed, std::string shard) {
  std::map<std::string, std::string>& positions = feed->progress.positions;
  kinesis::Token& iterator = feed->iterators[shard];
  if (iterator.empty()) {
    const auto known = positions.find(shard);
    kinesis::GetShardIterator ask;
    ask.stream = feed->stream();
    ask.shard_id = shard;
    if (known != positions.end()) {
      ask.type = kinesis::StartType::after_sequence_number;
      ask.starting_sequence_number = known->second;
    }
    kinesis::GetShardIteratorAnswer answer =
        co_await doors_.data.get_shard_iterator(feed->stream_caller(), ask);
    iterator = std::move(answer.iterator);
  }
  kinesis::GetRecords ask;
  ask.iterator = iterator;
  ask.limit = records_a_read;
  kinesis::GetRecordsAnswer page = co_await doors_.data.get_records(feed->stream_caller(), ask);
  const std::shared_ptr<Batch> batch = std::make_shared<Batch>();
  wire::ValueTree tree;
  for (const kinesis::ReadRecord& record : page.records) {
    const Result<Value> root = wire::read_json(as_text(record.data), tree);
    std::vector<std::string> fields;
    bool plain = root && root->is(ValueKind::object);
    for (std::size_t i = 0; plain && i < feed->columns.size(); ++i) {
      std::optional<std::string> field = field_of(root->find(feed->columns[i]));
      plain = field.has_value();
      if (plain) fields.push_back(std::move(*field));
    }
    if (plain)
      batch->rows.push_back(std::move(fields));
    else
      feed->refuse("a record of " + shard + " is no JSON object of plain values");
  }
  co_await write(feed, batch);
  if (!page.next_iterator) {
    positions[shard] = shard_finished;
  } else if (!page.records.empty()) {
    positions[shard] = decimal_string(page.records.back().sequence);
    iterator = std::move(*page.next_iterator);
  } else {
    iterator = std::move(*page.next_iterator);
    co_return Unit{};
  }
  co_return co_await outcome(doors_.tables.keep_feed(feed->progress));
}

Task<Unit> StreamFeeds::write(std::shared_ptr<Feed> feed, std::shared_ptr<Batch> batch) {
  const timestream::RowMapper mapper =
      co_await timestream::RowMapper::over(feed->model, feed->columns, "");
  for (std::size_t i = 0; i < batch->rows.size(); ++i)
    if (const auto why = mapper.map(i, batch->rows[i], batch->mapped)) feed->refuse(*why);
  const std::span<const timestream::RecordInput> all = batch->mapped.records;
  const timestream::RecordInput common;
  for (std::size_t at = 0; at < all.size(); at += records_a_write) {
    const auto some = all.subspan(at, std::min(records_a_write, all.size() - at));
    // What refuses a whole request must not refuse other records: then each goes alone.
    const bool together = timestream::read_records(common, some).has_value();
    const std::size_t step = together ? some.size() : 1;
    for (std::size_t i = 0; i < some.size(); i += step) {
      Result<timestream::ReadRecords> read =
          timestream::read_records(common, some.subspan(i, step));
      if (!read) {
        feed->refuse(read.error().message);
        continue;
      }
      timestream::WriteAnswer answer =
          co_await doors_.tables.write(feed->caller, feed->database, feed->table, std::move(*read));
      for (timestream::Rejection& rejection : answer.rejected) feed->refuse(rejection.reason);
      feed->progress.records += step - answer.rejected.size();
      feed->counters.records.add(step - answer.rejected.size());
    }
  }
  co_return Unit{};
}

}  // namespace levada::connect
