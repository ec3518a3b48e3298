#pragma once
// PutRouter: one request's records to the shards that take them, and their outcomes back in order.
// One on each reactor; keeps its working memory between requests.

#include <memory>
#include <vector>

#include "catalog/stream_table.h"
#include "kinesis/neighbours.h"

namespace levada::kinesis {

class PutRouter {
 public:
  PutRouter(io::Reactor& reactor, const catalog::StreamTable& table, const Neighbours& neighbours)
      : reactor_(reactor), table_(table), neighbours_(neighbours) {}

  // Fills every outcome. While shards open and close, records wait for their new shard; only what
  // cannot be placed within the patience below ends as `internal`.
  Task<Unit> put(catalog::StreamSnapshot stream, std::span<const PutEntry> records,
                 std::span<const Uint128> keys, std::span<PutOutcome> outcomes);

  static constexpr Nanos patience = std::chrono::seconds(5);

 private:
  struct Scratch {
    std::vector<std::uint32_t> waiting;       // records without an outcome, in request order
    std::vector<std::uint32_t> place_of;      // record → place of its shard in the stream
    std::vector<std::uint32_t> batch_of;      // place of a shard → batch; `none` between requests
    std::vector<std::uint32_t> ordered;       // the waiting records, shard by shard
    std::vector<std::uint32_t> batch_begin;   // where a batch begins in `ordered`
    std::vector<std::uint32_t> batch_places;  // the shards touched, as places
    std::vector<AppendGroup> groups;          // by journal; only those with batches are sent
  };

  void group(const catalog::Stream& stream, std::span<const PutEntry> records,
             std::span<const Uint128> keys, std::span<PutOutcome> outcomes, Scratch& scratch);
  Task<Unit> send(Scratch& scratch);
  Task<Unit> await_news(catalog::StreamSnapshot known, Deadline give_up);
  std::unique_ptr<Scratch> take_scratch();

  io::Reactor& reactor_;
  const catalog::StreamTable& table_;
  const Neighbours& neighbours_;
  std::vector<std::unique_ptr<Scratch>> idle_;
  std::uint64_t next_automatic_ = 0;
};

}  // namespace levada::kinesis
