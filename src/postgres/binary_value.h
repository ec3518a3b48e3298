#pragma once
// Values in PostgreSQL's binary forms (the send and receive functions of PostgreSQL 15), as clients
// ask for them in Bind: what a driver sends for a parameter, what it reads of a row.

#include "base/bytes.h"
#include "query/sql_error.h"
#include "query/type.h"
#include "query/value.h"

namespace levada::postgres {

// Appends a value that is not NULL. Types without a binary form of their own go as their text.
void append_binary(const query::Type& type, const query::Datum& datum, Buffer& out);

// Errors: 22P03 (no value of that type), 22021 (text that is no UTF-8), and those of the type.
query::SqlResult<query::Value> read_binary(const query::Type& type, ByteView bytes);

}  // namespace levada::postgres
