#pragma once
// PutRecord and PutRecords as SDKs send them in JSON or CBOR, from the body's bytes to the command
// in one pass and without an allocation for a record. Everything unusual is left to the tables; the
// tests hold both ways against each other.

#include <memory>
#include <vector>

#include "aws/kept_memories.h"
#include "aws/kinesis/handlers.h"
#include "aws/service_face.h"
#include "wire/md5.h"
#include "wire/put_records_scan.h"

namespace levada::aws::kinesis_api {

// What one put needs of the heap, kept for the next one.
struct PutMemory {
  wire::ScannedPut scanned;
  std::unique_ptr<std::byte[]> room;
  std::size_t room_size = 0;
  std::vector<kinesis::PutEntry> entries;
  std::vector<std::string_view> keys;
  std::vector<wire::Md5Digest> digests;
  std::vector<Uint128> hashes;
};

using PutMemories = KeptMemories<PutMemory>;

// Null when the body is not of the usual shape.
std::unique_ptr<FastCall> read_fast_put(const Operation& operation, Coding coding, ByteView body,
                                        Planes& planes, PutMemories& memories);

}  // namespace levada::aws::kinesis_api
