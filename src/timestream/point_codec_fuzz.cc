// Any bytes with a right checksum: decoding ends with points or an error, and points that decode
// encode to what decodes to the same again.

#include "timestream/point_codec.h"

#include <algorithm>
#include <cstdlib>

#include "base/crc32c.h"
#include "base/endian.h"

namespace {

bool same(const levada::timestream::Point& a, const levada::timestream::Point& b) {
  return std::ranges::equal(a.dimensions, b.dimensions) && a.measure_name == b.measure_name &&
         a.time == b.time && a.version == b.version && a.multi == b.multi &&
         std::ranges::equal(a.measures, b.measures);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace levada;
  if (size == 0) return 0;
  Buffer bytes(size + 4);
  bytes[0] = std::byte{data[0] % 2 == 0 ? std::uint8_t{1} : std::uint8_t{2}};
  for (std::size_t i = 1; i < size; ++i) bytes[i + 4] = static_cast<std::byte>(data[i]);
  store_le<std::uint32_t>(bytes.data() + 1, crc32c(ByteView(bytes).subspan(5)));
  const auto decoded = timestream::decode_points(bytes);
  if (!decoded) return 0;
  std::vector<const timestream::Point*> all;
  for (const auto& point : decoded->points) all.push_back(&point);
  const Buffer encoded = timestream::encode_points(all);
  const auto again = timestream::decode_points(encoded);
  if (!again || !std::ranges::equal(again->points, decoded->points, same)) std::abort();
  return 0;
}
