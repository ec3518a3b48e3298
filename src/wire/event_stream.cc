#include "wire/event_stream.h"

#include <array>
#include <cstring>

#include "base/check.h"
#include "base/endian.h"
#include "wire/crc32.h"

namespace levada::wire {

namespace {

constexpr std::size_t prelude_size = 12;
constexpr std::size_t trailer_size = 4;
constexpr std::uint8_t string_type = 7;

// How many bytes a value of each type takes, by type; strings and byte arrays (6, 7) say it
// themselves.
constexpr std::array<int, 10> value_sizes = {0, 0, 1, 2, 4, 8, -1, -1, 8, 16};

std::byte* put(std::byte* to, std::string_view text) {
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

const char* read_headers(ByteView block, HeaderList& headers) {
  std::size_t at = 0;
  const auto has = [&](std::size_t size) { return block.size() - at >= size; };
  const auto take = [&](std::size_t size) {
    const std::string_view text = as_text(block.subspan(at, size));
    at += size;
    return text;
  };
  while (at < block.size()) {
    const auto name_size = static_cast<std::size_t>(block[at++]);
    if (!has(name_size + 1)) return "header beyond its block";
    const std::string_view name = take(name_size);
    const auto type = static_cast<std::uint8_t>(block[at++]);
    if (type >= value_sizes.size()) return "unknown header type";
    std::size_t value_size = 0;
    if (value_sizes[type] >= 0) {
      value_size = static_cast<std::size_t>(value_sizes[type]);
    } else {
      if (!has(2)) return "header beyond its block";
      value_size = load_be<std::uint16_t>(block.data() + at);
      at += 2;
    }
    if (!has(value_size)) return "header beyond its block";
    const std::string_view value = take(value_size);
    if (type != string_type) continue;
    if (headers.full()) return "too many headers";
    headers.add({name, value});
  }
  return nullptr;
}

EventFrame broken(const char* reason) {
  EventFrame frame;
  frame.kind = EventFrame::Kind::broken;
  frame.reason = reason;
  return frame;
}

}  // namespace

std::size_t begin_event(Buffer& out, std::span<const HeaderField> headers) {
  std::size_t block_size = 0;
  for (const auto& [name, value] : headers) {
    CHECK(name.size() <= UINT8_MAX && value.size() <= UINT16_MAX);
    block_size += name.size() + value.size() + 4;
  }
  const std::size_t begin = out.size();
  out.resize(begin + prelude_size + block_size);
  store_be(out.data() + begin + 4, static_cast<std::uint32_t>(block_size));
  std::byte* at = out.data() + begin + prelude_size;
  for (const auto& [name, value] : headers) {
    *at++ = static_cast<std::byte>(name.size());
    at = put(at, name);
    *at++ = std::byte{string_type};
    store_be(at, static_cast<std::uint16_t>(value.size()));
    at = put(at + 2, value);
  }
  return begin;
}

void end_event(Buffer& out, std::size_t begin) {
  const std::size_t total = out.size() - begin + trailer_size;
  CHECK(total <= event_frame_max);
  std::byte* const frame = out.data() + begin;
  store_be(frame, static_cast<std::uint32_t>(total));
  store_be(frame + 8, crc32({frame, 8}));
  std::byte trailer[trailer_size];
  store_be(trailer, crc32({frame, total - trailer_size}));
  out.insert(out.end(), trailer, trailer + trailer_size);
}

void append_event(Buffer& out, std::span<const HeaderField> headers, ByteView payload) {
  const std::size_t begin = begin_event(out, headers);
  out.insert(out.end(), payload.begin(), payload.end());
  end_event(out, begin);
}

EventFrame read_event(ByteView input) {
  if (input.size() < prelude_size) return {};
  const std::size_t total = load_be<std::uint32_t>(input.data());
  const std::size_t block_size = load_be<std::uint32_t>(input.data() + 4);
  if (load_be<std::uint32_t>(input.data() + 8) != crc32(input.first(8)))
    return broken("checksum of the prelude");
  if (total > event_frame_max) return broken("frame beyond its limit");
  if (total < prelude_size + trailer_size || block_size > total - prelude_size - trailer_size)
    return broken("lengths that contradict each other");
  if (input.size() < total) return {};
  const ByteView covered = input.first(total - trailer_size);
  if (load_be<std::uint32_t>(input.data() + covered.size()) != crc32(covered))
    return broken("checksum of the frame");
  EventFrame frame;
  if (const char* wrong = read_headers(covered.subspan(prelude_size, block_size), frame.headers))
    return broken(wrong);
  frame.kind = EventFrame::Kind::ready;
  frame.consumed = total;
  frame.payload = covered.subspan(prelude_size + block_size);
  return frame;
}

}  // namespace levada::wire
