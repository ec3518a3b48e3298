#include "aws/timestream_query/documents.h"

#include "aws/timestream_query/rows.h"

namespace levada::aws {
namespace {

using timestream::OwnedRecord;

void write_author(OutputWriter& out, std::string_view author, std::string_view name,
                  std::string_view version) {
  out.begin_structure(author);
  out.string(name, "Levada");
  out.string(version, "1.0");
  out.end_structure();
}

void text_or_null(wire::JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  if (text.empty())
    json.null();
  else
    json.string(text);
}

void write_record(wire::JsonWriter& json, const OwnedRecord& record) {
  json.begin_object();
  json.key("dimensions");
  json.begin_array();
  for (const OwnedRecord::Value& dimension : record.dimensions) {
    json.begin_object();
    json.key("name");
    json.string(dimension.name);
    json.key("value");
    json.string(dimension.text);
    json.key("dimensionValueType");
    json.null();
    json.end_object();
  }
  json.end_array();
  text_or_null(json, "measureName", record.measure_name);
  text_or_null(json, "measureValue", record.measure_value);
  json.key("measureValues");
  if (record.measures.empty()) {
    json.null();
  } else {
    json.begin_array();
    for (const OwnedRecord::Value& measure : record.measures) {
      json.begin_object();
      json.key("name");
      json.string(measure.name);
      json.key("value");
      json.string(measure.text);
      json.key("type");
      json.string(measure.type);
      json.end_object();
    }
    json.end_array();
  }
  text_or_null(json, "measureValueType", record.measure_type);
  text_or_null(json, "time", record.time);
  json.key("timeUnit");
  json.string("NANOSECONDS");
  json.key("version");
  json.null();
  json.end_object();
}

}  // namespace

Buffer QueryDocuments::manifest(const std::vector<timestream::UnloadedFile>& files) const {
  Buffer bytes;
  OutputWriter out(Coding::json, bytes);
  std::uint64_t size = 0, rows = 0;
  const auto number = [&out](std::string_view name, std::uint64_t value) {
    out.integer(name, static_cast<std::int64_t>(value));
  };
  out.begin_structure();
  out.begin_list("result_files", files.size());
  for (const timestream::UnloadedFile& file : files) {
    out.begin_structure();
    out.string("url", file.address);
    out.begin_structure("file_metadata");
    number("content_length_in_bytes", file.bytes);
    number("row_count", file.rows);
    out.end_structure();
    out.end_structure();
    size += file.bytes;
    rows += file.rows;
  }
  out.end_list();
  out.begin_structure("query_metadata");
  number("content_length_in_bytes", size);
  number("total_content_length_in_bytes", size);  // as published readers call it
  number("total_row_count", rows);
  const bool parquet = !files.empty() && files.front().address.ends_with(".parquet");
  out.string("result_format", parquet ? "PARQUET" : "CSV");
  out.string("result_version", "Amazon Timestream version 1.0.0");
  out.end_structure();
  write_author(out, "author", "name", "manifest_file_version");
  out.end_structure();
  out.finish();
  return bytes;
}

Buffer QueryDocuments::metadata(const timestream::sql::Scope& columns) const {
  Buffer bytes;
  OutputWriter out(Coding::json, bytes);
  out.begin_structure();
  timestream_query_api::write_columns(out, "ColumnInfo", columns);
  write_author(out, "Author", "Name", "MetadataFileVersion");
  out.end_structure();
  out.finish();
  return bytes;
}

Buffer QueryDocuments::error_report(const std::string& id,
                                    const std::vector<timestream::ReportedError>& errors) const {
  Buffer bytes;
  wire::JsonWriter json(bytes);
  json.begin_object();
  json.key("reportId");
  json.string(id);
  json.key("errors");
  json.begin_array();
  for (const timestream::ReportedError& error : errors) {
    json.begin_object();
    json.key("reason");
    json.string(error.reason);
    json.key("records");
    json.begin_array();
    for (const OwnedRecord& record : error.records) write_record(json, record);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.finish();
  return bytes;
}

}  // namespace levada::aws
