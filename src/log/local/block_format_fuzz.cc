// Whatever lies in a journal file or a stored segment: decoding it ends in an error or in frames
// that stay inside the bytes.

#include <cstdint>

#include "base/check.h"
#include "log/local/block_format.h"
#include "log/local/manifest.h"
#include "log/local/segment_format.h"

using namespace levada;
using namespace levada::log::local;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  auto inside = [&](const Result<std::vector<Frame>>& frames) {
    if (!frames) return;
    for (const Frame& frame : *frames) CHECK(frame.offset + std::uint64_t{frame.size} <= size);
  };
  inside(decode_frames(bytes, 0, static_cast<std::uint32_t>(size / frame_header_size)));
  if (auto header = decode_block_header(bytes)) inside(decode_block(*header, bytes));
  if (auto header = decode_stored_block_header(bytes)) inside(decode_stored_block(*header, bytes));
  (void)decode_manifest(bytes, "manifest");
  return 0;
}
