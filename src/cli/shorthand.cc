#include "cli/shorthand.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/ascii.h"
#include "cli/exit_code.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

constexpr std::string_view space = " \t\n\r\v\f";
constexpr std::string_view end_name = "EOF";

bool is_space(char c) { return space.find(c) != std::string_view::npos; }
bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.#/:").find(c) != std::string_view::npos;
}
bool in(unsigned char c, unsigned char first, unsigned char last) {
  return c >= first && c <= last;
}
// The character classes of the AWS CLI's regular expressions; what is beyond ASCII belongs to all.
bool begins_word(unsigned char c) {
  return c == '!' || in(c, '#', '&') || in(c, '(', '+') || in(c, '-', '<') || in(c, '>', 'Z') ||
         in(c, '\\', 'z') || c >= '|';
}
bool continues_first(unsigned char c) {
  return is_space(static_cast<char>(c)) || c == '!' || in(c, '#', '&') || in(c, '(', '+') ||
         in(c, '-', '\\') || in(c, '^', '|') || c >= '~';
}
bool continues_second(unsigned char c) {
  return is_space(static_cast<char>(c)) || c == '!' || in(c, '#', '&') || in(c, '(', '+') ||
         in(c, '-', '<') || c >= '>';
}

class ShorthandReader {
 public:
  explicit ShorthandReader(std::string_view text) : text_(text) {}

  Result<Document> read() {
    Document parameter = Document::of_object({});
    std::size_t last = at_;
    for (bool first = true; first || !at_end(); first = false) {
      if (!first) TRY(expect_spaced(','));
      const std::string name(key());
      TRY(expect_spaced('='));
      Document value = TRY(values());
      if (parameter.find(name) != nullptr) return duplicate(name, last + 1);
      parameter.set(name, std::move(value));
      last = at_;
    }
    return parameter;
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  bool is(char c) const { return !at_end() && text_[at_] == c; }
  void skip_space() {
    while (!at_end() && is_space(text_[at_])) ++at_;
  }

  // The text with a caret under `place`; lines behind the one with the caret come after it.
  std::string location(std::size_t place) const {
    const std::string_view before = text_.substr(0, place);
    const std::size_t line_begin = before.rfind('\n') + 1;
    std::string_view consumed = text_;
    std::string_view remaining;
    if (const std::size_t line_end = text_.find('\n', place); line_end != text_.npos) {
      consumed = text_.substr(0, line_end);
      remaining = text_.substr(line_end);
    }
    return std::string(consumed) + '\n' +
           std::string(character_count(before.substr(line_begin)), ' ') + '^' +
           std::string(remaining);
  }
  unexpected<Error> unexpected_at(std::string_view expected, std::string_view received) const {
    return usage_error("Expected: '" + std::string(expected) + "', received: '" +
                       std::string(received) + "' for input:\n" + location(at_));
  }
  unexpected<Error> duplicate(const std::string& name, std::size_t place) const {
    return usage_error("Second instance of key \"" + name + "\" encountered for input:\n" +
                       location(place) +
                       "\nThis is often because there is a preceding \",\" instead of a space.");
  }

  Result<Unit> expect(char c) {
    if (at_end()) return unexpected_at(std::string_view(&c, 1), end_name);
    if (text_[at_] != c) {
      std::string_view rest = text_.substr(at_);
      const std::size_t before = rest.size();
      take_character(rest);
      return unexpected_at(std::string_view(&c, 1), text_.substr(at_, before - rest.size()));
    }
    ++at_;
    return Unit{};
  }
  Result<Unit> expect_spaced(char c) {
    skip_space();
    TRY(expect(c));
    skip_space();
    return Unit{};
  }

  std::string_view key() {
    const std::size_t start = at_;
    while (!at_end() && is_key_character(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  Result<Document> values() {
    if (at_end()) return Document::of_string("");
    if (is('[')) return explicit_list(0);
    if (is('{')) return hash_literal(0);
    return csv_value();
  }

  // `a` or `a,b`; what looks like more of the list may be the next key: `a,b=c` is `a` and a rest.
  Result<Document> csv_value() {
    Document first = TRY(first_value());
    skip_space();
    if (!is(',')) return first;
    TRY(expect_spaced(','));
    Document::Array list;
    list.push_back(std::move(first));
    for (;;) {
      Result<Document> next = second_value();
      bool is_last = false;
      if (next) {
        skip_space();
        is_last = at_end();
        if (!is_last) {
          const Result<Unit> comma = expect_spaced(',');
          if (!comma) next = unexpected<Error>(comma.error());
        }
      }
      if (!next) {
        if (at_end()) return next;
        while (at_ > 0 && text_[at_] != ',') --at_;
        break;
      }
      list.push_back(std::move(*next));
      if (is_last) break;
    }
    if (list.size() == 1) return std::move(list.front());
    return Document::of_array(std::move(list));
  }

  Result<Document> explicit_list(int depth) {
    if (depth > shorthand_depth_max) return usage_error("maximum recursion depth exceeded");
    TRY(expect_spaced('['));
    Document::Array list;
    while (!is(']')) {
      list.push_back(TRY(explicit_values(depth)));
      skip_space();
      if (!is(']')) {
        TRY(expect(','));
        skip_space();
      }
    }
    ++at_;
    return Document::of_array(std::move(list));
  }

  Result<Document> hash_literal(int depth) {
    if (depth > shorthand_depth_max) return usage_error("maximum recursion depth exceeded");
    TRY(expect_spaced('{'));
    Document object = Document::of_object({});
    while (!is('}')) {
      const std::string name(key());
      TRY(expect_spaced('='));
      Document value = TRY(explicit_values(depth));
      skip_space();
      if (!is('}')) {
        TRY(expect(','));
        skip_space();
      }
      object.set(name, std::move(value));
    }
    ++at_;
    return object;
  }

  Result<Document> explicit_values(int depth) {
    if (is('[')) return explicit_list(depth + 1);
    if (is('{')) return hash_literal(depth + 1);
    return first_value();
  }

  Result<Document> first_value() {
    if (is('\'') || is('"')) return quoted();
    return Document::of_string(word(continues_first));
  }

  Result<Document> second_value() {
    if (is('\'') || is('"')) return quoted();
    if (at_end() || !begins_a_word()) return unexpected_at("<second>", "<none>");
    return Document::of_string(word(continues_second));
  }

  bool escaped_comma() const { return text_.substr(at_).starts_with("\\,"); }
  bool begins_a_word() const {
    return escaped_comma() || begins_word(static_cast<unsigned char>(text_[at_]));
  }

  // May be empty. A backslash keeps the comma behind it from dividing.
  std::string word(bool (*continues)(unsigned char)) {
    if (at_end() || !begins_a_word()) return "";
    const std::size_t start = at_;
    at_ += escaped_comma() ? 2 : 1;
    while (!at_end() && (escaped_comma() || continues(static_cast<unsigned char>(text_[at_]))))
      at_ += escaped_comma() ? 2 : 1;
    std::string out = replace_all(std::string(text_.substr(start, at_ - start)), "\\,", ",");
    out.erase(out.find_last_not_of(space) + 1);
    return out;
  }

  Result<Document> quoted() {
    const char quote = text_[at_];
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) {
      const bool is_escape =
          text_[end] == '\\' && end + 1 < text_.size() &&
          (text_[end + 1] == '\\' ||
           (text_[end + 1] == quote && text_.find(quote, end + 2) != std::string_view::npos));
      end += is_escape ? 2 : 1;
    }
    if (end >= text_.size())
      return unexpected_at(quote == '\'' ? "<singled quoted>" : "<double quoted>", "<none>");
    std::string inner(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    const char escaped[] = {'\\', quote, '\0'};
    inner = replace_all(std::move(inner), escaped, std::string_view(&quote, 1));
    return Document::of_string(replace_all(std::move(inner), "\\\\", "\\"));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// How Python's int() complains.
unexpected<Error> no_integer(const Document& value) {
  if (!value.is_string())
    return fail_as(ExitCode::general,
                   "int() argument must be a string, a bytes-like object or a real number, not '" +
                       std::string(value.is_array() ? "list" : "dict") + "'");
  return fail_as(ExitCode::general,
                 "invalid literal for int() with base 10: " + python_repr(value.string()));
}

Result<Unit> give_scalar_type(Document& value, const aws::Shape& shape) {
  switch (shape.type) {
    case aws::Type::integer:
    case aws::Type::long_integer: {
      if (!value.is_string()) return no_integer(value);
      std::optional<Document> number = python_integer(value.string());
      if (!number) return no_integer(value);
      value = std::move(*number);
      return Unit{};
    }
    case aws::Type::real: {
      const std::string text = value.is_string() ? value.string() : "";
      char* end = nullptr;
      const double number = std::strtod(text.c_str(), &end);
      if (text.empty() || *end != '\0')
        return fail_as(ExitCode::general,
                       "could not convert string to float: " + python_repr(value));
      value = Document::of_real(number);
      return Unit{};
    }
    case aws::Type::boolean: {
      const std::string word = value.is_string() ? lowered(value.string()) : "";
      if (word == "true" || word == "false") value = Document::of_boolean(word == "true");
      return Unit{};
    }
    default:
      return Unit{};
  }
}

}  // namespace

Result<Document> read_shorthand(std::string_view text) { return ShorthandReader(text).read(); }

Result<Unit> give_types(Document& value, const aws::Shape& shape) {
  switch (shape.type) {
    case aws::Type::structure:
      if (!value.is_object()) return Unit{};
      for (Document::Member& member : value.members())
        if (const aws::Field* const field = aws::find_field(shape, member.name))
          TRY(give_types(member.value, *field->shape));
      return Unit{};
    case aws::Type::list:
      if (!value.is_array()) {
        value = Document::of_array({value});
        return Unit{};
      }
      for (Document& item : value.items()) TRY(give_types(item, *shape.element));
      return Unit{};
    case aws::Type::map:
      if (!value.is_object()) return Unit{};
      for (Document::Member& member : value.members())
        TRY(give_types(member.value, *shape.element));
      return Unit{};
    default:
      return give_scalar_type(value, shape);
  }
}

}  // namespace levada::cli
