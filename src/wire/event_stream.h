#pragma once
// Frames of `application/vnd.amazon.eventstream` (spec kinesis 4.6): how SubscribeToShard answers.
//
//   frame   := total:u32 headers:u32 crc32(those 8 bytes):u32 header* payload crc32(all before):u32
//   header  := u8 name length, name, u8 type (7 = string), u16 value length, value

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "wire/header_field.h"
#include "wire/http_message.h"

namespace levada::wire {

// Largest frame that is read: one event carries at most 10 MiB of records, in base64 and JSON.
inline constexpr std::size_t event_frame_max = 20 << 20;

// Appends one frame whose headers are all strings. Names fit in 255 bytes, values in 65,535 and the
// frame in event_frame_max: the caller's promise.
void append_event(Buffer& out, std::span<const HeaderField> headers, ByteView payload);

// The same for a payload that is written where it is sent from: `begin_event` tells where the frame
// begins, what is appended then is its payload, `end_event` wants that place.
std::size_t begin_event(Buffer& out, std::span<const HeaderField> headers);
void end_event(Buffer& out, std::size_t begin);

struct EventFrame {
  enum class Kind : std::uint8_t { need_more, ready, broken };
  Kind kind = Kind::need_more;
  std::size_t consumed = 0;  // ready: the bytes of this frame
  const char* reason = "";   // broken: what is wrong
  ByteView payload;          // looks into the input
  HeaderList headers;        // likewise; headers of other types than string are left out
};

// Reads the frame at the start of `input`.
EventFrame read_event(ByteView input);

}  // namespace levada::wire
