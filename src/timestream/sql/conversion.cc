// Conversions between types: implicit ones, CAST, and the texts of values.

#include <algorithm>
#include <charconv>
#include <cmath>

#include "timestream/sql/calendar.h"
#include "timestream/sql/expression.h"

namespace levada::timestream::sql {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

template <class Number>
std::optional<Number> number_of(const std::string& all) {
  std::string text = trimmed(all);
  if (text.starts_with('+')) text.erase(0, 1);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Value out_of_range(Runtime& runtime, const Value& value, const Type& from, const Type& to) {
  return runtime.fail("Cannot cast '" + text_of(value, from) + "' to " + name_of(to));
}

Value to_whole(Runtime& runtime, const Value& value, const Type& from, const Type& to) {
  std::int64_t number = 0;
  switch (from.kind) {
    case Kind::boolean:
      number = value.truth() ? 1 : 0;
      break;
    case Kind::real:
      if (!(std::abs(value.real()) < 9.2e18)) return out_of_range(runtime, value, from, to);
      number = std::llround(value.real());
      break;
    case Kind::varchar: {
      const auto read = number_of<std::int64_t>(value.text());
      if (!read) return out_of_range(runtime, value, from, to);
      number = *read;
      break;
    }
    default:
      number = value.number();
  }
  if (to.is(Kind::integer) && (number > 2147483647 || number < -2147483648ll))
    return out_of_range(runtime, value, from, to);
  return Value(number);
}

Value to_instant(Runtime& runtime, const Value& value, const Type& from, const Type& to) {
  if (from.is(Kind::varchar)) {
    const auto nanos = to.is(Kind::time) ? parse_time(value.text()) : parse_timestamp(value.text());
    if (!nanos) return out_of_range(runtime, value, from, to);
    return Value(to.is(Kind::date) ? floor_to(*nanos, day) / day : *nanos);
  }
  if (from.is(Kind::date)) return Value(value.number() * day);
  const std::int64_t midnight = floor_to(value.number(), day);
  return Value(to.is(Kind::date) ? midnight / day : value.number() - midnight);
}

}  // namespace

std::optional<int> conversion_cost(const Type& from, const Type& to) {
  if (same(from, to)) return 0;
  if (from.is(Kind::unknown)) return 1;
  if (from.is(Kind::integer) && to.is(Kind::bigint)) return 1;
  if (from.is(Kind::bigint) && to.is(Kind::real)) return 2;
  if (from.is(Kind::integer) && to.is(Kind::real)) return 3;
  if (from.is(Kind::date) && to.is(Kind::timestamp)) return 2;
  if (from.is(Kind::varchar) && to.is(Kind::timestamp)) return 4;
  if (from.is(Kind::varchar) && to.is(Kind::date)) return 6;
  if (from.is(Kind::series) && to.is(Kind::array)) return 3;
  if (from.kind == to.kind && from.fields.size() == to.fields.size() && !from.fields.empty()) {
    int cost = 0;
    for (std::size_t i = 0; i < from.fields.size(); ++i) {
      const auto step = conversion_cost(from.fields[i].type, to.fields[i].type);
      if (!step) return std::nullopt;
      cost += *step;
    }
    return cost;
  }
  return std::nullopt;
}

std::optional<Type> common_type(const Type& a, const Type& b) {
  if (conversion_cost(a, b)) return b;
  if (conversion_cost(b, a)) return a;
  return std::nullopt;
}

Compiled convert(Compiled from, const Type& to) {
  if (same(from.type, to) || from.type.is(Kind::unknown) ||
      (from.type.is(Kind::series) && to.is(Kind::array)) ||
      (from.type.is(Kind::integer) && to.is(Kind::bigint))) {
    from.type = to;
    return from;
  }
  Run inner = std::move(from.run);
  Type source = std::move(from.type);
  return {to,
          [inner, source, to](const Frame& frame) -> Value {
            const Value value = inner(frame);
            return value.null() ? Value() : cast(frame.runtime, value, source, to);
          },
          from.constant};
}

Value cast(Runtime& runtime, const Value& value, const Type& from, const Type& to) {
  if (value.null() || same(from, to)) return value;
  switch (to.kind) {
    case Kind::varchar:
      return Value(text_of(value, from));
    case Kind::integer:
    case Kind::bigint:
      if (from.numeric() || from.is(Kind::boolean) || from.is(Kind::varchar))
        return to_whole(runtime, value, from, to);
      break;
    case Kind::real:
      if (from.is(Kind::boolean)) return Value(value.truth() ? 1.0 : 0.0);
      if (from.is(Kind::varchar)) {
        const auto number = number_of<double>(value.text());
        return number ? Value(*number) : out_of_range(runtime, value, from, to);
      }
      if (from.numeric()) return Value(static_cast<double>(value.number()));
      break;
    case Kind::boolean:
      if (from.is(Kind::real)) return Value(value.real() != 0);
      if (from.numeric()) return Value(value.number() != 0);
      if (from.is(Kind::varchar)) {
        const std::string word = lower(value.text());
        if (word == "true" || word == "t" || word == "1") return Value(true);
        if (word == "false" || word == "f" || word == "0") return Value(false);
      }
      break;
    case Kind::timestamp:
    case Kind::date:
    case Kind::time:
      if (from.is(Kind::varchar) || from.is(Kind::date) || from.is(Kind::timestamp))
        return to_instant(runtime, value, from, to);
      break;
    case Kind::array:
    case Kind::series:
    case Kind::row: {
      if (from.fields.empty()) break;
      if (from.kind != to.kind) return value;
      std::vector<Value> list;
      for (std::size_t i = 0; i < value.list().size(); ++i) {
        const std::size_t f = to.is(Kind::row) ? i : 0;
        if (to.is(Kind::series)) {
          const auto& point = value.list()[i].list();
          list.emplace_back(
              std::vector<Value>{point[0], cast(runtime, point[1], from.element(), to.element())});
        } else {
          list.push_back(cast(runtime, value.list()[i], from.fields[f].type, to.fields[f].type));
        }
      }
      return Value(std::move(list));
    }
    default:
      break;
  }
  return runtime.fail("Cannot cast " + name_of(from) + " to " + name_of(to));
}

std::string text_of(const Value& value, const Type& type) {
  if (value.null()) return "null";
  switch (type.kind) {
    case Kind::unknown:
      return "null";
    case Kind::boolean:
      return value.truth() ? "true" : "false";
    case Kind::integer:
    case Kind::bigint:
      return std::to_string(value.number());
    case Kind::real:
      return real_text(value.real());
    case Kind::varchar:
      return value.text();
    case Kind::timestamp:
      return timestamp_text(value.number());
    case Kind::date:
      return date_text(value.number());
    case Kind::time:
      return time_text(value.number());
    case Kind::interval_day:
      return interval_day_text(value.number());
    case Kind::interval_month:
      return interval_month_text(value.number());
    case Kind::array:
    case Kind::series:
    case Kind::row: {
      std::string all = "[";
      for (std::size_t i = 0; i < value.list().size(); ++i) {
        if (i > 0) all += ", ";
        if (type.is(Kind::series)) {
          const auto& point = value.list()[i].list();
          all += timestamp_text(point[0].number()) + "=" + text_of(point[1], type.element());
        } else {
          all += text_of(value.list()[i], type.fields[type.is(Kind::row) ? i : 0].type);
        }
      }
      return all + "]";
    }
  }
  return {};
}

}  // namespace levada::timestream::sql
