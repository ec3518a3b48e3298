#include "timestream/batch_loader.h"

#include <algorithm>

#include "timestream/object_directory.h"
#include "timestream/refusal.h"
#include "timestream/report_json.h"

namespace levada::timestream {
namespace {

constexpr Bytes read_size = 1_MiB;
constexpr std::size_t rows_at_once = 500;
constexpr std::size_t faults_a_report = 1000;
constexpr Nanos keep_interval = std::chrono::milliseconds(500);
// How long a table may have no room before the load stops and waits to be resumed.
constexpr int attempts_max = 12;
constexpr std::size_t reason_max = 1000;

// What the whole load cannot go on with.
bool is_final(const Error& error) {
  return refusal_of(error) == Refusal::not_found || error.kind == ErrorKind::invalid;
}

}  // namespace

BatchLoader::BatchLoader(Doors doors, BatchLoad load)
    : doors_(std::move(doors)), load_(std::move(load)) {}

Task<Unit> BatchLoader::run() {
  load_.status = LoadStatus::in_progress;
  load_.error.clear();
  co_await keep();
  const Result<Ended> ended = co_await outcome(load_all());
  if (ended && *ended == Ended::stopping) co_return Unit{};
  (void)co_await outcome(write_report());
  if (!ended) {
    load_.status = is_final(ended.error()) ? LoadStatus::failed : LoadStatus::progress_stopped;
    load_.error = ended.error().message.substr(0, reason_max);
  } else if (load_.progress.file_failures == objects_seen_) {
    load_.status = LoadStatus::failed;
    load_.error = "None of the files could be read; the reports say why.";
  } else {
    load_.status = LoadStatus::succeeded;
  }
  co_return co_await outcome(keep());
}

Task<BatchLoader::Ended> BatchLoader::load_all() {
  const LoadSource& source = load_.command.source;
  std::string bucket = source.bucket, prefix = source.prefix;
  std::vector<std::string> keys =
      co_await doors_.objects.list(std::move(bucket), std::move(prefix));
  std::ranges::sort(keys);
  if (keys.empty())
    co_return fail(ErrorKind::invalid,
                   "There are no objects at s3://" + source.bucket + "/" + source.prefix + ".");
  objects_seen_ = keys.size();
  for (const std::string& key : keys) {
    if (key < load_.object) continue;  // loaded before a stop
    if (key != load_.object) load_.offset = 0;
    load_.object = key;
    const Ended ended = co_await load_object(key);
    if (ended == Ended::stopping) co_return ended;
    load_.object = key + '\0';  // the next key is not before this
    load_.offset = 0;
    co_await keep_now_and_then();
  }
  co_return Ended::done;
}

Task<BatchLoader::Ended> BatchLoader::load_object(std::string key) {
  std::string path = co_await doors_.objects.path_of(load_.command.source.bucket, key);
  const io::OpenOptions to_read{.write = false};
  const std::unique_ptr<io::File> file = co_await doors_.disk.open(std::move(path), to_read);
  CsvReader reader(dialect_of(load_.command.source));
  std::optional<RowMapper> mapper;
  std::vector<Row> rows;
  Buffer piece(count(read_size));
  bool more = true;
  for (std::uint64_t at = 0; more;) {
    const std::size_t size = co_await file->read(at, piece);
    at += size;
    more = size == piece.size();
    reader.feed(ByteView(piece).first(size));
    if (!more) reader.end();
    for (;;) {
      Result<std::optional<CsvReader::Row>> row = reader.next();
      if (!row) {  // what came before stays
        ++load_.progress.file_failures;
        fault(0, row.error().message);
        more = false;
        break;
      }
      if (!*row) break;
      if (!mapper) {
        Result<RowMapper> made =
            RowMapper::over(load_.command.model, (*row)->fields, load_.command.source.null_value);
        if (!made) {
          ++load_.progress.file_failures;
          fault(0, made.error().message);
          co_return Ended::done;
        }
        mapper.emplace(std::move(*made));
        continue;
      }
      if ((*row)->end_offset <= load_.offset) continue;  // loaded before a stop
      rows.push_back({(*row)->line, (*row)->end_offset, std::move((*row)->fields)});
      if (rows.size() < rows_at_once) continue;
      co_await load_rows(*mapper, rows);
      rows.clear();
      co_await keep_now_and_then();
      if (doors_.stopping()) co_return Ended::stopping;
    }
  }
  if (!rows.empty()) co_await load_rows(*mapper, rows);
  co_return doors_.stopping() ? Ended::stopping : Ended::done;
}

Task<Unit> BatchLoader::load_rows(const RowMapper& mapper, const std::vector<Row>& rows) {
  MappedRows mapped;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ++load_.progress.processed;
    const std::optional<std::string> why = mapper.map(i, rows[i].fields, mapped);
    if (!why) continue;
    ++load_.progress.parse_failures;
    fault(rows[i].line, *why);
  }
  RecordInput common;
  common.version = load_.command.version;
  // What refuses a whole request must not refuse other rows: then each goes alone.
  const auto lines_of = [&](std::size_t record) { return rows[mapped.rows[record]].line; };
  Result<ReadRecords> read = read_records(common, mapped.records);
  if (read) {
    std::vector<std::uint64_t> lines;
    for (std::size_t i = 0; i < mapped.records.size(); ++i) lines.push_back(lines_of(i));
    if (!lines.empty()) co_await write(std::move(*read), lines);
  } else {
    for (std::size_t i = 0; i < mapped.records.size(); ++i) {
      Result<ReadRecords> one = read_records(common, std::span(mapped.records).subspan(i, 1));
      const std::uint64_t line = lines_of(i);
      if (one) {
        co_await write(std::move(*one), std::span(&line, 1));
      } else {
        ++load_.progress.parse_failures;
        fault(line, one.error().message);
      }
    }
  }
  load_.progress.bytes += rows.back().end_offset - load_.offset;
  load_.offset = rows.back().end_offset;
  co_return Unit{};
}

Task<Unit> BatchLoader::write(ReadRecords records, std::span<const std::uint64_t> lines) {
  const std::uint64_t count = records.all.size();
  // A table that has no room now may have some soon.
  for (int attempt = 1;; ++attempt) {
    ReadRecords again;
    again.all = records.all;  // points look at the arrays of `records`
    Result<WriteAnswer> answer = co_await outcome(doors_.write(load_, std::move(again)));
    if (!answer) {
      if (refusal_of(answer.error()) != Refusal::throttled || attempt == attempts_max)
        co_return unexpected<Error>(std::move(answer).error());
      co_await io::sleep_for(doors_.reactor, std::chrono::milliseconds(100) * attempt);
      continue;
    }
    load_.progress.ingested += count - answer->rejected.size();
    load_.progress.ingestion_failures += answer->rejected.size();
    for (Rejection& rejection : answer->rejected)
      fault(lines[rejection.record], std::move(rejection.reason));
    co_return Unit{};
  }
}

void BatchLoader::fault(std::uint64_t line, std::string reason) {
  if (load_.command.report) faults_.push_back({load_.object, std::move(reason), line});
}

// {"taskId", "errors": [{"object", "line" (of the whole object: none), "reason"}]}
Task<Unit> BatchLoader::write_report() {
  if (faults_.empty()) co_return Unit{};
  std::string json = "{\"taskId\":" + json_text(load_.id) + ",\"errors\":[";
  for (const Fault& fault : faults_) {
    if (&fault != faults_.data()) json += ',';
    json += "\n{\"object\":" + json_text(fault.object);
    if (fault.line > 0) json += ",\"line\":" + std::to_string(fault.line);
    json += ",\"reason\":" + json_text(fault.reason) + "}";
  }
  json += "]}\n";
  faults_.clear();
  const ReportLocation& at = *load_.command.report;
  std::string key = at.prefix + (at.prefix.empty() || at.prefix.ends_with('/') ? "" : "/") +
                    load_.id + "/report-" + std::to_string(++load_.reports) + ".json";
  std::string bucket = at.bucket;
  const ByteView bytes = as_bytes(json);
  Buffer content(bytes.begin(), bytes.end());
  co_return co_await outcome(
      doors_.objects.put(std::move(bucket), std::move(key), std::move(content)));
}

Task<Unit> BatchLoader::keep() {
  load_.updated = now();
  kept_ = doors_.reactor.clock().monotonic();
  co_return co_await outcome(doors_.keep(load_));
}

// A report is there before the place behind what it says.
Task<Unit> BatchLoader::keep_now_and_then() {
  const bool due = doors_.reactor.clock().monotonic() - kept_ > keep_interval;
  if (!due && faults_.size() < faults_a_report) co_return Unit{};
  co_await write_report();
  co_return co_await outcome(keep());
}

}  // namespace levada::timestream
