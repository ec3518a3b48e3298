#include "connect/kinesis_client.h"

#include "wire/base64.h"
#include "wire/json_reader.h"
#include "wire/json_writer.h"

namespace levada::connect {
namespace {

using wire::Value;
using wire::ValueKind;

constexpr std::string_view content_type = "application/x-amz-json-1.1";
constexpr std::string_view target_prefix = "Kinesis_20131202.";

std::string_view text(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->is(ValueKind::string) ? value->string() : std::string_view();
}

std::span<const Value> list(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->is(ValueKind::array) ? value->items()
                                                         : std::span<const Value>();
}

double number(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  if (value == nullptr) return 0;
  return value->is(ValueKind::integer) || value->is(ValueKind::real) ? value->real() : 0;
}

unexpected<Error> strange(ErrorKind kind, std::string_view operation) {
  return fail(kind, "the answer to " + std::string(operation) + " cannot be understood");
}

template <class Fill>
std::string object(const Fill& fill) {
  Buffer out;
  wire::JsonWriter json(out);
  json.begin_object();
  fill(json);
  json.end_object();
  json.finish();
  return std::string(as_text(out));
}

std::string_view kind_text(IteratorStart::Kind kind) {
  switch (kind) {
    case IteratorStart::Kind::trim_horizon:
      return "TRIM_HORIZON";
    case IteratorStart::Kind::latest:
      return "LATEST";
    case IteratorStart::Kind::at_timestamp:
      return "AT_TIMESTAMP";
    case IteratorStart::Kind::after_sequence_number:
      return "AFTER_SEQUENCE_NUMBER";
  }
  return {};
}

}  // namespace

std::string put_records_body(std::string_view stream, std::span<const PutEntry> entries) {
  return object([&](wire::JsonWriter& json) {
    json.key("Records");
    json.begin_array(entries.size());
    for (const PutEntry& entry : entries) {
      json.begin_object();
      json.key("Data");
      wire::base64_encode(entry.data,
                          json.plain_string(wire::base64_encoded_size(entry.data.size())));
      json.key("PartitionKey");
      json.string(entry.partition_key);
      json.end_object();
    }
    json.end_array();
    json.key("StreamName");
    json.string(stream);
  });
}

Result<std::vector<PutOutcome>> read_put_outcomes(std::string_view body, std::size_t entries) {
  wire::ValueTree tree;
  const Result<Value> root = wire::read_json(body, tree);
  if (!root || !root->is(ValueKind::object)) return strange(ErrorKind::unknown, "PutRecords");
  const std::span<const Value> records = list(*root, "Records");
  if (records.size() != entries)
    return fail(ErrorKind::unknown, "request record count " + std::to_string(entries) +
                                        " not match the response record count " +
                                        std::to_string(records.size()));
  std::vector<PutOutcome> outcomes;
  outcomes.reserve(entries);
  for (const Value& record : records) {
    if (!record.is(ValueKind::object)) return strange(ErrorKind::unknown, "PutRecords");
    PutOutcome& outcome = outcomes.emplace_back();
    outcome.shard = text(record, "ShardId");
    outcome.sequence_number = text(record, "SequenceNumber");
    outcome.error_code = text(record, "ErrorCode");
    outcome.error_message = text(record, "ErrorMessage");
    outcome.taken = outcome.error_code.empty() && !outcome.shard.empty();
  }
  return outcomes;
}

Result<std::vector<ShardInfo>> read_shards(std::string_view body, std::string& next) {
  wire::ValueTree tree;
  const Result<Value> root = wire::read_json(body, tree);
  if (!root || !root->is(ValueKind::object)) return strange(ErrorKind::invalid, "ListShards");
  std::vector<ShardInfo> shards;
  for (const Value& item : list(*root, "Shards")) {
    const Value* range = item.is(ValueKind::object) ? item.find("HashKeyRange") : nullptr;
    const Value* numbers = item.is(ValueKind::object) ? item.find("SequenceNumberRange") : nullptr;
    if (range == nullptr || !range->is(ValueKind::object) || numbers == nullptr ||
        !numbers->is(ValueKind::object))
      return strange(ErrorKind::invalid, "ListShards");
    const auto first = parse_uint128(text(*range, "StartingHashKey"));
    const auto last = parse_uint128(text(*range, "EndingHashKey"));
    if (!first || !last) return strange(ErrorKind::invalid, "ListShards");
    shards.push_back({.id = std::string(text(item, "ShardId")),
                      .first_hash_key = *first,
                      .last_hash_key = *last,
                      .parent = std::string(text(item, "ParentShardId")),
                      .adjacent_parent = std::string(text(item, "AdjacentParentShardId")),
                      .open = text(*numbers, "EndingSequenceNumber").empty()});
  }
  next = text(*root, "NextToken");
  return shards;
}

Result<ReadPage> read_page(std::string_view body) {
  wire::ValueTree tree(
      {.depth_max = 8, .node_count_max = 200'000});  // 10,000 records of some eight nodes each
  const Result<Value> root = wire::read_json(body, tree);
  if (!root || !root->is(ValueKind::object)) return strange(ErrorKind::invalid, "GetRecords");
  ReadPage page;
  page.next_iterator = text(*root, "NextShardIterator");
  page.behind = Millis(static_cast<std::int64_t>(number(*root, "MillisBehindLatest")));
  for (const Value& item : list(*root, "Records")) {
    if (!item.is(ValueKind::object)) return strange(ErrorKind::invalid, "GetRecords");
    ReadRecord& record = page.records.emplace_back();
    record.partition_key = text(item, "PartitionKey");
    record.sequence_number = text(item, "SequenceNumber");
    record.arrived =
        UnixMillis(static_cast<std::int64_t>(number(item, "ApproximateArrivalTimestamp") * 1000));
    const std::string_view data = text(item, "Data");
    record.data.resize(wire::base64_decoded_size_max(data.size()));
    const wire::Base64Decoded decoded = wire::base64_decode(data, record.data);
    if (!decoded.ok()) return strange(ErrorKind::invalid, "GetRecords");
    record.data.resize(decoded.size);
  }
  return page;
}

Task<std::string> KinesisClient::call(std::string_view operation, std::string body) {
  const std::string target = std::string(target_prefix) + std::string(operation);
  const AwsClient::Call call{.target = target, .content_type = content_type, .body = body};
  std::string answer = co_await aws_->call(call);
  co_return answer;
}

Task<std::vector<PutOutcome>> KinesisClient::put_records(std::span<const PutEntry> entries) {
  std::string body = put_records_body(stream_, entries);
  const std::string answer = co_await call("PutRecords", std::move(body));
  co_return read_put_outcomes(answer, entries.size());
}

Task<std::vector<ShardInfo>> KinesisClient::list_shards() {
  std::vector<ShardInfo> all;
  std::string token;
  do {
    // A token stands for the stream; both together are refused.
    std::string body = object([&](wire::JsonWriter& json) {
      json.key(token.empty() ? "StreamName" : "NextToken");
      json.string(token.empty() ? stream_ : token);
    });
    const std::string answer = co_await call("ListShards", std::move(body));
    std::vector<ShardInfo> page = co_await read_shards(answer, token);
    std::move(page.begin(), page.end(), std::back_inserter(all));
  } while (!token.empty());
  co_return all;
}

Task<std::string> KinesisClient::shard_iterator(std::string shard, IteratorStart start) {
  std::string body = object([&](wire::JsonWriter& json) {
    json.key("ShardId");
    json.string(shard);
    json.key("ShardIteratorType");
    json.string(kind_text(start.kind));
    if (start.kind == IteratorStart::Kind::after_sequence_number) {
      json.key("StartingSequenceNumber");
      json.string(start.sequence_number);
    }
    json.key("StreamName");
    json.string(stream_);
    if (start.kind == IteratorStart::Kind::at_timestamp) {
      json.key("Timestamp");
      json.epoch_seconds(start.timestamp.count());
    }
  });
  const std::string answer = co_await call("GetShardIterator", std::move(body));
  wire::ValueTree tree;
  const Value root = co_await wire::read_json(answer, tree);
  const bool whole = root.is(ValueKind::object) && !text(root, "ShardIterator").empty();
  if (!whole) co_return strange(ErrorKind::invalid, "GetShardIterator");
  co_return std::string(text(root, "ShardIterator"));
}

Task<ReadPage> KinesisClient::get_records(std::string iterator, std::uint32_t limit) {
  std::string body = object([&](wire::JsonWriter& json) {
    json.key("Limit");
    json.integer(limit);
    json.key("ShardIterator");
    json.string(iterator);
  });
  const std::string answer = co_await call("GetRecords", std::move(body));
  co_return read_page(answer);
}

}  // namespace levada::connect
