#pragma once
// TypeSize: what stands in parentheses behind a type's name, numeric(10, 2), varchar(5): which
// values a column of it takes, and in what form. Types themselves (type.h) know nothing of it: it
// belongs to a column, or to a cast.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "query/sql_error.h"
#include "query/type.h"
#include "query/value.h"

namespace levada::query {

class Evaluation;

struct TypeSize {
  // As pg_attribute.atttypmod has it; -1: any size.
  std::int32_t modifier = -1;
  // char(n): blanks at the end mean nothing. They are not kept, and not shown either.
  bool is_char = false;

  bool is_any() const { return modifier == -1 && !is_char; }
  friend bool operator==(const TypeSize&, const TypeSize&) = default;
};

// Of a type's name as written ("char", "numeric") and its numbers. Errors: 22023 as PostgreSQL
// says them, 42601 for types that have no size.
SqlResult<TypeSize> size_of_type(std::string_view name, const Type& type,
                                 std::span<const int> numbers);

// The value, not NULL, as the size has it: rounded, or cut where a cast cuts. Errors: 22001, 22003.
Datum sized(Evaluation& evaluation, const Type& type, const TypeSize& size, bool is_explicit,
            const Datum& value);

// "numeric(10,2)", "timestamp(3) without time zone".
std::string sized_name(const Type& type, const TypeSize& size);

// pg_attribute.atttypid: char(n) has one of its own (bpchar).
std::int64_t sized_oid(const Type& type, const TypeSize& size);

// What information_schema shows; -1: NULL.
struct SizeFacts {
  std::int32_t characters = -1;
  std::int32_t precision = -1;
  std::int32_t scale = -1;
  std::int32_t fraction = -1;  // digits of seconds
};
SizeFacts size_facts(const Type& type, const TypeSize& size);

}  // namespace levada::query
