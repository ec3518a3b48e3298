#include "connect/kinesis_sink.h"

#include <algorithm>

#include "base/attempt.h"
#include "base/check.h"
#include "connect/sink_json.h"

namespace levada::connect {
namespace {

using namespace std::chrono_literals;
using query::SqlResult;
using streaming::SinkDefinition;
using streaming::SinkFormat;

constexpr Nanos throttle_pause_first = 100ms;
constexpr Nanos throttle_pause_max = 2s;
constexpr Nanos failure_pause_first = 1s;
constexpr Nanos failure_pause_max = 30s;
constexpr std::uint32_t failures_unmoved = 3;  // before the state says so
constexpr Nanos shards_stale = 30s;
// Formatted records wait in the lanes: enough for the next calls of each, or, while a slow shard
// holds its own, for the others to find something.
constexpr std::size_t waiting_calls = 3;
constexpr std::size_t waiting_max = 100'000;
constexpr std::size_t format_at_once = 2'000;  // changes; then others have their turn
constexpr Nanos stop_looks = 3600s;

using NamedOptions = std::vector<std::pair<std::string, std::string>>;

SqlResult<SinkDefinition> altered_definition(const SinkDefinition& definition,
                                             const NamedOptions& options) {
  SinkDefinition altered = definition;
  for (const auto& [name, value] : options) {
    const bool may_change =
        name.starts_with("aws.credentials.") || name == "endpoint" ||
        name.starts_with("kinesis.credentials.") || name.starts_with("kinesis.assumerole.") ||
        name.starts_with("kinesis.sdk.") || name == "kinesis.endpoint" || name == "sink_rate_limit";
    if (!may_change)
      return query::refuse(query::sqlstate::invalid_parameter_value,
                           "option \"" + name + "\" of a kinesis sink cannot be altered");
    const auto known = std::find_if(altered.options.begin(), altered.options.end(),
                                    [&](const auto& option) { return option.first == name; });
    if (known == altered.options.end())
      altered.options.emplace_back(name, value);
    else
      known->second = value;
  }
  return altered;
}

// Entries refused so are certainly not in the stream; what became of others is not known.
bool is_throttling(std::string_view code) {
  return code == "ProvisionedThroughputExceededException" || code.starts_with("KMS") ||
         code.starts_with("LimitExceeded");
}

SinkLanes::Rules rules_of(const SinkDefinition& definition, const SinkOptions& options) {
  return {.key_order = options.key_order, .replace = definition.format == SinkFormat::upsert};
}

}  // namespace

KinesisSink::KinesisSink(io::Reactor& reactor, io::Random& random, KinesisPorts& ports,
                         SinkDefinition definition, SinkOptions options, streaming::SinkStart where,
                         std::function<void()> progressed)
    : reactor_(reactor),
      random_(random),
      ports_(ports),
      definition_(std::move(definition)),
      options_(std::move(options)),
      formatter_(definition_, options_),
      progressed_(std::move(progressed)),
      lanes_(rules_of(definition_, options_)),
      last_taken_(where.acknowledged),
      round_end_(where.acknowledged),
      acknowledged_(where.acknowledged),
      cuts_(positions_of(where.position)),
      read_back_(options_.exactly_once && where.again),
      read_back_from_(where.until),
      changed_(reactor) {
  status_.state = "starting";
  status_.acknowledged_epoch = where.acknowledged;
  gate_.spawn(run());
}

KinesisSink::~KinesisSink() = default;

void KinesisSink::take(std::shared_ptr<const streaming::SinkEpoch> piece) {
  if (!piece->more) last_taken_ = piece->epoch;
  if (options_.exactly_once && (times_.empty() || times_.back().first != piece->epoch))
    times_.emplace_back(piece->epoch, piece->time);
  if (options_.exactly_once) {
    if (unremembered_.empty() || unremembered_.back().epoch != piece->epoch)
      unremembered_.push_back({piece->epoch, 0, false});
    unremembered_.back().changes += piece->changes.size();
    unremembered_.back().whole = !piece->more;
    unremembered_changes_ += piece->changes.size();
  }
  unformatted_ += piece->changes.size();
  taken_.push_back(std::move(piece));
  changed_.notify_all();
}

// To tell what has arrived, all that may have been sent must be there.
std::uint64_t KinesisSink::backlog() const {
  return read_back_ && !has_all_that_may_be_sent() ? 0 : lanes_.pending() + unformatted_;
}

std::string KinesisSink::position() const { return text_of(cuts_); }

std::uint64_t KinesisSink::acknowledged() const {
  if (options_.exactly_once) return acknowledged_;
  std::uint64_t missing = last_taken_ + 1;
  if (!taken_.empty()) missing = std::min(missing, taken_.front()->epoch);
  if (const auto oldest = lanes_.oldest()) missing = std::min(missing, *oldest);
  return missing - 1;
}

streaming::SinkStatus KinesisSink::status() const {
  streaming::SinkStatus status = status_;
  status.acknowledged_epoch = acknowledged();
  if (paused_) status.state = "paused";
  return status;
}

void KinesisSink::note_error(std::string text) {
  status_.last_error = std::move(text);
  status_.last_error_at = reactor_.clock().now();
}

// New credentials, another endpoint, other timeouts: at once. What the records look like and where
// they go stays.
SqlResult<Unit> KinesisSink::alter(const NamedOptions& options) {
  SinkDefinition altered = ATTEMPT(altered_definition(definition_, options));
  SinkOptions read = ATTEMPT(read_sink_options(altered));
  auto port = ports_.open(read.kinesis);
  if (!port) return query::refuse(query::sqlstate::invalid_parameter_value, port.error().message);
  definition_ = std::move(altered);
  options_ = std::move(read);
  port_ = std::move(*port);  // calls under way keep the old one until they end
  for (Pace& pace : paces_) pace = {};
  refresh_shards_ = true;
  pause_until_ = {};
  changed_.notify_all();
  return Unit{};
}

void KinesisSink::pause(bool paused) {
  paused_ = paused;
  changed_.notify_all();
}

Task<Unit> KinesisSink::stop() {
  gate_.stop();
  if (port_) port_->shutdown();
  changed_.notify_all();
  co_return co_await outcome(gate_.close());
}

Task<Unit> KinesisSink::run() {
  std::uint32_t failures = 0;
  while (!gate_.stopping()) {
    if (!port_) {
      auto port = ports_.open(options_.kinesis);
      if (port)
        port_ = std::move(*port);
      else
        note_error(port.error().message);
    }
    if (!shards_known_ || now() - shards_found_ > shards_stale) refresh_shards_ = true;
    MonotonicNanos look_again = now() + stop_looks;
    if (port_ && refresh_shards_ && !lanes_.any_busy()) {
      const Result<Unit> found = co_await outcome(find_shards());
      if (gate_.stopping()) break;
      if (!found) {
        note_error("Kinesis error: failed to list shards: " + found.error().message);
        if (++failures >= failures_unmoved || !shards_known_) status_.state = "failing";
        look_again = now() + failure_pause(failures);
        if (!shards_known_) {
          (void)co_await outcome(changed_.wait(look_again));
          continue;
        }
        shards_found_ = now();  // the old ones serve until the next look
        refresh_shards_ = false;
      } else {
        failures = 0;
      }
    }
    if (shards_known_ && read_back_ && has_all_that_may_be_sent() && !lanes_.any_busy()) {
      const Result<Unit> told = co_await outcome(read_back());
      if (gate_.stopping()) break;
      if (told) continue;
      note_error(told.error().message);
      status_.state = "failing";
      pause_until_ =
          now() + (told.error().kind == ErrorKind::conflict ? failure_pause_max : failure_pause(0));
      co_await outcome(rest());
      continue;
    }
    if (shards_known_ && options_.exactly_once && !read_back_) turn_round();
    // Shards that have changed are looked at when no call is under way; so none begins before.
    if (shards_known_ && !refresh_shards_ && !read_back_) look_again = std::min(look_again, pump());
    (void)co_await outcome(changed_.wait(look_again));
  }
  co_return Unit{};
}

Task<Unit> KinesisSink::find_shards() {
  const std::shared_ptr<KinesisPort> port = port_;
  const std::vector<ShardInfo> shards = co_await port->list_shards();
  CHECK(!lanes_.any_busy());
  co_await lanes_.set_shards(shards);
  paces_.assign(lanes_.lanes(), {});
  shards_known_ = true;
  refresh_shards_ = false;
  shards_found_ = now();
  if (!encode_failed_) status_.state = "running";
  co_return Unit{};
}

bool KinesisSink::wants_records() const {
  if (taken_.empty() || encode_failed_) return false;
  if (options_.exactly_once && !has_more_of_round()) return false;
  if (lanes_.pending() < lanes_.lanes() * put_entries_max * waiting_calls) return true;
  return lanes_.pending() < waiting_max && lanes_.any_empty();
}

// Formats what comes next. False: a value has no JSON; nothing may pass it.
bool KinesisSink::format_front(std::size_t changes_max) {
  const streaming::SinkEpoch& piece = *taken_.front();
  const std::size_t end = std::min(piece.changes.size(), formatted_ + changes_max);
  for (; formatted_ < end; ++formatted_, --unformatted_) {
    const auto formatted = formatter_.format(piece.changes[formatted_], piece,
                                             piece.first + formatted_, formatted_records_);
    if (formatted) continue;
    encode_failed_ = true;
    note_error(formatted.error().message);
    status_.state = "failing";
    return false;
  }
  return true;
}

bool KinesisSink::refill() {
  std::size_t changes = 0;
  bool passed = false;
  while (changes < format_at_once && wants_records()) {
    const std::uint64_t epoch = taken_.front()->epoch;
    const std::size_t before = formatted_;
    formatted_records_.cut(0);
    (void)format_front(put_entries_max);
    changes += formatted_ - before + 1;
    lanes_.add(epoch, formatted_records_.all());
    if (encode_failed_ || formatted_ < taken_.front()->changes.size()) continue;
    taken_.pop_front();
    formatted_ = 0;
    passed = true;
  }
  if (passed) progressed_();
  return wants_records();
}

Task<Unit> KinesisSink::rest() {
  while (!gate_.stopping() && now() < pause_until_)
    (void)co_await outcome(changed_.wait(pause_until_));
  co_return Unit{};
}

MonotonicNanos KinesisSink::pump() {
  MonotonicNanos look_again = shards_found_ + shards_stale;
  if (paused_ || !port_) return look_again;
  if (refill()) look_again = now();
  // A round that has no record is over.
  if (options_.exactly_once && acknowledged_ < round_end_ && round_is_over()) look_again = now();
  for (std::size_t lane = 0; lane < lanes_.lanes(); ++lane) {
    if (lanes_.busy(lane) || !lanes_.waiting(lane)) continue;
    if (paces_[lane].next > now()) {
      look_again = std::min(look_again, paces_[lane].next);
      continue;
    }
    std::size_t entries_max = paces_[lane].one_by_one ? 1 : put_entries_max;
    if (options_.rate_limit > 0) {
      const double rate = static_cast<double>(options_.rate_limit);
      const double passed = std::chrono::duration<double>(now() - allowance_at_).count();
      allowance_ = std::min(rate, allowance_ + passed * rate);
      allowance_at_ = now();
      if (allowance_ < 1) {
        look_again = std::min(look_again, now() + 10ms);
        break;
      }
      entries_max = std::min(entries_max, static_cast<std::size_t>(allowance_));
    }
    std::vector<PutEntry> batch = lanes_.take(lane, entries_max);
    if (batch.empty()) continue;  // its keys wait for calls of other lanes
    allowance_ -= static_cast<double>(batch.size());
    gate_.spawn(send(lane, std::move(batch)));
  }
  return look_again;
}

Task<Unit> KinesisSink::send(std::size_t lane, std::vector<PutEntry> batch) {
  const std::shared_ptr<KinesisPort> port = port_;
  ++status_.calls;
  const Result<PutOutcomes> outcomes = co_await outcome(port->put_records(batch));
  if (gate_.stopping()) {
    lanes_.put_back(lane);
    co_return Unit{};
  }
  if (outcomes)
    settle(lane, outcomes->each);
  else
    fail_call(lane, batch.size(), outcomes.error());
  progressed_();
  changed_.notify_all();
  co_return Unit{};
}

void KinesisSink::settle(std::size_t lane, const std::vector<PutOutcome>& outcomes) {
  Pace& pace = paces_[lane];
  const auto first_failed = std::find_if(outcomes.begin(), outcomes.end(),
                                         [](const PutOutcome& outcome) { return !outcome.taken; });
  if (first_failed != outcomes.end())
    note_error(std::string(first_failed->error_code) + ": " +
               std::string(first_failed->error_message));
  if (options_.exactly_once)
    for (const PutOutcome& outcome : outcomes) {
      if (outcome.taken)
        settled_.add(std::string(outcome.shard), outcome.sequence_number);
      else if (!is_throttling(outcome.error_code))
        ask_the_stream();
    }
  const SinkLanes::Settled settled = lanes_.settle(lane, outcomes);
  status_.sent_records += settled.taken;
  status_.sent_bytes += settled.taken_bytes;
  status_.entry_failures += settled.failed;
  status_.resent_records += settled.failed;
  refresh_shards_ |= settled.moved;
  if (settled.taken > 0) {
    pace.throttled = pace.failures = 0;
    pace.one_by_one = false;
  }
  if (settled.failed > 0) {
    ++status_.throttled_calls;
    pace.next = now() + throttle_pause(pace.throttled++);
    status_.state = "throttled";
  } else if (!encode_failed_) {
    status_.state = "running";
  }
}

void KinesisSink::fail_call(std::size_t lane, std::size_t entries, const Error& error) {
  Pace& pace = paces_[lane];
  note_error(error.message);
  if (options_.exactly_once && error.kind == ErrorKind::unknown)
    ask_the_stream();
  else
    status_.resent_records += entries;
  switch (error.kind) {
    case ErrorKind::throttled:
      ++status_.throttled_calls;
      pace.next = now() + throttle_pause(pace.throttled++);
      status_.state = "throttled";
      return lanes_.put_back(lane);
    case ErrorKind::invalid:
      // One bad entry refuses a whole call. Alone it is found, and the others pass.
      if (entries > 1) {
        pace.one_by_one = true;
        return lanes_.put_back(lane);
      }
      if (options_.skip_oversize) {
        ++status_.entry_failures;
        return lanes_.drop(lane);
      }
      break;
    case ErrorKind::not_found:
      refresh_shards_ = true;
      break;
    default:
      break;
  }
  lanes_.put_back(lane);
  pace.next = now() + failure_pause(pace.failures++);
  const bool hopeless = error.kind == ErrorKind::invalid || error.kind == ErrorKind::denied ||
                        error.kind == ErrorKind::not_found;
  if (hopeless || pace.failures >= failures_unmoved) status_.state = "failing";
}

Nanos KinesisSink::throttle_pause(std::uint32_t times) {
  const Nanos whole =
      std::min(throttle_pause_max, throttle_pause_first * (1u << std::min(times, 10u)));
  return whole / 2 + Nanos(static_cast<std::int64_t>(
                         random_.next() % static_cast<std::uint64_t>(whole.count() / 2 + 1)));
}

Nanos KinesisSink::failure_pause(std::uint32_t times) {
  return std::min(failure_pause_max, failure_pause_first * (1u << std::min(times, 10u)));
}

Task<SqlResult<Unit>> KinesisSinkConnector::validate(const SinkDefinition& definition) {
  using Verdict = SqlResult<Unit>;
  const auto options = read_sink_options(definition);
  if (!options) co_return Verdict(tl::unexpected(options.error()));
  const SinkDialect dialect =
      definition.format == SinkFormat::debezium ? SinkDialect::debezium : SinkDialect::plain;
  for (const query::OutputColumn& column : definition.columns) {
    std::string schema;
    if (column.type.is(query::TypeKind::int256))
      co_return Verdict(query::refuse(query::sqlstate::feature_not_supported,
                                      "Encode error: unsupported data type " + column.type.name()));
    const auto fits = append_schema_field(column.name, column.type, dialect, schema);
    if (!fits) co_return Verdict(tl::unexpected(fits.error()));
  }
  auto port = ports_.open(options->kinesis);
  if (!port)
    co_return Verdict(
        query::refuse(query::sqlstate::invalid_parameter_value, port.error().message));
  const auto shards = co_await outcome((*port)->list_shards());
  if (shards && options->exactly_once && !shards->empty()) {
    // It must be allowed to read what it has written.
    IteratorStart tip;
    tip.kind = IteratorStart::Kind::latest;
    const auto readable = co_await outcome((*port)->shard_iterator(shards->front().id, tip));
    if (!readable)
      co_return Verdict(
          query::refuse(query::sqlstate::invalid_parameter_value,
                        "exactly_once needs to read the stream: " + readable.error().message));
  }
  (*port)->shutdown();
  if (!shards)
    co_return Verdict(
        query::refuse(query::sqlstate::invalid_parameter_value,
                      "Kinesis error: failed to list shards: " + shards.error().message));
  co_return Verdict(Unit{});
}

SqlResult<Unit> KinesisSinkConnector::check_alter(const SinkDefinition& definition,
                                                  const NamedOptions& options) const {
  const SinkDefinition altered = ATTEMPT(altered_definition(definition, options));
  const SinkOptions read = ATTEMPT(read_sink_options(altered));
  auto port = ports_.open(read.kinesis);
  if (!port) return query::refuse(query::sqlstate::invalid_parameter_value, port.error().message);
  (*port)->shutdown();
  return Unit{};
}

std::unique_ptr<streaming::Sink> KinesisSinkConnector::start(SinkDefinition definition,
                                                             streaming::SinkStart where,
                                                             std::function<void()> progressed) {
  auto options = read_sink_options(definition);
  CHECK(options.has_value(), "a sink's options were checked when it was made");
  return std::make_unique<KinesisSink>(reactor_, random_, ports_, std::move(definition),
                                       std::move(*options), std::move(where),
                                       std::move(progressed));
}

}  // namespace levada::connect
