#include "query/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "query/calendar.h"
#include "query/text.h"

namespace levada::query {

namespace {

// Takes a text's events and makes the tree of them; false ends the reading.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add({}); }
  bool boolean(bool value) override { return add(Json::of_boolean(value)); }
  bool number_integer(std::int64_t value) override {
    return add(Json::of_number(std::to_string(value)));
  }
  bool number_unsigned(std::uint64_t value) override {
    return add(Json::of_number(std::to_string(value)));
  }
  bool number_float(double value, const std::string&) override {
    return add(Json::of_real(value));  // the reader has refused what is beyond a double
  }
  bool string(std::string& value) override {
    Json json;
    json.kind = Json::Kind::text;
    json.text = std::move(value);
    return add(std::move(json));
  }
  bool binary(nlohmann::json::binary_t&) override { return false; }  // not in texts
  bool start_object(std::size_t) override { return open(Json::Kind::object); }
  bool start_array(std::size_t) override { return open(Json::Kind::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(std::string& name) override {
    open_.back().key = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  Json take() { return std::move(root_); }

 private:
  struct Open {
    Json json;
    std::string key = {};  // of the member that comes next
  };

  bool open(Json::Kind kind) {
    if (open_.size() == json_depth_max) return false;
    open_.emplace_back();
    open_.back().json.kind = kind;
    return true;
  }
  bool close() {
    Json closed = std::move(open_.back().json);
    open_.pop_back();
    return add(std::move(closed));
  }
  bool add(Json json) {
    if (open_.empty())
      root_ = std::move(json);
    else if (Open& outer = open_.back(); outer.json.kind == Json::Kind::list)
      outer.json.items.push_back(std::move(json));
    else
      outer.json.put(std::move(outer.key), std::move(json));
    return true;
  }

  std::vector<Open> open_;
  Json root_;
};

}  // namespace

std::optional<Json> Json::parse(std::string_view text) {
  Builder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  return builder.take();
}

Json Json::of_text(std::string_view value) {
  Json json;
  json.kind = Kind::text;
  json.text = value;
  return json;
}

Json Json::of_number(std::string digits) {
  Json json;
  json.kind = Kind::number;
  constexpr std::size_t integer_digits_max = 18;  // surely within 64 bits
  const bool negative = digits.starts_with('-');
  if (digits.find_first_of(".eE") != std::string::npos)
    return of_real(std::strtod(digits.c_str(), nullptr));
  if (digits.size() > integer_digits_max) {
    std::int64_t narrow = 0;
    std::uint64_t wide = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = negative ? std::from_chars(digits.data(), end, narrow)
                               : std::from_chars(digits.data(), end, wide);
    if (read.ec != std::errc()) return of_real(std::strtod(digits.c_str(), nullptr));
  }
  json.text = digits == "-0" ? "0" : std::move(digits);
  return json;
}

Json Json::of_real(double value) {
  Json json;
  json.kind = Kind::number;
  append_json_real(value, json.text);
  return json;
}

Json Json::of_boolean(bool value) {
  Json json;
  json.kind = Kind::boolean;
  json.boolean = value;
  return json;
}

const Json* Json::member(std::string_view name) const {
  if (kind != Kind::object) return nullptr;
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const auto& member) { return member.first == name; });
  return found == members.end() ? nullptr : &found->second;
}

const Json* Json::item(std::int64_t index) const {
  if (kind != Kind::list) return nullptr;
  const auto count = static_cast<std::int64_t>(items.size());
  if (index < 0) index += count;
  if (index < 0 || index >= count) return nullptr;
  return &items[static_cast<std::size_t>(index)];
}

void Json::put(std::string name, Json value) {
  const auto at =
      std::lower_bound(members.begin(), members.end(), name,
                       [](const auto& member, const std::string& n) { return member.first < n; });
  if (at != members.end() && at->first == name)
    at->second = std::move(value);
  else
    members.insert(at, {std::move(name), std::move(value)});
}

bool Json::contains(const Json& other) const {
  if (kind == Kind::list && other.kind != Kind::list && other.kind != Kind::object)
    return std::any_of(items.begin(), items.end(),
                       [&](const Json& item) { return item.canonical() == other.canonical(); });
  if (kind != other.kind) return false;
  switch (kind) {
    case Kind::object:
      return std::all_of(other.members.begin(), other.members.end(), [&](const auto& wanted) {
        const Json* mine = member(wanted.first);
        return mine != nullptr && mine->contains(wanted.second);
      });
    case Kind::list:
      return std::all_of(other.items.begin(), other.items.end(), [&](const Json& wanted) {
        return std::any_of(items.begin(), items.end(), [&](const Json& item) {
          return item.kind == wanted.kind && item.contains(wanted);
        });
      });
    default:
      return canonical() == other.canonical();
  }
}

void Json::append_text(std::string& out) const {
  switch (kind) {
    case Kind::null:
      out += "null";
      return;
    case Kind::boolean:
      out += boolean ? "true" : "false";
      return;
    case Kind::number:
      out += text;
      return;
    case Kind::text:
      append_json_string(text, out);
      return;
    case Kind::list: {
      out += '[';
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += ", ";
        items[i].append_text(out);
      }
      out += ']';
      return;
    }
    case Kind::object: {
      out += '{';
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0) out += ", ";
        append_json_string(members[i].first, out);
        out += ": ";
        members[i].second.append_text(out);
      }
      out += '}';
      return;
    }
  }
}

std::string_view Json::type_name() const {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "boolean";
    case Kind::number:
      return "number";
    case Kind::text:
      return "string";
    case Kind::list:
      return "array";
    case Kind::object:
      return "object";
  }
  return "";
}

Json json_of(const Type& type, const Datum& datum) {
  Json json;
  if (datum.is_null()) return json;
  switch (type.kind()) {
    case TypeKind::boolean:
      return Json::of_boolean(datum.boolean());
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
      return Json::of_number(std::to_string(datum.integer));
    case TypeKind::numeric:
    case TypeKind::float4:
    case TypeKind::float8: {
      const double value = type.is(TypeKind::numeric) ? Decimal::of(datum).to_double() : datum.real;
      // JSON has no number for NaN and the infinities.
      return std::isfinite(value) ? Json::of_real(value) : Json::of_text(to_text(type, datum));
    }
    case TypeKind::jsonb:
      return Json::parse(datum.text()).value_or(json);
    case TypeKind::timestamp:
    case TypeKind::timestamptz: {
      std::string text = to_text(type, datum);
      text[text.find(' ')] = 'T';
      return Json::of_text(text);
    }
    case TypeKind::list:
      json.kind = Json::Kind::list;
      for (const Datum& element : datum.list())
        json.items.push_back(json_of(type.element(), element));
      return json;
    case TypeKind::map:
      json.kind = Json::Kind::object;
      for (const Datum& entry : datum.list())
        json.put(to_text(type.key(), entry.elements[0]), json_of(type.value(), entry.elements[1]));
      return json;
    case TypeKind::structure:
      json.kind = Json::Kind::object;
      for (std::size_t i = 0; i < datum.size; ++i) {
        const std::string& name = type.fields()[i].name;
        json.put(name.empty() ? "f" + std::to_string(i + 1) : name,
                 json_of(type.fields()[i].type, datum.elements[i]));
      }
      return json;
    default:
      return Json::of_text(to_text(type, datum));
  }
}

namespace {

void append_escaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\t':
      out += "\\t";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\r':
      out += "\\r";
      break;
    default:
      constexpr char digits[] = "0123456789abcdef";
      out += "\\u00";
      out += digits[c >> 4];
      out += digits[c & 15];
  }
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    // Most text is as it is.
    const auto strange = std::find_if(text.begin(), text.end(), [](char c) {
      return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
    });
    out.append(text.begin(), strange);
    text.remove_prefix(static_cast<std::size_t>(strange - text.begin()));
    if (text.empty()) break;
    append_escaped(text.front(), out);
    text.remove_prefix(1);
  }
  out += '"';
}

void append_json_real(double value, std::string& out) {
  char shortest[32];
  const auto end =
      std::to_chars(shortest, shortest + sizeof shortest, value, std::chars_format::scientific).ptr;
  const std::string_view written(shortest, static_cast<std::size_t>(end - shortest));
  const std::size_t e = written.find('e');
  std::string digits;
  for (const char c : written.substr(0, e))
    if (c >= '0' && c <= '9') digits += c;
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  int exponent = 0;
  const char* const sign = written.data() + e + 1;
  std::from_chars(sign + (*sign == '+' ? 1 : 0), end, exponent);
  const auto count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits in front of it
  if (written.front() == '-') out += '-';
  if (count <= point && point <= 16) {
    out += digits + std::string(static_cast<std::size_t>(point - count), '0') + ".0";
  } else if (point > 0 && point <= 16) {
    out += digits.substr(0, static_cast<std::size_t>(point)) + "." +
           digits.substr(static_cast<std::size_t>(point));
  } else if (point > -5 && point <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else {
    out += digits.substr(0, 1);
    if (count > 1) out += "." + digits.substr(1);
    out += "e" + std::to_string(exponent);
  }
}

}  // namespace levada::query
