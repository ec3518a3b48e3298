#pragma once
// From what a body says to what the table of its operation wants: unknown members and nulls fall
// away, numbers are floored and clamped, base64 becomes bytes, seconds become milliseconds. In the
// result every member has exactly its shape's type:
//
//   string → string    blob → bytes          integer, long_integer → integer    real → real
//   boolean → boolean  timestamp → timestamp list → array                       map, structure →
//   object
//
// What cannot be converted ends with AWS's SerializationException text (spec kinesis 6.1). Says
// nothing about bounds: that is validate.h.

#include <string>
#include <tl/expected.hpp>

#include "aws/schema.h"
#include "wire/value.h"

namespace levada::aws {

enum class Coding : std::uint8_t { json, cbor };

// The result lives in `tree` and looks into what `body` looks into. `tree` is not cleared: it must
// not be the one that `body` lives in. `structure` is an operation's input.
tl::expected<wire::Value, std::string> decode(const Shape& structure, const wire::Value& body,
                                              Coding coding, wire::ValueTree& tree);

}  // namespace levada::aws
