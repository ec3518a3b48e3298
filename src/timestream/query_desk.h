#pragma once
// QueryDesk: runs queries and serves their results page by page (spec timestream 6.1). On the
// reactor that owns the tables.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "timestream/service.h"
#include "timestream/sql/execution.h"

namespace levada::timestream {

struct QueryCommand {
  std::string text;
  std::string client_token, next_token;  // empty: not given
  std::size_t max_rows = 0;              // 0: not given
};

struct QueryAnswer {
  std::string id;
  sql::Scope columns;
  std::vector<std::vector<sql::Value>> rows;
  std::string next_token;  // empty: this was the last page
  double progress = 100;
  std::int64_t bytes_metered = 0;
};

class QueryDesk {
 public:
  explicit QueryDesk(Service& service) : service_(service) {}

  Task<QueryAnswer> query(Caller caller, QueryCommand command);
  Task<std::string> cancel(Caller caller, std::string id);  // the message
  // Checks the text and tells its columns; reads no data.
  Task<sql::Scope> prepare(Caller caller, std::string text);

 private:
  struct Run {
    std::string id, account, text, client_token;
    std::size_t max_rows = 0;
    UnixMillis began;
    std::int64_t bytes_metered = 0;
    sql::Relation result;
    bool done = false, read = false, cancelled = false;
  };

  Task<std::shared_ptr<Run>> start(Caller caller, const QueryCommand& command);
  Result<QueryAnswer> page(Run& run, std::size_t from, std::size_t max_rows) const;
  std::shared_ptr<Run> find(const std::string& account, const std::string& id) const;
  void forget_old(UnixMillis now);
  std::string new_id();

  Service& service_;
  std::deque<std::shared_ptr<Run>> runs_;  // the oldest first
  std::uint64_t started_ = 0;
};

}  // namespace levada::timestream
