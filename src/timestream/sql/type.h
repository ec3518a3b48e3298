#pragma once
// Types of the query language, and the values they have while a query runs.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace levada::timestream::sql {

enum class Kind : std::uint8_t {
  unknown,  // of NULL
  boolean,
  integer,
  bigint,
  real,
  varchar,
  timestamp,       // nanoseconds since 1970
  date,            // days since 1970
  time,            // nanoseconds since midnight
  interval_day,    // nanoseconds
  interval_month,  // months
  array,
  series,  // rows of a time and a value
  row,
};

struct TypeField;
struct Type {
  Kind kind = Kind::unknown;
  std::vector<TypeField> fields;  // of arrays and series the element, of rows each member
  Type();
  Type(Kind of_kind);
  Type(Kind of_kind, std::vector<TypeField> of_fields);
  bool is(Kind other) const { return kind == other; }
  bool numeric() const { return kind >= Kind::integer && kind <= Kind::real; }
  const Type& element() const;
};
struct TypeField {
  std::string name;
  Type type;
};
// Here, because a list of fields can only be made or destroyed when a field is known.
inline Type::Type() = default;
inline Type::Type(Kind of_kind) : kind(of_kind) {}
inline Type::Type(Kind of_kind, std::vector<TypeField> of_fields)
    : kind(of_kind), fields(std::move(of_fields)) {}
inline const Type& Type::element() const { return fields.front().type; }

bool same(const Type& a, const Type& b);
Type array_of(Type element);
Type series_of(Type element);
std::string name_of(const Type& type);  // "array(double)", as messages and typeof spell it

struct Value;
using Text = std::shared_ptr<const std::string>;
using List = std::shared_ptr<const std::vector<Value>>;

// Null, or what the type says: whole numbers, times and intervals are 64 bits; arrays and rows are
// lists; a series is a list of lists of time and value.
struct Value {
  std::variant<std::monostate, bool, std::int64_t, double, Text, List> is;
  Value() = default;
  Value(bool b) : is(b) {}
  Value(std::int64_t n) : is(n) {}
  Value(double d) : is(d) {}
  Value(std::string text) : is(std::make_shared<const std::string>(std::move(text))) {}
  Value(Text text) : is(std::move(text)) {}
  Value(std::vector<Value> list)
      : is(std::make_shared<const std::vector<Value>>(std::move(list))) {}
  Value(const char*) = delete;

  bool null() const { return is.index() == 0; }
  bool truth() const { return std::get<bool>(is); }
  std::int64_t number() const { return std::get<std::int64_t>(is); }
  double real() const { return std::get<double>(is); }
  const std::string& text() const { return *std::get<Text>(is); }
  const std::vector<Value>& list() const { return *std::get<List>(is); }
};

// Of two values of one type: below, at or above 0. Nulls are alike and come last.
int compare(const Value& a, const Value& b);
std::size_t hash_of(const Value& value);

// For tables by whole rows.
struct RowHash {
  std::size_t operator()(const std::vector<Value>& row) const {
    std::size_t hash = row.size();
    for (const Value& value : row) hash = hash * 1099511628211ull ^ hash_of(value);
    return hash;
  }
};
struct RowEqual {
  bool operator()(const std::vector<Value>& a, const std::vector<Value>& b) const {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (compare(a[i], b[i]) != 0) return false;
    return true;
  }
};

}  // namespace levada::timestream::sql
