// KinesisSink with exactly_once: rounds that end before the next begins, how much of what was taken
// may be in them, and what the stream tells of those whose end is not known (streaming spec 2.4).

#include <algorithm>

#include "connect/kinesis_sink.h"

namespace levada::connect {
namespace {

using namespace std::chrono_literals;
using streaming::SinkFormat;

constexpr Millis clock_difference = 1s;  // between here and the stream, at most
constexpr std::uint32_t read_back_page = 10'000;
constexpr std::uint64_t unremembered_max = 250'000;  // changes, or one epoch

}  // namespace

void KinesisSink::remembered(std::uint64_t epoch) {
  while (!unremembered_.empty() && unremembered_.front().epoch <= epoch) {
    unremembered_changes_ -= unremembered_.front().changes;
    unremembered_.pop_front();
  }
  changed_.notify_all();
}

// The last epoch that may be sent before more is remembered. It depends on the epochs alone, so
// that a restart comes to the same one, or a later: a part of an epoch is sent only where its whole
// may be, however large that becomes.
std::uint64_t KinesisSink::horizon() const {
  std::uint64_t last = last_taken_;
  std::uint64_t changes = 0;
  for (std::size_t n = 0; n < unremembered_.size(); ++n) {
    const Unremembered& one = unremembered_[n];
    changes += one.changes;
    if (n > 0 && (changes > unremembered_max || !one.whole)) break;
    last = one.epoch;
  }
  return last;
}

// Either nothing else was decided when the last one sent, or more than it might send.
bool KinesisSink::has_all_that_may_be_sent() const {
  return last_taken_ >= read_back_from_ ||
         (unremembered_.size() > 1 && unremembered_changes_ > unremembered_max);
}

void KinesisSink::Settled::add(std::string shard, std::string_view sequence_number) {
  std::string& top = highest[shard];
  if (is_below(top, sequence_number)) top = sequence_number;
  records.insert((std::move(shard) += ' ') += sequence_number);
}

bool KinesisSink::has_more_of_round() const {
  return !taken_.empty() && taken_.front()->epoch <= round_end_;
}

// Of an epoch that goes on in pieces still to come, those that are here are sent: streaming/ hands
// over more only when less waits.
bool KinesisSink::round_is_over() const {
  return lanes_.pending() == 0 && !has_more_of_round() && last_taken_ >= round_end_;
}

// exactly_once: when all of a round has arrived, the next one begins with what was taken since.
void KinesisSink::turn_round() {
  if (!round_is_over()) return;
  if (acknowledged_ < round_end_) {
    for (auto& [shard, number] : settled_.highest) cuts_[shard] = std::move(number);
    settled_ = {};
    acknowledged_ = round_end_;
    while (!times_.empty() && times_.front().first <= acknowledged_) times_.pop_front();
    progressed_();
  }
  const std::uint64_t newest = taken_.empty() ? last_taken_ : taken_.back()->epoch;
  round_end_ = std::max(acknowledged_, std::min(newest, horizon()));
}

// What of the round has arrived, told by the stream itself (spec 2.4).
Task<Unit> KinesisSink::read_back() {
  if (read_back_after_ > now()) {
    // A call that is still on its way must have ended before it is looked for.
    if (port_) port_->shutdown();
    port_.reset();
    pause_until_ = read_back_after_;
    co_await rest();
    if (gate_.stopping()) co_return fail(ErrorKind::closed, "the sink was stopped");
    auto port = ports_.open(options_.kinesis);
    if (!port) co_return unexpected<Error>(port.error());
    port_ = std::move(*port);
  }
  const std::shared_ptr<KinesisPort> port = port_;
  std::vector<ShardInfo> listed = co_await port->list_shards();
  const std::vector<ShardInfo> shards = parents_first(std::move(listed));
  Settled read;
  const FoundRecords found = co_await read_behind_cuts(shards, read);
  std::vector<EpochRecord> records = lanes_.take_all();
  const bool restarted = records.empty() && round_end_ == acknowledged_;
  if (restarted) {
    round_end_ = std::min(last_taken_, horizon());
    while (has_more_of_round()) {
      const std::shared_ptr<const streaming::SinkEpoch> piece = taken_.front();
      formatted_records_.cut(0);
      if (!format_front(piece->changes.size()))
        co_return fail(ErrorKind::conflict, status_.last_error);
      for (SinkRecord& record : formatted_records_.all())
        records.emplace_back(piece->epoch, std::move(record));
      taken_.pop_front();
      formatted_ = 0;
    }
  }
  const Result<std::vector<bool>> has =
      arrived(records, found, definition_.format == SinkFormat::upsert);
  co_await lanes_.set_shards(shards);
  paces_.assign(lanes_.lanes(), {});
  for (std::size_t n = 0; n < records.size(); ++n) {
    if (has && (*has)[n])
      ++status_.duplicates_avoided;
    else
      lanes_.add(records[n].first, std::span(&records[n].second, 1));
  }
  if (!has) co_return unexpected<Error>(has.error());
  settled_.records.merge(read.records);
  for (const auto& [shard, number] : read.highest)
    if (std::string& top = settled_.highest[shard]; is_below(top, number)) top = number;
  read_back_ = false;
  if (!encode_failed_) status_.state = "running";
  co_return Unit{};
}

Task<FoundRecords> KinesisSink::read_behind_cuts(const std::vector<ShardInfo>& shards,
                                                 Settled& read) {
  const std::shared_ptr<KinesisPort> port = port_;
  FoundRecords found;
  for (const ShardInfo& shard : shards) {
    IteratorStart start;
    if (const auto cut = cuts_.find(shard.id); cut != cuts_.end()) {
      start.kind = IteratorStart::Kind::after_sequence_number;
      start.sequence_number = cut->second;
    } else {
      // Nothing that is acknowledged went there.
      if (times_.empty()) continue;
      start.kind = IteratorStart::Kind::at_timestamp;
      start.timestamp = times_.front().second - clock_difference;
    }
    Result<std::string> iterator = co_await outcome(port->shard_iterator(shard.id, start));
    if (!iterator && iterator.error().kind == ErrorKind::not_found) continue;  // it is gone
    if (!iterator) co_return unexpected<Error>(iterator.error());
    while (!iterator->empty()) {
      const ReadPage page = co_await port->get_records(*iterator, read_back_page);
      for (const ReadRecord& record : page.records) {
        if (settled_.records.contains(shard.id + ' ' + record.sequence_number)) continue;
        read.add(shard.id, record.sequence_number);
        found[record.partition_key].emplace_back(as_text(record.data));
      }
      if (page.records.empty() && page.behind == Millis(0)) break;
      *iterator = page.next_iterator;
    }
  }
  co_return found;
}

// Nobody knows what became of a call: nothing more is sent before the stream has told.
void KinesisSink::ask_the_stream() {
  read_back_ = true;
  read_back_after_ = now() + options_.kinesis.operation_timeout;
}

}  // namespace levada::connect
