#include "wire/json_reader.h"

#include <charconv>
#include <cstring>

#include "base/utf8.h"
#include "wire/character_scan.h"
#include "wire/json_string.h"

namespace levada::wire {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

class JsonParser {
 public:
  JsonParser(std::string_view text, ValueTree& tree)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), tree_(tree) {}

  Result<Value> parse() {
    Value root;
    skip_space();
    if (value(root, 0)) {
      skip_space();
      if (at_ == end_) return root;
      wrong_ = "something behind the value";
    }
    return fail(ErrorKind::invalid,
                "JSON: " + std::string(wrong_) + " at byte " + std::to_string(at_ - begin_));
  }

 private:
  bool wrong(const char* what) {
    wrong_ = what;
    return false;
  }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  bool value(Value& out, std::size_t depth) {
    if (at_ == end_) return wrong("the text ends too early");
    if (!tree_.count_node()) return wrong("more values than the limit");
    switch (*at_) {
      case '"': {
        std::string_view text;
        if (!string(text)) return false;
        out = Value::of_string(text);
        return true;
      }
      case '{':
        return depth < tree_.limits().depth_max ? object(out, depth + 1) : too_deep();
      case '[':
        return depth < tree_.limits().depth_max ? array(out, depth + 1) : too_deep();
      case 't':
        return word("true", Value::of_boolean(true), out);
      case 'f':
        return word("false", Value::of_boolean(false), out);
      case 'n':
        return word("null", Value(), out);
      default:
        return number(out);
    }
  }

  bool too_deep() { return wrong("nesting deeper than the limit"); }

  bool word(std::string_view word, Value meaning, Value& out) {
    if (static_cast<std::size_t>(end_ - at_) < word.size() ||
        std::memcmp(at_, word.data(), word.size()) != 0)
      return wrong("no value");
    at_ += word.size();
    out = meaning;
    return true;
  }

  bool object(Value& out, std::size_t depth) {
    const std::size_t open = tree_.open_object();
    ++at_;
    skip_space();
    if (at_ != end_ && *at_ == '}') {
      ++at_;
      out = tree_.close_object(open);
      return true;
    }
    for (;;) {
      if (at_ == end_ || *at_ != '"') return wrong("no member name");
      std::string_view key;
      if (!string(key)) return false;
      skip_space();
      if (at_ == end_ || *at_ != ':') return wrong("no colon");
      ++at_;
      skip_space();
      Value member;
      if (!value(member, depth)) return false;
      tree_.push(key, member);
      skip_space();
      if (at_ == end_ || (*at_ != ',' && *at_ != '}')) return wrong("neither comma nor brace");
      if (*at_++ == '}') break;
      skip_space();
    }
    out = tree_.close_object(open);
    return true;
  }

  bool array(Value& out, std::size_t depth) {
    const std::size_t open = tree_.open_array();
    ++at_;
    skip_space();
    if (at_ != end_ && *at_ == ']') {
      ++at_;
      out = tree_.close_array(open);
      return true;
    }
    for (;;) {
      Value item;
      if (!value(item, depth)) return false;
      tree_.push(item);
      skip_space();
      if (at_ == end_ || (*at_ != ',' && *at_ != ']')) return wrong("neither comma nor bracket");
      if (*at_++ == ']') break;
      skip_space();
    }
    out = tree_.close_array(open);
    return true;
  }

  bool string(std::string_view& out) {
    const char* const from = at_ + 1;
    if (const char* stop = scan_until<JsonStringStop>(from, end_); stop != end_ && *stop == '"') {
      out = {from, static_cast<std::size_t>(stop - from)};
      at_ = stop + 1;
      return true;
    }
    return unusual_string(from, out);
  }

  bool unusual_string(const char* from, std::string_view& out) {
    const auto [quote, has_escapes] = find_json_string_end(from, end_);
    if (quote == nullptr) return wrong("malformed string");
    const std::string_view raw(from, static_cast<std::size_t>(quote - from));
    out = raw;
    if (has_escapes) {
      char* const place = tree_.allocate(raw.size());
      const char* const place_end = unescape_json(raw, place);
      if (place_end == nullptr) return wrong("malformed escape");
      out = {place, static_cast<std::size_t>(place_end - place)};
    }
    at_ = quote + 1;
    return true;
  }

  bool digits() {
    const char* const first = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != first;
  }

  bool number(Value& out) {
    const char* const first = at_;
    if (*at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0') {
      ++at_;
    } else if (!digits()) {
      return wrong(at_ == first ? "no value" : "malformed number");
    }
    const char* const integer_end = at_;
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!digits()) return wrong("malformed number");
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!digits()) return wrong("malformed number");
    }
    std::int64_t integer = 0;
    if (at_ == integer_end && std::from_chars(first, at_, integer).ec == std::errc{}) {
      out = Value::of_integer(integer);
    } else {
      out = Value::of_number_text({first, static_cast<std::size_t>(at_ - first)});
    }
    return true;
  }

  const char* const begin_;
  const char* at_;
  const char* const end_;
  ValueTree& tree_;
  const char* wrong_ = "";
};

}  // namespace

Result<Value> read_json(std::string_view text, ValueTree& tree) {
  tree.clear();
  if (!is_valid_utf8(text)) return fail(ErrorKind::invalid, "JSON: not valid UTF-8");
  return JsonParser(text, tree).parse();
}

}  // namespace levada::wire
