#include "timestream/unload.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "timestream/gzip.h"
#include "timestream/parquet_writer.h"
#include "timestream/refusal.h"

namespace levada::timestream {
namespace {

constexpr std::size_t partitions_max = 100;                         // "Quotas" of the guide
constexpr std::uint64_t file_size_least = std::uint64_t{16} << 20;  // of max_file_size
constexpr std::uint64_t file_size_most = std::uint64_t{78} << 30;

bool is_scalar(const sql::Type& type) { return type.fields.empty(); }

Result<std::uint64_t> size_of(const sql::Statement::Option& option) {
  const std::string text = sql::lower(option.values[0]);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const int shift = unit == "mb" ? 20 : unit == "gb" ? 30 : 0;
  if (error != std::errc() || shift == 0 || number > file_size_most >> shift ||
      number << shift < file_size_least)
    return sql::refuse_at(option.place, "max_file_size must be between 16MB and 78GB");
  return number << shift;
}

Result<char> sign_of(const sql::Statement::Option& option) {
  if (option.values[0].size() == 1) return option.values[0][0];
  return sql::refuse_at(option.place, option.name + " must be one character");
}

Result<bool> flag_of(const sql::Statement::Option& option) {
  const std::string word = sql::lower(option.values[0]);
  if (word == "true" || word == "false") return word == "true";
  return sql::refuse_at(option.place, option.name + " must be 'true' or 'false'");
}

Result<Unit> read_option(const sql::Statement::Option& option, const sql::Scope& columns,
                         UnloadOptions& into) {
  const std::string word = sql::lower(option.values[0]);
  const auto bad = [&option](std::string_view why) { return sql::refuse_at(option.place, why); };
  if (option.name == "format") {
    if (word != "csv" && word != "parquet") return bad("format must be CSV or PARQUET");
    into.parquet = word == "parquet";
  } else if (option.name == "compression") {
    if (word != "gzip" && word != "none") return bad("compression must be GZIP or NONE");
    into.gzip = word == "gzip";
  } else if (option.name == "partitioned_by") {
    if (!option.list) return bad("partitioned_by must be an ARRAY of column names");
    if (option.values.size() >= columns.size())
      return bad("partitioned_by must leave a column that is no partition");
    for (std::size_t i = 0; i < option.values.size(); ++i) {
      const std::size_t at = columns.size() - option.values.size() + i;
      if (columns[at].name != option.values[i])
        return bad(
            "the columns of partitioned_by must be the last ones of the SELECT, in the same "
            "order");
      into.partitions.push_back(at);
    }
  } else if (option.name == "field_delimiter") {
    into.delimiter = TRY(sign_of(option));
  } else if (option.name == "escaped_by") {
    into.escape = TRY(sign_of(option));
  } else if (option.name == "include_header") {
    into.header = TRY(flag_of(option));
  } else if (option.name == "max_file_size") {
    into.file_size_max = TRY(size_of(option));
  } else if (option.name == "encryption") {
    if (word != "sse_s3" && word != "sse_kms") return bad("encryption must be SSE_S3 or SSE_KMS");
  } else if (option.name != "kms_key") {
    return bad("Unknown UNLOAD option: " + option.name);
  }
  return Unit{};
}

void add(Buffer& to, std::string_view text) {
  const ByteView bytes = as_bytes(text);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void add_field(Buffer& to, std::string_view text, const UnloadOptions& options) {
  const std::string special{options.delimiter, options.escape, '"', '\n', '\r'};
  if (!text.empty() && text.find_first_of(special) == std::string_view::npos) return add(to, text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == options.escape) quoted += options.escape;
    quoted += c;
  }
  add(to, quoted + "\"");
}

// What may stand in a name: as S3 clients of Hive layouts write it.
std::string escaped_name(const std::string& text) {
  std::string all;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.:+ ").find(c) != std::string_view::npos;
    constexpr std::string_view digits = "0123456789ABCDEF";
    if (plain)
      all += c;
    else
      all += {'%', digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]};
  }
  return all;
}

// One name for each file of a query: its identifier is in all of them.
std::string unique_of(const std::string& query_id, std::uint64_t number) {
  std::uint64_t state = std::hash<std::string>()(query_id) + number * 0x9e3779b97f4a7c15ull;
  std::string text;
  for (int i = 0; i < 32; ++i) {
    state = (state ^ (state >> 29)) * 0xbf58476d1ce4e5b9ull + number;
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    text += "0123456789abcdef"[state >> 60];
  }
  return text;
}

struct UnloadPart {  // the rows of one partition that are not in a file yet
  Buffer content;    // of CSV
  std::optional<ParquetWriter> parquet = {};  // or else
  std::uint64_t rows = 0;
  std::size_t size() const { return parquet ? parquet->size() : content.size(); }
};

class Unloading {
 public:
  Unloading(ObjectDirectory& objects, const UnloadOptions& options, const std::string& query_id,
            const sql::Scope& columns)
      : objects_(objects),
        options_(options),
        query_id_(query_id),
        columns_(columns),
        width_(columns.size() - options.partitions.size()),
        before_(options.place.key.empty() ? "" : options.place.key + "/") {}

  std::string folder_of(const std::vector<sql::Value>& row) const {
    std::string folder;
    for (const std::size_t at : options_.partitions)
      folder += escaped_name(columns_[at].name) + "=" +
                (row[at].null() ? "__HIVE_DEFAULT_PARTITION__"
                                : escaped_name(sql::text_of(row[at], columns_[at].type))) +
                "/";
    return folder;
  }

  void begin(UnloadPart& part) const {
    part = {};
    if (options_.parquet) part.parquet.emplace(columns_, width_, options_.gzip);
    if (options_.parquet || !options_.header) return;
    for (std::size_t i = 0; i < width_; ++i) {
      if (i > 0) part.content.push_back(static_cast<std::byte>(options_.delimiter));
      add_field(part.content, columns_[i].name, options_);
    }
    end_line(part);
  }

  Result<Unit> append(UnloadPart& part, const std::vector<sql::Value>& row) const {
    ++part.rows;
    if (part.parquet) return part.parquet->add(row);
    for (std::size_t i = 0; i < width_; ++i) {
      if (i > 0) part.content.push_back(static_cast<std::byte>(options_.delimiter));
      if (!row[i].null()) add_field(part.content, sql::text_of(row[i], columns_[i].type), options_);
    }
    end_line(part);
    return Unit{};
  }

  Task<Unit> write(std::string folder, UnloadPart part) {
    Buffer content = std::move(part.content);
    if (part.parquet)
      content = co_await part.parquet->finish();
    else if (options_.gzip)
      content = co_await gzipped(content);
    const char* ending = options_.parquet ? ".parquet" : options_.gzip ? ".gz" : ".csv";
    std::string key = before_ + "results/" + folder + unique_name() + ending;
    files_.push_back({address(key), content.size(), part.rows});
    co_return co_await outcome(put(std::move(key), std::move(content)));
  }

  // The key of one of the query's own documents.
  std::string document_key(std::string_view what) const {
    return before_ + unique_name() + "_" + std::string(what) + ".json";
  }
  std::string address(const std::string& key) const {
    return "s3://" + options_.place.bucket + "/" + key;
  }
  Task<Unit> put(std::string key, Buffer content) {
    std::string bucket = options_.place.bucket;
    co_return co_await outcome(objects_.put(std::move(bucket), std::move(key), std::move(content)));
  }
  const std::vector<UnloadedFile>& files() const { return files_; }

 private:
  static void end_line(UnloadPart& part) { add(part.content, "\n"); }
  std::string unique_name() const { return query_id_ + "_" + unique_of(query_id_, files_.size()); }

  ObjectDirectory& objects_;
  const UnloadOptions& options_;
  const std::string& query_id_;
  const sql::Scope& columns_;
  const std::size_t width_;
  const std::string before_;
  std::vector<UnloadedFile> files_;
};

}  // namespace

Result<UnloadOptions> unload_options_of(const sql::Statement& statement,
                                        const sql::Scope& columns) {
  UnloadOptions options;
  options.place = TRY(object_place_of(statement.destination));
  for (const sql::Statement::Option& option : statement.options)
    TRY(read_option(option, columns, options));
  for (const sql::ScopeColumn& column : columns)
    if (!is_scalar(column.type))
      return refuse(Refusal::validation, "The column '" + column.name + "' of type " +
                                             sql::name_of(column.type) +
                                             " cannot be written by UNLOAD.");
  return options;
}

Task<sql::Relation> unload(ObjectDirectory& objects, const Documents& documents,
                           UnloadOptions options, std::string query_id, sql::Relation rows,
                           QueryInsights& insights) {
  Unloading unloading(objects, options, query_id, rows.columns);
  std::map<std::string, UnloadPart> parts;
  for (const auto& row : rows.rows) {
    std::string folder = unloading.folder_of(row);
    const auto [place, fresh] = parts.try_emplace(folder);
    if (parts.size() > partitions_max)
      co_return refuse(Refusal::query_execution,
                       "UNLOAD writes at most 100 partitions; the query has more.");
    UnloadPart& part = place->second;
    if (fresh) unloading.begin(part);
    co_await unloading.append(part, row);
    if (part.size() < options.file_size_max) continue;
    UnloadPart full = std::exchange(part, {});
    unloading.begin(part);
    co_await unloading.write(std::move(folder), std::move(full));
  }
  for (auto& [folder, part] : parts) {
    if (part.rows == 0) continue;
    std::string name = folder;
    UnloadPart rest = std::move(part);
    co_await unloading.write(std::move(name), std::move(rest));
  }
  insights.unload = true;
  insights.unload_partitions = options.partitions.empty() ? 0 : parts.size();
  insights.unload_rows = rows.rows.size();
  for (const UnloadedFile& file : unloading.files()) insights.unload_bytes += file.bytes;

  std::string metadata_key = unloading.document_key("metadata");
  std::string manifest_key = unloading.document_key("manifest");
  sql::Relation answer;
  answer.columns = {{"", "rows", {sql::Kind::bigint}},
                    {"", "metadataFile", {sql::Kind::varchar}},
                    {"", "manifestFile", {sql::Kind::varchar}}};
  answer.rows.push_back({sql::Value(static_cast<std::int64_t>(rows.rows.size())),
                         sql::Value(unloading.address(metadata_key)),
                         sql::Value(unloading.address(manifest_key))});
  Buffer metadata = documents.metadata(rows.columns);
  Buffer manifest = documents.manifest(unloading.files());
  co_await unloading.put(std::move(metadata_key), std::move(metadata));
  co_await unloading.put(std::move(manifest_key), std::move(manifest));
  co_return answer;
}

}  // namespace levada::timestream
