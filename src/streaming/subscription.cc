#include "streaming/subscription.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/attempt.h"
#include "query/circuit.h"
#include "query/text.h"

namespace levada::streaming {

namespace {

using query::Datum;
using query::refuse;
using query::Row;
using query::SqlResult;
using query::Type;
using query::TypeKind;
namespace sqlstate = query::sqlstate;

constexpr std::int64_t micros_of_day = 86'400'000'000;
constexpr std::int64_t days_of_month = 30;

Row changed(const Row& row, std::string_view operation, const Datum& time) {
  const std::array<Datum, 2> behind = {Datum::of(operation), time};
  return Row::joined(row.span(), behind);
}

}  // namespace

SqlResult<Millis> retention_of(const sql::Options& options) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [](const auto& option) { return option.first == "retention"; });
  if (found == options.end())
    return refuse(sqlstate::invalid_parameter_value, "missing field 'retention'");
  const auto value = ATTEMPT(query::from_text(Type(TypeKind::interval), found->second));
  const query::Interval& interval = *value.datum().interval;
  const std::int64_t days = interval.days + interval.months * days_of_month;
  const std::int64_t micros = days * micros_of_day + interval.microseconds;
  if (micros <= 0) return refuse(sqlstate::invalid_parameter_value, "retention must be positive");
  return Millis(micros / 1000);
}

std::vector<query::OutputColumn> subscribed_columns(const Relation& relation) {
  std::vector<query::OutputColumn> columns;
  for (const query::RelationColumn& column : relation.columns)
    columns.push_back({column.name, column.type});
  columns.push_back({"op", TypeKind::varchar});
  columns.push_back({"rw_timestamp", TypeKind::int8});
  return columns;
}

SqlResult<SubscriptionCursor> SubscriptionCursor::declare(Engine& engine,
                                                          const Object& subscription,
                                                          const sql::DeclareCursor& declared,
                                                          const query::SessionFacts& facts) {
  using Since = sql::DeclareCursor::Since;
  SubscriptionCursor made(engine, subscription.relation->id);
  const UnixMillis now = engine.reactor().clock().now();
  const UnixMillis kept_from = now - *subscription.sink->retention;
  made.behind_ = {engine.epoch(), std::numeric_limits<std::uint64_t>::max()};
  if (declared.since == Since::begin || declared.since == Since::millis) made.behind_ = {};
  if (declared.since == Since::millis) {
    made.not_before_ = UnixMillis(static_cast<std::int64_t>(declared.since_millis));
    if (made.not_before_ > now || made.not_before_ < kept_from)
      return refuse(sqlstate::invalid_parameter_value,
                    "the time of SINCE must lie between " + std::to_string(kept_from.count()) +
                        " and " + std::to_string(now.count()) +
                        ": within the retention of the subscription, and not in the future");
  }
  if (!declared.full) return made;
  const auto rows = ATTEMPT(query::run_once(
      subscription.plan, facts, [&](const Relation& relation, const query::Equalities& wanted) {
        return engine.rows_of(relation, wanted, subscription.relation->database);
      }));
  for (const Row& row : rows) made.rows_.push_back(changed(row, "Insert", Datum::null()));
  return made;
}

Task<SqlResult<Unit>> SubscriptionCursor::more() {
  Object* object = engine_->catalog().find(id_);
  if (object == nullptr || object->sink == nullptr)
    co_return SqlResult<Unit>(
        refuse(sqlstate::undefined_table, "the subscription of this cursor was dropped"));
  const bool missed = behind_.epoch != 0 && behind_.epoch < object->sink->acknowledged;
  if (missed)
    co_return SqlResult<Unit>(refuse(sqlstate::invalid_cursor_name,
                                     "what comes next for this cursor is not kept any more"));
  const std::vector<Outbox::Piece> pieces = co_await object->sink->outbox.read_behind(behind_);
  for (const Outbox::Piece& piece : pieces) {
    behind_ = {piece->epoch, piece->first};
    if (piece->time < not_before_) continue;
    const Datum time = Datum::of(piece->time.count());
    for (const auto& [before, after] : piece->changes) {
      const bool update = before && after;
      if (before) rows_.push_back(changed(before, update ? "UpdateDelete" : "Delete", time));
      if (after) rows_.push_back(changed(after, update ? "UpdateInsert" : "Insert", time));
    }
  }
  co_return SqlResult<Unit>(Unit{});
}

Task<SqlResult<std::vector<Row>>> SubscriptionCursor::fetch(std::uint64_t count) {
  std::vector<Row> rows;
  while (rows.size() < count) {
    if (rows_.empty()) {
      const Outbox::Place before = behind_;
      const SqlResult<Unit> read = co_await more();
      if (!read) co_return SqlResult<std::vector<Row>>(tl::make_unexpected(read.error()));
      if (behind_ == before) break;
      continue;
    }
    rows.push_back(std::move(rows_.front()));
    rows_.pop_front();
  }
  co_return SqlResult<std::vector<Row>>(std::move(rows));
}

}  // namespace levada::streaming
