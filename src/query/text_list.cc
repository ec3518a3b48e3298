#include "query/text_list.h"

#include <vector>

namespace levada::query {

namespace {

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

bool is_null_word(std::string_view text) {
  return text.size() == 4 && (text[0] | 0x20) == 'n' && (text[1] | 0x20) == 'u' &&
         (text[2] | 0x20) == 'l' && (text[3] | 0x20) == 'l';
}

// Parts of a list or structure while its text is read.
class PartReader {
 public:
  PartReader(const Type& type, std::string_view text, const TextStyle& style)
      : type_(type), text_(text), style_(style) {}

  SqlResult<Value> list() {
    skip_blanks();
    auto value = ATTEMPT(list_of(type_));
    skip_blanks();
    if (at_ != text_.size()) return malformed("Junk after closing right brace.");
    return value;
  }

  SqlResult<Value> structure() {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_++] != '(') return malformed("Missing left parenthesis.");
    std::vector<Value> parts;
    for (const TypeField& field : type_.fields()) {
      bool quoted = false;
      const std::string part = token(",)", quoted);
      if (part.empty() && !quoted)
        parts.emplace_back();
      else
        parts.push_back(ATTEMPT(from_text(field.type, part, style_)));
      const char end = at_ < text_.size() ? text_[at_++] : 0;
      if (end != (parts.size() == type_.fields().size() ? ')' : ','))
        return malformed(end == ')' ? "Too few columns." : "Too many columns.");
    }
    return together(parts);
  }

 private:
  SqlResult<Value> list_of(const Type& type) {
    if (at_ >= text_.size() || text_[at_] != '{')
      return malformed("Array value must start with \"{\" or dimension information.");
    ++at_;
    std::vector<Value> parts;
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '}') {
      ++at_;
      return together(parts);
    }
    for (;;) {
      skip_blanks();
      if (type.element().is(TypeKind::list)) {
        parts.push_back(ATTEMPT(list_of(type.element())));
      } else {
        bool quoted = false;
        std::string part = token(",}", quoted);
        if (!quoted)
          while (!part.empty() && part.back() == ' ') part.pop_back();
        if (part.empty() && !quoted) return malformed("Unexpected \"}\" character.");
        if (!quoted && is_null_word(part))
          parts.emplace_back();
        else
          parts.push_back(ATTEMPT(from_text(type.element(), part, style_)));
      }
      skip_blanks();
      const char end = at_ < text_.size() ? text_[at_++] : 0;
      if (end == '}') return together(parts);
      if (end != ',') return malformed("Unexpected end of input.");
    }
  }

  std::string token(std::string_view ends, bool& quoted) {
    std::string out;
    bool inside = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        out += text_[++at_];
      } else if (c == '"') {
        if (inside && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          out += '"';
          ++at_;
        } else {
          inside = !inside;
          quoted = true;
        }
      } else if (!inside && ends.find(c) != std::string_view::npos) {
        break;
      } else {
        out += c;
      }
    }
    return out;
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t'))
      ++at_;
  }

  static Value together(const std::vector<Value>& parts) {
    std::vector<Datum> data;
    for (const Value& part : parts) data.push_back(part.datum());
    return Value(Datum::of(std::span<const Datum>(data)));
  }

  tl::unexpected<SqlError> malformed(std::string detail) const {
    SqlError error;
    error.sqlstate = sqlstate::invalid_text_representation;
    error.message = std::string("malformed ") + (type_.is(TypeKind::list) ? "array" : "record") +
                    " literal: \"" + std::string(text_) + "\"";
    error.detail = std::move(detail);
    return tl::unexpected<SqlError>(std::move(error));
  }

  const Type& type_;
  std::string_view text_;
  const TextStyle& style_;
  std::size_t at_ = 0;
};

}  // namespace

void append_list_text(const Type& type, const Datum& datum, const TextStyle& style,
                      std::string& out) {
  out += '{';
  for (std::size_t i = 0; i < datum.size; ++i) {
    if (i > 0) out += ',';
    const Datum& element = datum.elements[i];
    if (element.is_null()) {
      out += "NULL";
      continue;
    }
    const std::string part = to_text(type.element(), element, style);
    const bool plain = type.element().is(TypeKind::list) ||
                       (!part.empty() && !is_null_word(part) &&
                        part.find_first_of("{},\"\\ \t\n\r\v\f") == std::string::npos);
    if (plain)
      out += part;
    else
      append_quoted(part, out);
  }
  out += '}';
}

void append_structure_text(const Type& type, const Datum& datum, const TextStyle& style,
                           std::string& out) {
  out += '(';
  for (std::size_t i = 0; i < datum.size; ++i) {
    if (i > 0) out += ',';
    const Datum& element = datum.elements[i];
    if (element.is_null()) continue;
    const std::string part = to_text(type.fields()[i].type, element, style);
    if (!part.empty() && part.find_first_of("(),\"\\ \t\n\r\v\f") == std::string::npos) {
      out += part;
      continue;
    }
    out += '"';
    for (const char c : part) {
      if (c == '"' || c == '\\') out += c;
      out += c;
    }
    out += '"';
  }
  out += ')';
}

void append_map_text(const Type& type, const Datum& datum, const TextStyle& style,
                     std::string& out) {
  out += '{';
  for (std::size_t i = 0; i < datum.size; ++i) {
    if (i > 0) out += ',';
    const Datum* const entry = datum.elements[i].elements;
    append_text(type.key(), entry[0], style, out);
    out += ':';
    if (entry[1].is_null())
      out += "NULL";
    else
      append_text(type.value(), entry[1], style, out);
  }
  out += '}';
}

SqlResult<Value> list_from_text(const Type& type, std::string_view text, const TextStyle& style) {
  return PartReader(type, text, style).list();
}

SqlResult<Value> structure_from_text(const Type& type, std::string_view text,
                                     const TextStyle& style) {
  return PartReader(type, text, style).structure();
}

}  // namespace levada::query
