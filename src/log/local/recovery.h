#pragma once
// What a start finds: reads the journal files that are not yet stored, proves what was acknowledged
// to be there, cuts what was never acknowledged. docs/adr/0008 has the reasoning.

#include <memory>
#include <string>
#include <vector>

#include "io/disk.h"
#include "io/event_log.h"
#include "io/reactor.h"
#include "log/local/journal_writer.h"
#include "log/local/manifest.h"

namespace levada::log::local {

struct Recovered {
  std::vector<std::unique_ptr<JournalSegment>> segments;  // with blocks, in order, not in memory
  std::vector<std::string> free_files;
  std::vector<std::string> unreadable;  // of those: the first page was damaged
  std::uint32_t next_slot = 0;
  std::uint64_t next_block = 1;
  std::uint64_t cut = 0;  // bytes of blocks that were never acknowledged
};

// Errors: corrupt (names file and offset), io.
Task<Recovered> recover_journal(io::Reactor& reactor, io::Disk& disk, std::string directory,
                                Manifest manifest, std::uint64_t segment_size);

// Reads and checks one block of a journal file. Errors: corrupt (names file and offset), io.
Task<BlockMemory> read_journal_block(std::shared_ptr<Block> block, std::uint32_t journal);

}  // namespace levada::log::local
