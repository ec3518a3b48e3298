#pragma once
// How much one client may hold and how long it may take. Every wait of a connection has one of
// these deadlines, every buffer one of these sizes.

#include <cstdint>

#include "base/bytes.h"
#include "base/time.h"

namespace levada::http {

using namespace std::chrono_literals;

struct Limits {
  std::uint32_t connections = 10'000;  // for each reactor; more are closed at once
  Bytes body = 20_MiB;                 // kinesis spec 4.1: 14 MiB in base64, plus keys and escapes
  Bytes bodies_in_flight = 512_MiB;    // for each reactor; more are answered 503
  Nanos idle = 120s;                   // between requests; SDKs keep connections for 60 s
  Nanos handshake = 10s;               // of TLS, from its first bytes to its end
  Nanos goodbye = 1s;                  // until the client has taken TLS's last word
  Nanos head = 10s;                    // from the first byte of a head to its last
  Nanos body_progress = 20s;           // between two pieces of a body
  Bytes body_per_second = 8_KiB;       // and on the whole no slower than this
  Nanos write = 60s;                   // until the client has taken an answer
  Nanos drain = 10s;                   // a stop waits this long for what is being answered
};

// Why input buffers begin small and are given back: 10,000 idle connections cost 160 MB at most.
inline constexpr Bytes input_size_first = 16_KiB;
inline constexpr Bytes input_size_kept = 1_MiB;  // between requests that follow at once

}  // namespace levada::http
