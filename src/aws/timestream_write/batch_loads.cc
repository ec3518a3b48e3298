// CreateBatchLoadTask, DescribeBatchLoadTask, ListBatchLoadTasks, ResumeBatchLoadTask.

#include <algorithm>

#include "aws/decode.h"
#include "aws/measure_mappings.h"
#include "aws/timestream_write/handlers.h"
#include "aws/timestream_write/operations.h"
#include "aws/timestream_write/requests.h"
#include "aws/timestream_write/structures.h"
#include "aws/validate.h"
#include "timestream/object_directory.h"
#include "timestream/refusal.h"
#include "wire/json_reader.h"

namespace levada::aws::timestream_write_api {
namespace {

using timestream::BatchLoad;
using timestream::DataModel;
using timestream::Refusal;

constexpr Bytes model_size_max = 1_MiB;

DataModel model_of(const Input& input) {
  DataModel model;
  model.time_column = text_or_empty(input, "TimeColumn");
  model.time_unit = text_or_empty(input, "TimeUnit");
  for (const Input& each : input.structures("DimensionMappings"))
    model.dimensions.push_back(
        {text_or_empty(each, "SourceColumn"), text_or_empty(each, "DestinationColumn")});
  read_measure_mappings(input, model);
  return model;
}

timestream::LoadCommand command_of(const Input& input) {
  timestream::LoadCommand command;
  command.client_token = text_or_empty(input, "ClientToken");
  command.database = text_or_empty(input, "TargetDatabaseName");
  command.table = text_or_empty(input, "TargetTableName");
  command.version = input.integer("RecordVersion");
  const Input source = *input.structure("DataSourceConfiguration");
  const Input place = *source.structure("DataSourceS3Configuration");
  command.source.bucket = text_or_empty(place, "BucketName");
  command.source.prefix = text_or_empty(place, "ObjectKeyPrefix");
  if (const auto csv = source.structure("CsvConfiguration")) {
    command.source.separator = text_or_empty(*csv, "ColumnSeparator");
    command.source.escape = text_or_empty(*csv, "EscapeChar");
    command.source.quote = text_or_empty(*csv, "QuoteChar");
    command.source.null_value = text_or_empty(*csv, "NullValue");
    if (csv->has("TrimWhiteSpace")) command.source.trim = csv->flag("TrimWhiteSpace");
  }
  const auto report = input.structure("ReportConfiguration")->structure("ReportS3Configuration");
  if (report)
    command.report = {
        text_or_empty(*report, "BucketName"), text_or_empty(*report, "ObjectKeyPrefix"),
        text_or_empty(*report, "EncryptionOption"), text_or_empty(*report, "KmsKeyId")};
  return command;
}

// A model that lies in a bucket: the JSON of the DataModel structure.
Result<DataModel> read_model(ByteView json, const std::string& place) {
  const auto not_valid = [&](const std::string& why) {
    return timestream::refuse(Refusal::validation,
                              "The data model at " + place + " is not valid: " + why);
  };
  wire::ValueTree tree, decoded_tree;
  const Result<wire::Value> root = wire::read_json(as_text(json), tree);
  if (!root) return not_valid(root.error().message);
  const auto decoded = decode(data_model, *root, Coding::json, decoded_tree);
  if (!decoded) return not_valid(decoded.error());
  if (const auto why = validate(service, data_model, *decoded)) return not_valid(*why);
  return model_of(Input(data_model, *decoded));
}

Task<Unit> find_model(Doors& doors, const Input& request, timestream::LoadCommand& command) {
  const auto configuration = request.structure("DataModelConfiguration");
  const auto model = configuration ? configuration->structure("DataModel") : std::nullopt;
  const auto place =
      configuration ? configuration->structure("DataModelS3Configuration") : std::nullopt;
  if (model.has_value() == place.has_value())
    co_return timestream::refuse(Refusal::validation,
                                 "DataModelConfiguration must have either a DataModel or a "
                                 "DataModelS3Configuration.");
  if (model) {
    command.model = model_of(*model);
    co_return Unit{};
  }
  command.model_bucket = text_or_empty(*place, "BucketName");
  command.model_key = text_or_empty(*place, "ObjectKey");
  const std::string name = "s3://" + command.model_bucket + "/" + command.model_key;
  const auto get = [&] {
    return doors.service.objects().get(command.model_bucket, command.model_key, model_size_max);
  };
  const Result<Buffer> json = co_await outcome(doors.service.at_home(doors.here, get));
  if (!json)
    co_return timestream::refuse(
        Refusal::validation,
        "The data model at " + name + " cannot be read: " + json.error().message);
  command.model = co_await read_model(*json, name);
  co_return Unit{};
}

void given(OutputWriter& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.string(name, text);
}

void write_source(OutputWriter& out, const timestream::LoadSource& source) {
  out.begin_structure("DataSourceConfiguration");
  out.begin_structure("DataSourceS3Configuration");
  out.string("BucketName", source.bucket);
  given(out, "ObjectKeyPrefix", source.prefix);
  out.end_structure();
  const bool csv =
      source.trim || !(source.separator + source.escape + source.quote + source.null_value).empty();
  if (csv) {
    out.begin_structure("CsvConfiguration");
    given(out, "ColumnSeparator", source.separator);
    given(out, "EscapeChar", source.escape);
    given(out, "QuoteChar", source.quote);
    given(out, "NullValue", source.null_value);
    if (source.trim) out.boolean("TrimWhiteSpace", *source.trim);
    out.end_structure();
  }
  out.string("DataFormat", "CSV");
  out.end_structure();
}

void write_report(OutputWriter& out, const std::optional<timestream::ReportLocation>& report) {
  out.begin_structure("ReportConfiguration");
  if (report) {
    out.begin_structure("ReportS3Configuration");
    out.string("BucketName", report->bucket);
    given(out, "ObjectKeyPrefix", report->prefix);
    given(out, "EncryptionOption", report->encryption);
    given(out, "KmsKeyId", report->key_id);
    out.end_structure();
  }
  out.end_structure();
}

void write_model(OutputWriter& out, const DataModel& model) {
  out.begin_structure("DataModel");
  given(out, "TimeColumn", model.time_column);
  given(out, "TimeUnit", model.time_unit);
  out.begin_list("DimensionMappings", model.dimensions.size());
  for (const timestream::DimensionMapping& each : model.dimensions) {
    out.begin_structure();
    given(out, "SourceColumn", each.source);
    given(out, "DestinationColumn", each.target);
    out.end_structure();
  }
  out.end_list();
  write_measure_mappings(out, model);
  out.end_structure();
}

void write_model_configuration(OutputWriter& out, const timestream::LoadCommand& command) {
  out.begin_structure("DataModelConfiguration");
  if (command.model_bucket.empty()) {
    write_model(out, command.model);
  } else {
    out.begin_structure("DataModelS3Configuration");
    out.string("BucketName", command.model_bucket);
    out.string("ObjectKey", command.model_key);
    out.end_structure();
  }
  out.end_structure();
}

void write_progress(OutputWriter& out, const timestream::LoadProgress& progress) {
  out.begin_structure("ProgressReport");
  const auto number = [&out](std::string_view name, std::uint64_t value) {
    out.integer(name, static_cast<std::int64_t>(value));
  };
  number("RecordsProcessed", progress.processed);
  number("RecordsIngested", progress.ingested);
  number("ParseFailures", progress.parse_failures);
  number("RecordIngestionFailures", progress.ingestion_failures);
  number("FileFailures", progress.file_failures);
  number("BytesMetered", progress.bytes);
  out.end_structure();
}

void write_times(OutputWriter& out, const BatchLoad& load) {
  out.timestamp("CreationTime", load.created);
  out.timestamp("LastUpdatedTime", load.updated);
  if (load.status == timestream::LoadStatus::progress_stopped)
    out.timestamp("ResumableUntil",
                  UnixMillis(load.updated.count() + timestream::resumable_millis));
}

std::optional<timestream::LoadStatus> status_of(const Input& input) {
  const auto name = input.text("TaskStatus");
  if (!name) return std::nullopt;
  const auto at = std::ranges::find(batch_load_status_values, *name);
  // The table lets nothing else through, and has them in the order of LoadStatus.
  return static_cast<timestream::LoadStatus>(at - std::begin(batch_load_status_values));
}

}  // namespace

Task<Unit> handle_create_batch_load_task(Doors& doors, Call& call) {
  timestream::LoadCommand command = command_of(call.input);
  co_await find_model(doors, call.input, command);
  const auto create = [&] {
    return doors.service.create_batch_load(caller_of(call), std::move(command));
  };
  const std::string id = co_await doors.service.at_home(doors.here, create);
  call.output.begin_structure();
  call.output.string("TaskId", id);
  call.output.end_structure();
  co_return Unit{};
}

Task<Unit> handle_describe_batch_load_task(Doors& doors, Call& call) {
  const std::string id = text_or_empty(call.input, "TaskId");
  const auto describe = [&] { return doors.service.describe_batch_load(caller_of(call), id); };
  const BatchLoad load = co_await doors.service.at_home(doors.here, describe);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_structure("BatchLoadTaskDescription");
  out.string("TaskId", load.id);
  given(out, "ErrorMessage", load.error);
  write_source(out, load.command.source);
  write_progress(out, load.progress);
  write_report(out, load.command.report);
  write_model_configuration(out, load.command);
  out.string("TargetDatabaseName", load.command.database);
  out.string("TargetTableName", load.command.table);
  out.string("TaskStatus", name_of(load.status));
  out.integer("RecordVersion", load.command.version.value_or(1));
  write_times(out, load);
  out.end_structure();
  out.end_structure();
  co_return Unit{};
}

Task<Unit> handle_list_batch_load_tasks(Doors& doors, Call& call) {
  timestream::Page page = co_await page_of(call.input);
  const auto status = status_of(call.input);
  const auto list = [&] {
    return doors.service.list_batch_loads(caller_of(call), status, std::move(page));
  };
  const timestream::LoadPage answer = co_await doors.service.at_home(doors.here, list);
  OutputWriter& out = call.output;
  out.begin_structure();
  write_token(out, answer.next);
  out.begin_list("BatchLoadTasks", answer.loads.size());
  for (const BatchLoad& load : answer.loads) {
    out.begin_structure();
    out.string("TaskId", load.id);
    out.string("TaskStatus", name_of(load.status));
    out.string("DatabaseName", load.command.database);
    out.string("TableName", load.command.table);
    write_times(out, load);
    out.end_structure();
  }
  out.end_list();
  out.end_structure();
  co_return Unit{};
}

Task<Unit> handle_resume_batch_load_task(Doors& doors, Call& call) {
  const std::string id = text_or_empty(call.input, "TaskId");
  const auto resume = [&] { return doors.service.resume_batch_load(caller_of(call), id); };
  co_await doors.service.at_home(doors.here, resume);
  write_nothing(call);
  co_return Unit{};
}

}  // namespace levada::aws::timestream_write_api
