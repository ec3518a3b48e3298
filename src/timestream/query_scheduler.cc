#include "timestream/query_scheduler.h"

#include <algorithm>

#include "timestream/query_target.h"
#include "timestream/refusal.h"
#include "timestream/sql/calendar.h"

namespace levada::timestream {
namespace {

constexpr Nanos tick = std::chrono::milliseconds(50);  // between two looks at the schedules
constexpr Nanos schedule_look_interval =
    std::chrono::seconds(1);  // the same when nothing is due: clocks jump
constexpr Nanos retry_interval = std::chrono::seconds(1);  // after a summary could not be kept
constexpr std::size_t runs_at_once = 4;                    // more wait for their turn
constexpr std::size_t batch_records = 100;                 // of one write, as WriteRecords takes
constexpr std::size_t errors_reported_max = 1000;          // of one run
constexpr std::size_t queries_max = 10'000;                // "Quotas" of the guide, by account
constexpr Millis client_token_life = std::chrono::hours(8);
constexpr std::size_t tokens_told_max = 10'000;

std::string hex_of(std::uint64_t number, std::size_t digits, const char* letters) {
  std::string text;
  for (std::size_t i = 0; i < digits; ++i) {
    text += letters[number >> 60];
    number <<= 4;
  }
  return text;
}

std::uint64_t mixed(std::uint64_t z) {  // SplitMix64's last step
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

bool same_definition(const ScheduledQuery& a, const ScheduledQuery& b) {
  const auto bytes = [](ScheduledQuery query) {
    query.arn.clear();
    query.created = {};
    query.previous.reset();
    query.next.reset();
    query.last_run.reset();
    query.failed_runs.clear();
    query.enabled = true;
    return put_scheduled_query(query);
  };
  return bytes(a) == bytes(b);
}

// A record as WriteRecords reads it; looks into `owned`.
struct RecordViews {
  std::vector<std::vector<DimensionInput>> dimensions;
  std::vector<std::vector<MeasureInput>> measures;
  std::vector<RecordInput> records;

  explicit RecordViews(const std::vector<OwnedRecord>& owned)
      : dimensions(owned.size()), measures(owned.size()), records(owned.size()) {
    for (std::size_t i = 0; i < owned.size(); ++i) {
      const OwnedRecord& from = owned[i];
      for (const OwnedRecord::Value& d : from.dimensions) dimensions[i].push_back({d.name, d.text});
      for (const OwnedRecord::Value& m : from.measures)
        measures[i].push_back({m.name, m.text, m.type});
      RecordInput& record = records[i];
      record.dimensions = dimensions[i];
      record.measures = measures[i];
      record.measure_name = from.measure_name;
      record.measure_type = from.measure_type;
      if (from.measure_type != "MULTI") record.measure_value = from.measure_value;
      record.time = from.time;
      record.time_unit = "NANOSECONDS";
    }
  }
};

std::uint64_t bytes_of(const OwnedRecord& record) {
  std::uint64_t bytes = record.measure_name.size() + record.measure_value.size() + 8;
  for (const auto* values : {&record.dimensions, &record.measures})
    for (const OwnedRecord::Value& value : *values) bytes += value.name.size() + value.text.size();
  return bytes;
}

}  // namespace

Task<Unit> QueryScheduler::open() {
  gate_.spawn(keep_time());
  co_return Unit{};
}

Task<Unit> QueryScheduler::close() { co_return co_await outcome(gate_.close()); }

Result<const ScheduledQuery*> QueryScheduler::find(const Caller& caller,
                                                   const std::string& arn) const {
  const auto& all = service_.definitions().scheduled();
  const auto at = all.find(arn);
  if (at != all.end() && at->second.account == caller.account && at->second.region == caller.region)
    return &at->second;
  if (arn.find(":scheduled-query/") == std::string::npos || !arn.starts_with("arn:"))
    return refuse(Refusal::validation, "The ARN " + arn + " is no ARN of a scheduled query.");
  return refuse(Refusal::not_found, "The resource with arn " + arn + " does not exist.");
}

// Without SNS a notification is an event for the operator.
void QueryScheduler::notify(const ScheduledQuery& query, std::string_view what) {
  log_.info("scheduled query notification",
            {{"type", what}, {"arn", query.arn}, {"topic", query.topic}});
}

Task<std::string> QueryScheduler::create(Caller caller, ScheduledQuery query) {
  const Schedule schedule = co_await Schedule::parse(query.schedule);
  const std::int64_t scheduled_runtime = now().count() * sql::millisecond;
  const sql::Scope columns = co_await desk_.analyze(caller, query.text, scheduled_runtime);
  if (query.target) {
    const DatabaseKey key{caller.account, caller.region, query.target->database};
    if (service_.definitions().find(key, query.target->table) == nullptr)
      co_return refuse(Refusal::validation, "The target table " + query.target->database + "." +
                                                query.target->table + " does not exist.");
    co_await check_target(query.target->model, columns);
  }
  state::Turn::Held held = co_await service_.turn().take();
  query.account = caller.account;
  query.region = caller.region;
  query.created = now();
  query.enabled = true;
  if (query.key_id.empty())
    query.key_id =
        "arn:aws:kms:" + caller.region + ":" + caller.account + ":key/levada-timestream-default";
  query.next = schedule.next(query.created, query.created);
  if (!query.next)
    co_return refuse(Refusal::validation, "The schedule expression never comes true again.");
  std::size_t count = 0;
  for (const auto& [arn, other] : service_.definitions().scheduled()) {
    if (other.account != caller.account || other.region != caller.region) continue;
    ++count;
    const bool repeated = !query.client_token.empty() && other.client_token == query.client_token &&
                          query.created - other.created < client_token_life;
    if (repeated && same_definition(query, other)) co_return arn;
    if (repeated)
      co_return refuse(Refusal::conflict,
                       "The client token was used with other parameters before.");
    if (other.name == query.name)
      co_return refuse(Refusal::conflict,
                       "A scheduled query with the name " + query.name + " already exists.");
  }
  if (count >= queries_max)
    co_return refuse(Refusal::quota, "The account has as many scheduled queries as it may.");
  const std::uint64_t unique = mixed(std::hash<std::string>()(caller.account + query.name) +
                                     static_cast<std::uint64_t>(query.created.count()));
  query.arn = "arn:aws:timestream:" + caller.region + ":" + caller.account + ":scheduled-query/" +
              query.name + "-" + hex_of(unique, 16, "0123456789abcdef");
  Buffer change = put_scheduled_query(query);
  co_await service_.commit(std::move(change));
  gate_.hurry();
  notify(query, "SCHEDULED_QUERY_CREATED");
  co_return query.arn;
}

Task<ScheduledQuery> QueryScheduler::describe(Caller caller, std::string arn) {
  const ScheduledQuery* found = co_await find(caller, arn);
  co_return *found;
}

Task<ScheduledPage> QueryScheduler::list(Caller caller, Page page) {
  ScheduledPage answer;
  const auto& all = service_.definitions().scheduled();
  for (auto at = all.upper_bound(page.after); at != all.end(); ++at) {
    if (at->second.account != caller.account || at->second.region != caller.region) continue;
    if (answer.queries.size() == page.limit) {
      answer.next = answer.queries.back().arn;
      break;
    }
    answer.queries.push_back(at->second);
  }
  co_return answer;
}

Task<Unit> QueryScheduler::set_enabled(Caller caller, std::string arn, bool enabled) {
  state::Turn::Held held = co_await service_.turn().take();
  const ScheduledQuery* found = co_await find(caller, arn);
  ScheduledQuery changed = *found;
  if (changed.enabled == enabled) co_return Unit{};
  const Schedule schedule = co_await Schedule::parse(changed.schedule);
  changed.enabled = enabled;
  changed.next.reset();
  if (enabled) changed.next = schedule.next(now(), changed.created);
  Buffer change = put_scheduled_query(changed);
  co_await service_.commit(std::move(change));
  gate_.hurry();
  notify(changed, "SCHEDULED_QUERY_UPDATED");
  co_return Unit{};
}

Task<Unit> QueryScheduler::remove(Caller caller, std::string arn) {
  state::Turn::Held held = co_await service_.turn().take();
  const ScheduledQuery* found = co_await find(caller, arn);
  const ScheduledQuery gone = *found;
  Buffer change = remove_scheduled_query(arn);
  co_await service_.commit(std::move(change));
  notify(gone, "SCHEDULED_QUERY_DELETED");
  co_return Unit{};
}

Task<Unit> QueryScheduler::execute(Caller caller, std::string arn, UnixMillis invocation,
                                   std::string client_token, bool insights) {
  co_await find(caller, arn);
  if (!client_token.empty()) {
    if (told_tokens_.size() >= tokens_told_max) told_tokens_.clear();
    if (!told_tokens_.insert(arn + " " + client_token).second) co_return Unit{};
  }
  RunOrder order{arn, invocation, true, insights};
  gate_.spawn(run(std::move(order)));
  co_return Unit{};
}

Task<Unit> QueryScheduler::keep_time() {
  io::Reactor& reactor = service_.home();
  while (co_await gate_.pause(reactor, until_next())) {
    const UnixMillis moment = now();
    for (const auto& [arn, query] : service_.definitions().scheduled()) {
      if (running_.size() >= runs_at_once) break;
      if (!query.enabled || !query.next || *query.next > moment || running_.contains(arn)) continue;
      running_.insert(arn);
      RunOrder order{arn, *query.next, false, false};
      gate_.spawn(run(std::move(order)));
      break;  // the definitions may have changed
    }
  }
  co_return Unit{};
}

// Runs that wait for their turn, and those that are due, are looked for at every tick.
Nanos QueryScheduler::until_next() {
  const UnixMillis moment = now();
  Nanos soonest = schedule_look_interval;
  for (const auto& [arn, query] : service_.definitions().scheduled())
    if (query.enabled && query.next && !running_.contains(arn))
      soonest = std::min(soonest, Nanos(*query.next - moment));
  return std::max(soonest, tick);
}

Task<Unit> QueryScheduler::run(RunOrder order) {
  const auto& all = service_.definitions().scheduled();
  const auto at = all.find(order.arn);
  if (at != all.end()) {
    const ScheduledQuery query = at->second;
    RunSummary summary;
    summary.invocation = order.invocation;
    summary.trigger = now();
    std::vector<ReportedError> errors;
    const MonotonicNanos began = service_.home().clock().monotonic();
    const Result<Unit> done = co_await outcome(answer_and_write(query, order, summary, errors));
    const Nanos took = service_.home().clock().monotonic() - began;
    summary.execution_millis = std::chrono::duration_cast<Millis>(took).count();
    summary.status = order.manual ? RunStatus::manual_success : RunStatus::auto_success;
    if (!done) summary.failure = done.error().message;
    if (!done && errors.empty()) errors.push_back({summary.failure, {}});
    if (done && !errors.empty())
      summary.failure = "Some records were rejected. See the error report for details.";
    if (!errors.empty()) {
      summary.status = order.manual ? RunStatus::manual_failure : RunStatus::auto_failure;
      const Result<Unit> told = co_await outcome(report(query, summary, std::move(errors)));
      if (!told) log_.error("an error report cannot be written", {{"why", told.error()}});
    }
    Result<Unit> kept = co_await outcome(remember(order, summary));
    if (!kept) {  // not at once again: the disk may be full
      log_.error("a run of a scheduled query cannot be kept", {{"why", kept.error()}});
      (void)co_await gate_.pause(service_.home(), retry_interval);
    }
  }
  if (!order.manual) running_.erase(order.arn);
  gate_.hurry();  // others may wait for their turn
  co_return Unit{};
}

Task<Unit> QueryScheduler::answer_and_write(ScheduledQuery query, RunOrder order,
                                            RunSummary& summary,
                                            std::vector<ReportedError>& errors) {
  const Caller caller{query.account, query.region};
  const std::int64_t runtime = order.invocation.count() * sql::millisecond;
  const Answered answered = co_await desk_.answer(caller, query.text, runtime, order.insights);
  summary.rows = static_cast<std::int64_t>(answered.result.rows.size());
  summary.bytes_metered = answered.bytes_metered;
  summary.bytes_scanned = answered.bytes_scanned;
  if (order.insights) summary.insights = answered.insights;
  if (!query.target) co_return Unit{};
  std::vector<OwnedRecord> batch;
  for (const auto& row : answered.result.rows) {
    Result<std::vector<OwnedRecord>> records =
        records_of(query.target->model, answered.result.columns, row);
    if (!records) {
      if (errors.size() < errors_reported_max) errors.push_back({records.error().message, {}});
      continue;
    }
    for (OwnedRecord& record : *records) batch.push_back(std::move(record));
    if (batch.size() < batch_records) continue;
    std::vector<OwnedRecord> full = std::exchange(batch, {});
    co_await write_batch(caller, *query.target, std::move(full), summary, errors);
  }
  if (!batch.empty())
    co_await write_batch(caller, *query.target, std::move(batch), summary, errors);
  co_return Unit{};
}

Task<Unit> QueryScheduler::write_batch(Caller caller, QueryTarget target,
                                       std::vector<OwnedRecord> batch, RunSummary& summary,
                                       std::vector<ReportedError>& errors) {
  const RecordViews views(batch);
  const RecordInput common;
  auto read = co_await read_records(common, views.records);
  const WriteAnswer answer =
      co_await service_.write(caller, target.database, target.table, std::move(read));
  for (const Rejection& rejection : answer.rejected)
    if (errors.size() < errors_reported_max)
      errors.push_back({rejection.reason, {batch[rejection.record]}});
  summary.records += answer.memory + answer.magnetic;
  for (const OwnedRecord& record : batch)
    summary.data_writes += static_cast<std::int64_t>(bytes_of(record));
  co_return Unit{};
}

Task<Unit> QueryScheduler::report(ScheduledQuery query, RunSummary& summary,
                                  std::vector<ReportedError> errors) {
  const std::uint64_t a = mixed(std::hash<std::string>()(query.arn));
  const std::uint64_t b = mixed(a + static_cast<std::uint64_t>(summary.trigger.count()));
  const std::string id = hex_of(a, 16, "0123456789ABCDEF") + hex_of(b, 16, "0123456789ABCDEF");
  std::string key = query.report.prefix.empty() ? "" : query.report.prefix + "/";
  key += query.arn.substr(query.arn.rfind("scheduled-query/") + 16) + "/" +
         std::to_string(summary.invocation.count()) + "/" + id + ".json";
  Buffer document = documents_.error_report(id, errors);
  std::string bucket = query.report.bucket;
  co_await service_.objects().put(std::move(bucket), key, std::move(document));
  summary.report_bucket = query.report.bucket;
  summary.report_key = std::move(key);
  co_return Unit{};
}

Task<Unit> QueryScheduler::remember(RunOrder order, RunSummary summary) {
  state::Turn::Held held = co_await service_.turn().take();
  const auto& all = service_.definitions().scheduled();
  const auto at = all.find(order.arn);
  if (at == all.end()) co_return Unit{};  // deleted meanwhile
  ScheduledQuery changed = at->second;
  changed.previous = order.invocation;
  if (!order.manual && changed.enabled) {
    // What was missed is not made up for: one run, then those to come.
    const Schedule schedule = co_await Schedule::parse(changed.schedule);
    changed.next = schedule.next(std::max(order.invocation, now()), changed.created);
  }
  if (summary.failed()) {
    changed.failed_runs.insert(changed.failed_runs.begin(), summary);
    if (changed.failed_runs.size() > failed_runs_max) changed.failed_runs.pop_back();
  }
  constexpr std::string_view kinds[] = {"", "AUTO_TRIGGER_SUCCESS", "AUTO_TRIGGER_FAILURE",
                                        "MANUAL_TRIGGER_SUCCESS", "MANUAL_TRIGGER_FAILURE"};
  notify(changed, kinds[static_cast<std::size_t>(summary.status)]);
  changed.last_run = std::move(summary);
  Buffer change = put_scheduled_query(changed);
  co_return co_await outcome(service_.commit(std::move(change)));
}

}  // namespace levada::timestream
