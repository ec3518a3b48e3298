#pragma once
// Appends what a PostgreSQL server sends to a Buffer: protocol 3.0 (PostgreSQL 15 manual, 55.7).
// Pure; the order of messages is the face's promise.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace levada::wire {

struct PgColumn {
  std::string_view name;
  std::uint32_t table_oid = 0;
  std::uint16_t table_column = 0;
  std::uint32_t type_oid = 0;
  std::int16_t type_size = -1;
  std::int32_t type_modifier = -1;
  std::uint16_t format = 0;  // 0 text, 1 binary
};

// ErrorResponse and NoticeResponse. Empty fields and a position of 0 are left out.
struct PgReport {
  std::string_view severity;  // ERROR, FATAL, NOTICE, WARNING …
  std::string_view sqlstate;
  std::string_view message;
  std::string_view detail = {};
  std::string_view hint = {};
  std::uint32_t position = 0;  // in characters of the query, the first is 1
  std::string_view table = {};
  std::string_view column = {};
  std::string_view constraint = {};
};

enum class PgTransaction : char { idle = 'I', open = 'T', failed = 'E' };

class PgwireWriter {
 public:
  explicit PgwireWriter(Buffer& out) : out_(out) {}

  void authentication_ok();
  void authentication_cleartext();
  void authentication_sasl(std::span<const std::string_view> mechanisms);
  void authentication_sasl_continue(std::string_view data);
  void authentication_sasl_final(std::string_view data);
  void negotiate_version(std::uint16_t minor, std::span<const std::string_view> unknown_options);
  void parameter_status(std::string_view name, std::string_view value);
  void backend_key(std::uint32_t process, std::uint32_t secret);
  void ready(PgTransaction state);

  void row_description(std::span<const PgColumn> columns);
  void parameter_description(std::span<const std::uint32_t> type_oids);
  void no_data() { empty('n'); }
  void command_complete(std::string_view tag);
  void empty_query() { empty('I'); }
  void parse_complete() { empty('1'); }
  void bind_complete() { empty('2'); }
  void close_complete() { empty('3'); }
  void portal_suspended() { empty('s'); }
  void error(const PgReport& report) { this->report('E', report); }
  void notice(const PgReport& report) { this->report('N', report); }

  // A row, value by value: begin_row, then for each column null() or begin_value, bytes appended to
  // the Buffer by the caller, end_value; then end_row.
  void begin_row(std::uint16_t columns);
  void null();
  void begin_value();
  void end_value();
  void end_row() { end(); }

  void copy_in(bool binary, std::uint16_t columns) { copy('G', binary, columns); }
  void copy_out(bool binary, std::uint16_t columns) { copy('H', binary, columns); }
  void copy_data(ByteView data);
  void copy_done() { empty('c'); }

 private:
  void begin(char type);
  void end();
  void empty(char type);
  void authentication(std::uint32_t kind, std::string_view data);
  void report(char type, const PgReport& report);
  void copy(char type, bool binary, std::uint16_t columns);
  template <class T>
  void integer(T value);
  void text(std::string_view text);    // with its terminator
  void bytes(std::string_view bytes);  // without

  Buffer& out_;
  std::size_t message_ = 0;  // where the length of the message at hand stands
  std::size_t value_ = 0;    // where the length of the value at hand stands
};

}  // namespace levada::wire
