#pragma once
// The words in which a service is described: operations, their members, types, constraints and
// errors, as constant data. One description serves decoding, validation and its messages, encoding,
// the command line, documentation and the fuzz dictionary. Knows no service: the rows are in
// kinesis_operations.cc and their like.

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "aws/pattern.h"

namespace levada::aws {

enum class Type : std::uint8_t {
  string,
  blob,
  integer,       // 32 bits
  long_integer,  // 64 bits
  real,
  boolean,
  timestamp,
  list,
  map,
  structure,
};

struct Field;
using Names = std::span<const std::string_view>;

inline constexpr std::int64_t no_min = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t no_max = std::numeric_limits<std::int64_t>::max();

struct Shape {
  Type type;
  std::string_view name = {};  // the model's, of structures
  std::int64_t min = no_min;   // of numbers the value, of strings the characters, of blobs the
  std::int64_t max = no_max;   // bytes, of lists and maps the items
  const Pattern* pattern = nullptr;    // of strings
  Names values = {};                   // of enumerations, in the order that messages list them
  const Shape* element = nullptr;      // of lists; the values of maps
  const Shape* key = nullptr;          // of maps
  std::span<const Field> fields = {};  // of structures, in the model's order
  Names validated = {};  // the fields in the order of messages; empty: as they stand in `fields`
  // Messages about the upper bound leave the value out (kinesis spec 6.2, newer texts).
  bool value_hidden = false;
};

struct Field {
  std::string_view name;
  const Shape* shape;
  bool required = false;
  // The member that makes this one dispensable: a stream may go by its ARN alone.
  std::string_view unless = {};
  std::string_view doc = {};
  // Required of most callers, but only the handler knows of which: its absence is listed beside
  // other failures and is none by itself.
  bool lenient = false;
};

// What SDKs and the command line know of an operation that answers in pages.
struct Paginator {
  std::string_view token_in;
  std::string_view token_out;  // a path; `[-1]` is the last item
  std::string_view more;       // a path; empty: as long as there is a token
  std::string_view limit;
  std::string_view result;
  Names further_results = {};  // lists that pages add to besides `result`
  Names once = {};             // paths whose values the first page alone gives to the whole
};

struct Operation {
  std::string_view name;
  const Shape& input;
  const Shape* output;  // null: an empty body
  Names errors;         // beyond those that every operation has
  std::string_view doc;
  const Paginator* paginator = nullptr;
  bool event_stream = false;  // the answer is a stream of events
};

// `wait stream-exists` and the like: ask until a member has a value or an error comes.
struct Waiter {
  std::string_view name;
  std::string_view operation;
  std::string_view path;  // of the member; empty: waits for the error
  std::string_view value;
  std::string_view error;
  int delay_seconds = 10;
  int attempts = 18;
};

struct Service {
  std::string_view name;               // "kinesis", as in signatures and policies
  std::string_view target_prefix;      // "Kinesis_20131202"
  std::string_view json_version;       // "1.1"
  std::string_view structure_package;  // how Java names structures, in messages
  bool speaks_cbor;
  std::span<const Operation> operations;  // sorted by name
  std::span<const Waiter> waiters = {};
  std::string_view command = {};  // on the command line, where it is not `name`
  // Stands before the exception's name in a body. Services that have one spell the message both
  // ways, "Message" and "message".
  std::string_view error_prefix = {};
  // The same for requests that break the model's constraints, where it is not `error_prefix`.
  std::string_view constraint_prefix = {};
  // Request ids are 26 digits of base32, and there is no x-amz-id-2.
  bool short_request_ids = false;
  // Before ".REGION.amazonaws.com", for those who call the real AWS, where it is not `name`.
  std::string_view host_prefix = {};
};

const Operation* find_operation(const Service& service, std::string_view name);
const Field* find_field(const Shape& structure, std::string_view name);

constexpr Field required(std::string_view name, const Shape& shape, std::string_view doc = {}) {
  return {name, &shape, true, {}, doc};
}
constexpr Field optional(std::string_view name, const Shape& shape, std::string_view doc = {}) {
  return {name, &shape, false, {}, doc};
}
constexpr Field required_unless(std::string_view other, std::string_view name, const Shape& shape,
                                std::string_view doc = {}) {
  return {name, &shape, true, other, doc};
}
constexpr Field mostly_required(std::string_view name, const Shape& shape,
                                std::string_view doc = {}) {
  return {name, &shape, true, {}, doc, true};
}
constexpr Shape structure(std::string_view name, std::span<const Field> fields,
                          Names validated = {}) {
  return {.type = Type::structure, .name = name, .fields = fields, .validated = validated};
}
constexpr Shape list_of(const Shape& element, std::int64_t min = no_min,
                        std::int64_t max = no_max) {
  return {.type = Type::list, .min = min, .max = max, .element = &element};
}
constexpr Shape map_of(const Shape& key, const Shape& value, std::int64_t min = no_min,
                       std::int64_t max = no_max) {
  return {.type = Type::map, .min = min, .max = max, .element = &value, .key = &key};
}
constexpr Shape string_of(std::int64_t min, std::int64_t max, const Pattern* pattern = nullptr) {
  return {.type = Type::string, .min = min, .max = max, .pattern = pattern};
}
constexpr Shape integer_of(std::int64_t min, std::int64_t max = no_max) {
  return {.type = Type::integer, .min = min, .max = max};
}
constexpr Shape one_of(Names values) { return {.type = Type::string, .values = values}; }

}  // namespace levada::aws
