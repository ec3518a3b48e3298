#include "timestream/query_desk.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <span>

#include "timestream/refusal.h"
#include "timestream/sql/parser.h"
#include "timestream/unload.h"

namespace levada::timestream {
namespace {

// Spec timestream 6.1.
constexpr std::size_t page_bytes_max = 1'000'000;
constexpr Millis token_life = std::chrono::hours(1);
constexpr Millis query_token_life = std::chrono::minutes(5);
constexpr Nanos run_time_max = std::chrono::hours(1);
constexpr std::int64_t metered_min = 10'000'000;
constexpr Nanos insights_interval = std::chrono::seconds(1);

constexpr std::size_t runs_max = 64;                   // whose results wait for their readers
constexpr Nanos patience = std::chrono::seconds(5);    // of one call; then an empty page
constexpr Millis abandoned = std::chrono::minutes(2);  // nobody asked for the run any more
// Values in memory, about 40 bytes each: of all queries that run, and of all results that wait.
constexpr std::size_t cells_running_max = 40'000'000, cells_kept_max = 20'000'000;
// Of a result that is kept after it was read: runs_max of them are about 10 MB.
constexpr std::size_t cells_repeated_max = 4'000;

constexpr std::string_view bad_token = "Invalid pagination token";

constexpr std::size_t cell_frame = 19;         // {"ScalarValue":""},
constexpr std::size_t row_frame = 12;          // {"Data":[]},
constexpr std::size_t shown_number_size = 20;  // at most, but for a few doubles
constexpr std::size_t moment_size = 29;        // 2026-11-22 00:00:00.000000000
// Numbers beyond it are nanoseconds since 1970 rather than a count of something.
constexpr std::int64_t number_usual_max = 100'000'000'000'000'000;

// About how many bytes the value takes in an answer; of what is larger than a page only that.
std::size_t size_of(const sql::Value& value) {
  constexpr std::size_t frame = cell_frame;
  switch (value.is.index()) {
    case 4:
      return value.text().size() + frame;
    case 5: {
      std::size_t size = frame;
      for (const sql::Value& each : value.list()) {
        size += size_of(each);
        if (size > page_bytes_max) break;
      }
      return size;
    }
    case 2:
      return frame + (value.number() > number_usual_max ? moment_size : shown_number_size);
    default:
      return shown_number_size + frame;
  }
}

std::size_t size_of(const std::vector<sql::Value>& row) {
  std::size_t size = row_frame;
  for (const sql::Value& value : row) size += size_of(value);
  return size;
}

// Of row after row of a result.
class RowSizes {
 public:
  explicit RowSizes(const sql::Relation& result) : result_(result) {
    if (!result.table) return;
    for (std::size_t i = 0; i < result.columns.size(); ++i) {
      const sql::ColumnTable::Column& column = result.table->columns[i];
      if (column.texts)
        (column.of_series ? texts_of_series_ : texts_).push_back(&column);
      else if (result.columns[i].type.is(sql::Kind::bigint))
        fixed_ += column.number_size_max + cell_frame;
      else
        fixed_ +=
            cell_frame +
            (result.columns[i].type.is(sql::Kind::timestamp) ? moment_size : shown_number_size);
    }
  }
  std::size_t at(std::size_t row) {
    if (!result_.table) return timestream::size_of(result_.rows[row]);
    std::size_t size = fixed_ + size_of_series(row);
    for (const sql::ColumnTable::Column* column : texts_) size += size_of(*column, row);
    return size;
  }

 private:
  static std::size_t size_of(const sql::ColumnTable::Column& column, std::size_t place) {
    if (!column.present[place]) return timestream::size_of(sql::Value());
    return column.texts->at(column.bits[place]).size() + cell_frame;
  }
  std::size_t size_of_series(std::size_t row) {
    if (texts_of_series_.empty()) return 0;
    const auto series = static_cast<std::size_t>(result_.table->series[row]);
    if (series != series_) {  // mostly it is that of the row before
      series_ = series;
      series_size_ = 0;
      for (const sql::ColumnTable::Column* column : texts_of_series_)
        series_size_ += size_of(*column, series);
    }
    return series_size_;
  }

  const sql::Relation& result_;
  std::vector<const sql::ColumnTable::Column*> texts_, texts_of_series_;
  std::size_t fixed_ = row_frame;
  std::optional<std::size_t> series_;
  std::size_t series_size_ = 0;
};

// Where the page that begins at `from` ends; `from` itself: its row is larger than a page.
std::size_t page_end(const sql::Relation& result, RowSizes& sizes, std::size_t from,
                     std::size_t max_rows) {
  std::size_t bytes = 0, to = from;
  for (; to < result.size() && (max_rows == 0 || to - from < max_rows); ++to) {
    bytes += sizes.at(to);
    if (bytes > page_bytes_max) break;
  }
  return to;
}

// A plain SELECT over one table: its columns are known by name.
void name_sources(const sql::Statement& statement, Prepared& prepared) {
  if (!statement.query || !statement.query->body || !statement.query->body->select) return;
  const sql::Select& select = *statement.query->body->select;
  const bool table = select.from && select.from->kind == sql::Source::Kind::table &&
                     !select.from->database.empty();
  const bool stars = std::ranges::any_of(select.items, [](const auto& item) { return !item.node; });
  if (stars && select.items.size() > 1) return;
  for (std::size_t i = 0; i < prepared.columns.size(); ++i) {
    Prepared::Column& column = prepared.columns[i];
    const sql::SelectItem& item = select.items[stars ? 0 : i];
    column.aliased = item.alias.has_value();
    if (!table || (item.node && item.node->kind != sql::NodeKind::column)) continue;
    column.database = select.from->database;
    column.table = select.from->name;
  }
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

QueryDesk::RunPointer QueryDesk::find(const std::string& account, const std::string& id) const {
  const auto at = std::ranges::find_if(
      runs_, [&](const auto& run) { return run->id == id && run->account == account; });
  return at == runs_.end() ? nullptr : *at;
}

void QueryDesk::forget(const RunPointer& run) {
  cells_kept_ -= std::exchange(run->cells, 0);
  std::erase(runs_, run);
}

void QueryDesk::forget_old(UnixMillis now) {
  std::vector<RunPointer> old;
  for (const RunPointer& run : runs_) {
    if (run->done && run->began + token_life < now) old.push_back(run);
    if (!run->done && run->asked + abandoned < now) run->cancelled = true;
  }
  for (const RunPointer& run : old) forget(run);
  while (runs_.size() >= runs_max || cells_kept_ > cells_kept_max) {
    auto oldest = std::ranges::find_if(runs_, [](const auto& run) { return run->read; });
    if (oldest == runs_.end())
      oldest = std::ranges::find_if(runs_, [](const auto& run) { return run->done; });
    if (oldest == runs_.end()) break;
    const RunPointer run = *oldest;
    forget(run);
  }
}

sql::Limits QueryDesk::limits(Nanos time) {
  sql::Limits limits;
  limits.deadline = service_.home().clock().monotonic() + time;
  limits.cells_of_all = &cells_running_;
  limits.cells_of_all_max = cells_running_max;
  return limits;
}

Task<Answered> QueryDesk::execute(Caller caller, const sql::Statement& statement,
                                  const std::string& id, bool insights, const bool& cancelled,
                                  std::optional<std::int64_t> scheduled_runtime, bool as_columns) {
  const UnixMillis now = service_.home().clock().now();
  sql::Execution execution(service_, caller, now, limits(run_time_max), cancelled);
  if (insights) execution.want_insights();
  if (as_columns && statement.kind == sql::Statement::Kind::query) execution.allow_columns();
  if (scheduled_runtime)
    execution.bind("scheduled_runtime", {sql::Kind::timestamp}, sql::Value(*scheduled_runtime));
  Answered answered;
  answered.result = co_await execution.run(statement);
  answered.bytes_scanned = execution.bytes_scanned();
  if (statement.query != nullptr)
    answered.bytes_metered = std::max(metered_min, answered.bytes_scanned);
  answered.insights = execution.insights();
  if (statement.kind == sql::Statement::Kind::unload) {
    UnloadOptions options = co_await unload_options_of(statement, answered.result.columns);
    answered.result = co_await unload(service_.objects(), documents_, std::move(options), id,
                                      std::move(answered.result), answered.insights);
  }
  const sql::Relation& result = answered.result;
  answered.insights.rows = result.size();
  if (insights) {
    RowSizes sizes(result);
    for (std::size_t i = 0; i < result.size(); ++i) answered.insights.bytes += sizes.at(i);
  }
  co_return answered;
}

Task<Unit> QueryDesk::work(Caller caller, RunPointer run, sql::Statement statement) {
  Result<Answered> answered = co_await outcome(
      execute(caller, statement, run->id, run->insights, run->cancelled, std::nullopt, true));
  run->done = true;
  if (!answered) {
    run->error = std::move(answered).error();
  } else if (!run->cancelled) {
    run->answered = std::move(*answered);
    run->result = std::make_shared<const sql::Relation>(std::move(run->answered.result));
    run->cells = run->size() * (run->result->columns.size() + 1);
    cells_kept_ += run->cells;
  }
  run->ended.notify_all();
  co_return Unit{};
}

Task<QueryDesk::RunPointer> QueryDesk::start(Caller caller, const QueryCommand& command) {
  const UnixMillis now = service_.home().clock().now();
  const MonotonicNanos moment = service_.home().clock().monotonic();
  forget_old(now);
  if (command.insights) {
    if (last_insights_ && moment - *last_insights_ < insights_interval)
      co_return refuse(Refusal::throttled,
                       "QueryInsights is limited to one query per second. Please try again.");
    last_insights_ = moment;
  }
  auto run = std::make_shared<Run>(service_.home());
  run->id = new_id();
  run->account = caller.account;
  run->text = command.text;
  run->client_token = command.client_token;
  run->max_rows = command.max_rows;
  run->insights = command.insights;
  run->began = run->asked = now;
  sql::Statement statement = co_await sql::parse(command.text);
  runs_.push_back(run);
  gate_.spawn(work(caller, run, std::move(statement)));
  co_return run;
}

Task<QueryAnswer> QueryDesk::serve(Caller caller, RunPointer run, std::size_t from,
                                   std::size_t max_rows) {
  const Deadline deadline = service_.home().clock().monotonic() + patience;
  run->asked = service_.home().clock().now();
  ++run->waiting;
  while (!run->done) {
    if (!co_await outcome(run->ended.wait(deadline))) break;
  }
  --run->waiting;
  run->asked = service_.home().clock().now();
  if (run->cancelled) co_return refuse(Refusal::conflict, "The query was cancelled.");
  if (run->error) {
    forget(run);
    co_return tl::unexpected<Error>(*run->error);
  }
  if (!run->done) {
    const Prepared prepared = co_await prepare(caller, run->text);
    auto nothing = std::make_shared<sql::Relation>();
    for (const Prepared::Column& column : prepared.columns)
      nothing->columns.push_back(column.column);
    QueryAnswer empty;
    empty.id = run->id;
    empty.result = std::move(nothing);
    empty.next_token = run->id + "." + std::to_string(from);
    empty.progress = 0;
    empty.bytes_metered = metered_min;
    co_return empty;
  }
  if (!run->result)  // it was read to its end
    co_return refuse(Refusal::validation, std::string(bad_token));
  Result<QueryAnswer> answer = page(*run, from, max_rows);
  // Whoever has read all needs the result no more; the same question again runs again. A small one
  // stays for a client that asks again with its token, because the answer got lost.
  if (!answer) {
    forget(run);
  } else if (answer->next_token.empty() && from == 0 && run->waiting == 0) {
    run->read = true;
    if (run->client_token.empty() || run->cells > cells_repeated_max) {
      cells_kept_ -= std::exchange(run->cells, 0);
      run->result.reset();
    }
  }
  co_return answer;
}

Result<QueryAnswer> QueryDesk::page(Run& run, std::size_t from, std::size_t max_rows) const {
  QueryAnswer answer;
  answer.id = run.id;
  answer.result = run.result;
  answer.bytes_scanned = run.answered.bytes_scanned;
  answer.bytes_metered = run.answered.bytes_metered;
  const sql::Relation& result = *run.result;
  RowSizes sizes(result);
  const bool known = run.next && run.next->from == from && run.next->max_rows == max_rows;
  const std::size_t to = known ? run.next->to : page_end(result, sizes, from, max_rows);
  if (to == from && from < result.size())
    return refuse(Refusal::validation,
                  "Query aborted as max page response size has been exceeded by the output "
                  "result row");
  answer.begin = from;
  answer.end = to;
  answer.next_end = page_end(result, sizes, to, max_rows);
  run.next = {to, answer.next_end, max_rows};
  if (to < result.size()) {
    answer.next_token = run.id + "." + std::to_string(to);
    answer.progress = 100.0 * static_cast<double>(to) / static_cast<double>(result.size());
  } else if (run.insights) {
    answer.insights = run.answered.insights;
  }
  return answer;
}

Task<QueryAnswer> QueryDesk::query(Caller caller, QueryCommand command) {
  if (!command.next_token.empty()) {
    const std::size_t dot = command.next_token.find('.');
    const RunPointer run = find(caller.account, command.next_token.substr(0, dot));
    std::size_t from = 0;
    const char* end = command.next_token.data() + command.next_token.size();
    const bool numbered =
        dot != std::string::npos &&
        std::from_chars(command.next_token.data() + dot + 1, end, from).ptr == end;
    const bool there = run != nullptr && numbered && run->text == command.text &&
                       (!run->done || from <= run->size() || run->cancelled);
    if (!there) co_return refuse(Refusal::validation, std::string(bad_token));
    co_return co_await outcome(serve(caller, run, from, command.max_rows));
  }
  if (!command.client_token.empty()) {
    const UnixMillis now = service_.home().clock().now();
    const std::deque<RunPointer> runs = runs_;
    for (const RunPointer& run : runs) {
      if (run->client_token != command.client_token || run->account != caller.account ||
          run->began + query_token_life < now)
        continue;
      if (run->text != command.text || run->max_rows != command.max_rows)
        co_return refuse(Refusal::validation,
                         "The client token was used with other parameters before.");
      if (!run->cancelled && (!run->done || run->result || run->error))
        co_return co_await outcome(serve(caller, run, 0, command.max_rows));
    }
  }
  const RunPointer run = co_await start(caller, command);
  co_return co_await outcome(serve(caller, run, 0, command.max_rows));
}

Task<std::string> QueryDesk::cancel(Caller caller, std::string id) {
  const RunPointer run = find(caller.account, id);
  if (run == nullptr)
    co_return refuse(Refusal::validation, "The query " + id + " does not exist or has ended.");
  run->cancelled = true;
  cells_kept_ -= std::exchange(run->cells, 0);
  run->result.reset();
  run->ended.notify_all();
  co_return "Cancellation requested for query " + id + ".";
}

Task<Unit> QueryDesk::close() {
  for (const RunPointer& run : runs_) run->cancelled = true;
  co_return co_await outcome(gate_.close());
}

Task<Prepared> QueryDesk::prepare(Caller caller, std::string text) {
  const sql::Statement statement = co_await sql::parse(text);
  const UnixMillis now = service_.home().clock().now();
  const bool cancelled = false;
  Prepared prepared;
  sql::Execution execution(service_, caller, now, limits(run_time_max), cancelled);
  execution.only_analyze(&prepared.parameters);
  const sql::Relation empty = co_await execution.run(statement);
  for (const sql::ScopeColumn& column : empty.columns)
    prepared.columns.push_back({column, {}, {}, false});
  name_sources(statement, prepared);
  co_return prepared;
}

Task<sql::Scope> QueryDesk::analyze(Caller caller, std::string text,
                                    std::int64_t scheduled_runtime) {
  const sql::Statement statement = co_await sql::parse(text);
  if (statement.kind != sql::Statement::Kind::query)
    co_return refuse(Refusal::validation, "A scheduled query must be a SELECT.");
  const UnixMillis now = service_.home().clock().now();
  const bool cancelled = false;
  sql::Execution execution(service_, caller, now, limits(run_time_max), cancelled);
  execution.bind("scheduled_runtime", {sql::Kind::timestamp}, sql::Value(scheduled_runtime));
  execution.only_analyze(nullptr);
  sql::Relation empty = co_await execution.run(statement);
  co_return std::move(empty.columns);
}

Task<Answered> QueryDesk::answer(Caller caller, std::string text, std::int64_t scheduled_runtime,
                                 bool insights) {
  const sql::Statement statement = co_await sql::parse(text);
  const std::string id = new_id();
  const bool cancelled = false;
  co_return co_await outcome(
      execute(caller, statement, id, insights, cancelled, scheduled_runtime, false));
}

}  // namespace levada::timestream
