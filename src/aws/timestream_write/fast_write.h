#pragma once
// WriteRecords as SDKs send it, from the body's bytes to points in one pass. Everything unusual is
// left to the tables; the tests hold both ways against each other.

#include <memory>

#include "aws/kept_memories.h"
#include "aws/service_face.h"
#include "aws/timestream_write/handlers.h"
#include "aws/timestream_write/record_scan.h"

namespace levada::aws::timestream_write_api {

// What one write needs of the heap, kept for the next one.
struct WriteMemory {
  ScannedWrite scanned;
  std::unique_ptr<std::byte[]> room;
  std::size_t room_size = 0;
};

using WriteMemories = KeptMemories<WriteMemory>;

// Null when the operation is another or the body is not of the usual shape.
std::unique_ptr<FastCall> read_fast_write(const Operation& operation, ByteView body, Doors& doors,
                                          WriteMemories& memories);

}  // namespace levada::aws::timestream_write_api
