#pragma once
// Reads one CBOR item (RFC 8949) into a Value tree, as the CBOR dialect of AWS uses it (spec
// kinesis 4.2): definite and indefinite lengths, all integer and float widths, undefined as null,
// tag 1 as a timestamp, every other tag read over. Strings of known length are not copied. Map keys
// must be text; of a repeated key the last value stays. Nothing may follow the item.

#include <cmath>
#include <optional>

#include "base/result.h"
#include "wire/value.h"

namespace levada::wire {

// The root lives in `tree`, which is cleared first, and looks into `bytes`. An error (invalid) says
// what is wrong and where.
Result<Value> read_cbor(ByteView bytes, ValueTree& tree);

// A time as AWS clients send it in CBOR, tagged or not: integers are milliseconds since 1970; so is
// a float, unless it is below 10^11 and hence seconds. Nothing for other kinds and for what
// overflows.
std::optional<std::int64_t> cbor_epoch_millis(const Value& value);

// Seconds as clients send them, a binary fraction, in whole milliseconds: what is finer is cut off,
// and what a client counted in milliseconds comes back as it was (a double of this century is at
// most 0.2 us off).
inline double whole_millis(double seconds) { return std::floor(seconds * 1000 + 0.0005); }

}  // namespace levada::wire
