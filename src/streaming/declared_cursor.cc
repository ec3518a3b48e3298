// Cursors that DECLARE made, over rows and over subscriptions: FETCH, MOVE.

#include <algorithm>
#include <limits>

#include "streaming/role_definition.h"
#include "streaming/session_state.h"

namespace levada::streaming {

namespace {

using query::refuse;
namespace sqlstate = query::sqlstate;

// FETCH … WITH (timeout = '1s'): how long a subscription's cursor waits for the first row.
SqlResult<Nanos> fetch_timeout(const sql::Options& options) {
  for (const auto& [name, value] : options) {
    if (name != "timeout")
      return refuse(sqlstate::invalid_parameter_value, "unknown option \"" + name + "\" of FETCH");
    const auto interval = ATTEMPT(query::from_text(Type(query::TypeKind::interval), value));
    constexpr std::int64_t micros_of_day = 86'400'000'000;
    const query::Interval& wait = *interval.datum().interval;
    return Nanos((wait.days * micros_of_day + wait.microseconds) * 1000);
  }
  return Nanos(0);
}

// The rows that FETCH brings, and the cursor where it stands then: `at` is the place of the row
// that it stands on, 0 before the first, one more than there are behind the last.
std::vector<Row> fetched_from(DeclaredCursor& cursor, const sql::Fetch& fetch) {
  using Direction = sql::Fetch::Direction;
  const auto size = static_cast<std::int64_t>(cursor.rows.size());
  const auto at = static_cast<std::int64_t>(cursor.at);
  std::vector<Row> rows;
  const auto take = [&](std::int64_t place) {
    if (place >= 1 && place <= size)
      rows.push_back(cursor.rows[static_cast<std::size_t>(place - 1)]);
  };
  std::int64_t target = at;
  if (fetch.direction == Direction::absolute || fetch.direction == Direction::relative) {
    const bool from_end = fetch.direction == Direction::absolute && fetch.offset < 0;
    const std::int64_t base = fetch.direction == Direction::relative ? at : from_end ? size + 1 : 0;
    const std::int64_t offset = std::clamp(fetch.offset, -size - 1, size + 1);
    target = std::clamp<std::int64_t>(base + offset, 0, size + 1);
    take(target);
  } else {
    const std::int64_t step = fetch.direction == Direction::forward ? 1 : -1;
    std::uint64_t left = fetch.all ? std::numeric_limits<std::uint64_t>::max() : fetch.count;
    for (; left > 0 && target + step >= 0 && target + step <= size + 1; --left) {
      target += step;
      if (target == 0 || target == size + 1) break;
      take(target);
    }
  }
  cursor.at = static_cast<std::size_t>(target);
  return rows;
}

}  // namespace

SqlResult<Unit> CursorRun::subscribe(const sql::DeclareCursor& declared) {
  if (state_.cursors.contains(declared.name))
    return refuse(sqlstate::duplicate_cursor, "cursor \"" + declared.name + "\" already exists");
  const SessionCatalog names(state_.engine.catalog(), state_.options.database,
                             state_.settings.search_path());
  const sql::Name& named = declared.subscription;
  const auto relation =
      names.relation(named.size() > 1 ? named[named.size() - 2] : "", named.back());
  const Object* object = relation == nullptr ? nullptr : state_.engine.catalog().find(relation->id);
  if (object == nullptr || !object->is_subscription())
    return refuse(sqlstate::undefined_table,
                  "subscription \"" + named.back() + "\" does not exist");
  ATTEMPT(check_privilege(state_.engine.catalog(), state_.options.user, *relation, "select"));
  DeclaredCursor made{result_columns(subscribed_columns(*relation)), {}, 0, state_.next_cursor++};
  made.subscribed =
      ATTEMPT(SubscriptionCursor::declare(state_.engine, *object, declared, state_.facts()));
  state_.cursors.emplace(declared.name, std::move(made));
  tag_ = "DECLARE_CURSOR";
  return Unit{};
}

Task<SqlResult<Unit>> CursorRun::fetch_declared(const sql::Fetch& fetch) {
  constexpr Nanos look = Millis(10);
  const auto found = state_.cursors.find(fetch.name);
  if (found == state_.cursors.end())
    co_return SqlResult<Unit>(
        refuse(sqlstate::invalid_cursor_name, "cursor \"" + fetch.name + "\" does not exist"));
  DeclaredCursor& cursor = found->second;
  tag_ = "FETCH";
  counts_ = true;
  if (cursor.subscribed) {
    const SqlResult<Nanos> timeout = fetch_timeout(fetch.options);
    if (!timeout) co_return SqlResult<Unit>(tl::make_unexpected(timeout.error()));
    const std::uint64_t wanted =
        fetch.all ? std::numeric_limits<std::uint64_t>::max() : fetch.count;
    io::Reactor& reactor = state_.engine.reactor();
    const MonotonicNanos end = reactor.clock().monotonic() + *timeout;
    for (;;) {
      SqlResult<std::vector<Row>> rows = co_await cursor.subscribed->fetch(wanted);
      if (!rows) co_return SqlResult<Unit>(tl::make_unexpected(std::move(rows).error()));
      rows_ = std::move(*rows);
      if (!rows_.empty() || wanted == 0 || reactor.clock().monotonic() >= end) break;
      if (auto why = state_.stopped())
        co_return SqlResult<Unit>(tl::make_unexpected(std::move(*why)));
      co_await io::sleep_for(reactor, look);
    }
    count_ = rows_.size();
    co_return SqlResult<Unit>(Unit{});
  }
  rows_ = fetched_from(cursor, fetch);
  count_ = rows_.size();
  if (fetch.moves_only) {
    tag_ = "MOVE";
    rows_.clear();
  }
  co_return SqlResult<Unit>(Unit{});
}

}  // namespace levada::streaming
