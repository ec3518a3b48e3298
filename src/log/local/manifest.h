#pragma once
// The manifest of a journal: its epoch, how far the journal was clustered, and which stored
// segments there are. A small file, replaced whole.

#include <cstdint>
#include <string>
#include <vector>

#include "io/disk.h"

namespace levada::log::local {

// What is known of a stored segment without looking into it. Fixed size, in memory for each.
struct StoredSummary {
  std::uint64_t id = 0;            // names the file
  std::uint64_t size = 0;          // of the file
  std::uint64_t data_size = 0;     // of the blocks in it
  std::uint64_t index_offset = 0;  // of the block index
  std::uint64_t index_rows = 0;
  std::uint64_t partition_offset = 0;  // of the partition rows
  std::uint64_t partition_rows = 0;
  friend bool operator==(const StoredSummary&, const StoredSummary&) = default;
};

struct Manifest {
  std::uint32_t journal = 0;
  std::uint32_t epoch = 0;
  bool clean = true;                    // closed in good order: the journal holds nothing
  std::uint64_t stored_sequence = 0;    // journal segments up to this one are stored
  std::uint64_t next_block = 1;         // the first journal block that is not stored
  std::uint64_t next_id = 1;            // of the next stored segment
  std::vector<StoredSummary> segments;  // oldest first
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

Buffer encode_manifest(const Manifest& manifest);
Result<Manifest> decode_manifest(ByteView bytes, const std::string& path);

Task<Unit> write_manifest(io::Disk& disk, std::string directory, Manifest manifest);
Task<Manifest> read_manifest(io::Disk& disk, std::string directory);  // not_found: a new journal

}  // namespace levada::log::local
