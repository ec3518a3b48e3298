#pragma once
// Subscriptions: the changes of a table or view, kept for a while and read by cursors. What is kept
// lies in an outbox that nobody empties but time; a cursor is a place in it.

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "query/sql_error.h"
#include "query/value.h"
#include "sql/statement.h"
#include "streaming/engine.h"

namespace levada::streaming {

// WITH (retention = '1D') as milliseconds.
query::SqlResult<Millis> retention_of(const sql::Options& options);

// Columns that stand behind the relation's: what happened, and when (milliseconds since 1970;
// NULL: it was there before).
std::vector<query::OutputColumn> subscribed_columns(const Relation& relation);

// DECLARE c SUBSCRIPTION CURSOR FOR s.
class SubscriptionCursor {
 public:
  // Errors: the time of SINCE is not within what is kept.
  static query::SqlResult<SubscriptionCursor> declare(Engine& engine, const Object& subscription,
                                                      const sql::DeclareCursor& declared,
                                                      const query::SessionFacts& facts);
  // At most `count` rows, as many as there are now. Errors: the subscription was dropped, what
  // comes next is not kept any more.
  Task<query::SqlResult<std::vector<query::Row>>> fetch(std::uint64_t count);
  RelationId subscription() const { return id_; }

 private:
  SubscriptionCursor(Engine& engine, RelationId id) : engine_(&engine), id_(id) {}
  Task<query::SqlResult<Unit>> more();

  Engine* engine_;
  RelationId id_;
  Outbox::Place behind_;     // the last piece that was taken
  UnixMillis not_before_{};  // SINCE
  std::deque<query::Row> rows_;
};

}  // namespace levada::streaming
