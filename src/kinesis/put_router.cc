#include "kinesis/put_router.h"

#include <algorithm>
#include <numeric>

#include "kinesis/fan_out.h"
#include "kinesis/hash_key.h"

namespace levada::kinesis {
namespace {

constexpr std::uint32_t none = ~0u;
constexpr std::size_t idle_scratch_max = 64;
constexpr Nanos look_again = std::chrono::microseconds(200),  // whether the news has come
    try_again = std::chrono::milliseconds(5);                 // though it has not

}  // namespace

std::unique_ptr<PutRouter::Scratch> PutRouter::take_scratch() {
  if (idle_.empty()) return std::make_unique<Scratch>();
  std::unique_ptr<Scratch> scratch = std::move(idle_.back());
  idle_.pop_back();
  return scratch;
}

// Sorts the waiting records by shard, keeping their order within one: a count, a sum, a placing.
void PutRouter::group(const catalog::Stream& stream, std::span<const PutEntry> records,
                      std::span<const Uint128> keys, std::span<PutOutcome> outcomes, Scratch& s) {
  const bool automatic = stream.distribution == catalog::Distribution::automatic;
  if (s.batch_of.size() < stream.shards.size()) s.batch_of.resize(stream.shards.size(), none);
  s.batch_places.clear();
  s.batch_begin.clear();
  s.place_of.resize(records.size());
  for (const std::uint32_t n : s.waiting) {
    const std::uint32_t place =
        automatic ? stream.open_shards[next_automatic_++ % stream.open_shards.size()].place
                  : static_cast<std::uint32_t>(&route(stream, keys[n]) - stream.shards.data());
    s.place_of[n] = place;
    if (s.batch_of[place] == none) {
      s.batch_of[place] = static_cast<std::uint32_t>(s.batch_places.size());
      s.batch_places.push_back(place);
      s.batch_begin.push_back(0);
    }
    ++s.batch_begin[s.batch_of[place]];
  }
  std::exclusive_scan(s.batch_begin.begin(), s.batch_begin.end(), s.batch_begin.begin(), 0u);
  s.ordered.resize(s.waiting.size());
  std::vector<std::uint32_t>& next = s.batch_begin;  // becomes the end of each batch
  for (const std::uint32_t n : s.waiting) s.ordered[next[s.batch_of[s.place_of[n]]]++] = n;

  s.groups.resize(neighbours_.journals());
  for (std::size_t journal = 0; journal < s.groups.size(); ++journal) {
    AppendGroup& group = s.groups[journal];
    group.stream = stream.id;
    group.journal = journal;
    group.records = records;
    group.outcomes = outcomes;
    group.batches.clear();
  }
  std::uint32_t begin = 0;
  for (std::size_t batch = 0; batch < s.batch_places.size(); ++batch) {
    const catalog::Shard& shard = stream.shards[s.batch_places[batch]];
    const auto mine = std::span(s.ordered).subspan(begin, next[batch] - begin);
    s.groups[neighbours_.journal_of(shard.partition)].batches.push_back({shard.index, mine});
    s.batch_of[s.batch_places[batch]] = none;
    begin = next[batch];
  }
}

Task<Unit> PutRouter::send(Scratch& scratch) {
  AppendGroup* only = nullptr;
  std::size_t busy = 0;
  for (AppendGroup& group : scratch.groups)
    if (!group.batches.empty()) {
      only = &group;
      ++busy;
    }
  const auto there = [this](AppendGroup& group) {
    return neighbours_.at_journal(reactor_, group.journal,
                                  [&group](ShardHost& host) { return host.append(group); });
  };
  if (busy == 1) co_return co_await outcome(there(*only));
  FanOut all;
  for (AppendGroup& group : scratch.groups)
    if (!group.batches.empty()) all.add(there(group));
  co_return co_await outcome(all.all());
}

// Ends soon after the table has another version of the stream, or when it is time to try anyhow.
Task<Unit> PutRouter::await_news(catalog::StreamSnapshot known, Deadline give_up) {
  const Deadline end = std::min(give_up, reactor_.clock().monotonic() + try_again);
  while (reactor_.clock().monotonic() < end && table_.find(known->id) == known)
    (void)co_await outcome(io::sleep_for(reactor_, look_again));
  co_return Unit{};
}

Task<Unit> PutRouter::put(catalog::StreamSnapshot stream, std::span<const PutEntry> records,
                          std::span<const Uint128> keys, std::span<PutOutcome> outcomes) {
  std::unique_ptr<Scratch> scratch = take_scratch();
  scratch->waiting.resize(records.size());
  std::iota(scratch->waiting.begin(), scratch->waiting.end(), 0u);
  const MonotonicNanos give_up = reactor_.clock().monotonic() + patience;
  for (;;) {
    group(*stream, records, keys, outcomes, *scratch);
    (void)co_await outcome(send(*scratch));  // append turns errors into outcomes
    scratch->waiting.clear();
    for (const AppendGroup& group : scratch->groups)
      for (const ShardBatch& batch : group.batches)
        if (batch.stale)
          scratch->waiting.insert(scratch->waiting.end(), batch.records.begin(),
                                  batch.records.end());
    if (scratch->waiting.empty()) break;
    // A shard is closing, or our table is behind its owner's: the news is on its way here.
    std::sort(scratch->waiting.begin(), scratch->waiting.end());
    co_await await_news(stream, give_up);
    const catalog::StreamSnapshot now = table_.find(stream->id);
    if (now == nullptr || !now->accepts_records() || reactor_.clock().monotonic() >= give_up) {
      for (const std::uint32_t n : scratch->waiting) outcomes[n].failure = PutFailure::internal;
      break;
    }
    stream = now;
  }
  if (idle_.size() < idle_scratch_max) idle_.push_back(std::move(scratch));
  co_return Unit{};
}

}  // namespace levada::kinesis
