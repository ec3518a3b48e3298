#include "connect/kinesis_sink.h"

#include <algorithm>

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
constexpr Nanos stop_looks = 3600s;

SinkLanes::Rules rules_of(const SinkDefinition& definition, const SinkOptions& options) {
  return {.key_order = options.key_order, .replace = definition.format == SinkFormat::upsert};
}

}  // namespace

KinesisSink::KinesisSink(io::Reactor& reactor, io::Random& random, KinesisPorts& ports,
                         SinkDefinition definition, SinkOptions options, std::uint64_t resume_after,
                         std::function<void()> progressed)
    : reactor_(reactor),
      random_(random),
      ports_(ports),
      definition_(std::move(definition)),
      options_(std::move(options)),
      formatter_(definition_, options_),
      progressed_(std::move(progressed)),
      lanes_(rules_of(definition_, options_)),
      last_taken_(resume_after),
      changed_(reactor) {
  status_.state = "starting";
  status_.acknowledged_epoch = resume_after;
  gate_.spawn(run());
}

KinesisSink::~KinesisSink() = default;

void KinesisSink::take(std::shared_ptr<const streaming::SinkEpoch> epoch) {
  std::vector<SinkRecord> records;
  std::uint64_t ordinal = 0;
  for (const streaming::SinkChange& change : epoch->changes) {
    if (const auto formatted = formatter_.format(change, *epoch, ordinal++, records); !formatted) {
      encode_failed_ = true;
      note_error(formatted.error().message);
      status_.state = "failing";
      return;
    }
  }
  for (SinkRecord& record : records) {
    if (shards_known_)
      lanes_.add(epoch->epoch, std::move(record));
    else
      early_.emplace_back(epoch->epoch, std::move(record));
  }
  if (!encode_failed_) last_taken_ = epoch->epoch;
  changed_.notify_all();
  if (records.empty()) progressed_();
}

std::uint64_t KinesisSink::backlog() const { return lanes_.pending() + early_.size(); }

std::uint64_t KinesisSink::acknowledged() const {
  std::uint64_t missing = last_taken_ + 1;
  if (!early_.empty()) missing = std::min(missing, early_.front().first);
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
SqlResult<Unit> KinesisSink::alter(
    const std::vector<std::pair<std::string, std::string>>& options) {
  SinkDefinition altered = definition_;
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
  SqlResult<SinkOptions> read = read_sink_options(altered);
  if (!read) return tl::unexpected(read.error());
  auto port = ports_.open(read->kinesis);
  if (!port) return query::refuse(query::sqlstate::invalid_parameter_value, port.error().message);
  definition_ = std::move(altered);
  options_ = std::move(*read);
  port_ = std::move(*port);  // calls under way keep the old one until they end
  for (Pace& pace : paces_) pace = {};
  refresh_shards_ = true;
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
    // Shards that have changed are looked at when no call is under way; so none begins before.
    if (shards_known_ && !refresh_shards_) look_again = std::min(look_again, pump());
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
  for (auto& [epoch, record] : early_) lanes_.add(epoch, std::move(record));
  early_.clear();
  shards_known_ = true;
  refresh_shards_ = false;
  shards_found_ = now();
  if (!encode_failed_) status_.state = "running";
  co_return Unit{};
}

MonotonicNanos KinesisSink::pump() {
  MonotonicNanos look_again = shards_found_ + shards_stale;
  if (paused_ || !port_) return look_again;
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
  const Result<std::vector<PutOutcome>> outcomes = co_await outcome(port->put_records(batch));
  if (gate_.stopping()) {
    lanes_.put_back(lane);
    co_return Unit{};
  }
  if (outcomes)
    settle(lane, *outcomes);
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
    note_error(first_failed->error_code + ": " + first_failed->error_message);
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
  if (options->exactly_once)
    co_return Verdict(query::refuse(query::sqlstate::feature_not_supported,
                                    "exactly_once = 'true' is not supported yet"));
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
  (*port)->shutdown();
  if (!shards)
    co_return Verdict(
        query::refuse(query::sqlstate::invalid_parameter_value,
                      "Kinesis error: failed to list shards: " + shards.error().message));
  co_return Verdict(Unit{});
}

std::unique_ptr<streaming::Sink> KinesisSinkConnector::start(SinkDefinition definition,
                                                             std::uint64_t resume_after,
                                                             std::function<void()> progressed) {
  auto options = read_sink_options(definition);
  CHECK(options.has_value(), "a sink's options were checked when it was made");
  return std::make_unique<KinesisSink>(reactor_, random_, ports_, std::move(definition),
                                       std::move(*options), resume_after, std::move(progressed));
}

}  // namespace levada::connect
