// Whatever lies in the catalog's partition: decoding it ends in an error or in changes.

#include <cstdint>

#include "catalog/decision.h"

using namespace levada;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)catalog::decode_changes(ByteView(reinterpret_cast<const std::byte*>(data), size));
  return 0;
}
