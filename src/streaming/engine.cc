#include "streaming/engine.h"

#include <algorithm>
#include <limits>

#include "streaming/definition.h"
#include "streaming/stored_rows.h"
#include "streaming/system_catalog.h"

namespace levada::streaming {

namespace {

using query::Delta;
using query::Evaluation;
using query::refuse;
using query::RelationDelta;
using query::Row;
using query::SessionFacts;

constexpr std::uint64_t decision_bytes_max = 8u << 20;  // below log::entry_size_max, with room
constexpr std::size_t epoch_rows_max = 262'144;         // that one decision gathers

tl::unexpected<SqlError> as_sql_error(const Error& error) {
  const bool full = error.kind == ErrorKind::disk_full;
  return refuse(full                              ? "53100"
                : error.kind == ErrorKind::closed ? "57P01"
                                                  : "58030",
                error.message);
}

}  // namespace

struct Engine::Join {
  Engine& engine;
  Pending pending;
  Waiting waiting;

  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    waiting.self = self;
    waiting.run = [](io::Posted& posted) { static_cast<Waiting&>(posted).self.resume(); };
    pending.waiting = &waiting;
    engine.enqueue(std::move(pending));
  }
  SqlResult<Unit> await_resume() { return std::move(waiting.result); }
};

Engine::Engine(const log::Journal& journal, io::Disk& disk, EngineOptions options)
    : journal_(journal),
      disk_(disk),
      options_(std::move(options)),
      outboxes_(disk, options_.checkpoint_path + ".outbox.", options_.outboxes),
      catalog_(options_.database),
      fold_(journal, sql_partition, *this, disk,
            {.checkpoint_path = options_.checkpoint_path,
             .checkpoint_interval = Bytes{std::numeric_limits<std::uint64_t>::max()}}) {
  add_system_catalogs(*this);
}

Engine::~Engine() = default;

Task<Unit> Engine::open() {
  co_await outboxes_.open();
  const Result<Unit> folded = co_await outcome(fold_.open());
  if (!folded) {
    co_await outcome(outboxes_.close());
    co_return unexpected<Error>(folded.error());
  }
  co_await outboxes_.sweep();
  // Parts without an end were never answered; the next epoch must not continue them.
  if (!parts_.empty()) ++epoch_;
  parts_.clear();
  running_ = true;
  for (const auto& [id, object] : catalog_.objects()) start_feeds(*object, Begun::again);
  gate_.spawn(fill_behind_start());
  gate_.spawn(run_ticks());
  co_return Unit{};
}

Task<Unit> Engine::stop() {
  running_ = false;
  for (const auto& [id, object] : catalog_.objects()) stop_feeds(*object);
  for (const auto& sink : stopping_) co_await outcome(sink->stop());
  co_await gate_.close();
  co_await outboxes_.close();
  co_return Unit{};
}

Delta Engine::rows_of(const Relation& relation, std::string_view database) {
  if (const SystemRows* rows = catalog_.system_rows(relation.id)) return (*rows)(database);
  Object* object = catalog_.find(relation.id);
  if (object == nullptr) return {};
  if (object->rows != nullptr) return object->rows->all();
  if (object->bag != nullptr) return object->bag->all();
  return {};
}

// By the key, or by an index, whose columns are all fixed.
Delta Engine::rows_of(const Relation& relation, const query::Equalities& equalities,
                      std::string_view database) {
  const Object* object = catalog_.find(relation.id);
  if (object == nullptr || equalities.empty()) return rows_of(relation, database);
  std::vector<query::Datum> data(relation.columns.size());
  std::vector<bool> fixed(data.size(), false);
  for (const auto& [column, value] : equalities) {
    data[column] = value.datum();
    fixed[column] = true;
  }
  const auto covered = [&](const std::vector<std::size_t>& columns) {
    return !columns.empty() && std::all_of(columns.begin(), columns.end(),
                                           [&](std::size_t column) { return fixed[column]; });
  };
  const Row probe = Row::of(data);
  if (object->rows != nullptr && covered(object->rows->key())) {
    const Row* found = object->rows->find(probe);
    return found == nullptr ? Delta() : Delta{{*found, 1}};
  }
  if (object->bag != nullptr && covered(object->bag->key())) return object->bag->find(probe);
  for (const auto& [id, other] : catalog_.objects())
    if (other->indexed == relation.id && other->index != nullptr &&
        covered(other->index->columns()))
      return other->index->find(probe);
  return rows_of(relation, database);
}

std::int64_t Engine::now_micros() { return journal_.reactor.clock().now().count() * 1000; }

// ---- writing ----

Task<SqlResult<Unit>> Engine::write(std::vector<Input> inputs) {
  session_wrote_ = journal_.reactor.clock().monotonic();
  return commit(std::move(inputs));
}

Task<SqlResult<Unit>> Engine::commit(std::vector<Input> inputs) {
  if (auto room = check_room(); !room) co_return room;
  Join join{*this, {}, {}};
  join.pending.inputs = std::move(inputs);
  co_return co_await join;
}

Task<SqlResult<Unit>> Engine::write(Decide decide) {
  session_wrote_ = journal_.reactor.clock().monotonic();
  if (auto room = check_room(); !room) co_return room;
  Join join{*this, {}, {}};
  join.pending.decide = std::move(decide);
  co_return co_await join;
}

Task<SqlResult<Unit>> Engine::define(Definition definition, Stopped stopped) {
  if (options_.cipher != nullptr && may_hold_secret(definition.text)) {
    const Result<Unit> ready = co_await outcome(options_.cipher->prepare());
    if (!ready) co_return SqlResult<Unit>(as_sql_error(ready.error()));
    definition.sealed = options_.cipher->seal(definition.text);
  }
  Join join{*this, {}, {}};
  join.pending.definition = std::move(definition);
  join.pending.stopped = std::move(stopped);
  co_return co_await join;
}

void Engine::enqueue(Pending pending) {
  pending_.push_back(std::move(pending));
  if (std::exchange(committing_, true)) return;
  gate_.spawn(commit_all());
}

// Rows that were worked out before an ALTER TABLE do not fit behind it.
bool Engine::fit(const std::vector<Input>& inputs) {
  return std::all_of(inputs.begin(), inputs.end(), [this](const Input& input) {
    const Object* object = catalog_.find(input.relation);
    return object == nullptr || input.changes.empty() ||
           input.changes.front().row.size() == object->relation->columns.size();
  });
}

// Takes from the queue what goes into one decision; whoever is refused is taken out and told.
std::vector<Engine::Waiting*> Engine::next_decision(Decision& decision, bool& tick,
                                                    io::Slices& slices) {
  decision.epoch = epoch_ + 1;
  decision.time = std::max(time_ + 1, now_micros());
  std::vector<Waiting*> waiting;
  std::size_t rows = 0;
  const auto answer = [&](Waiting* who, SqlResult<Unit> result) {
    if (who == nullptr) return;
    who->result = std::move(result);
    journal_.reactor.post(*who);
  };
  while (!pending_.empty()) {
    const bool empty = waiting.empty() && decision.inputs.empty() && !tick;
    Pending& front = pending_.front();
    if ((front.definition || front.decide) && !empty) break;
    Pending taken = std::move(front);
    pending_.pop_front();
    if (taken.definition) {
      taken.definition->id = catalog_.next_id();
      auto change = change_of(*this, *taken.definition);
      if (!change || change->empty()) {
        answer(taken.waiting,
               change ? SqlResult<Unit>(Unit{}) : tl::make_unexpected(change.error()));
        continue;
      }
      if (auto filled = fill(*change, decision, taken.stopped, slices); !filled) {
        answer(taken.waiting, std::move(filled));
        continue;
      }
      built_ = std::make_unique<Change>(std::move(*change));
      decision.definition = std::move(taken.definition);
      waiting.push_back(taken.waiting);
      break;
    }
    if (taken.decide) {
      auto inputs = taken.decide(slices);
      if (!inputs) {
        answer(taken.waiting, tl::make_unexpected(std::move(inputs).error()));
        continue;
      }
      taken.inputs = std::move(*inputs);
    }
    if (!fit(taken.inputs)) {
      answer(taken.waiting, refuse("40001", "the table was altered meanwhile; try again"));
      continue;
    }
    bool any = taken.tick || !taken.acknowledgements.empty();
    tick = tick || taken.tick;
    for (Input& input : taken.inputs) {
      any = any || !input.changes.empty() || !input.positions.empty();
      rows += input.changes.size();
      decision.inputs.push_back(std::move(input));
    }
    for (const Acknowledgement& one : taken.acknowledgements)
      decision.acknowledgements.push_back(one);
    if (!any && decision.inputs.empty()) {
      answer(taken.waiting, Unit{});
      continue;
    }
    if (taken.waiting != nullptr) waiting.push_back(taken.waiting);
    if (rows > epoch_rows_max) break;
  }
  if (!decision.inputs.empty()) add_acknowledgements(decision);
  return waiting;
}

Task<Unit> Engine::commit_all() {
  co_await all_filled();
  while (!pending_.empty()) {
    Decision decision;
    bool tick = false;
    std::vector<Waiting*> waiting;
    const auto decide = [&](io::Slices& slices) {
      waiting = next_decision(decision, tick, slices);
    };
    co_await io::in_slices(journal_.reactor, decide);
    SqlResult<Unit> result = Unit{};
    if (tick || decision.definition || !decision.inputs.empty() ||
        !decision.acknowledgements.empty()) {
      const Result<Unit> appended = co_await outcome(append(std::move(decision)));
      if (!appended) result = as_sql_error(appended.error());
    }
    built_.reset();
    for (Waiting* who : waiting) {
      if (who == nullptr) continue;
      who->result = result;
      journal_.reactor.post(*who);
    }
    if (!writing_checkpoint_ &&
        bytes_since_checkpoint_ >
            std::max(count(options_.checkpoint_interval), checkpoint_bytes_ / 2))
      co_await outcome(write_checkpoint());  // what is decided stands; the next one tries again
  }
  committing_ = false;
  co_return Unit{};
}

// An epoch beyond one entry's size is several decisions; only the last one makes it happen.
Task<Unit> Engine::append(Decision decision) {
  std::vector<Decision> parts;
  Decision part;
  const auto head = [&decision] {
    Decision fresh;
    fresh.epoch = decision.epoch;
    fresh.time = decision.time;
    return fresh;
  };
  part = head();
  std::uint64_t bytes = 0;
  for (Input& input : decision.inputs) {
    if (input.made_from) {
      part.inputs.push_back(std::move(input));
      continue;
    }
    Input piece;
    piece.relation = input.relation;
    for (query::Change& change : input.changes) {
      bytes += change.row.bytes();
      piece.changes.push_back(std::move(change));
      if (bytes < decision_bytes_max) continue;
      part.inputs.push_back(std::exchange(piece, Input{input.relation, {}, {}, 0, {}, {}}));
      part.more = true;
      parts.push_back(std::exchange(part, head()));
      bytes = 0;
    }
    piece.positions = std::move(input.positions);
    piece.skipped_rows = input.skipped_rows;
    piece.errors = std::move(input.errors);
    part.inputs.push_back(std::move(piece));
  }
  part.definition = std::move(decision.definition);
  part.acknowledgements = std::move(decision.acknowledgements);
  parts.push_back(std::move(part));
  for (const Decision& one : parts) {
    in_flight_ = &one;
    Buffer bytes_of_one = encoded(one);
    bytes_since_checkpoint_ += bytes_of_one.size();
    const Result<Unit> committed = co_await outcome(fold_.commit(std::move(bytes_of_one)));
    in_flight_ = nullptr;
    if (!committed) {
      parts_.clear();
      ++epoch_;  // whatever the log has of this epoch, nothing continues it
      co_return tl::unexpected<Error>(committed.error());
    }
  }
  co_return Unit{};
}

// ---- applying ----

Result<Unit> Engine::apply(ByteView bytes) {
  std::optional<Decision> read;
  if (in_flight_ == nullptr) {
    read = decoded(bytes);
    if (!read) return fail(ErrorKind::corrupt, "a decision of the SQL journal cannot be read");
    if (read->definition) TRY(unseal(*read->definition));
  }
  const Decision& decision = read ? *read : *in_flight_;
  if (!parts_.empty() && parts_.front().epoch != decision.epoch) parts_.clear();
  if (decision.more) {
    parts_.push_back(read ? std::move(*read) : decision);
    return Unit{};
  }
  if (parts_.empty()) return apply_decision(decision);
  Decision whole = read ? std::move(*read) : decision;
  std::vector<Input> last = std::exchange(whole.inputs, {});
  parts_.emplace_back().inputs = std::move(last);
  for (Decision& part : parts_)
    for (Input& input : part.inputs) whole.inputs.push_back(std::move(input));
  parts_.clear();
  return apply_decision(whole);
}

Result<Unit> Engine::apply_decision(const Decision& decision) {
  epoch_ = decision.epoch;
  time_ = decision.time;
  if (decision.definition) {
    const Definition& definition = *decision.definition;
    if (built_ == nullptr) {
      auto change = change_of(*this, definition);
      if (!change)
        return fail(ErrorKind::corrupt, "a definition cannot be made again: " + definition.text +
                                            ": " + change.error().message);
      built_ = std::make_unique<Change>(std::move(*change));
    }
    history_.push_back(definition);
    perform(std::move(*built_), true);
    built_.reset();
    return Unit{};
  }
  Arrival arrival;
  for (const Input& input : decision.inputs) take_input(input, decision.time, arrival);
  for (const Acknowledgement& one : decision.acknowledgements) {
    Object* object = catalog_.find(RelationId(one.sink));
    if (object == nullptr || object->sink == nullptr) continue;
    SinkFeed& feed = *object->sink;
    if (one.epoch >= feed.acknowledged) feed.position = one.position;
    feed.acknowledged = std::max(feed.acknowledged, one.epoch);
    feed.outbox.acknowledge(feed.acknowledged);
    if (feed.sink != nullptr) feed.sink->remembered(feed.acknowledged);
  }
  run_circuits(std::move(arrival), decision.time);
  return Unit{};
}

void Engine::take_input(const Input& input, std::int64_t time, Arrival& arrival) {
  Object* object = catalog_.find(input.relation);
  if (object == nullptr) return;  // dropped since
  fill_before_change_of(input.relation);
  if (input.made_from && object->source != nullptr) {
    Input made = input;
    make_rows(*object, made, time);
    return take_input(made, time, arrival);
  }
  Delta& delta = arrival[input.relation];
  if (object->source != nullptr) {
    for (const auto& [split, position] : input.positions)
      object->source->positions[split] = position;
    object->source->rows += input.changes.size();
    object->source->skipped_rows += input.skipped_rows;
    for (const std::string& error : input.errors) object->source->errors.push_back({time, error});
    while (object->source->errors.size() > SourceFeed::errors_max)
      object->source->errors.pop_front();
  }
  const auto& columns = object->relation->columns;
  const bool has_row_id = !columns.empty() && columns.back().name == "_row_id";
  const WatermarkFilter* watermark = object->watermark.get();
  for (const query::Change& change : input.changes) {
    if (has_row_id && !change.row[columns.size() - 1].is_null())
      next_row_id_ = std::max(next_row_id_, change.row[columns.size() - 1].integer + 1);
    const bool late = watermark != nullptr && change.weight > 0 && watermark->is_late(change.row);
    if (object->rows == nullptr) {
      if (!late) delta.push_back(change);
      continue;
    }
    // What has expired is gone for the views; only its place is taken.
    const auto expired = [&](const Row& old) {
      return watermark != nullptr && watermark->has_expired(old);
    };
    if (change.weight < 0 || late) {
      const Row* known = object->rows->find(change.row);
      if (known == nullptr || (late && !object->relation->rows_expire) || (late && expired(*known)))
        continue;
      Row old = object->rows->take(change.row);
      if (!expired(old)) delta.push_back({std::move(old), -1});
      continue;
    }
    Row row = change.row;
    Row& place = object->rows->place(row);
    if (const Row& old = place; old && !expired(old)) {
      const auto older = [&](std::size_t column) {
        return !old[column].is_null() &&
               (row[column].is_null() || query::compare(row[column], old[column]) < 0);
      };
      if (object->conflict == Conflict::ignore ||
          std::any_of(object->versions.begin(), object->versions.end(), older))
        continue;
      if (object->conflict == Conflict::if_not_null) {
        std::vector<query::Datum> merged(old.begin(), old.end());
        for (std::size_t i = 0; i < merged.size(); ++i)
          if (!row[i].is_null()) merged[i] = row[i];
        row = Row::of(merged);
      }
      if (query::same_bytes(old.span(), row.span())) continue;
      delta.push_back({old, -1});
    }
    place = row;
    delta.push_back({std::move(row), 1});
  }
  if (watermark == nullptr) return;
  object->watermark->rise(input);
  watermarks_.insert_or_assign(input.relation.value(), object->watermark->now());
}

// Views stand behind what they read, so one walk serves them all. What a sink puts INTO a table is
// the next walk's beginning; there is no way round to that sink again.
void Engine::run_circuits(Arrival arrival, std::int64_t time) {
  SessionFacts facts;
  facts.now = time;
  facts.seed = epoch_;
  facts.watermarks = &watermarks_;
  Evaluation evaluation(facts, Evaluation::Mode::lenient);
  std::map<std::uint32_t, Delta> sunk;  // a sink has one delta an epoch
  for (bool first = true; first || !arrival.empty(); first = false) {
    Arrival fed;
    for (const auto& [id, object] : catalog_.objects()) {
      if (object->index != nullptr)
        if (const auto found = arrival.find(object->indexed); found != arrival.end())
          object->index->apply(found->second);
      if (object->circuit == nullptr) continue;
      std::vector<RelationDelta> changes;
      for (const RelationId read : object->reads)
        if (const auto found = arrival.find(read); found != arrival.end() && !found->second.empty())
          changes.push_back({read, &found->second});
      const bool moves = object->circuit->follows_time() || object->circuit->follows_watermarks();
      if (changes.empty() && !(first && moves) && !object->circuit->has_pushed()) continue;
      auto delta = object->circuit->step(changes, evaluation);
      CHECK(delta.has_value(), "a view's errors are lenient");
      if (delta->empty()) continue;
      if (object->bag != nullptr) {
        object->bag->apply(*delta);
        arrival[RelationId(id)] = std::move(*delta);
      } else if (object->sink != nullptr) {
        Delta& all = sunk[id];
        if (all.empty())
          all = std::move(*delta);
        else
          all.insert(all.end(), delta->begin(), delta->end());
      } else if (object->into != nullptr) {
        feed_table(*object, *delta, facts, fed);
      }
    }
    arrival = std::move(fed);
  }
  for (auto& [id, delta] : sunk) feed_sink(*catalog_.find(RelationId(id)), std::move(delta), time);
}

void Engine::perform(Change change, bool with_rows) {
  if (!change.removed.empty() || change.altered != nullptr) fill_postponed();
  std::unique_ptr<Object> replaced;
  for (const RelationId id : change.removed) {
    if (Object* object = catalog_.find(id)) stop_feeds(*object);
    auto gone = catalog_.remove(id);
    watermarks_.erase(id.value());
    if (change.replaced == id)
      replaced = std::move(gone);
    else if (gone != nullptr && gone->sink != nullptr)
      gone->sink->outbox.discard();
  }
  for (Renamed& one : change.renamed)
    catalog_.rename(one.id, std::move(one.schema), std::move(one.name));
  for (Retexted& one : change.retexted)
    if (Object* object = catalog_.find(one.id)) {
      auto relation = std::make_shared<Relation>(*object->relation);
      relation->definition = std::move(one.definition);
      object->relation = std::move(relation);
      object->text = std::move(one.text);
    }
  if (change.altered != nullptr) alter(std::move(*change.altered), with_rows);
  catalog_.perform(change);
  for (auto& object : change.added) {
    Object& added = *object;
    if (replaced != nullptr && added.sink != nullptr) {
      added.sink->outbox = std::move(replaced->sink->outbox);
      added.sink->acknowledged = replaced->sink->acknowledged;
      added.sink->position = replaced->sink->position;
    }
    catalog_.add(std::move(object));
    if (with_rows && !postpone(added)) backfill(added, Restored::no);
    if (running_) start_feeds(added, replaced == nullptr ? Begun::anew : Begun::again);
  }
  if (Object* object = catalog_.find(change.sink); object != nullptr && object->sink != nullptr) {
    for (auto& [name, value] : change.sink_options) {
      auto& options = object->sink->definition.options;
      const auto known = std::find_if(options.begin(), options.end(),
                                      [&](const auto& option) { return option.first == name; });
      if (known == options.end())
        options.emplace_back(name, value);
      else
        known->second = value;
    }
    if (change.pause) object->sink->paused = *change.pause;
    if (object->sink->sink != nullptr) {
      if (!change.sink_options.empty())
        (void)object->sink->sink->alter(change.sink_options);  // checked when it was decided
      if (change.pause) object->sink->sink->pause(*change.pause);
    }
  }
}

// The table's rows in their new form, and its readers over them: they remember again what they had.
void Engine::alter(Altered change, bool with_rows) {
  Object* object = catalog_.find(change.table->relation->id);
  CHECK(object != nullptr, "a table that is not there cannot be altered");
  const SessionFacts facts{.now = time_, .seed = epoch_};
  const Relation& relation = *change.table->relation;
  std::vector<query::Value> added(relation.columns.size());
  query::Evaluation evaluation(facts);
  for (std::size_t i = 0; i < added.size(); ++i) {
    const auto& [name, type, hidden, not_null, usual, generated, size] = relation.columns[i];
    if (change.from[i] || usual == nullptr) continue;
    if (const auto value = query::evaluate_constant(usual, facts); value && !value->is_null())
      added[i] = query::Value(query::sized(evaluation, type, size, false, value->datum()));
  }
  std::vector<query::Datum> data;
  for (const query::Change& row : object->rows->all()) {
    data.clear();
    for (std::size_t i = 0; i < added.size(); ++i)
      data.push_back(change.from[i] ? row.row[*change.from[i]] : added[i].datum());
    change.table->rows->put(Row::of(data));
  }
  object->rows = std::move(change.table->rows);
  if (object->watermark != nullptr && change.table->watermark != nullptr) {
    change.table->watermark->restore(object->watermark->now());
    object->watermark = std::move(change.table->watermark);
  }
  object->text = std::move(change.table->text);
  object->versions = std::move(change.table->versions);
  catalog_.replace(change.table->relation);
  for (Object* reader : catalog_.readers_of(relation.id)) {
    if (reader->index == nullptr) continue;
    std::vector<std::size_t> columns;
    for (const std::size_t was : reader->index->columns())
      columns.push_back(static_cast<std::size_t>(
          std::find(change.from.begin(), change.from.end(), std::optional(was)) -
          change.from.begin()));
    reader->index = std::make_unique<RowIndex>(std::move(columns));
    reader->index->apply(object->rows->all());
  }
  for (auto& [id, plan] : change.readers) {
    Object* reader = catalog_.find(id);
    reader->plan = std::move(plan);
    auto circuit = query::Circuit::build(reader->plan, false);
    CHECK(circuit.has_value(), "it was built over the old columns");
    reader->circuit = std::move(*circuit);
    if (reader->bag != nullptr) reader->bag = std::make_unique<BagStore>(reader->bag->key());
    reader->filled = false;
    if (with_rows) backfill(*reader, Restored::yes);
  }
}

}  // namespace levada::streaming
