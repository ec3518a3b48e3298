#pragma once
// Journals: which log keeps a partition, and on which reactor it lives. The number of journals is
// fixed when a data folder is made (ADR 4); a reactor may own several.

#include <vector>

#include "base/check.h"
#include "io/reactor.h"
#include "log/log.h"

namespace levada::log {

struct Journal {
  io::Reactor& reactor;
  Log& log;
  LogReader& reader;
};

class Journals {
 public:
  // Journal j as the data folder numbers them.
  explicit Journals(std::vector<Journal> journals) : journals_(std::move(journals)) {
    CHECK(!journals_.empty());
  }

  std::size_t size() const { return journals_.size(); }
  const Journal& at(std::size_t journal) const { return journals_[journal]; }
  std::size_t index_of(PartitionId partition) const {
    return container_of(partition).value() % journals_.size();
  }
  const Journal& of(PartitionId partition) const { return journals_[index_of(partition)]; }

 private:
  std::vector<Journal> journals_;
};

}  // namespace levada::log
