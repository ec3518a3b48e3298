#pragma once
// The bare path: what any server must at least do for one PutRecords request and nothing else, on
// the same bytes and the same disk, in one thread: SHA-256 of the body, base64, MD5 of the keys,
// CRC, one copy into a block, one flush for each full block. The limit that throughput figures are
// read against.

#include <cstdint>
#include <string>
#include <vector>

#include "base/task.h"
#include "io/disk.h"
#include "io/reactor.h"

namespace levada::load {

struct BarePathReport {
  std::uint64_t requests = 0;
  Nanos took{};
};

// `bodies` are PutRecords bodies as put_body() writes them; the block file is made in `directory`
// and removed again.
Task<BarePathReport> bare_path(io::Reactor& reactor, io::Disk& disk, std::string directory,
                               const std::vector<std::string>& bodies, Nanos duration);

}  // namespace levada::load
