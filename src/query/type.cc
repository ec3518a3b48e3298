#include "query/type.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace levada::query {

struct Type::Parts {
  std::vector<TypeField> fields;  // a list has one without a name
  std::size_t dimensions = 0;     // of a vector
};

namespace {

struct KindFacts {
  TypeKind kind;
  std::string_view name;
  std::uint32_t oid;
  std::uint32_t list_oid;
  std::int16_t length;
};

constexpr KindFacts kind_facts[] = {
    {TypeKind::unknown, "unknown", 705, 1009, -2},
    {TypeKind::boolean, "boolean", 16, 1000, 1},
    {TypeKind::int2, "smallint", 21, 1005, 2},
    {TypeKind::int4, "integer", 23, 1007, 4},
    {TypeKind::int8, "bigint", 20, 1016, 8},
    {TypeKind::serial, "serial", 20, 1016, 8},
    {TypeKind::int256, "rw_int256", 1301, 1401, 32},
    {TypeKind::float4, "real", 700, 1021, 4},
    {TypeKind::float8, "double precision", 701, 1022, 8},
    {TypeKind::numeric, "numeric", 1700, 1231, -1},
    {TypeKind::varchar, "character varying", 1043, 1015, -1},
    {TypeKind::bytea, "bytea", 17, 1001, -1},
    {TypeKind::date, "date", 1082, 1182, 4},
    {TypeKind::time, "time without time zone", 1083, 1183, 8},
    {TypeKind::timestamp, "timestamp without time zone", 1114, 1115, 8},
    {TypeKind::timestamptz, "timestamp with time zone", 1184, 1185, 8},
    {TypeKind::interval, "interval", 1186, 1187, 16},
    {TypeKind::jsonb, "jsonb", 3802, 3807, -1},
    {TypeKind::structure, "record", 2249, 2287, -1},
    {TypeKind::map, "map", 20001, 20002, -1},
    {TypeKind::vector, "vector", 20003, 20004, -1},
    {TypeKind::any, "any", 2276, 2277, -1},
    {TypeKind::any_element, "anyelement", 2283, 2277, -1},
    {TypeKind::any_list, "anyarray", 2277, 2277, -1},
    {TypeKind::any_structure, "record", 2249, 2287, -1},
};

const KindFacts& facts(TypeKind kind) {
  const auto* found = std::find_if(std::begin(kind_facts), std::end(kind_facts),
                                   [&](const KindFacts& row) { return row.kind == kind; });
  CHECK(found != std::end(kind_facts));
  return *found;
}

struct NamedKind {
  std::string_view name;
  TypeKind kind;
};

constexpr NamedKind named_kinds[] = {
    {"boolean", TypeKind::boolean},
    {"bool", TypeKind::boolean},
    {"smallint", TypeKind::int2},
    {"int2", TypeKind::int2},
    {"integer", TypeKind::int4},
    {"int", TypeKind::int4},
    {"int4", TypeKind::int4},
    {"oid", TypeKind::int4},
    {"bigint", TypeKind::int8},
    {"int8", TypeKind::int8},
    {"serial", TypeKind::serial},
    {"rw_int256", TypeKind::int256},
    {"real", TypeKind::float4},
    {"float4", TypeKind::float4},
    {"double precision", TypeKind::float8},
    {"double", TypeKind::float8},
    {"float8", TypeKind::float8},
    {"float", TypeKind::float8},
    {"numeric", TypeKind::numeric},
    {"decimal", TypeKind::numeric},
    {"dec", TypeKind::numeric},
    {"character varying", TypeKind::varchar},
    {"varchar", TypeKind::varchar},
    {"text", TypeKind::varchar},
    {"string", TypeKind::varchar},
    {"character", TypeKind::varchar},
    {"char", TypeKind::varchar},
    {"bpchar", TypeKind::varchar},
    {"name", TypeKind::varchar},
    {"json", TypeKind::jsonb},
    {"bytea", TypeKind::bytea},
    {"date", TypeKind::date},
    {"time", TypeKind::time},
    {"time without time zone", TypeKind::time},
    {"timestamp", TypeKind::timestamp},
    {"timestamp without time zone", TypeKind::timestamp},
    {"timestamptz", TypeKind::timestamptz},
    {"timestamp with time zone", TypeKind::timestamptz},
    {"interval", TypeKind::interval},
    {"jsonb", TypeKind::jsonb},
};

}  // namespace

Type Type::list(Type element) {
  Type type(TypeKind::list);
  auto parts = std::make_shared<Parts>();
  parts->fields.push_back({"", std::move(element)});
  type.parts_ = std::move(parts);
  return type;
}

Type Type::structure(std::vector<TypeField> fields) {
  Type type(TypeKind::structure);
  auto parts = std::make_shared<Parts>();
  parts->fields = std::move(fields);
  type.parts_ = std::move(parts);
  return type;
}

Type Type::map(Type key, Type value) {
  Type type = structure({{"key", std::move(key)}, {"value", std::move(value)}});
  type.kind_ = TypeKind::map;
  return type;
}

Type Type::vector(std::size_t dimensions) {
  Type type(TypeKind::vector);
  auto parts = std::make_shared<Parts>();
  parts->dimensions = dimensions;
  type.parts_ = std::move(parts);
  return type;
}

const Type& Type::element() const {
  CHECK(kind_ == TypeKind::list && parts_ != nullptr);
  return parts_->fields.front().type;
}

const std::vector<TypeField>& Type::fields() const {
  CHECK((kind_ == TypeKind::structure || kind_ == TypeKind::map) && parts_ != nullptr);
  return parts_->fields;
}

const Type& Type::key() const { return fields().front().type; }
const Type& Type::value() const { return fields().back().type; }

std::size_t Type::dimensions() const {
  CHECK(kind_ == TypeKind::vector && parts_ != nullptr);
  return parts_->dimensions;
}

bool Type::is_comparable() const {
  if (kind_ == TypeKind::map) return false;
  return parts_ == nullptr ||
         std::all_of(parts_->fields.begin(), parts_->fields.end(),
                     [](const TypeField& field) { return field.type.is_comparable(); });
}

std::string Type::name() const {
  if (kind_ == TypeKind::list) return element().name() + "[]";
  if (kind_ == TypeKind::structure && parts_ != nullptr) {
    std::string name = "struct<";
    for (const TypeField& field : parts_->fields) {
      if (name.size() > 7) name += ", ";
      if (!field.name.empty()) name += field.name + " ";
      name += field.type.name();
    }
    return name + ">";
  }
  if (kind_ == TypeKind::map && parts_ != nullptr)
    return "map(" + key().name() + "," + value().name() + ")";
  if (kind_ == TypeKind::vector && parts_ != nullptr)
    return "vector(" + std::to_string(parts_->dimensions) + ")";
  return std::string(facts(kind_).name);
}

std::uint32_t Type::oid() const {
  if (kind_ != TypeKind::list) return facts(kind_).oid;
  const Type* innermost = &element();  // PostgreSQL does not count dimensions
  while (innermost->is(TypeKind::list)) innermost = &innermost->element();
  return facts(innermost->kind()).list_oid;
}

std::int16_t Type::length() const { return kind_ == TypeKind::list ? -1 : facts(kind_).length; }

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_) return false;
  if (a.parts_ == b.parts_) return true;
  if (a.parts_ == nullptr || b.parts_ == nullptr) return false;
  return a.parts_->dimensions == b.parts_->dimensions && a.parts_->fields == b.parts_->fields;
}

std::optional<Type> type_of_name(std::string_view name) {
  if (name.ends_with("[]")) {
    auto element = type_of_name(name.substr(0, name.size() - 2));
    if (!element) return std::nullopt;
    return Type::list(*element);
  }
  for (const NamedKind& row : named_kinds)
    if (row.name == name) return Type(row.kind);
  if (name.starts_with('_')) {
    auto element = type_of_name(name.substr(1));
    if (!element) return std::nullopt;
    return Type::list(*element);
  }
  return std::nullopt;
}

std::optional<Type> type_of_oid(std::uint32_t oid) {
  if (oid == 25 || oid == 19 || oid == 1042 || oid == 18) return Type(TypeKind::varchar);
  if (oid == 26) return Type(TypeKind::int4);
  if (oid == 114) return Type(TypeKind::jsonb);
  if (oid == 1002 || oid == 1009 || oid == 1014) return Type::list(TypeKind::varchar);
  for (const KindFacts& row : kind_facts) {
    if (row.kind == TypeKind::structure || row.kind == TypeKind::map ||
        row.kind == TypeKind::vector || row.kind >= TypeKind::any || row.kind == TypeKind::unknown)
      continue;
    if (row.oid == oid) return Type(row.kind);
    if (row.list_oid == oid) return Type::list(row.kind);
  }
  return std::nullopt;
}

}  // namespace levada::query
