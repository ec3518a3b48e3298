#include "wire/pgwire_backend.h"

#include <string>
#include <type_traits>

#include "base/endian.h"

namespace levada::wire {

void PgwireWriter::begin(char type) {
  out_.push_back(static_cast<std::byte>(type));
  message_ = out_.size();
  out_.resize(out_.size() + sizeof(std::uint32_t));
}

void PgwireWriter::end() {
  store_be(out_.data() + message_, static_cast<std::uint32_t>(out_.size() - message_));
}

void PgwireWriter::empty(char type) {
  begin(type);
  end();
}

template <class T>
void PgwireWriter::integer(T value) {
  out_.resize(out_.size() + sizeof value);
  store_be(out_.data() + out_.size() - sizeof value, static_cast<std::make_unsigned_t<T>>(value));
}

void PgwireWriter::bytes(std::string_view bytes) {
  const ByteView view = as_bytes(bytes);
  out_.insert(out_.end(), view.begin(), view.end());
}

// A zero byte would end the field early and shift all that follows.
void PgwireWriter::text(std::string_view text) {
  bytes(text.substr(0, text.find('\0')));
  out_.push_back(std::byte{0});
}

void PgwireWriter::authentication(std::uint32_t kind, std::string_view data) {
  begin('R');
  integer(kind);
  bytes(data);
  end();
}

void PgwireWriter::authentication_ok() { authentication(0, {}); }
void PgwireWriter::authentication_cleartext() { authentication(3, {}); }
void PgwireWriter::authentication_sasl_continue(std::string_view data) { authentication(11, data); }
void PgwireWriter::authentication_sasl_final(std::string_view data) { authentication(12, data); }

void PgwireWriter::authentication_sasl(std::span<const std::string_view> mechanisms) {
  begin('R');
  integer(std::uint32_t{10});
  for (const std::string_view mechanism : mechanisms) text(mechanism);
  out_.push_back(std::byte{0});
  end();
}

void PgwireWriter::negotiate_version(std::uint16_t minor,
                                     std::span<const std::string_view> unknown_options) {
  begin('v');
  integer(std::uint32_t{minor});
  integer(static_cast<std::uint32_t>(unknown_options.size()));
  for (const std::string_view option : unknown_options) text(option);
  end();
}

void PgwireWriter::parameter_status(std::string_view name, std::string_view value) {
  begin('S');
  text(name);
  text(value);
  end();
}

void PgwireWriter::backend_key(std::uint32_t process, std::uint32_t secret) {
  begin('K');
  integer(process);
  integer(secret);
  end();
}

void PgwireWriter::ready(PgTransaction state) {
  begin('Z');
  out_.push_back(static_cast<std::byte>(state));
  end();
}

void PgwireWriter::row_description(std::span<const PgColumn> columns) {
  begin('T');
  integer(static_cast<std::uint16_t>(columns.size()));
  for (const PgColumn& column : columns) {
    text(column.name);
    integer(column.table_oid);
    integer(column.table_column);
    integer(column.type_oid);
    integer(column.type_size);
    integer(column.type_modifier);
    integer(column.format);
  }
  end();
}

void PgwireWriter::parameter_description(std::span<const std::uint32_t> type_oids) {
  begin('t');
  integer(static_cast<std::uint16_t>(type_oids.size()));
  for (const std::uint32_t oid : type_oids) integer(oid);
  end();
}

void PgwireWriter::command_complete(std::string_view tag) {
  begin('C');
  text(tag);
  end();
}

void PgwireWriter::report(char type, const PgReport& report) {
  const auto field = [this](char code, std::string_view value) {
    if (value.empty()) return;
    out_.push_back(static_cast<std::byte>(code));
    text(value);
  };
  begin(type);
  field('S', report.severity);
  field('V', report.severity);
  field('C', report.sqlstate);
  field('M', report.message);
  field('D', report.detail);
  field('H', report.hint);
  if (report.position > 0) field('P', std::to_string(report.position));
  field('t', report.table);
  field('c', report.column);
  field('n', report.constraint);
  out_.push_back(std::byte{0});
  end();
}

void PgwireWriter::begin_row(std::uint16_t columns) {
  begin('D');
  integer(columns);
}

void PgwireWriter::null() { integer(~std::uint32_t{0}); }

void PgwireWriter::begin_value() {
  value_ = out_.size();
  out_.resize(out_.size() + sizeof(std::uint32_t));
}

void PgwireWriter::end_value() {
  store_be(out_.data() + value_,
           static_cast<std::uint32_t>(out_.size() - value_ - sizeof(std::uint32_t)));
}

void PgwireWriter::copy(char type, bool binary, std::uint16_t columns) {
  begin(type);
  out_.push_back(static_cast<std::byte>(binary));
  integer(columns);
  for (std::uint16_t column = 0; column < columns; ++column)
    integer(static_cast<std::uint16_t>(binary));
  end();
}

void PgwireWriter::copy_data(ByteView data) {
  begin('d');
  out_.insert(out_.end(), data.begin(), data.end());
  end();
}

}  // namespace levada::wire
