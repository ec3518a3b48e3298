#include "aws/timestream_query/scheduled_queries.h"

#include "aws/measure_mappings.h"
#include "aws/timestream_query/rows.h"
#include "timestream/refusal.h"
#include "wire/base64.h"

namespace levada::aws::timestream_query_api {
namespace {

using timestream::ScheduledQuery;

constexpr std::int64_t page_default = 1000;  // ListScheduledQueries: at most that many

timestream::Caller caller_of(const Call& call) { return {call.caller.account, call.caller.region}; }

std::string text_of(const Input& input, std::string_view name) {
  return input.string(name).value_or("");
}

// ---- what comes in

timestream::QueryTarget target_of(const Input& input) {
  timestream::QueryTarget target;
  target.database = text_of(input, "DatabaseName");
  target.table = text_of(input, "TableName");
  target.model.time_column = text_of(input, "TimeColumn");
  for (const Input& dimension : input.structures("DimensionMappings"))
    target.model.dimensions.push_back({text_of(dimension, "Name"), {}});
  read_measure_mappings(input, target.model);
  return target;
}

ScheduledQuery query_of(const Input& input) {
  ScheduledQuery query;
  query.name = text_of(input, "Name");
  query.text = text_of(input, "QueryString");
  query.schedule = text_of(*input.structure("ScheduleConfiguration"), "ScheduleExpression");
  const Input notification = *input.structure("NotificationConfiguration");
  query.topic = text_of(*notification.structure("SnsConfiguration"), "TopicArn");
  query.role = text_of(input, "ScheduledQueryExecutionRoleArn");
  query.key_id = text_of(input, "KmsKeyId");
  query.client_token = text_of(input, "ClientToken");
  const Input report = *input.structure("ErrorReportConfiguration");
  const Input s3 = *report.structure("S3Configuration");
  query.report.bucket = text_of(s3, "BucketName");
  query.report.prefix = text_of(s3, "ObjectKeyPrefix");
  query.report.encryption = s3.string("EncryptionOption").value_or("SSE_S3");
  if (const auto target = input.structure("TargetConfiguration"))
    query.target = target_of(*target->structure("TimestreamConfiguration"));
  for (const Input& tag : input.structures("Tags"))
    query.tags.insert_or_assign(text_of(tag, "Key"), text_of(tag, "Value"));
  return query;
}

// ---- what goes out

void given(OutputWriter& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.string(name, text);
}

void write_report(OutputWriter& out, const timestream::ReportLocation& report) {
  out.begin_structure("ErrorReportConfiguration");
  out.begin_structure("S3Configuration");
  out.string("BucketName", report.bucket);
  given(out, "ObjectKeyPrefix", report.prefix);
  given(out, "EncryptionOption", report.encryption);
  out.end_structure();
  out.end_structure();
}

void write_topic(OutputWriter& out, const std::string& topic) {
  out.begin_structure("SnsConfiguration");
  out.string("TopicArn", topic);
  out.end_structure();
}

void write_target(OutputWriter& out, const timestream::QueryTarget& target) {
  out.begin_structure("TargetConfiguration");
  out.begin_structure("TimestreamConfiguration");
  out.string("DatabaseName", target.database);
  out.string("TableName", target.table);
  out.string("TimeColumn", target.model.time_column);
  out.begin_list("DimensionMappings", target.model.dimensions.size());
  for (const timestream::DimensionMapping& dimension : target.model.dimensions) {
    out.begin_structure();
    out.string("Name", dimension.source);
    out.string("DimensionValueType", "VARCHAR");
    out.end_structure();
  }
  out.end_list();
  write_measure_mappings(out, target.model);
  out.end_structure();
  out.end_structure();
}

std::string_view name_of(timestream::RunStatus status) {
  constexpr std::string_view names[] = {"", "AUTO_TRIGGER_SUCCESS", "AUTO_TRIGGER_FAILURE",
                                        "MANUAL_TRIGGER_SUCCESS", "MANUAL_TRIGGER_FAILURE"};
  return names[static_cast<std::size_t>(status)];
}

void write_run(OutputWriter& out, const timestream::RunSummary& run) {
  out.timestamp("InvocationTime", run.invocation);
  out.timestamp("TriggerTime", run.trigger);
  out.string("RunStatus", name_of(run.status));
  out.begin_structure("ExecutionStats");
  out.integer("ExecutionTimeInMillis", run.execution_millis);
  out.integer("DataWrites", run.data_writes);
  out.integer("BytesMetered", run.bytes_metered);
  out.integer("CumulativeBytesScanned", run.bytes_scanned);
  out.integer("RecordsIngested", run.records);
  out.integer("QueryResultRows", run.rows);
  out.end_structure();
  if (run.insights) write_insights(out, *run.insights);
  if (!run.report_key.empty()) {
    out.begin_structure("ErrorReportLocation");
    out.begin_structure("S3ReportLocation");
    out.string("BucketName", run.report_bucket);
    out.string("ObjectKey", run.report_key);
    out.end_structure();
    out.end_structure();
  }
  given(out, "FailureReason", run.failure);
}

void write_common(OutputWriter& out, const ScheduledQuery& query) {
  out.string("Arn", query.arn);
  out.string("Name", query.name);
  out.string("State", query.enabled ? "ENABLED" : "DISABLED");
  out.timestamp("CreationTime", query.created);
  if (query.previous) out.timestamp("PreviousInvocationTime", *query.previous);
  if (query.next) out.timestamp("NextInvocationTime", *query.next);
  write_report(out, query.report);
}

void write_settings(OutputWriter& out, const timestream::AccountSettings& settings) {
  out.begin_structure();
  out.integer("MaxQueryTCU", settings.max_query_tcu);
  out.string("QueryPricingModel", "COMPUTE_UNITS");
  out.begin_structure("QueryCompute");
  out.string("ComputeMode", settings.provisioned ? "PROVISIONED" : "ON_DEMAND");
  if (settings.provisioned) {
    out.begin_structure("ProvisionedCapacity");
    out.integer("ActiveQueryTCU", settings.target_tcu);
    if (!settings.role.empty()) {
      out.begin_structure("NotificationConfiguration");
      if (!settings.topic.empty()) write_topic(out, settings.topic);
      out.string("RoleArn", settings.role);
      out.end_structure();
    }
    out.begin_structure("LastUpdate");
    out.integer("TargetQueryTCU", settings.target_tcu);
    out.string("Status", "SUCCEEDED");
    out.end_structure();
    out.end_structure();
  }
  out.end_structure();
  out.end_structure();
}

void write_nothing(Call& call) {
  call.output.begin_structure();
  call.output.end_structure();
}

// ---- the operations

Task<Unit> create(ScheduledDoors& doors, Call& call) {
  const timestream::Caller caller = caller_of(call);
  const ScheduledQuery query = query_of(call.input);
  const auto there = [&] { return doors.scheduler.create(caller, query); };
  const std::string arn = co_await doors.service.at_home(doors.here, there);
  call.output.begin_structure();
  call.output.string("Arn", arn);
  call.output.end_structure();
  co_return Unit{};
}

Task<Unit> describe(ScheduledDoors& doors, Call& call) {
  const timestream::Caller caller = caller_of(call);
  const std::string arn = text_of(call.input, "ScheduledQueryArn");
  const auto there = [&] { return doors.scheduler.describe(caller, arn); };
  const ScheduledQuery query = co_await doors.service.at_home(doors.here, there);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_structure("ScheduledQuery");
  write_common(out, query);
  out.string("QueryString", query.text);
  out.begin_structure("ScheduleConfiguration");
  out.string("ScheduleExpression", query.schedule);
  out.end_structure();
  out.begin_structure("NotificationConfiguration");
  write_topic(out, query.topic);
  out.end_structure();
  if (query.target) write_target(out, *query.target);
  out.string("ScheduledQueryExecutionRoleArn", query.role);
  out.string("KmsKeyId", query.key_id);
  if (query.last_run) {
    out.begin_structure("LastRunSummary");
    write_run(out, *query.last_run);
    out.end_structure();
  }
  out.begin_list("RecentlyFailedRuns", query.failed_runs.size());
  for (const timestream::RunSummary& run : query.failed_runs) {
    out.begin_structure();
    write_run(out, run);
    out.end_structure();
  }
  out.end_list();
  out.end_structure();
  out.end_structure();
  co_return Unit{};
}

Task<Unit> list(ScheduledDoors& doors, Call& call) {
  const timestream::Caller caller = caller_of(call);
  timestream::Page page;
  page.limit = static_cast<std::size_t>(call.input.integer("MaxResults").value_or(page_default));
  if (const auto token = call.input.text("NextToken")) {
    Buffer bytes(wire::base64_decoded_size_max(token->size()) + 3);
    const wire::Base64Decoded decoded = wire::base64_decode(*token, bytes);
    if (!decoded.ok() || decoded.size == 0)
      co_return timestream::refuse(timestream::Refusal::validation, "Invalid pagination token");
    page.after = std::string(as_text(ByteView(bytes).first(decoded.size)));
  }
  const auto there = [&] { return doors.scheduler.list(caller, page); };
  const timestream::ScheduledPage answer = co_await doors.service.at_home(doors.here, there);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_list("ScheduledQueries", answer.queries.size());
  for (const ScheduledQuery& query : answer.queries) {
    out.begin_structure();
    write_common(out, query);
    if (query.target) {
      out.begin_structure("TargetDestination");
      out.begin_structure("TimestreamDestination");
      out.string("DatabaseName", query.target->database);
      out.string("TableName", query.target->table);
      out.end_structure();
      out.end_structure();
    }
    if (query.last_run) out.string("LastRunStatus", name_of(query.last_run->status));
    out.end_structure();
  }
  out.end_list();
  if (!answer.next.empty()) {
    std::string text(wire::base64_encoded_size(answer.next.size()), '\0');
    wire::base64_encode(as_bytes(answer.next), text.data());
    out.string("NextToken", text);
  }
  out.end_structure();
  co_return Unit{};
}

Task<Unit> update(ScheduledDoors& doors, Call& call) {
  const timestream::Caller caller = caller_of(call);
  const std::string arn = text_of(call.input, "ScheduledQueryArn");
  const bool enabled = text_of(call.input, "State") == "ENABLED";
  const auto there = [&] { return doors.scheduler.set_enabled(caller, arn, enabled); };
  co_await doors.service.at_home(doors.here, there);
  write_nothing(call);
  co_return Unit{};
}

Task<Unit> remove(ScheduledDoors& doors, Call& call) {
  const timestream::Caller caller = caller_of(call);
  const std::string arn = text_of(call.input, "ScheduledQueryArn");
  const auto there = [&] { return doors.scheduler.remove(caller, arn); };
  co_await doors.service.at_home(doors.here, there);
  write_nothing(call);
  co_return Unit{};
}

Task<Unit> execute(ScheduledDoors& doors, Call& call) {
  const timestream::Caller caller = caller_of(call);
  const std::string arn = text_of(call.input, "ScheduledQueryArn");
  const UnixMillis invocation = *call.input.time("InvocationTime");
  const std::string token = text_of(call.input, "ClientToken");
  const auto given_insights = call.input.structure("QueryInsights");
  const bool insights =
      given_insights && given_insights->text("Mode") == "ENABLED_WITH_RATE_CONTROL";
  const auto there = [&] {
    return doors.scheduler.execute(caller, arn, invocation, token, insights);
  };
  co_await doors.service.at_home(doors.here, there);
  write_nothing(call);
  co_return Unit{};
}

Task<Unit> describe_settings(ScheduledDoors& doors, Call& call) {
  const timestream::Caller caller = caller_of(call);
  const auto there = [&]() -> Task<timestream::AccountSettings> {
    return timestream::describe_settings(doors.service, caller);
  };
  const timestream::AccountSettings settings = co_await doors.service.at_home(doors.here, there);
  write_settings(call.output, settings);
  co_return Unit{};
}

Task<Unit> update_settings(ScheduledDoors& doors, Call& call) {
  const timestream::Caller caller = caller_of(call);
  timestream::SettingsChange change;
  change.max_query_tcu = call.input.integer("MaxQueryTCU");
  change.pricing_model = call.input.string("QueryPricingModel");
  if (const auto compute = call.input.structure("QueryCompute")) {
    change.compute_mode = compute->string("ComputeMode");
    if (const auto capacity = compute->structure("ProvisionedCapacity")) {
      change.target_tcu = capacity->integer("TargetQueryTCU");
      if (const auto notify = capacity->structure("NotificationConfiguration")) {
        change.role = text_of(*notify, "RoleArn");
        if (const auto sns = notify->structure("SnsConfiguration"))
          change.topic = text_of(*sns, "TopicArn");
      }
    }
  }
  const auto there = [&] { return timestream::update_settings(doors.service, caller, change); };
  const timestream::AccountSettings settings = co_await doors.service.at_home(doors.here, there);
  write_settings(call.output, settings);
  co_return Unit{};
}

constexpr ScheduledRow rows[] = {
    {"CreateScheduledQuery", create},
    {"DeleteScheduledQuery", remove},
    {"DescribeAccountSettings", describe_settings},
    {"DescribeScheduledQuery", describe},
    {"ExecuteScheduledQuery", execute},
    {"ListScheduledQueries", list},
    {"UpdateAccountSettings", update_settings},
    {"UpdateScheduledQuery", update},
};

}  // namespace

std::span<const ScheduledRow> scheduled_rows() { return rows; }

}  // namespace levada::aws::timestream_query_api
