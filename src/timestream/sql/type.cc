#include "timestream/sql/type.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace levada::timestream::sql {

bool same(const Type& a, const Type& b) {
  return a.kind == b.kind &&
         std::ranges::equal(a.fields, b.fields, [](const TypeField& x, const TypeField& y) {
           return same(x.type, y.type);
         });
}

Type array_of(Type element) { return {Kind::array, {{"", std::move(element)}}}; }
Type series_of(Type element) { return {Kind::series, {{"", std::move(element)}}}; }

std::string name_of(const Type& type) {
  constexpr const char* names[] = {"unknown",
                                   "boolean",
                                   "integer",
                                   "bigint",
                                   "double",
                                   "varchar",
                                   "timestamp",
                                   "date",
                                   "time",
                                   "interval day to second",
                                   "interval year to month",
                                   "array",
                                   "timeseries",
                                   "row"};
  std::string name = names[static_cast<std::size_t>(type.kind)];
  if (type.fields.empty()) return name;
  name += '(';
  for (const TypeField& field : type.fields) {
    if (&field != &type.fields.front()) name += ", ";
    if (!field.name.empty()) name += field.name + " ";
    name += name_of(field.type);
  }
  return name + ")";
}

int compare(const Value& a, const Value& b) {
  if (a.null() || b.null()) return static_cast<int>(a.null()) - static_cast<int>(b.null());
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  switch (a.is.index()) {
    case 1:
      return order(a.truth(), b.truth());
    case 2:
      return order(a.number(), b.number());
    case 3:
      if (std::isnan(a.real()) || std::isnan(b.real()))
        return static_cast<int>(std::isnan(a.real())) - static_cast<int>(std::isnan(b.real()));
      return order(a.real(), b.real());
    case 4:
      return order(a.text(), b.text());
    default: {
      const auto &x = a.list(), &y = b.list();
      for (std::size_t i = 0; i < x.size() && i < y.size(); ++i)
        if (const int c = compare(x[i], y[i]); c != 0) return c;
      return order(x.size(), y.size());
    }
  }
}

std::size_t hash_of(const Value& value) {
  switch (value.is.index()) {
    case 0:
      return 0x9e37;
    case 1:
      return value.truth() ? 1 : 2;
    case 2:
      return static_cast<std::size_t>(value.number()) * 0x9e3779b97f4a7c15ull;
    case 3:
      return std::hash<double>()(value.real());
    case 4:
      return std::hash<std::string>()(value.text());
    default: {
      std::size_t hash = 7;
      for (const Value& each : value.list()) hash = hash * 31 + hash_of(each);
      return hash;
    }
  }
}

}  // namespace levada::timestream::sql
