#pragma once
// Tells from the first bytes of a connection which protocol it speaks, so that one port serves all
// (spec kinesis 4.1).

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace levada::wire {

enum class Protocol : std::uint8_t { need_more, http1, http2, tls };

// At most 24 bytes, the length of the HTTP/2 preface, are needed. Nonsense counts as http1, whose
// parser refuses it.
Protocol sniff_protocol(ByteView first_bytes);

}  // namespace levada::wire
