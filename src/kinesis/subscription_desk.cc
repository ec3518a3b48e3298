#include "kinesis/subscription_desk.h"

#include <algorithm>

#include "kinesis/lineage.h"
#include "kinesis/refusal.h"
#include "kinesis/sequence_number.h"
#include "kinesis/shard_id.h"
#include "kinesis/start_position.h"
#include "kinesis/stream_limits.h"
#include "kinesis/stream_lookup.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

constexpr Nanos subscription_life = std::chrono::minutes(5);  // API_SubscribeToShard
constexpr Nanos heartbeat = std::chrono::seconds(5);
constexpr Nanos wait_slice = std::chrono::milliseconds(250);  // how soon a cancel is noticed
// Between the initial response and the first event, and before the last. lifion-kinesis loses track
// of frames of which it reads two at once; AWS is never so quick that it would.
constexpr Nanos breath = std::chrono::milliseconds(20);
constexpr Nanos pace_slice = std::chrono::milliseconds(20);  // 40 KiB of a consumer's 2 MiB/s

// What a subscription is about.
struct Subject {
  catalog::StreamId stream;
  catalog::ShardIndex shard;
  log::PartitionId partition;
  std::string consumer_arn;
  std::string consumer;
  std::uint64_t admission;  // given by the shard's owner; a newer one takes over
};

class PushedShard final : public Subscription {
 public:
  PushedShard(io::Reactor& reactor, const catalog::StreamTable& table, const Neighbours& neighbours,
              EventShelf& shelf, ShardLimits limits, Subject subject, log::Position from)
      : reactor_(reactor),
        table_(table),
        neighbours_(neighbours),
        shelf_(shelf),
        paced_(limits.enforced),
        pace_(limits.fan_out_bytes, limits.fan_out_bytes),
        subject_(std::move(subject)),
        from_(from),
        ends_(reactor.clock().monotonic() + subscription_life),
        beat_(reactor.clock().monotonic() + heartbeat) {
    shelf_.join();
  }
  ~PushedShard() override { shelf_.leave(); }

  Task<Push> next() override;
  void cancel() noexcept override { cancelled_ = true; }

 private:
  Result<catalog::StreamSnapshot> still_there() const;
  Task<Unit> check_admission();
  bool may_read();  // the consumer has not had more of this shard than its share
  Task<Unit> wait_for_more(bool at_tip);
  Task<Unit> breathe();  // until a client has surely taken the frame before
  Push pushed(ShelfRead read);
  Push without_records(const catalog::Stream& stream);

  io::Reactor& reactor_;
  const catalog::StreamTable& table_;
  const Neighbours& neighbours_;
  EventShelf& shelf_;
  bool paced_;
  TokenBucket pace_;
  Subject subject_;
  log::Position from_;
  MonotonicNanos ends_, beat_;
  MonotonicNanos sent_{};  // when the last event was handed out
  bool begun_ = false, cancelled_ = false;
};

Result<catalog::StreamSnapshot> PushedShard::still_there() const {
  const catalog::StreamSnapshot stream = table_.find(subject_.stream);
  if (stream == nullptr || !stream->accepts_records() || stream->find(subject_.shard) == nullptr)
    return refuse(Refusal::resource_not_found, "The stream of this subscription was deleted.");
  const auto consumer = stream->consumers.find(subject_.consumer);
  if (consumer == stream->consumers.end() ||
      consumer->second.status == catalog::ConsumerStatus::deleting ||
      consumer_arn(stream->key, consumer->second) != subject_.consumer_arn)
    return refuse(Refusal::resource_not_found,
                  text::consumer_not_found(subject_.consumer, stream->key.account));
  return stream;
}

Task<Unit> PushedShard::check_admission() {
  const log::PartitionId partition = subject_.partition;
  const std::string& arn = subject_.consumer_arn;
  const auto ask = [partition, &arn](ShardHost& host) { return host.admission(partition, arn); };
  const std::uint64_t newest = co_await neighbours_.at(reactor_, partition, ask);
  if (newest != subject_.admission) {
    const std::optional<Arn> named = parse_arn(arn);
    CHECK(named, "a subscription is opened under an ARN that was read");
    co_return refuse(Refusal::resource_in_use,
                     text::subscription_exists(named->stream, subject_.shard, subject_.consumer,
                                               named->account));
  }
  co_return Unit{};
}

bool PushedShard::may_read() {
  if (!paced_) return true;
  pace_.refill(reactor_.clock().monotonic());
  return pace_.has(1);
}

Push PushedShard::pushed(ShelfRead read) {
  const MonotonicNanos now = reactor_.clock().monotonic();
  from_ = read.next;
  if (paced_) pace_.take(read.bytes);
  sent_ = now;
  beat_ = now + heartbeat;
  return {std::move(read.event), now >= ends_};
}

Push PushedShard::without_records(const catalog::Stream& stream) {
  const catalog::Shard& shard = *stream.find(subject_.shard);
  const MonotonicNanos now = reactor_.clock().monotonic();
  SubscriptionEvent event;
  if (!shard.open()) {
    event.children = children_of(stream, shard.index);
  } else if (now >= ends_) {
    return {nullptr, true};
  } else {
    // Between the records: the position just before the next one, at the time of the event.
    const log::Position before = from_.value() == 0 ? from_ : log::Position(from_.value() - 1);
    event.continuation = sequence_number(shard, before, reactor_.clock().now());
  }
  beat_ = now + heartbeat;
  const bool last = !shard.open() || now >= ends_;
  return {std::make_shared<const SubscriptionEvent>(std::move(event)), last};
}

Task<Unit> PushedShard::breathe() {
  const Nanos since = reactor_.clock().monotonic() - sent_;
  if (since < breath) {
    const Nanos rest = breath - since;
    co_await io::sleep_for(reactor_, rest);
  }
  co_return Unit{};
}

Task<Push> PushedShard::next() {
  if (!std::exchange(begun_, true)) {
    sent_ = reactor_.clock().monotonic();  // the initial response
    co_await breathe();
  }
  for (;;) {
    if (cancelled_) co_return fail(ErrorKind::closed, "the subscriber left");
    const catalog::StreamSnapshot stream = co_await still_there();
    co_await check_admission();
    bool at_tip = false;
    if (may_read()) {
      ShelfRead read = co_await shelf_.read(stream, subject_.shard, from_);
      if (read.event != nullptr) co_return pushed(std::move(read));
      from_ = read.next;
      at_tip = read.at_tip;
      const MonotonicNanos now = reactor_.clock().monotonic();
      const bool ended = at_tip && !stream->find(subject_.shard)->open();
      if (ended) co_await breathe();
      if (ended || now >= beat_ || now >= ends_) co_return without_records(*stream);
    }
    co_await wait_for_more(at_tip);
  }
}

// Ends when there is something new, or after a slice.
Task<Unit> PushedShard::wait_for_more(bool at_tip) {
  if (!at_tip) {  // paced, or what was there has just left
    const Nanos pause = pace_slice;
    co_return co_await outcome(io::sleep_for(reactor_, pause));
  }
  const log::PartitionId partition = subject_.partition;
  const log::Position beyond = from_;
  const MonotonicNanos now = reactor_.clock().monotonic();
  const Deadline deadline = std::min({beat_, ends_, now + wait_slice});
  const auto wait = [=](ShardHost& host) { return host.wait(partition, beyond, deadline); };
  Result<log::Bounds> waited = co_await outcome(neighbours_.at(reactor_, partition, wait));
  if (!waited && waited.error().kind != ErrorKind::timeout)
    co_return tl::unexpected<Error>(std::move(waited).error());
  if (waited && waited->sealed) {  // closed: wait until the news of its children is here
    const Nanos soon = std::chrono::milliseconds(1);
    co_await io::sleep_for(reactor_, soon);
  }
  co_return Unit{};
}

}  // namespace

Task<std::unique_ptr<Subscription>> SubscriptionDesk::subscribe(Caller caller,
                                                                SubscribeToShard command) {
  const std::string_view stream_arn =
      command.consumer_arn.substr(0, command.consumer_arn.find("/consumer/"));
  const std::optional<Arn> arn = parse_arn(command.consumer_arn);
  if (!arn || arn->consumer.empty())
    co_return refuse(Refusal::resource_not_found,
                     text::consumer_not_found(command.consumer_arn, caller.account));
  const StreamRef ref{.name = {}, .arn = stream_arn};
  const catalog::StreamSnapshot stream = co_await find_stream(table_, caller, ref);
  const auto consumer = stream->consumers.find(arn->consumer);
  if (consumer == stream->consumers.end() ||
      consumer_arn(stream->key, consumer->second) != command.consumer_arn)
    co_return refuse(Refusal::resource_not_found,
                     text::consumer_not_found(arn->consumer, caller.account));
  if (consumer->second.status != catalog::ConsumerStatus::active)
    co_return refuse(Refusal::resource_in_use,
                     text::consumer_not_active(stream->key, consumer->second));
  const std::optional<catalog::ShardIndex> index = parse_shard_id(command.shard_id);
  if (!index)
    co_return refuse(Refusal::resource_not_found,
                     text::shard_not_found(command.shard_id, stream->key.name, caller.account));
  const catalog::Shard* shard = stream->accepts_records() ? stream->find(*index) : nullptr;
  if (shard == nullptr)
    co_return refuse(Refusal::resource_not_found,
                     text::shard_missing(*index, stream->key.name, caller.account));
  const StartAsk ask{command.type, command.sequence_number, command.timestamp};
  const std::optional<log::Position> known = co_await check_start(
      *stream, *shard, ask, stream->key.name, caller.account, reactor_.clock().now());
  if (command.dry_run) co_return refuse(Refusal::dry_run, text::dry_run());

  Subject subject{stream->id,
                  *index,
                  shard->partition,
                  std::string(command.consumer_arn),
                  consumer->second.name,
                  0};
  const auto admit = [&subject](ShardHost& host) {
    return host.admit(subject.partition, subject.consumer_arn);
  };
  const Admitted admitted = co_await neighbours_.at(reactor_, subject.partition, admit);
  if (admitted.too_often)
    co_return refuse(Refusal::limit_exceeded, "Rate exceeded for SubscribeToShard of consumer " +
                                                  subject.consumer_arn + " and shard " +
                                                  shard_id(*index) + ".");
  if (admitted.number == 0)
    co_return refuse(
        Refusal::resource_in_use,
        text::subscription_exists(stream->key.name, *index, subject.consumer, stream->key.account));
  subject.admission = admitted.number;
  const log::Position from = co_await find_start(reactor_, neighbours_, *shard, ask, known);
  std::unique_ptr<Subscription> opened = std::make_unique<PushedShard>(
      reactor_, table_, neighbours_, shelf_, limits_of(*stream, limits_), std::move(subject), from);
  co_return std::move(opened);
}

}  // namespace levada::kinesis
