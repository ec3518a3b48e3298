// Checkpoints of the engine: every definition there ever was, the rows of tables and views, what
// circuits remember, what sinks have not delivered. Grammar: docs/formats/sql_journal.md.

#include "query/state_codec.h"
#include "streaming/definition.h"
#include "streaming/engine.h"

namespace levada::streaming {

namespace {

constexpr std::uint64_t checkpoint_version = 7;

constexpr std::size_t piece_size = 1u << 20;  // of a checkpoint, about: what waits in memory

// What is encoded goes to the file whenever there is a piece of it. Others of the reactor go on
// meanwhile; writers wait for the end.
class CheckpointBreath final : public query::Breath {
 public:
  CheckpointBreath(io::Slices& slices, state::CheckpointFile& file, std::string& encoded)
      : slices_(slices), file_(file), encoded_(encoded) {}

  std::optional<SqlError> draw() override {
    if (encoded_.size() >= piece_size) write();
    slices_.pause_if_due();
    return std::nullopt;
  }
  // Behind an error nothing more is written; the encoding ends by itself.
  void write() {
    if (written_) written_ = slices_.wait(file_.append(as_bytes(encoded_)));
    encoded_.clear();
  }
  const Result<Unit>& written() const { return written_; }

 private:
  io::Slices& slices_;
  state::CheckpointFile& file_;
  std::string& encoded_;
  Result<Unit> written_ = Unit{};
};

}  // namespace

Result<Unit> Engine::unseal(Definition& definition) const {
  if (definition.sealed.empty()) return Unit{};
  auto text = options_.cipher == nullptr ? std::nullopt : options_.cipher->open(definition.sealed);
  if (!text)
    return fail(ErrorKind::denied,
                "a statement of the SQL journal names secrets and is sealed by a key that is not "
                "here");
  definition.text = std::move(*text);
  return Unit{};
}

// Until all is encoded nothing is decided. It is made durable beside the decisions that follow.
Task<Unit> Engine::write_checkpoint() {
  bytes_since_checkpoint_ = 0;
  const log::Position covers = fold_.applied();
  auto file = std::make_unique<state::CheckpointFile>(disk_, options_.checkpoint_path);
  Result<Unit> written = co_await outcome(file->begin());
  if (!written) co_return written;
  const auto encode = [&](io::Slices& slices) {
    std::string piece;
    CheckpointBreath breath(slices, *file, piece);
    query::StateWriter out(piece, &breath);
    save(out);
    breath.write();
    written = breath.written();
  };
  co_await io::in_slices(journal_.reactor, encode);
  if (!written) {
    co_await outcome(file->abandon());
    co_return written;
  }
  checkpoint_bytes_ = file->size();
  writing_checkpoint_ = true;
  gate_.spawn(place_checkpoint(std::move(file), covers));
  co_return Unit{};
}

Task<Unit> Engine::place_checkpoint(std::unique_ptr<state::CheckpointFile> file,
                                    log::Position covers) {
  const Result<Unit> placed = co_await outcome(fold_.adopt(*file, covers));
  writing_checkpoint_ = false;
  co_return placed;
}

Buffer Engine::checkpoint() const {
  std::string made;
  query::StateWriter out(made);
  save(out);
  const ByteView bytes = as_bytes(made);
  return {bytes.begin(), bytes.end()};
}

void Engine::save(query::StateWriter& out) const {
  out.put(checkpoint_version, epoch_, time_, next_row_id_, next_sunk_row_id_, history_.size());
  for (const Definition& one : history_)
    out.put(one.id, !one.sealed.empty(), one.sealed.empty() ? one.text : one.sealed, one.schema,
            one.user, one.database);
  for (const auto& [id, object] : catalog_.objects()) {
    out.put(id);
    save(*object, out);
  }
  out.end();
}

Result<Unit> Engine::restore(ByteView checkpoint) {
  query::StateReader in(as_text(checkpoint));
  const auto corrupt = [] {
    return fail(ErrorKind::corrupt, "the SQL engine's checkpoint cannot be read");
  };
  checkpoint_bytes_ = checkpoint.size();
  if (in.taken<std::uint64_t>() != checkpoint_version)
    return fail(ErrorKind::unsupported,
                "the SQL engine's checkpoint was written by another version of Levada");
  std::size_t definitions = 0;
  in.take(epoch_, time_, next_row_id_, next_sunk_row_id_, definitions);
  for (std::size_t i = 0; i < definitions; ++i) {
    Definition definition;
    bool sealed = false;
    in.take(definition.id, sealed);
    in.take(sealed ? definition.sealed : definition.text);
    in.take(definition.schema, definition.user, definition.database);
    if (!in.good()) return corrupt();
    TRY(unseal(definition));
    definition.decided = true;
    auto change = change_of(*this, definition);
    if (!change) return corrupt();
    perform(std::move(*change), false);
    history_.push_back(std::move(definition));
  }
  while (in.good() && !in.at_end()) {
    Object* object = catalog_.find(RelationId(in.taken<std::uint32_t>()));
    if (object == nullptr || !restore(*object, in)) return corrupt();
  }
  if (!in.good()) return corrupt();
  return Unit{};
}

void Engine::save(const Object& object, query::StateWriter& out) const {
  if (object.rows != nullptr) object.rows->save(out);
  if (object.bag != nullptr) object.bag->save(out);
  if (object.watermark != nullptr) out.put(object.watermark->now());
  if (object.source != nullptr) out.put(*object.source);
  if (object.sink != nullptr) {
    std::string outbox;
    object.sink->outbox.append_to(outbox);
    out.put(object.sink->acknowledged, object.sink->position, outbox);
  }
  if (object.circuit != nullptr) object.circuit->save(out);
}

bool Engine::restore(Object& object, query::StateReader& in) {
  const std::size_t columns = object.relation->columns.size();
  if (object.rows != nullptr && !object.rows->restore(in, columns)) return false;
  if (object.bag != nullptr && !object.bag->restore(in, columns)) return false;
  if (object.watermark != nullptr) {
    object.watermark->restore(in.taken<query::Value>());
    watermarks_.insert_or_assign(object.relation->id.value(), object.watermark->now());
  }
  if (object.source != nullptr) in.take(*object.source);
  if (object.sink != nullptr) {
    in.take(object.sink->acknowledged, object.sink->position);
    const auto outbox = in.taken<std::string>();
    std::string_view bytes = outbox;
    if (!object.sink->outbox.restore(bytes) || !bytes.empty()) return false;
  }
  if (object.circuit == nullptr) {
    backfill(object, Restored::yes);  // an index: what it indexes is there
    return in.good();
  }
  object.filled = object.circuit->restore(in);
  return in.good() && (object.filled || computed_again(object));
}

// Another version of Levada would run the plan otherwise than the one that wrote the checkpoint.
// From stored relations the state can be computed; of a stream nobody has the past.
bool Engine::computed_again(Object& object) {
  for (const RelationId read : object.reads) {
    const Object* from = catalog_.find(read);
    if (from != nullptr && from->rows == nullptr && from->bag == nullptr) return false;
  }
  auto circuit = query::Circuit::build(object.plan, false);
  if (!circuit) return false;
  object.circuit = std::move(*circuit);
  backfill(object, Restored::yes);
  return true;
}

}  // namespace levada::streaming
