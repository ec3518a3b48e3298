#include "timestream/query_desk.h"

#include <algorithm>
#include <charconv>

#include "timestream/refusal.h"
#include "timestream/sql/parser.h"

namespace levada::timestream {
namespace {

// Spec timestream 6.1.
constexpr std::size_t page_bytes_max = 1'000'000;
constexpr Millis token_life = std::chrono::hours(1);
constexpr Millis client_token_life = std::chrono::minutes(5);
constexpr Nanos run_time_max = std::chrono::seconds(60);
constexpr std::int64_t metered_min = 10'000'000;
constexpr std::size_t runs_max = 64;  // whose results wait for their readers

constexpr std::string_view bad_token = "Invalid pagination token";

std::size_t size_of(const sql::Value& value) {
  constexpr std::size_t frame = 24;  // {"ScalarValue":""},
  switch (value.is.index()) {
    case 4:
      return value.text().size() + frame;
    case 5: {
      std::size_t size = frame;
      for (const sql::Value& each : value.list()) size += size_of(each);
      return size;
    }
    default:
      return 20 + frame;
  }
}

std::size_t size_of(const std::vector<sql::Value>& row) {
  std::size_t size = 12;
  for (const sql::Value& value : row) size += size_of(value);
  return size;
}

}  // namespace

std::string QueryDesk::new_id() {
  std::uint64_t state =
      static_cast<std::uint64_t>(service_.home().clock().now().count()) * 1000003 + ++started_;
  std::string id;
  for (int i = 0; i < 26; ++i) {
    state = (state ^ (state >> 31)) * 0x9e3779b97f4a7c15ull + 0x7f4a7c15;
    id += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[state >> 59];
  }
  return id;
}

std::shared_ptr<QueryDesk::Run> QueryDesk::find(const std::string& account,
                                                const std::string& id) const {
  const auto at = std::ranges::find_if(
      runs_, [&](const auto& run) { return run->id == id && run->account == account; });
  return at == runs_.end() ? nullptr : *at;
}

void QueryDesk::forget_old(UnixMillis now) {
  std::erase_if(runs_, [&](const auto& run) { return run->done && run->began + token_life < now; });
  while (runs_.size() >= runs_max) {
    const auto oldest = std::ranges::find_if(runs_, [](const auto& run) { return run->done; });
    if (oldest == runs_.end()) break;
    runs_.erase(oldest);
  }
}

Task<std::shared_ptr<QueryDesk::Run>> QueryDesk::start(Caller caller, const QueryCommand& command) {
  const UnixMillis now = service_.home().clock().now();
  forget_old(now);
  auto run = std::make_shared<Run>();
  run->id = new_id();
  run->account = caller.account;
  run->text = command.text;
  run->client_token = command.client_token;
  run->max_rows = command.max_rows;
  run->began = now;
  const sql::Statement statement = co_await sql::parse(command.text);
  if (statement.kind == sql::Statement::Kind::query) run->bytes_metered = metered_min;
  runs_.push_back(run);
  sql::Limits limits;
  limits.deadline = service_.home().clock().monotonic() + run_time_max;
  sql::Execution execution(service_, caller, now, limits, run->cancelled);
  Result<sql::Relation> result = co_await outcome(execution.run(statement));
  run->done = true;
  if (!result) {
    std::erase(runs_, run);
    co_return tl::unexpected<Error>(std::move(result).error());
  }
  run->result = std::move(*result);
  co_return run;
}

Result<QueryAnswer> QueryDesk::page(Run& run, std::size_t from, std::size_t max_rows) const {
  QueryAnswer answer;
  answer.id = run.id;
  answer.columns = run.result.columns;
  answer.bytes_metered = run.bytes_metered;
  const auto& rows = run.result.rows;
  std::size_t bytes = 0, to = from;
  for (; to < rows.size() && (max_rows == 0 || to - from < max_rows); ++to) {
    const std::size_t size = size_of(rows[to]);
    if (size > page_bytes_max)
      return refuse(Refusal::validation,
                    "Query aborted as max page response size has been exceeded by the output "
                    "result row");
    if (bytes + size > page_bytes_max) break;
    bytes += size;
    answer.rows.push_back(rows[to]);
  }
  if (to < rows.size()) {
    answer.next_token = run.id + "." + std::to_string(to);
    answer.progress = 100.0 * static_cast<double>(to) / static_cast<double>(rows.size());
  }
  return answer;
}

Task<QueryAnswer> QueryDesk::query(Caller caller, QueryCommand command) {
  if (!command.next_token.empty()) {
    const std::size_t dot = command.next_token.find('.');
    const std::shared_ptr<Run> run = find(caller.account, command.next_token.substr(0, dot));
    std::size_t from = 0;
    const char* end = command.next_token.data() + command.next_token.size();
    const bool numbered =
        dot != std::string::npos &&
        std::from_chars(command.next_token.data() + dot + 1, end, from).ptr == end;
    if (run != nullptr && run->cancelled)
      co_return refuse(Refusal::conflict, "The query was cancelled.");
    if (run == nullptr || !numbered || run->text != command.text || from > run->result.rows.size())
      co_return refuse(Refusal::validation, std::string(bad_token));
    co_return page(*run, from, command.max_rows);
  }
  if (!command.client_token.empty()) {
    const UnixMillis now = service_.home().clock().now();
    for (const std::shared_ptr<Run>& run : runs_) {
      if (run->client_token != command.client_token || run->account != caller.account ||
          run->began + client_token_life < now)
        continue;
      if (run->text != command.text || run->max_rows != command.max_rows)
        co_return refuse(Refusal::validation,
                         "The client token was used with other parameters before.");
      if (run->done && !run->read) co_return page(*run, 0, command.max_rows);
    }
  }
  const std::shared_ptr<Run> run = co_await start(caller, command);
  Result<QueryAnswer> first = page(*run, 0, command.max_rows);
  // Whoever has read all needs the result no more; the same question again runs again.
  if (!first) {
    std::erase(runs_, run);
  } else if (first->next_token.empty()) {
    run->read = true;
    run->result = {};
  }
  co_return first;
}

Task<std::string> QueryDesk::cancel(Caller caller, std::string id) {
  const std::shared_ptr<Run> run = find(caller.account, id);
  if (run == nullptr)
    co_return refuse(Refusal::validation, "The query " + id + " does not exist or has ended.");
  run->cancelled = true;
  run->result = {};
  co_return "Cancellation requested for query " + id + ".";
}

Task<sql::Scope> QueryDesk::prepare(Caller caller, std::string text) {
  const sql::Statement statement = co_await sql::parse(text);
  const UnixMillis now = service_.home().clock().now();
  const bool cancelled = false;
  sql::Limits limits;
  limits.deadline = service_.home().clock().monotonic() + run_time_max;
  sql::Execution execution(service_, caller, now, limits, cancelled);
  execution.only_analyze();
  sql::Relation empty = co_await execution.run(statement);
  co_return std::move(empty.columns);
}

}  // namespace levada::timestream
