#include "connect/timestream_sink.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/attempt.h"
#include "base/check.h"
#include "query/text.h"

namespace levada::connect {
namespace {

using query::SqlResult;
using query::TypeKind;
using streaming::SinkDefinition;

constexpr Nanos retry_pause = std::chrono::seconds(1);
constexpr std::size_t sink_records_a_write = 500;

using NamedOptions = std::vector<std::pair<std::string, std::string>>;

tl::unexpected<query::SqlError> refuse_option(std::string message) {
  return query::refuse(query::sqlstate::invalid_parameter_value, std::move(message));
}

tl::unexpected<query::SqlError> refuse_alter() {
  return refuse_option("options of a timestream sink cannot be altered");
}

// Names between commas, without the blanks around them.
std::vector<std::string> names_of(std::string_view list) {
  std::vector<std::string> names;
  for (;;) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view name = list.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) names.emplace_back(name);
    if (comma == list.size()) return names;
    list.remove_prefix(comma + 1);
  }
}

// The API's name of the type that a column's values have as a measure; empty: they can be none.
std::string_view measure_type_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean:
      return "BOOLEAN";
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
    case TypeKind::serial:
      return "BIGINT";
    case TypeKind::float4:
    case TypeKind::float8:
    case TypeKind::numeric:
      return "DOUBLE";
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return "TIMESTAMP";
    case TypeKind::varchar:
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::interval:
    case TypeKind::jsonb:
    case TypeKind::int256:
      return "VARCHAR";
    default:
      return {};
  }
}

// As WriteRecords takes it; null is empty.
std::string field_of(const query::Type& type, const query::Datum& datum) {
  if (datum.is_null()) return {};
  if (type.is(TypeKind::boolean)) return datum.boolean() ? "true" : "false";
  if (type.is(TypeKind::timestamp) || type.is(TypeKind::timestamptz))
    return std::to_string(datum.integer);  // microseconds
  return query::to_text(type, datum);
}

}  // namespace

SqlResult<TimestreamTarget> read_timestream_target(const SinkDefinition& definition) {
  std::map<std::string, std::string> options(definition.options.begin(), definition.options.end());
  const auto take = [&options](const char* name) {
    const auto at = options.find(name);
    if (at == options.end()) return std::string();
    std::string value = at->second;
    options.erase(at);
    return value;
  };
  for (const char* of_every_sink :
       {"connector", "type", "primary_key", "force_append_only", "snapshot"})
    (void)take(of_every_sink);
  TimestreamTarget target;
  target.database = take("database");
  target.table = take("table");
  target.model.time_column = take("time_column");
  target.model.time_unit = "MICROSECONDS";
  const std::vector<std::string> dimensions = names_of(take("dimensions"));
  std::string measure_name = take("measure_name");
  if (measure_name.empty()) measure_name = definition.name;
  if (!options.empty())
    return refuse_option("Unknown fields in the WITH clause: " + options.begin()->first);
  if (target.database.empty() || target.table.empty())
    return refuse_option("a timestream sink needs `database` and `table`");
  if (target.model.time_column.empty())
    return refuse_option("a timestream sink needs `time_column`");
  if (dimensions.empty()) return refuse_option("a timestream sink needs `dimensions`");
  if (definition.format == streaming::SinkFormat::debezium)
    return refuse_option("a timestream sink is FORMAT PLAIN or UPSERT");

  std::set<std::string> wanted(dimensions.begin(), dimensions.end());
  timestream::MultiColumnMapping multi{measure_name, {}};
  bool time = false;
  for (const query::OutputColumn& column : definition.columns) {
    const std::string_view type = measure_type_of(column.type.kind());
    if (column.name == target.model.time_column) {
      time = true;
      if (type != "TIMESTAMP")
        return refuse_option("the time column \"" + column.name + "\" is no timestamp but " +
                             column.type.name());
    } else if (wanted.erase(column.name) > 0) {
      target.model.dimensions.push_back({column.name, {}});
    } else if (type.empty()) {
      return refuse_option("column \"" + column.name + "\" of type " + column.type.name() +
                           " can be no measure");
    } else {
      multi.attributes.push_back({column.name, {}, std::string(type)});
    }
  }
  if (!time) return refuse_option("there is no column \"" + target.model.time_column + "\"");
  if (!wanted.empty()) return refuse_option("there is no column \"" + *wanted.begin() + "\"");
  if (multi.attributes.empty()) return refuse_option("no column is left to be a measure");
  target.model.multi = std::move(multi);
  return target;
}

TimestreamSink::TimestreamSink(io::Reactor& reactor, timestream::Service& tables,
                               timestream::Caller caller, SinkDefinition definition,
                               TimestreamTarget target, streaming::SinkStart where,
                               std::function<void()> progressed)
    : reactor_(reactor),
      tables_(tables),
      caller_(std::move(caller)),
      definition_(std::move(definition)),
      target_(std::move(target)),
      progressed_(std::move(progressed)),
      changed_(reactor) {
  for (const query::OutputColumn& column : definition_.columns) columns_.push_back(column.name);
  status_.state = "running";
  status_.acknowledged_epoch = where.acknowledged;
  gate_.spawn(run());
}

void TimestreamSink::take(std::shared_ptr<const streaming::SinkEpoch> epoch) {
  waiting_changes_ += epoch->changes.size();
  waiting_.push_back(std::move(epoch));
  changed_.notify_all();
}

SqlResult<Unit> TimestreamSink::alter(const NamedOptions& options) {
  if (options.empty()) return Unit{};
  return refuse_alter();
}

void TimestreamSink::pause(bool paused) {
  paused_ = paused;
  status_.state = paused ? "paused" : "running";
  changed_.notify_all();
}

Task<Unit> TimestreamSink::stop() {
  gate_.stop();
  changed_.notify_all();
  co_return co_await outcome(gate_.close());
}

void TimestreamSink::note(std::string error) {
  status_.last_error = std::move(error);
  status_.last_error_at = reactor_.clock().now();
}

void TimestreamSink::leave_out(std::string why) {
  ++status_.entry_failures;
  note(std::move(why));
}

Task<Unit> TimestreamSink::run() {
  while (!gate_.stopping()) {
    if (waiting_.empty() || paused_) {
      (void)co_await outcome(changed_.wait());
      continue;
    }
    const std::shared_ptr<const streaming::SinkEpoch> epoch = waiting_.front();
    const Result<Unit> delivered = co_await outcome(deliver(epoch));
    if (!delivered) {  // the same once more: points that arrived are there already
      note(delivered.error().message);
      if (!paused_) status_.state = "failing";
      const Deadline later = reactor_.clock().monotonic() + retry_pause;
      (void)co_await outcome(changed_.wait(later));
      continue;
    }
    if (!paused_) status_.state = "running";
    waiting_.pop_front();
    waiting_changes_ -= epoch->changes.size();
    if (!epoch->more) status_.acknowledged_epoch = epoch->epoch;
    progressed_();
  }
  co_return Unit{};
}

TimestreamSink::Rows TimestreamSink::rows_of(const streaming::SinkEpoch& epoch) const {
  Rows rows;
  for (const streaming::SinkChange& change : epoch.changes) {
    if (!change.after) continue;
    std::vector<std::string>& row = rows.emplace_back();
    for (std::size_t i = 0; i < definition_.columns.size(); ++i)
      row.push_back(field_of(definition_.columns[i].type, change.after[i]));
  }
  return rows;
}

Task<Unit> TimestreamSink::deliver(std::shared_ptr<const streaming::SinkEpoch> epoch) {
  const timestream::RowMapper mapper =
      co_await timestream::RowMapper::over(target_.model, columns_, "");
  const Rows rows = rows_of(*epoch);
  for (std::size_t at = 0; at < rows.size(); at += sink_records_a_write) {
    const auto mapped = std::make_shared<timestream::MappedRows>();
    for (std::size_t i = at; i < std::min(rows.size(), at + sink_records_a_write); ++i)
      if (auto why = mapper.map(i, rows[i], *mapped)) leave_out(std::move(*why));
    if (!mapped->records.empty()) co_await write(mapped, epoch->epoch);
  }
  co_return Unit{};
}

Task<Unit> TimestreamSink::write(std::shared_ptr<const timestream::MappedRows> rows,
                                 std::uint64_t epoch) {
  timestream::RecordInput common;
  common.version = static_cast<std::int64_t>(epoch);
  // What refuses a whole request must not refuse other records: then each goes alone.
  const std::span<const timestream::RecordInput> all = rows->records;
  const std::size_t step = timestream::read_records(common, all) ? all.size() : 1;
  for (std::size_t at = 0; at < all.size(); at += step) {
    Result<timestream::ReadRecords> read = timestream::read_records(common, all.subspan(at, step));
    if (!read) {
      leave_out(read.error().message);
      continue;
    }
    const auto there = [this, &read] {
      return tables_.write(caller_, target_.database, target_.table, std::move(*read));
    };
    timestream::WriteAnswer answer = co_await tables_.at_home(reactor_, there);
    ++status_.calls;
    status_.sent_records += step - answer.rejected.size();
    for (timestream::Rejection& rejection : answer.rejected) {
      if (rejection.existing_version && *rejection.existing_version > *common.version)
        ++status_.duplicates_avoided;  // handed over again, and changed since
      else
        leave_out(std::move(rejection.reason));
    }
  }
  co_return Unit{};
}

Task<SqlResult<Unit>> TimestreamSinkConnector::validate(const SinkDefinition& definition) {
  using Verdict = SqlResult<Unit>;
  const auto target = read_timestream_target(definition);
  if (!target) co_return Verdict(tl::unexpected(target.error()));
  const auto there = [&] {
    return tables_.describe_table(caller_, target->database, target->table);
  };
  const Result<timestream::Table> table = co_await outcome(tables_.at_home(reactor_, there));
  if (!table) co_return Verdict(refuse_option(table.error().message));
  co_return Verdict(Unit{});
}

SqlResult<Unit> TimestreamSinkConnector::check_alter(const SinkDefinition&,
                                                     const NamedOptions& options) const {
  if (options.empty()) return Unit{};
  return refuse_alter();
}

std::unique_ptr<streaming::Sink> TimestreamSinkConnector::start(SinkDefinition definition,
                                                                streaming::SinkStart where,
                                                                std::function<void()> progressed) {
  auto target = read_timestream_target(definition);
  CHECK(target.has_value(), "a sink's options were checked when it was made");
  return std::make_unique<TimestreamSink>(reactor_, tables_, caller_, std::move(definition),
                                          std::move(*target), std::move(where),
                                          std::move(progressed));
}

}  // namespace levada::connect
