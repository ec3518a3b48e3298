#pragma once
// SeriesCursor: the points of one series in order of time, wherever they lie: of each time the one
// with the highest version. Chunk by chunk, so that the reactor can do other things between.

#include <functional>

#include "timestream/block_cache.h"
#include "timestream/table_data.h"

namespace levada::timestream {

class SeriesCursor {
 public:
  // Whether a block may be left out, by what its columns lie between.
  using Skip = std::function<bool(std::span<const Zone>)>;

  // Times from `from` to `to`, both inside. Everything outlives the cursor. `wanted` (null: all)
  // is by attribute, and columns that it leaves out may be missing.
  SeriesCursor(const TableData& data, const StoreView& view, BlockCache& cache,
               std::uint32_t series, std::int64_t from, std::int64_t to,
               const std::vector<bool>* wanted = nullptr, const Skip* skip = nullptr);

  // Rows [begin, end) of a series; good until something else of this reactor runs. Empty: no more.
  struct Chunk {
    const Series* series = nullptr;
    const Texts* texts = nullptr;
    std::size_t begin = 0, end = 0;
  };
  Task<Chunk> next();

 private:
  struct Source {  // a block
    const StoredSegment* stored;
    const BlockEntry* block;
    std::int64_t first;  // not hidden
  };
  // What the next chunk is made of: one source, as far as no other begins; or several that begin
  // together, as far as all of them go.
  struct Stretch {
    const Source* block = nullptr;
    const Memtable* store = nullptr;
    std::int64_t first = 0, last = INT64_MAX;
    bool overlap = false;
    bool empty() const { return block == nullptr && store == nullptr; }
    void meet(Stretch other);
  };
  Stretch stretch() const;
  const Series* of(const Memtable* store) const;
  Chunk rows(const Series& series, const Texts& texts, std::int64_t to) const;
  Task<Chunk> merged(std::int64_t to);

  const TableData& data_;
  const StoreView& view_;
  BlockCache& cache_;
  const std::uint32_t series_;
  std::int64_t from_, to_;
  const std::vector<bool>* wanted_;
  const Skip* skip_;
  std::vector<Source> sources_;  // by their first time
  std::size_t begun_ = 0;        // sources before this one are read
  bool done_ = false;
  std::vector<std::shared_ptr<const Block>> kept_;  // what the last chunk refers to
  Series merged_;
  std::unique_ptr<Texts> merged_texts_;
};

}  // namespace levada::timestream
