#pragma once
// QueryScheduler: scheduled queries. Each runs when its schedule says, or when it is asked to, and
// writes what it finds into a table. Definitions and what became of runs are durable; a run that a
// crash interrupts is run again for the same time, and its records are the same. On the reactor
// that owns the tables.

#include <set>

#include "io/event_log.h"
#include "timestream/query_desk.h"
#include "timestream/schedule.h"

namespace levada::timestream {

struct ScheduledPage {
  std::vector<ScheduledQuery> queries;
  std::string next;  // empty: the last
};

class QueryScheduler {
 public:
  // All outlive the scheduler.
  QueryScheduler(Service& service, QueryDesk& desk, const Documents& documents, io::EventLog& log)
      : service_(service), desk_(desk), documents_(documents), log_(log) {}

  Task<Unit> open();
  Task<Unit> close();

  // The ARN. The members that only a run changes are ignored.
  Task<std::string> create(Caller caller, ScheduledQuery query);
  Task<ScheduledQuery> describe(Caller caller, std::string arn);
  Task<ScheduledPage> list(Caller caller, Page page);
  Task<Unit> set_enabled(Caller caller, std::string arn, bool enabled);
  Task<Unit> remove(Caller caller, std::string arn);
  // Resolves when the run has begun.
  Task<Unit> execute(Caller caller, std::string arn, UnixMillis invocation,
                     std::string client_token, bool insights);

 private:
  struct Written;
  struct RunOrder {
    std::string arn;
    UnixMillis invocation{};
    bool manual = false, insights = false;
  };

  Result<const ScheduledQuery*> find(const Caller& caller, const std::string& arn) const;
  Task<Unit> keep_time();
  Nanos until_next();  // look at the schedules
  Task<Unit> run(RunOrder order);
  Task<Unit> answer_and_write(ScheduledQuery query, RunOrder order, RunSummary& summary,
                              std::vector<ReportedError>& errors);
  Task<Unit> write_batch(Caller caller, QueryTarget target, std::vector<OwnedRecord> batch,
                         RunSummary& summary, std::vector<ReportedError>& errors);
  Task<Unit> report(ScheduledQuery query, RunSummary& summary, std::vector<ReportedError> errors);
  Task<Unit> remember(RunOrder order, RunSummary summary);
  void notify(const ScheduledQuery& query, std::string_view what);
  UnixMillis now() { return service_.home().clock().now(); }

  Service& service_;
  QueryDesk& desk_;
  const Documents& documents_;
  io::EventLog& log_;
  std::set<std::string> running_;      // by ARN
  std::set<std::string> told_tokens_;  // of ExecuteScheduledQuery
  io::Gate gate_;
};

// Settings of the account, checked as AWS does.
struct SettingsChange {
  std::optional<std::int64_t> max_query_tcu;
  std::optional<std::string> pricing_model, compute_mode;
  std::optional<std::int64_t> target_tcu;
  std::string topic, role;
};
Task<AccountSettings> describe_settings(Service& service, Caller caller);
Task<AccountSettings> update_settings(Service& service, Caller caller, SettingsChange change);

}  // namespace levada::timestream
