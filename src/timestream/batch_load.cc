#include "timestream/batch_load.h"

#include "state/fields.h"

namespace levada::timestream {
namespace {

using state::FieldReader;
using state::FieldWriter;

constexpr std::string_view status_names[] = {"CREATED",   "IN_PROGRESS",      "FAILED",
                                             "SUCCEEDED", "PROGRESS_STOPPED", "PENDING_RESUME"};

char character_or(const std::string& given, char otherwise) {
  return given.empty() ? otherwise : given.front();
}

void write(FieldWriter& to, const LoadSource& source) {
  to.text(1, source.bucket);
  to.text(2, source.prefix);
  to.text(3, source.separator);
  to.text(4, source.escape);
  to.text(5, source.quote);
  to.text(6, source.null_value);
  if (source.trim) to.number(7, *source.trim ? 2 : 1);
}

LoadSource read_source(ByteView bytes) {
  LoadSource source;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) source.bucket = f->text();
    if (f->id == 2) source.prefix = f->text();
    if (f->id == 3) source.separator = f->text();
    if (f->id == 4) source.escape = f->text();
    if (f->id == 5) source.quote = f->text();
    if (f->id == 6) source.null_value = f->text();
    if (f->id == 7) source.trim = f->number == 2;
  }
  return source;
}

void write(FieldWriter& to, const ReportLocation& report) {
  to.text(1, report.bucket);
  to.text(2, report.prefix);
  to.text(3, report.encryption);
  to.text(4, report.key_id);
}

ReportLocation read_report(ByteView bytes) {
  ReportLocation report;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) report.bucket = f->text();
    if (f->id == 2) report.prefix = f->text();
    if (f->id == 3) report.encryption = f->text();
    if (f->id == 4) report.key_id = f->text();
  }
  return report;
}

}  // namespace

std::string_view name_of(LoadStatus status) {
  return status_names[static_cast<std::size_t>(status)];
}

CsvDialect dialect_of(const LoadSource& source) {
  return {.separator = character_or(source.separator, ','),
          .quote = character_or(source.quote, '"'),
          .escape = character_or(source.escape, '\\'),
          .trim = source.trim.value_or(false)};
}

Buffer encode(const BatchLoad& load) {
  Buffer out;
  FieldWriter to(out);
  const LoadCommand& command = load.command;
  to.text(1, load.id);
  to.text(2, load.caller.account);
  to.text(3, load.caller.region);
  to.text(4, command.client_token);
  to.nested(5, [&](FieldWriter& in) { write(in, command.source); });
  if (command.report) to.nested(6, [&](FieldWriter& in) { write(in, *command.report); });
  to.nested(7, [&](FieldWriter& in) { write(in, command.model); });
  to.text(8, command.model_bucket);
  to.text(9, command.model_key);
  to.text(10, command.database);
  to.text(11, command.table);
  if (command.version) to.number(12, static_cast<std::uint64_t>(*command.version));
  to.number(13, static_cast<std::uint64_t>(load.status));
  to.text(14, load.error);
  to.number(15, static_cast<std::uint64_t>(load.created.count()));
  to.number(16, static_cast<std::uint64_t>(load.updated.count()));
  to.number(17, load.progress.processed);
  to.number(18, load.progress.ingested);
  to.number(19, load.progress.parse_failures);
  to.number(20, load.progress.ingestion_failures);
  to.number(21, load.progress.file_failures);
  to.number(22, load.progress.bytes);
  to.text(23, load.object);
  to.number(24, load.offset);
  to.number(25, load.reports);
  return out;
}

Result<BatchLoad> decode_batch_load(ByteView bytes) {
  BatchLoad load;
  LoadCommand& command = load.command;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) load.id = f->text();
    if (f->id == 2) load.caller.account = f->text();
    if (f->id == 3) load.caller.region = f->text();
    if (f->id == 4) command.client_token = f->text();
    if (f->id == 5) command.source = read_source(f->bytes);
    if (f->id == 6) command.report = read_report(f->bytes);
    if (f->id == 7) command.model = read_model(f->bytes);
    if (f->id == 8) command.model_bucket = f->text();
    if (f->id == 9) command.model_key = f->text();
    if (f->id == 10) command.database = f->text();
    if (f->id == 11) command.table = f->text();
    if (f->id == 12) command.version = static_cast<std::int64_t>(f->number);
    if (f->id == 13 && f->number < std::size(status_names))
      load.status = static_cast<LoadStatus>(f->number);
    if (f->id == 14) load.error = f->text();
    if (f->id == 15) load.created = UnixMillis(static_cast<std::int64_t>(f->number));
    if (f->id == 16) load.updated = UnixMillis(static_cast<std::int64_t>(f->number));
    if (f->id == 17) load.progress.processed = f->number;
    if (f->id == 18) load.progress.ingested = f->number;
    if (f->id == 19) load.progress.parse_failures = f->number;
    if (f->id == 20) load.progress.ingestion_failures = f->number;
    if (f->id == 21) load.progress.file_failures = f->number;
    if (f->id == 22) load.progress.bytes = f->number;
    if (f->id == 23) load.object = f->text();
    if (f->id == 24) load.offset = f->number;
    if (f->id == 25) load.reports = f->number;
  }
  if (from.broken()) return fail(ErrorKind::corrupt, "a batch load does not decode");
  return load;
}

}  // namespace levada::timestream
