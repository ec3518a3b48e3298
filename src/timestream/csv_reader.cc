#include "timestream/csv_reader.h"

#include <algorithm>

namespace levada::timestream {

void CsvReader::feed(ByteView bytes) {
  pending_.erase(0, at_);
  consumed_ += at_;
  at_ = 0;
  pending_ += as_text(bytes);
}

// The place of the line feed that ends the row at at_, or the end of the text when that is known.
std::optional<std::size_t> CsvReader::find_row_end() const {
  bool quoted = false;
  for (std::size_t i = at_; i < pending_.size(); ++i) {
    const char c = pending_[i];
    if (escapes(c, quoted)) {
      ++i;  // whatever it is
    } else if (c == dialect_.quote) {
      quoted = !quoted;  // of two the second one opens again
    } else if (c == '\n' && !quoted) {
      return i;
    }
  }
  if (ended_ && !quoted) return pending_.size();
  return std::nullopt;
}

void CsvReader::split(std::string_view text, std::vector<std::string>& fields) const {
  std::string* field = &fields.emplace_back();
  bool quoted = false, was_quoted = false;
  const auto finish = [&] {
    if (!dialect_.trim || was_quoted) return;
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!field->empty() && blank(field->back())) field->pop_back();
    field->erase(0, std::min(field->find_first_not_of(" \t"), field->size()));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char after = i + 1 < text.size() ? text[i + 1] : '\0';
    if (escapes(c, quoted) && i + 1 < text.size()) {
      *field += after;
      ++i;
    } else if (quoted && c == dialect_.quote && after == dialect_.quote && i + 1 < text.size()) {
      *field += c;
      ++i;
    } else if (c == dialect_.quote && (quoted || field->find_first_not_of(' ') == field->npos)) {
      if (!quoted) field->clear();
      quoted = !quoted;
      was_quoted = true;
    } else if (c == dialect_.separator && !quoted) {
      finish();
      field = &fields.emplace_back();
      was_quoted = false;
    } else {
      *field += c;
    }
  }
  finish();
}

Result<std::optional<CsvReader::Row>> CsvReader::next() {
  for (;;) {
    if (ended_ && at_ == pending_.size()) return std::nullopt;
    const std::optional<std::size_t> end = find_row_end();
    if (!end) {
      if (ended_)
        return fail(ErrorKind::invalid,
                    "the quote of line " + std::to_string(line_) + " is not closed");
      if (pending_.size() - at_ > count(csv_row_max))
        return fail(ErrorKind::too_large,
                    "line " + std::to_string(line_) + " is longer than 1 MiB");
      return std::nullopt;
    }
    std::string_view text = std::string_view(pending_).substr(at_, *end - at_);
    Row row;
    row.line = line_;
    line_ += static_cast<std::uint64_t>(std::ranges::count(text, '\n')) + 1;
    at_ = std::min(*end + 1, pending_.size());
    row.end_offset = consumed_ + at_;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (row.line == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (text.empty()) continue;
    split(text, row.fields);
    if (row.fields.size() > csv_fields_max)
      return fail(ErrorKind::too_large,
                  "line " + std::to_string(row.line) + " has more than 4096 columns");
    return row;
  }
}

}  // namespace levada::timestream
