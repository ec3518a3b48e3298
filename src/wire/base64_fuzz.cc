// Anything decodes or is refused; what decodes encodes to the same text; the prefix is a prefix.
#include <cstring>

#include "base/check.h"
#include "wire/base64.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace levada;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Buffer whole(wire::base64_decoded_size_max(size));
  const wire::Base64Decoded decoded = wire::base64_decode(text, whole);
  if (decoded.ok()) {
    CHECK(wire::base64_encode(ByteView(whole).first(decoded.size)) == text);
  } else {
    CHECK(!wire::base64_fault_text(text, decoded).empty());
  }

  Buffer room(size > 0 ? data[0] : 0);
  const wire::Base64Prefix prefix = wire::base64_decode_prefix(text, room);
  CHECK(prefix.written <= room.size() && prefix.read / 4 * 3 == prefix.written);
  CHECK(wire::base64_encode(ByteView(room).first(prefix.written)) == text.substr(0, prefix.read));
  return 0;
}
