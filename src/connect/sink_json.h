#pragma once
// Values as the JSON of sinks: RisingWave's text, byte for byte (streaming spec 1.5, 1.6).

#include <string>
#include <string_view>

#include "connect/sink_options.h"
#include "query/sql_error.h"
#include "query/type.h"
#include "query/value.h"
#include "wire/value.h"

namespace levada::connect {

// Which of the two tables of spec 1.6 applies.
enum class SinkDialect : std::uint8_t { plain, debezium };

// Appends the value; errors name the type that has no JSON.
query::SqlResult<Unit> append_json(const query::Type& type, const query::Datum& datum,
                                   const SinkEncoding& encoding, SinkDialect dialect,
                                   std::string& out);

// As Rust's ryu prints it: 1.0, 1e16, 1.234e-7; null for what is not finite.
void append_json_double(double number, std::string& out);

// A JSON value again: keys sorted at every level, numbers as doubles unless they are integers.
void append_sorted_json(const wire::Value& value, std::string& out);

// A column's entry in a schema: {"field":"id","optional":true,"type":"int32"}, with Debezium's
// logical names or with the parts of lists and structures.
query::SqlResult<Unit> append_schema_field(std::string_view name, const query::Type& type,
                                           SinkDialect dialect, std::string& out);

}  // namespace levada::connect
