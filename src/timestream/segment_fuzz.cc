// Any bytes: indexes and blocks decode to something whole or end with an error; blocks that decode
// are the same again when they were encoded.

#include <algorithm>
#include <cstdlib>

#include "timestream/segment_index.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace levada;
  using namespace levada::timestream;
  Buffer bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(data[i]);
  if (const auto index = decode_index(bytes, std::uint64_t{1} << 40)) {
    const auto again = decode_index(encode_index(*index), std::uint64_t{1} << 40);
    if (!again || again->blocks != index->blocks || again->zones != index->zones) std::abort();
  }
  auto block = Block::open(bytes);
  if (!block || !(*block)->ensure(nullptr)) return 0;
  const Series& series = (*block)->series();
  // Types as the columns have them; an attribute that is there twice is nobody's business here.
  std::vector<MeasureType> types(4096, MeasureType::bigint);
  std::vector<Zone> zones;
  Buffer out;
  encode_block(series, (*block)->texts(), types, 0, series.size(), out, zones);
  auto again = Block::open(out);
  if (!again || !(*again)->ensure(nullptr)) std::abort();
  if (!std::ranges::equal((*again)->series().times(), series.times())) std::abort();
  return 0;
}
