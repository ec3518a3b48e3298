#include "postgres/copy_format.h"

#include <algorithm>

#include "base/attempt.h"
#include "base/endian.h"
#include "postgres/binary_value.h"

namespace levada::postgres {
namespace {

using query::Datum;
using query::Row;
using query::SqlResult;
using query::TextStyle;
using query::Value;

constexpr std::string_view bad_copy_file = "22P04";
constexpr std::string_view binary_signature{"PGCOPY\n\377\r\n\0", 11};
constexpr std::size_t binary_head_size = 19;  // signature, flags, length of the extension

void append(Buffer& out, std::string_view text) {
  const ByteView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class T>
T big(std::string_view bytes) {
  return load_be<T>(as_bytes(bytes).data());
}

template <class T>
void put_big(Buffer& out, T value) {
  out.resize(out.size() + sizeof value);
  store_be(out.data() + out.size() - sizeof value, value);
}

bool octal(char c) { return c >= '0' && c <= '7'; }
int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A field of the text format without its backslashes.
std::string unescape(std::string_view field) {
  std::string text;
  text.reserve(field.size());
  for (std::size_t at = 0; at < field.size(); ++at) {
    if (field[at] != '\\' || at + 1 == field.size()) {
      text.push_back(field[at]);
      continue;
    }
    const char c = field[++at];
    constexpr std::string_view names = "bfnrtv";
    constexpr std::string_view values = "\b\f\n\r\t\v";
    if (const std::size_t known = names.find(c); known != names.npos) {
      text.push_back(values[known]);
    } else if (octal(c)) {
      int value = 0;
      std::size_t digits = 0;
      for (; digits < 3 && at + digits < field.size() && octal(field[at + digits]); ++digits)
        value = value * 8 + (field[at + digits] - '0');
      at += digits - 1;
      text.push_back(static_cast<char>(value));
    } else if (c == 'x' && at + 1 < field.size() && hex(field[at + 1]) >= 0) {
      int value = 0;
      std::size_t digits = 0;
      for (; digits < 2 && at + 1 + digits < field.size() && hex(field[at + 1 + digits]) >= 0;
           ++digits)
        value = value * 16 + hex(field[at + 1 + digits]);
      at += digits;
      text.push_back(static_cast<char>(value));
    } else {
      text.push_back(c);
    }
  }
  return text;
}

void append_escaped(std::string_view text, char delimiter, Buffer& out) {
  for (const char c : text) {
    constexpr std::string_view values = "\b\f\n\r\t\v\\";
    constexpr std::string_view names = "bfnrtv\\";
    if (const std::size_t special = values.find(c); special != values.npos) {
      append(out, "\\");
      out.push_back(static_cast<std::byte>(names[special]));
    } else {
      if (c == delimiter) append(out, "\\");
      out.push_back(static_cast<std::byte>(c));
    }
  }
}

}  // namespace

std::optional<std::size_t> CopyDecoder::cut_text(std::string_view input, bool last) {
  // A line ends at a newline that no backslash stands before.
  std::size_t end = 0;
  for (; end < input.size() && input[end] != '\n'; ++end)
    if (input[end] == '\\' && end + 1 < input.size()) ++end;
  const bool whole = end < input.size() || (last && end > 0);
  if (!whole) return std::nullopt;
  std::string_view line = input.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  fields_.clear();
  if (line == "\\.") {
    ended_ = true;
  } else {
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= line.size(); ++at) {
      if (at < line.size() && line[at] == '\\') {
        ++at;
        continue;
      }
      if (at < line.size() && line[at] != format_.delimiter) continue;
      const std::string_view field = line.substr(begin, at - begin);
      const bool null = field == format_.null_text;
      fields_.push_back({null ? std::string() : unescape(field), null});
      begin = at + 1;
    }
    if (begin <= line.size() && line.ends_with('\\')) {  // the last escape took the end
      const std::string_view field = line.substr(begin);
      fields_.push_back({unescape(field), false});
    }
  }
  return std::min(end + 1, input.size());
}

SqlResult<std::optional<std::size_t>> CopyDecoder::cut_csv(std::string_view input, bool last) {
  fields_.clear();
  Field field;
  bool quoted = false;      // inside quotes
  bool was_quoted = false;  // the field had some: it is no NULL
  std::size_t at = 0;
  const auto close = [&] {
    field.null = !was_quoted && field.text == format_.null_text;
    fields_.push_back(std::exchange(field, Field{}));
    was_quoted = false;
  };
  for (; at < input.size(); ++at) {
    const char c = input[at];
    if (quoted) {
      const bool escaped = c == format_.escape && at + 1 < input.size() &&
                           (input[at + 1] == format_.quote || input[at + 1] == format_.escape);
      if (c == format_.escape && at + 1 == input.size() && !last) return std::nullopt;
      if (escaped)
        field.text.push_back(input[++at]);
      else if (c == format_.quote)
        quoted = false;
      else
        field.text.push_back(c);
    } else if (c == format_.quote) {
      quoted = was_quoted = true;
    } else if (c == format_.delimiter) {
      close();
    } else if (c == '\n') {
      break;
    } else if (c == '\r' && (at + 1 == input.size() || input[at + 1] == '\n')) {
      if (at + 1 == input.size() && !last) return std::nullopt;
    } else {
      field.text.push_back(c);
    }
  }
  if (at == input.size()) {
    if (!last || input.empty()) return std::nullopt;
    if (quoted) return query::refuse(bad_copy_file, "unterminated CSV quoted field");
  }
  if (fields_.empty() && !was_quoted && field.text == "\\.")
    ended_ = true;
  else
    close();
  return std::min(at + 1, input.size());
}

SqlResult<std::optional<std::size_t>> CopyDecoder::cut_binary(std::string_view input,
                                                              std::vector<Row>& rows) {
  std::size_t at = 0;
  if (!signature_read_) {
    if (input.size() < binary_head_size) return std::nullopt;
    if (!input.starts_with(binary_signature))
      return query::refuse(bad_copy_file, "COPY file signature not recognized");
    const auto extension = big<std::uint32_t>(input.substr(15));
    if (input.size() - binary_head_size < extension) return std::nullopt;
    signature_read_ = true;
    return binary_head_size + extension;
  }
  if (input.size() < 2) return std::nullopt;
  const auto count = big<std::uint16_t>(input);
  at = 2;
  if (count == 0xffff) {
    ended_ = true;
    return at;
  }
  if (count != types_.size())
    return query::refuse(bad_copy_file, "row field count is " + std::to_string(count) +
                                            ", expected " + std::to_string(types_.size()));
  std::vector<std::string_view> fields;
  std::vector<bool> nulls;
  for (std::size_t n = 0; n < count; ++n) {
    if (input.size() - at < 4) return std::nullopt;
    const auto size = big<std::uint32_t>(input.substr(at));
    at += 4;
    const bool null = size == ~0u;
    nulls.push_back(null);
    fields.push_back(null ? std::string_view() : input.substr(at, size));
    if (!null && input.size() - at < size) return std::nullopt;
    if (!null) at += size;
  }
  std::vector<Value> values;
  for (std::size_t n = 0; n < count; ++n)
    values.push_back(nulls[n] ? Value() : ATTEMPT(read_binary(types_[n], as_bytes(fields[n]))));
  std::vector<Datum> data;
  for (const Value& value : values) data.push_back(value.datum());
  rows.push_back(Row::of(data));
  ++line_;
  return at;
}

SqlResult<Row> CopyDecoder::row_of_fields(const TextStyle& style) const {
  if (fields_.size() < types_.size())
    return query::refuse(bad_copy_file,
                         "missing data for column " + std::to_string(fields_.size() + 1));
  if (fields_.size() > types_.size())
    return query::refuse(bad_copy_file, "extra data after last expected column");
  std::vector<Value> values;
  for (std::size_t n = 0; n < fields_.size(); ++n)
    values.push_back(
        fields_[n].null ? Value() : ATTEMPT(query::from_text(types_[n], fields_[n].text, style)));
  std::vector<Datum> data;
  for (const Value& value : values) data.push_back(value.datum());
  return Row::of(data);
}

query::SqlError CopyDecoder::with_line(query::SqlError error) const {
  if (error.detail.empty()) error.detail = "COPY, line " + std::to_string(line_ + 1);
  return error;
}

SqlResult<Unit> CopyDecoder::decode_pending(bool last, const TextStyle& style,
                                            std::vector<Row>& rows) {
  const std::string_view all = pending_;
  std::size_t used = 0;
  while (!ended_) {
    const std::string_view input = all.substr(used);
    SqlResult<std::optional<std::size_t>> cut =
        format_.kind == CopyFormat::Kind::binary ? cut_binary(input, rows)
        : format_.kind == CopyFormat::Kind::csv
            ? cut_csv(input, last)
            : SqlResult<std::optional<std::size_t>>(cut_text(input, last));
    if (!cut) return tl::unexpected(with_line(std::move(cut).error()));
    if (!*cut) break;
    used += **cut;
    if (format_.kind == CopyFormat::Kind::binary || ended_) continue;
    if (!std::exchange(header_, false)) {
      SqlResult<Row> row = row_of_fields(style);
      if (!row) return tl::unexpected(with_line(std::move(row).error()));
      rows.push_back(std::move(*row));
    }
    ++line_;
  }
  pending_.erase(0, used);
  return Unit{};
}

SqlResult<Unit> CopyDecoder::decode(ByteView bytes, const TextStyle& style,
                                    std::vector<Row>& rows) {
  if (ended_) return Unit{};
  pending_ += as_text(bytes);
  return decode_pending(false, style, rows);
}

SqlResult<Unit> CopyDecoder::finish(const TextStyle& style, std::vector<Row>& rows) {
  if (ended_) return Unit{};
  ATTEMPT(decode_pending(true, style, rows));
  if (!pending_.empty() || (format_.kind == CopyFormat::Kind::binary && !ended_ && signature_read_))
    return tl::unexpected(with_line(query::SqlError{.sqlstate = std::string(bad_copy_file),
                                                    .message = "unexpected end of COPY data"}));
  return Unit{};
}

void CopyEncoder::begin(Buffer& out) const {
  if (format_.kind == CopyFormat::Kind::binary) {
    append(out, binary_signature);
    put_big(out, std::uint64_t{0});
    return;
  }
  if (!format_.header) return;
  for (std::size_t n = 0; n < columns_.size(); ++n) {
    if (n > 0) out.push_back(static_cast<std::byte>(format_.delimiter));
    append(out, columns_[n].name);
  }
  append(out, "\n");
}

void CopyEncoder::row(const Row& row, const TextStyle& style, Buffer& out) {
  if (format_.kind == CopyFormat::Kind::binary) {
    put_big(out, static_cast<std::uint16_t>(columns_.size()));
    for (std::size_t n = 0; n < columns_.size(); ++n) {
      const std::size_t at = out.size();
      put_big(out, ~std::uint32_t{0});
      if (row[n].is_null()) continue;
      append_binary(columns_[n].type, row[n], out);
      store_be(out.data() + at, static_cast<std::uint32_t>(out.size() - at - 4));
    }
    return;
  }
  const bool csv = format_.kind == CopyFormat::Kind::csv;
  for (std::size_t n = 0; n < columns_.size(); ++n) {
    if (n > 0) out.push_back(static_cast<std::byte>(format_.delimiter));
    if (row[n].is_null()) {
      append(out, format_.null_text);
      continue;
    }
    text_.clear();
    query::append_text(columns_[n].type, row[n], style, text_);
    if (!csv) {
      append_escaped(text_, format_.delimiter, out);
      continue;
    }
    const char special[] = {format_.delimiter, format_.quote, '\n', '\r', '\0'};
    const bool quote =
        text_.find_first_of(special) != text_.npos || text_ == format_.null_text || text_ == "\\.";
    if (quote) out.push_back(static_cast<std::byte>(format_.quote));
    for (const char c : text_) {
      if (quote && (c == format_.quote || c == format_.escape))
        out.push_back(static_cast<std::byte>(format_.escape));
      out.push_back(static_cast<std::byte>(c));
    }
    if (quote) out.push_back(static_cast<std::byte>(format_.quote));
  }
  append(out, "\n");
}

void CopyEncoder::end(Buffer& out) const {
  if (format_.kind == CopyFormat::Kind::binary) put_big(out, std::uint16_t{0xffff});
}

}  // namespace levada::postgres
