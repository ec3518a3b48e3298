// Views stay inside the frame. The checksums are put right first, since random bytes never have
// them.

#include "base/check.h"
#include "base/endian.h"
#include "wire/crc32.h"
#include "wire/event_stream.h"

using namespace levada;
using namespace levada::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(data);
  Buffer frame(bytes, bytes + size);
  static_cast<void>(read_event(frame));
  if (size < 16) return 0;
  store_be(frame.data(), static_cast<std::uint32_t>(size));
  store_be(frame.data() + 8, crc32(ByteView(frame).first(8)));
  store_be(frame.data() + size - 4, crc32(ByteView(frame).first(size - 4)));
  const EventFrame event = read_event(frame);
  CHECK(event.kind != EventFrame::Kind::need_more);
  if (event.kind != EventFrame::Kind::ready) return 0;
  CHECK(event.consumed == size);
  const std::string_view text = as_text(frame);
  for (const HeaderField& header : event.headers)
    CHECK(header.name.data() >= text.data() &&
          header.value.data() + header.value.size() <= text.data() + size);
  return 0;
}
