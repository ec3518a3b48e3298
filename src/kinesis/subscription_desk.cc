#include "kinesis/subscription_desk.h"

#include <algorithm>

#include "kinesis/lineage.h"
#include "kinesis/refusal.h"
#include "kinesis/sequence_number.h"
#include "kinesis/shard_id.h"
#include "kinesis/start_position.h"
#include "kinesis/stream_lookup.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

constexpr Nanos subscription_life = std::chrono::minutes(5);  // API_SubscribeToShard
constexpr Nanos heartbeat = std::chrono::seconds(5);
constexpr Nanos wait_slice = std::chrono::milliseconds(250);  // how soon a cancel is noticed
constexpr Bytes event_bytes_max = 1_MiB;                      // well below the clients' 2 MiB
constexpr std::uint32_t event_records_max = 10'000;

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
              Subject subject, log::Position from)
      : reactor_(reactor),
        table_(table),
        neighbours_(neighbours),
        subject_(std::move(subject)),
        from_(from),
        ends_(reactor.clock().monotonic() + subscription_life),
        beat_(reactor.clock().monotonic() + heartbeat) {}

  Task<SubscriptionEvent> next() override;
  void cancel() noexcept override { cancelled_ = true; }

 private:
  Result<catalog::StreamSnapshot> still_there() const;
  Task<Unit> check_admission();
  Task<SubscriptionEvent> event(catalog::StreamSnapshot stream, ReadResult read);

  io::Reactor& reactor_;
  const catalog::StreamTable& table_;
  const Neighbours& neighbours_;
  Subject subject_;
  log::Position from_;
  MonotonicNanos ends_, beat_;
  UnixMillis last_arrival_;
  bool cancelled_ = false;
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
  if (newest != subject_.admission)
    co_return refuse(Refusal::resource_in_use,
                     "Another active subscription exists for this consumer: " + arn);
  co_return Unit{};
}

Task<SubscriptionEvent> PushedShard::event(catalog::StreamSnapshot stream, ReadResult read) {
  const catalog::Shard& shard = *stream->find(subject_.shard);
  const UnixMillis now = reactor_.clock().now();
  SubscriptionEvent event;
  if (!read.records.empty()) last_arrival_ = read.last_arrival;
  if (!read.at_tip) event.behind_latest = std::max(now - read.last_arrival, Millis(0));
  from_ = read.next;
  if (read.at_tip && !shard.open()) {
    event.children = children_of(*stream, shard.index);
    event.last = true;
  } else if (!read.records.empty()) {
    event.continuation = read.records.back().sequence;
  } else {
    // Between the records: the position just before the next one, at the time of the event.
    const log::Position before = from_.value() == 0 ? from_ : log::Position(from_.value() - 1);
    event.continuation = sequence_number(shard, before, now);
  }
  event.records = std::move(read.records);
  event.keepers = std::move(read.keepers);
  beat_ = reactor_.clock().monotonic() + heartbeat;
  co_return event;
}

Task<SubscriptionEvent> PushedShard::next() {
  for (;;) {
    if (cancelled_) co_return fail(ErrorKind::closed, "the subscriber left");
    const catalog::StreamSnapshot stream = co_await still_there();
    co_await check_admission();
    const ReadAsk ask{.stream = subject_.stream,
                      .shard = subject_.shard,
                      .position = from_,
                      .records_max = event_records_max,
                      .bytes_max = event_bytes_max,
                      .polling = false};
    const auto look = [ask](ShardHost& host) { return host.read(ask); };
    ReadResult read = co_await neighbours_.at(reactor_, subject_.partition, look);
    const MonotonicNanos now = reactor_.clock().monotonic();
    const bool ended = read.at_tip && !stream->find(subject_.shard)->open();
    if (!read.records.empty() || ended || now >= beat_ || now >= ends_) {
      SubscriptionEvent event = co_await this->event(stream, std::move(read));
      event.last = event.last || now >= ends_;
      co_return event;
    }
    const log::PartitionId partition = subject_.partition;
    const log::Position beyond = read.next;
    const Deadline deadline = std::min({beat_, ends_, now + wait_slice});
    const auto wait = [=](ShardHost& host) { return host.wait(partition, beyond, deadline); };
    Result<log::Bounds> waited = co_await outcome(neighbours_.at(reactor_, partition, wait));
    if (!waited && waited.error().kind != ErrorKind::timeout)
      co_return tl::unexpected<Error>(std::move(waited).error());
    if (waited && waited->sealed) {  // closed: wait until the news of its children is here
      const Nanos soon = std::chrono::milliseconds(1);
      co_await io::sleep_for(reactor_, soon);
    }
  }
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
                     "Consumer " + consumer->second.name + " with creation timestamp " +
                         std::to_string(consumer->second.created.count() / 1000) +
                         " under stream " + stream->key.name + " and account " +
                         stream->key.account + " is not in ACTIVE status.");
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
  subject.admission = co_await neighbours_.at(reactor_, subject.partition, admit);
  if (subject.admission == 0)
    co_return refuse(
        Refusal::resource_in_use,
        "Another active subscription exists for this consumer: " + subject.consumer_arn);
  const log::Position from =
      co_await find_start(reactor_, neighbours_, subject.partition, ask, known);
  std::unique_ptr<Subscription> opened =
      std::make_unique<PushedShard>(reactor_, table_, neighbours_, std::move(subject), from);
  co_return std::move(opened);
}

}  // namespace levada::kinesis
