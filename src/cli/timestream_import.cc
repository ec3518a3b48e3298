#include "cli/timestream_import.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "aws/timestream_write/operations.h"
#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/json_text.h"
#include "cli/mapped_file.h"
#include "cli/stream_progress.h"
#include "cli/unloaded_file.h"
#include "timestream/csv_reader.h"
#include "timestream/parquet_reader.h"
#include "timestream/sql/calendar.h"

namespace levada::cli {
namespace {

namespace aws_write = aws::timestream_write_api;

constexpr std::size_t records_a_call = 100;  // API_WriteRecords
constexpr std::size_t rejections_told = 5;   // of a file
constexpr int throttled_tries_max = 60;
constexpr auto throttled_pause = std::chrono::milliseconds(500);
constexpr std::string_view single_prefix = "measure_value::", parquet_suffix = ".parquet";
constexpr std::uint64_t rows_shown = 10'000;  // the progress bar moves after so many

struct Column {
  std::string name, type;
};

struct Unloaded {
  std::vector<Column> columns;
  std::vector<std::string> files;
};

unexpected<Error> not_read(const std::string& what) { return fail_as(ExitCode::general, what); }

Result<std::vector<Column>> read_columns(const std::string& path) {
  const std::string text = TRY(read_file(path));
  const Document metadata = TRY(read_json(text));
  const Document* list = metadata.find("ColumnInfo");
  if (list == nullptr || !list->is_array()) return not_read(path + ": has no ColumnInfo");
  std::vector<Column> columns;
  for (const Document& each : list->items()) {
    const Document* name = each.find("Name");
    const Document* type = each.find("Type");
    const Document* scalar = type == nullptr ? nullptr : type->find("ScalarType");
    if (name == nullptr || !name->is_string() || scalar == nullptr || !scalar->is_string())
      return not_read(path + ": a column has no name or no scalar type");
    columns.push_back({name->string(), scalar->string()});
  }
  return columns;
}

Result<Unloaded> find_files(const std::string& directory) {
  std::error_code error;
  Unloaded found;
  std::vector<std::string> metadata;
  for (std::filesystem::recursive_directory_iterator at(directory, error), end; at != end;
       at.increment(error)) {
    if (error) break;
    const std::string path = at->path().string();
    if (path.ends_with("_metadata.json")) metadata.push_back(path);
    if (path.ends_with(".csv") || path.ends_with(".gz") || path.ends_with(parquet_suffix))
      found.files.push_back(path);
  }
  if (error) return not_read(directory + ": " + error.message());
  if (metadata.empty()) return not_read(directory + ": holds no *_metadata.json of an UNLOAD");
  std::ranges::sort(found.files);
  found.columns = TRY(read_columns(metadata.front()));
  return found;
}

// "2024-05-01 10:20:30.123456789" as nanoseconds.
Result<std::string> nanoseconds(const std::string& text) {
  const auto nanos = timestream::sql::parse_timestamp(text);
  if (!nanos) return not_read("'" + text + "' is no timestamp");
  return std::to_string(*nanos);
}

Document member(std::string_view name, std::string_view value, std::string_view type = {}) {
  Document::Object object;
  object.push_back({"Name", Document::of_string(name)});
  object.push_back({"Value", Document::of_string(value)});
  if (!type.empty()) object.push_back({"Type", Document::of_string(type)});
  return Document::of_object(std::move(object));
}

Result<Document> record_of(const std::vector<Column>& columns, const UnloadImport& import,
                           const std::vector<std::string>& fields) {
  Document::Object record;
  Document::Array dimensions, measures;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& [name, type] = columns[i];
    const std::string& text = fields[i];
    if (name == "time") {
      record.push_back({"Time", Document::of_string(TRY(nanoseconds(text)))});
      continue;
    }
    if (text.empty()) continue;
    const std::string value = type == "TIMESTAMP" ? TRY(nanoseconds(text)) : text;
    if (name == "measure_name") {
      record.push_back({"MeasureName", Document::of_string(text)});
    } else if (name.starts_with(single_prefix)) {
      record.push_back({"MeasureValue", Document::of_string(value)});
      record.push_back({"MeasureValueType", Document::of_string(type)});
    } else if (type == "VARCHAR" && !import.measures.contains(name)) {
      dimensions.push_back(member(name, text));
    } else {
      measures.push_back(member(name, value, type));
    }
  }
  if (!measures.empty()) {
    record.push_back({"MeasureValueType", Document::of_string("MULTI")});
    record.push_back({"MeasureValues", Document::of_array(std::move(measures))});
  }
  record.push_back({"TimeUnit", Document::of_string("NANOSECONDS")});
  record.push_back({"Dimensions", Document::of_array(std::move(dimensions))});
  return Document::of_object(std::move(record));
}

// Of a file whose rows were divided by a column, the folder "column=value" has its value.
std::string partition_of(const std::string& path, const std::string& column) {
  for (const auto& folder : std::filesystem::path(path).parent_path()) {
    const std::string name = folder.string();
    if (name.starts_with(column + "=")) return name.substr(column.size() + 1);
  }
  return {};
}

// A value as CSV would have it.
std::string text_of(const timestream::ParquetValues& values, timestream::ParquetType type,
                    bool is_time, std::size_t row) {
  using timestream::ParquetType;
  if (values.present[row] == 0) return {};
  const std::int64_t bits = values.bits[row];
  if (is_time || type == ParquetType::timestamp) return timestream::sql::timestamp_text(bits);
  if (type == ParquetType::text) return std::string(values.texts[static_cast<std::size_t>(bits)]);
  if (type == ParquetType::real) return timestream::sql::real_text(std::bit_cast<double>(bits));
  if (type == ParquetType::boolean) return bits != 0 ? "true" : "false";
  return std::to_string(bits);
}

class Importer {
 public:
  Importer(ApiClient& client, const UnloadImport& import) : client_(client), import_(import) {}

  Result<Unit> file(const std::string& path, const std::vector<Column>& columns) {
    told_ = 0;
    return path.ends_with(parquet_suffix) ? parquet_file(path, columns) : csv_file(path, columns);
  }
  ImportCounts counts() const { return counts_; }

 private:
  Result<Unit> csv_file(const std::string& path, const std::vector<Column>& columns) {
    UnloadedFile file = TRY(UnloadedFile::open(path));
    timestream::CsvDialect dialect;
    dialect.escape_anywhere = true;
    timestream::CsvReader reader(dialect);
    StreamProgress bar(std::filesystem::path(path).filename().string());
    Buffer piece(1 << 20);
    const std::uint64_t before = counts_.written;
    for (;;) {
      const std::size_t size = TRY(file.read(piece));
      if (size == 0) reader.end();
      reader.feed(ByteView(piece).first(size));
      for (auto row = TRY(reader.next()); row; row = TRY(reader.next()))
        if (!std::ranges::equal(row->fields, columns, {}, {}, &Column::name))  // a header
          TRY(add(path, columns, row->fields, row->line));
      bar.show(static_cast<double>(file.position()) /
                   static_cast<double>(std::max<std::uint64_t>(file.size(), 1)),
               counts_.written - before, file.position());
      if (size == 0) return send();
    }
  }
  Result<Unit> parquet_file(const std::string& path, const std::vector<Column>& columns) {
    const MappedFile file = TRY(MappedFile::open(path));
    const auto told = [&path](const Error& error) { return not_read(path + ": " + error.message); };
    const auto reader = timestream::ParquetReader::open(file.bytes());
    if (!reader) return told(reader.error());
    StreamProgress bar(std::filesystem::path(path).filename().string());
    const std::uint64_t before = counts_.written, all = std::max<std::uint64_t>(reader->rows(), 1);
    std::uint64_t line = 0;
    std::vector<std::string> fields(columns.size());
    for (std::size_t group = 0; group < reader->groups(); ++group) {
      const auto rows = reader->read(group);
      if (!rows) return told(rows.error());
      for (std::size_t row = 0; row < rows->size; ++row) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
          const auto at = std::ranges::find(reader->columns(), columns[i].name,
                                            &timestream::ParquetColumn::name);
          const auto place = static_cast<std::size_t>(at - reader->columns().begin());
          fields[i] = at == reader->columns().end() ? partition_of(path, columns[i].name)
                                                    : text_of(rows->columns[place], at->type,
                                                              columns[i].type == "TIMESTAMP", row);
        }
        TRY(add(path, columns, fields, ++line));
        if (line % rows_shown == 0)
          bar.show(static_cast<double>(line) / static_cast<double>(all), counts_.written - before,
                   file.bytes().size() / all * line);
      }
    }
    TRY(send());
    bar.show(1, counts_.written - before, file.bytes().size());
    return Unit{};
  }

  Result<Unit> add(const std::string& path, const std::vector<Column>& columns,
                   const std::vector<std::string>& fields, std::uint64_t line) {
    if (fields.size() != columns.size())
      return not_read(path + ":" + std::to_string(line) + ": has " + std::to_string(fields.size()) +
                      " columns, the metadata file " + std::to_string(columns.size()));
    Result<Document> record = record_of(columns, import_, fields);
    if (!record) return not_read(path + ":" + std::to_string(line) + ": " + record.error().message);
    batch_.push_back(std::move(*record));
    return batch_.size() == records_a_call ? send() : Result<Unit>(Unit{});
  }

  Result<Unit> send() {
    if (batch_.empty()) return Unit{};
    const std::size_t sent = batch_.size();
    Document::Object request;
    request.push_back({"DatabaseName", Document::of_string(import_.database)});
    request.push_back({"TableName", Document::of_string(import_.table)});
    request.push_back({"Records", Document::of_array(std::exchange(batch_, {}))});
    const Document parameters = Document::of_object(std::move(request));
    const aws::Operation& operation = *aws::find_operation(aws_write::service, "WriteRecords");
    for (int tried = 1;; ++tried) {
      const Answer answer = TRY(client_.call(operation, parameters));
      if (!answer.refusal) {
        counts_.written += sent;
        return Unit{};
      }
      if (answer.refusal->code == "RejectedRecordsException")
        return count_rejected(answer.refusal->document, sent);
      if (answer.refusal->code != "ThrottlingException" || tried == throttled_tries_max)
        return refusal_error(*answer.refusal, "WriteRecords");
      std::this_thread::sleep_for(throttled_pause);
    }
  }

  Result<Unit> count_rejected(const Document& refusal, std::size_t sent) {
    const Document* list = refusal.find("RejectedRecords");
    const std::size_t rejected = list != nullptr && list->is_array() ? list->items().size() : sent;
    counts_.rejected += rejected;
    counts_.written += sent - rejected;
    for (std::size_t i = 0; list != nullptr && i < list->items().size(); ++i) {
      const Document* reason = list->items()[i].find("Reason");
      if (reason == nullptr || told_++ >= rejections_told) continue;
      std::fprintf(stderr, "rejected: %s\n", reason->string().c_str());
    }
    return Unit{};
  }

  ApiClient& client_;
  const UnloadImport& import_;
  Document::Array batch_;
  ImportCounts counts_;
  std::size_t told_ = 0;
};

}  // namespace

Result<ImportCounts> import_unloaded(ApiClient& client, const UnloadImport& import) {
  Importer importer(client, import);
  for (const std::string& directory : import.directories) {
    const Unloaded unloaded = TRY(find_files(directory));
    for (const std::string& file : unloaded.files) TRY(importer.file(file, unloaded.columns));
  }
  return importer.counts();
}

}  // namespace levada::cli
