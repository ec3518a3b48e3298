// What goes in and out of the engine by itself: sources, sinks, and the passing of time.

#include <algorithm>
#include <bit>

#include "streaming/engine.h"
#include "streaming/stored_rows.h"

namespace levada::streaming {

namespace {

using query::Delta;
using query::refuse;
using query::Row;

constexpr std::size_t source_rows_max = 4'096;  // of one batch: it fits a cache
constexpr std::size_t made_rows_max = 8'192;    // of one whose rows are not made yet
// Of either while sessions write: each of them waits for the batch that is being applied.
constexpr std::size_t shared_rows_max = 2'048;
constexpr Nanos shared_for = Millis(100);
constexpr std::uint64_t sink_backlog_max = 100'000;       // changes that a sink may hold
constexpr std::uint64_t acknowledged_together = 2;        // epochs
constexpr Nanos memory_wait = Millis(100);                // before a source looks for room again
constexpr std::int64_t acknowledge_interval = 1'000'000;  // microseconds, spec 2.2: lazily

// Puts rows that went and came under the same key together: the first with the first, and so on.
class KeyedChanges {
 public:
  KeyedChanges(const std::vector<std::size_t>& key, std::size_t changes_max)
      : key_(key), slots_(std::bit_ceil(changes_max * 2 + 1), 0) {
    keys_.reserve(changes_max);
  }

  void add(const query::Change& change, std::vector<SinkChange>& changes) {
    Key& key = key_of(change.row);
    const bool comes = change.weight > 0;
    for (std::int64_t i = 0; i < std::abs(change.weight); ++i) {
      std::vector<std::uint32_t>& waiting = comes ? key.gone : key.came;
      if (waiting.empty()) {
        (comes ? key.came : key.gone).push_back(static_cast<std::uint32_t>(changes.size()));
        changes.push_back(comes ? SinkChange{{}, change.row} : SinkChange{change.row, {}});
        continue;
      }
      SinkChange& partner = changes[waiting.front()];
      (comes ? partner.after : partner.before) = change.row;
      waiting.erase(waiting.begin());
    }
  }

 private:
  struct Key {
    std::uint64_t hash = 0;
    Row row;                                // one that has it
    std::vector<std::uint32_t> gone, came;  // changes without a partner
  };

  Key& key_of(const Row& row) {
    std::uint64_t hash = key_.size();
    for (const std::size_t column : key_)
      hash = (hash ^ query::hash(row[column])) * 0x9e3779b97f4a7c15 + (hash >> 29);
    std::size_t slot = hash & (slots_.size() - 1);
    const auto same = [&](const Key& key) {
      return key.hash == hash && std::all_of(key_.begin(), key_.end(), [&](std::size_t column) {
               return query::equal(key.row[column], row[column]);
             });
    };
    while (slots_[slot] != 0 && !same(keys_[slots_[slot] - 1]))
      slot = (slot + 1) & (slots_.size() - 1);
    if (slots_[slot] != 0) return keys_[slots_[slot] - 1];
    keys_.push_back({hash, row, {}, {}});
    slots_[slot] = static_cast<std::uint32_t>(keys_.size());
    return keys_.back();
  }

  const std::vector<std::size_t>& key_;
  std::vector<Key> keys_;
  std::vector<std::uint32_t> slots_;  // place in keys_ + 1; 0 is free
};

}  // namespace

SinkConnector* Engine::sink_connector(std::string_view name) const {
  for (SinkConnector* connector : sink_connectors_)
    if (connector->name() == name) return connector;
  return nullptr;
}

SourceConnector* Engine::source_connector(std::string_view name) const {
  for (SourceConnector* connector : source_connectors_)
    if (connector->name() == name) return connector;
  return nullptr;
}

SqlResult<Unit> Engine::check_memory() const {
  if (query::counted_memory() < static_cast<std::int64_t>(count(options_.memory_limit)))
    return Unit{};
  auto refused = refuse(query::sqlstate::out_of_memory, "the SQL engine's memory limit is reached");
  refused.value().detail =
      "Rows and states of views take " + std::to_string(query::counted_memory() >> 20) + " MiB.";
  refused.value().hint = "Drop views or delete rows, or raise the limit (--sql-memory).";
  return refused;
}

SqlResult<Unit> Engine::check_room() const {
  if (!outboxes_.full()) return check_memory();
  auto refused = refuse("53100", "what sinks have not delivered has reached its limit on disk");
  refused.value().detail = "It takes " + std::to_string(outboxes_.disk_bytes() >> 20) + " MiB.";
  refused.value().hint =
      "levada.sink_status says which sinks lag and why. Drop them, or raise the limit "
      "(--sql-outbox).";
  return refused;
}

// One change a key: rows that went and came under the same key are updates of each other.
void Engine::feed_sink(Object& object, Delta delta, std::int64_t time) {
  SinkFeed& feed = *object.sink;
  SinkEpoch epoch;
  epoch.epoch = epoch_;
  epoch.time = UnixMillis(time / 1000);
  // Where nothing is taken back, no change has another of its key to be put together with.
  const bool only_grows =
      feed.definition.append_only ||
      std::all_of(delta.begin(), delta.end(), [](const auto& change) { return change.weight > 0; });
  if (!only_grows) query::consolidate(delta);
  if (delta.empty()) return;
  const bool keyed =
      !only_grows && (!feed.definition.key.empty() || feed.definition.has_stream_key);
  if (!keyed) {
    epoch.changes.reserve(delta.size());
    for (query::Change& change : delta) {
      for (std::int64_t i = 1; i < std::abs(change.weight); ++i)
        epoch.changes.push_back(change.weight > 0 ? SinkChange{{}, change.row}
                                                  : SinkChange{change.row, {}});
      SinkChange& last = epoch.changes.emplace_back();
      (change.weight > 0 ? last.after : last.before) = std::move(change.row);
    }
  } else {
    KeyedChanges keyed_changes(feed.definition.key, delta.size());
    for (const query::Change& change : delta) keyed_changes.add(change, epoch.changes);
  }
  const bool passes_by =
      feed.sink != nullptr && feed.sink->is_done_at_once() && feed.outbox.empty();
  if (passes_by) return feed.sink->take(std::make_shared<const SinkEpoch>(std::move(epoch)));
  feed.outbox.push(std::move(epoch));
  hand_over(object);
}

void Engine::hand_over(Object& object) {
  SinkFeed& feed = *object.sink;
  if (feed.sink == nullptr) return;
  while (feed.sink->backlog() < sink_backlog_max) {
    Outbox::Piece piece = feed.outbox.next();
    if (piece == nullptr) return;
    feed.sink->take(std::move(piece));
    if (feed.sink->is_done_at_once()) feed.outbox.acknowledge(feed.sink->acknowledged());
  }
}

// A decision is made anyway: what fast sinks have delivered meanwhile rides along, so that their
// outboxes stay short between the lazy acknowledgements.
void Engine::add_acknowledgements(Decision& decision) {
  for (const auto& [id, object] : catalog_.objects()) {
    if (object->sink == nullptr || object->sink->sink == nullptr) continue;
    SinkFeed& feed = *object->sink;
    const std::uint64_t arrived = feed.sink->acknowledged();
    const bool told =
        std::any_of(decision.acknowledgements.begin(), decision.acknowledgements.end(),
                    [&](const Acknowledgement& one) { return one.sink == id; });
    if (arrived >= feed.acknowledged + acknowledged_together && !told)
      decision.acknowledgements.push_back({id, arrived, feed.sink->position()});
  }
}

void Engine::start_feeds(Object& object, Begun begun) {
  if (object.sink != nullptr && object.sink->sink == nullptr) {
    SinkFeed& feed = *object.sink;
    const auto connector_name = [](const auto& options) -> std::string {
      for (const auto& [name, value] : options)
        if (name == "connector") return value;
      return {};
    };
    if (SinkConnector* connector = sink_connector(connector_name(feed.definition.options))) {
      feed.outbox.rewind();
      const SinkStart where{feed.acknowledged, feed.position, begun == Begun::again,
                            feed.outbox.last_epoch()};
      const RelationId id = object.relation->id;
      const auto go_on = [this, id] {
        if (Object* known = catalog_.find(id); known != nullptr && known->sink != nullptr)
          hand_over(*known);
      };
      feed.sink = connector->start(feed.definition, where, go_on);
      feed.outbox.on_loaded(go_on);
      if (feed.paused) feed.sink->pause(true);
      hand_over(object);
    }
  }
  // A stream without rows of its own is read by whoever is made from it.
  const bool reads = object.rows != nullptr || object.is_hidden();
  if (object.source != nullptr && reads && !readers_.contains(object.relation->id.value())) {
    std::string name;
    for (const auto& [option, value] : object.source->definition.options)
      if (option == "connector") name = value;
    if (SourceConnector* connector = source_connector(name)) {
      object.source->reader = connector->start(object.source->definition, object.source->positions);
      gate_.spawn(run_source(object.relation->id));
    }
  }
}

void Engine::stop_feeds(Object& object) {
  if (const auto found = readers_.find(object.relation->id.value()); found != readers_.end())
    found->second->stop();
  if (object.sink != nullptr && object.sink->sink != nullptr) {
    // Dropped: it ends by itself. When the engine stops, stop() waits for each.
    auto& list = running_ ? dropped_ : stopping_;
    list.push_back(std::move(object.sink->sink));
    if (running_) gate_.spawn(list.back()->stop());
  }
}

SourceStatus Engine::source_status(RelationId id) const {
  const auto found = readers_.find(id.value());
  if (found != readers_.end()) return found->second->status();
  SourceStatus status;
  status.state = "stopped";
  return status;
}

Task<Unit> Engine::run_source(RelationId id) {
  // The reader outlives its object while this loop may wait in it.
  Object* object = catalog_.find(id);
  if (object == nullptr) co_return Unit{};
  const std::shared_ptr<SourceReader> reader(std::move(object->source->reader));
  object->source->reader = nullptr;
  readers_[id.value()] = reader;
  const bool made = is_made(*object);
  if (made) reader->leave_rows_out();
  while (running_ && !gate_.stopping()) {
    while (running_ && (!check_memory() || outboxes_.nearly_full()))
      co_await io::sleep_for(journal_.reactor, memory_wait);
    const bool shared = journal_.reactor.clock().monotonic() - session_wrote_ < shared_for;
    const std::size_t rows_max = shared ? shared_rows_max : made ? made_rows_max : source_rows_max;
    Result<SourceBatch> batch = co_await outcome(reader->next(rows_max));
    if (!batch) break;
    object = catalog_.find(id);
    if (object == nullptr) break;
    std::vector<Input> inputs(1);
    if (made) {
      inputs[0] = to_be_made(*object, batch->positions);
    } else {
      query::SessionFacts facts;
      facts.now = now_micros();
      inputs[0] = sourced_rows(*this, object->relation, batch->rows, facts);
    }
    inputs[0].positions = std::move(batch->positions);
    inputs[0].skipped_rows += batch->skipped_rows;
    for (std::string& error : batch->errors) inputs[0].errors.push_back(std::move(error));
    const SqlResult<Unit> written = co_await commit(std::move(inputs));
    if (!written) break;  // the journal takes nothing any more; a restart reads on from here
  }
  readers_.erase(id.value());
  co_return Unit{};
}

Task<Unit> Engine::run_ticks() {
  std::int64_t acknowledged_at = 0;
  while (!gate_.stopping()) {
    co_await io::sleep_for(journal_.reactor, options_.tick_interval);
    if (gate_.stopping()) break;
    Pending pending;
    const bool acknowledges = now_micros() - acknowledged_at >= acknowledge_interval;
    if (acknowledges) acknowledged_at = now_micros();
    for (const auto& [id, object] : catalog_.objects()) {
      if (object->circuit != nullptr && object->circuit->follows_time()) pending.tick = true;
      if (object->is_subscription() && acknowledges) {
        const UnixMillis kept_from = UnixMillis(now_micros() / 1000) - *object->sink->retention;
        const std::uint64_t expired = object->sink->outbox.last_before(kept_from);
        if (expired > object->sink->acknowledged)
          pending.acknowledgements.push_back({id, expired, {}});
      }
      if (object->sink == nullptr || object->sink->sink == nullptr) continue;
      hand_over(*object);
      const std::uint64_t arrived = object->sink->sink->acknowledged();
      if (acknowledges && arrived > object->sink->acknowledged)
        pending.acknowledgements.push_back({id, arrived, object->sink->sink->position()});
    }
    if (pending.tick || !pending.acknowledgements.empty()) enqueue(std::move(pending));
  }
  co_return Unit{};
}

}  // namespace levada::streaming
