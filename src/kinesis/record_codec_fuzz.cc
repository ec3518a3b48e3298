// Whatever lies in the log as a payload: reading it ends, and records stay inside the bytes.

#include <cstdint>

#include "base/check.h"
#include "kinesis/record_codec.h"

using namespace levada;
using namespace levada::kinesis;

namespace {

void read_all(PayloadReader reader, ByteView bytes) {
  std::size_t total = 0;
  while (const auto record = reader.next()) {
    total += record_header_size + record->billed();
    CHECK(total <= bytes.size());
    if (record->data.empty()) continue;
    CHECK(record->data.data() >= bytes.data());
    CHECK(record->data.data() + record->data.size() <= bytes.data() + bytes.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  (void)read_payload_head(bytes);
  if (const auto reader = PayloadReader::open(bytes)) read_all(*reader, bytes);
  read_all(PayloadReader::of_opened(bytes), bytes);
  return 0;
}
