// Scheduled queries and account settings as fields. Field numbers are for ever.

#include "timestream/scheduled_query.h"

#include <bit>

#include "timestream/field_time.h"

namespace levada::timestream {
namespace {

using state::FieldReader;
using state::FieldWriter;

std::uint64_t bits(std::int64_t n) { return static_cast<std::uint64_t>(n); }
std::int64_t whole(std::uint64_t n) { return static_cast<std::int64_t>(n); }

// Fields 3 to 9 were a mapping of its own kind, before the first release.
void write(FieldWriter& to, const QueryTarget& t) {
  to.text(1, t.database);
  to.text(2, t.table);
  to.nested(10, [&](FieldWriter& in) { write(in, t.model); });
}

std::string read_text(ByteView bytes) {
  std::string text;
  FieldReader from(bytes);
  while (const auto f = from.next())
    if (f->id == 1) text = f->text();
  return text;
}

QueryTarget read_target(ByteView bytes) {
  QueryTarget t;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) t.database = f->text();
    if (f->id == 2) t.table = f->text();
    if (f->id == 10) t.model = read_model(f->bytes);
  }
  return t;
}

void write(FieldWriter& to, const TableInsight& i) {
  to.text(1, i.arn);
  to.number(2, std::bit_cast<std::uint64_t>(i.value));
  for (const std::string& key : i.partition_key)
    to.nested(3, [&](FieldWriter& in) { in.text(1, key); });
}

TableInsight read_insight(ByteView bytes) {
  TableInsight i;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) i.arn = f->text();
    if (f->id == 2) i.value = std::bit_cast<double>(f->number);
    if (f->id == 3) i.partition_key.push_back(read_text(f->bytes));
  }
  return i;
}

void write(FieldWriter& to, const QueryInsights& i) {
  to.nested(1, [&](FieldWriter& in) { write(in, i.coverage); });
  to.nested(2, [&](FieldWriter& in) { write(in, i.range); });
  to.number(3, i.tables);
  to.number(4, i.rows);
  to.number(5, i.bytes);
}

QueryInsights read_insights(ByteView bytes) {
  QueryInsights i;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) i.coverage = read_insight(f->bytes);
    if (f->id == 2) i.range = read_insight(f->bytes);
    if (f->id == 3) i.tables = f->number;
    if (f->id == 4) i.rows = f->number;
    if (f->id == 5) i.bytes = f->number;
  }
  return i;
}

void write(FieldWriter& to, const RunSummary& r) {
  to.number(1, millis(r.invocation));
  to.number(2, millis(r.trigger));
  to.number(3, static_cast<std::uint64_t>(r.status));
  to.number(4, bits(r.execution_millis));
  to.number(5, bits(r.data_writes));
  to.number(6, bits(r.bytes_metered));
  to.number(7, bits(r.bytes_scanned));
  to.number(8, bits(r.records));
  to.number(9, bits(r.rows));
  to.text(10, r.report_bucket);
  to.text(11, r.report_key);
  to.text(12, r.failure);
  if (r.insights) to.nested(13, [&](FieldWriter& in) { write(in, *r.insights); });
}

RunSummary read_run(ByteView bytes) {
  RunSummary r;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) r.invocation = moment(f->number);
    if (f->id == 2) r.trigger = moment(f->number);
    if (f->id == 3) r.status = static_cast<RunStatus>(f->number);
    if (f->id == 4) r.execution_millis = whole(f->number);
    if (f->id == 5) r.data_writes = whole(f->number);
    if (f->id == 6) r.bytes_metered = whole(f->number);
    if (f->id == 7) r.bytes_scanned = whole(f->number);
    if (f->id == 8) r.records = whole(f->number);
    if (f->id == 9) r.rows = whole(f->number);
    if (f->id == 10) r.report_bucket = f->text();
    if (f->id == 11) r.report_key = f->text();
    if (f->id == 12) r.failure = f->text();
    if (f->id == 13) r.insights = read_insights(f->bytes);
  }
  return r;
}

}  // namespace

void write(FieldWriter& to, const ScheduledQuery& q) {
  to.text(1, q.account);
  to.text(2, q.region);
  to.text(3, q.name);
  to.text(4, q.arn);
  to.text(5, q.text);
  to.text(6, q.schedule);
  to.text(7, q.topic);
  to.text(8, q.role);
  to.text(9, q.key_id);
  to.text(10, q.client_token);
  to.text(11, q.report.bucket);
  to.text(12, q.report.prefix);
  to.text(13, q.report.encryption);
  if (q.target) to.nested(14, [&](FieldWriter& in) { write(in, *q.target); });
  to.number(15, q.enabled ? 1 : 0);
  to.number(16, millis(q.created));
  if (q.previous) to.number(17, millis(*q.previous));
  if (q.next) to.number(18, millis(*q.next));
  for (const auto& [key, value] : q.tags)
    to.nested(19, [&](FieldWriter& in) {
      in.text(1, key);
      in.text(2, value);
    });
  if (q.last_run) to.nested(20, [&](FieldWriter& in) { write(in, *q.last_run); });
  for (const RunSummary& run : q.failed_runs)
    to.nested(21, [&](FieldWriter& in) { write(in, run); });
}

bool read(ByteView bytes, ScheduledQuery& q) {
  q.enabled = false;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) q.account = f->text();
    if (f->id == 2) q.region = f->text();
    if (f->id == 3) q.name = f->text();
    if (f->id == 4) q.arn = f->text();
    if (f->id == 5) q.text = f->text();
    if (f->id == 6) q.schedule = f->text();
    if (f->id == 7) q.topic = f->text();
    if (f->id == 8) q.role = f->text();
    if (f->id == 9) q.key_id = f->text();
    if (f->id == 10) q.client_token = f->text();
    if (f->id == 11) q.report.bucket = f->text();
    if (f->id == 12) q.report.prefix = f->text();
    if (f->id == 13) q.report.encryption = f->text();
    if (f->id == 14) q.target = read_target(f->bytes);
    if (f->id == 15) q.enabled = f->number != 0;
    if (f->id == 16) q.created = moment(f->number);
    if (f->id == 17) q.previous = moment(f->number);
    if (f->id == 18) q.next = moment(f->number);
    if (f->id == 19) {
      std::string key, value;
      FieldReader tag(f->bytes);
      while (const auto g = tag.next()) (g->id == 1 ? key : value) = g->text();
      q.tags.insert_or_assign(std::move(key), std::move(value));
    }
    if (f->id == 20) q.last_run = read_run(f->bytes);
    if (f->id == 21) q.failed_runs.push_back(read_run(f->bytes));
  }
  return !from.broken();
}

void write(FieldWriter& to, const AccountSettings& s) {
  to.number(1, bits(s.max_query_tcu));
  to.number(2, s.provisioned ? 1 : 0);
  to.number(3, bits(s.target_tcu));
  to.text(4, s.topic);
  to.text(5, s.role);
}

AccountSettings read_settings(ByteView bytes) {
  AccountSettings s;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) s.max_query_tcu = whole(f->number);
    if (f->id == 2) s.provisioned = f->number != 0;
    if (f->id == 3) s.target_tcu = whole(f->number);
    if (f->id == 4) s.topic = f->text();
    if (f->id == 5) s.role = f->text();
  }
  return s;
}

}  // namespace levada::timestream
