#pragma once
// Type: the logical type of a column or an expression, as RisingWave and PostgreSQL name it. Which
// bytes stand for a value of it is value.h's business; how it is written, text.h's.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace levada::query {

enum class TypeKind : std::uint8_t {
  unknown,  // an untyped literal or NULL, until the binder gives it a type
  boolean,
  int2,
  int4,
  int8,
  serial,  // the type of _row_id: an int8 that does not take part in arithmetic
  int256,  // RisingWave's rw_int256
  float4,
  float8,
  numeric,  // 28 digits and more: 128-bit mantissa, scale 0 to 28, NaN, +-Infinity
  varchar,  // also text, name, char(n)
  bytea,
  date,
  time,
  timestamp,
  timestamptz,
  interval,
  jsonb,
  list,       // T[]
  structure,  // struct<a int, b varchar>, also the result of ROW(...)
  map,        // map(varchar, int): its datum is the list of its entries, key and value
  vector,     // vector(3): float4s, one behind the other in bytes
  // Only in signatures of functions.h, never the type of a value:
  any,          // anything
  any_element,  // one type for all of them in a signature
  any_list,     // a list of any_element
  any_structure,
};

class Type;

// A named part of a structure.
struct TypeField;

class Type {
 public:
  constexpr Type() = default;
  Type(TypeKind kind) : kind_(kind) {}  // NOLINT: a kind without parts is a type
  static Type list(Type element);
  static Type structure(std::vector<TypeField> fields);
  static Type map(Type key, Type value);
  static Type vector(std::size_t dimensions);

  TypeKind kind() const { return kind_; }
  const Type& element() const;                   // of a list
  const std::vector<TypeField>& fields() const;  // of a structure; of a map: "key", "value"
  const Type& key() const;                       // of a map
  const Type& value() const;                     // of a map
  std::size_t dimensions() const;                // of a vector
  bool has_parts() const {                       // its datum has others in it
    return kind_ == TypeKind::list || kind_ == TypeKind::structure || kind_ == TypeKind::map;
  }

  // Values of it are equal or not, and have an order: there is no map in it.
  bool is_comparable() const;

  bool is(TypeKind kind) const { return kind_ == kind; }
  bool is_integer() const {
    return kind_ == TypeKind::int2 || kind_ == TypeKind::int4 || kind_ == TypeKind::int8;
  }
  bool is_numeric() const {  // takes part in arithmetic
    return is_integer() || kind_ == TypeKind::int256 || kind_ == TypeKind::float4 ||
           kind_ == TypeKind::float8 || kind_ == TypeKind::numeric;
  }
  bool is_float() const { return kind_ == TypeKind::float4 || kind_ == TypeKind::float8; }

  // As RisingWave and PostgreSQL print it: "integer", "character varying", "integer[]".
  std::string name() const;
  // PostgreSQL's oid: the type's own, for lists the array type's; a structure is 2249 (record),
  // serial is int8, rw_int256 is RisingWave's 1301.
  std::uint32_t oid() const;
  // pg_type.typlen: -1 for what has no fixed length.
  std::int16_t length() const;

  friend bool operator==(const Type& a, const Type& b);

 private:
  struct Parts;
  TypeKind kind_ = TypeKind::unknown;
  std::shared_ptr<const Parts> parts_;
};

struct TypeField {
  std::string name;
  Type type;
  friend bool operator==(const TypeField&, const TypeField&) = default;
};

// The type that an SQL name without parts stands for ("int", "bigint", "double precision", "text",
// "timestamp with time zone", "_int4", …); lower case, blanks single.
std::optional<Type> type_of_name(std::string_view name);
std::optional<Type> type_of_oid(std::uint32_t oid);

}  // namespace levada::query
