// Any bytes with a right checksum: decoding ends with points or an error, and points that decode
// encode to what decodes to them again.

#include "timestream/point_codec.h"

#include <cstdlib>

#include "base/crc32c.h"
#include "base/endian.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace levada;
  Buffer bytes(size + 5);
  bytes[0] = std::byte{1};
  for (std::size_t i = 0; i < size; ++i) bytes[i + 5] = static_cast<std::byte>(data[i]);
  store_le<std::uint32_t>(bytes.data() + 1, crc32c(ByteView(bytes).subspan(5)));
  const auto points = timestream::decode_points(bytes);
  if (!points) return 0;
  std::vector<const timestream::Point*> all;
  for (const auto& point : *points) all.push_back(&point);
  const auto again = timestream::decode_points(timestream::encode_points(all));
  if (!again || again->size() != points->size()) std::abort();
  return 0;
}
