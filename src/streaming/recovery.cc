// Checkpoints of the engine: every definition there ever was, the rows of tables, what sinks have
// not delivered. Views are computed again from the tables. Grammar: docs/formats/sql_journal.md.

#include <array>

#include "query/row_codec.h"
#include "streaming/definition.h"
#include "streaming/engine.h"

namespace levada::streaming {

namespace {

using query::Delta;
using query::Row;

constexpr std::uint64_t checkpoint_version = 5;

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

// Rows of a source without a table are nowhere but in the journal, so views on it keep all of it.
bool Engine::can_checkpoint() {
  for (const auto& [id, object] : catalog_.objects())
    if (object->circuit != nullptr)
      for (const RelationId read : object->reads)
        if (const Object* from = catalog_.find(read);
            from != nullptr && from->relation->kind == RelationKind::source &&
            from->rows == nullptr)
          return false;
  // What a changelog and a watermark remember is in no table either.
  for (const auto& [id, object] : catalog_.objects())
    if (object->circuit != nullptr &&
        (object->circuit->follows_watermarks() || query::has_changelog(object->plan)))
      return false;
  return true;
}

Buffer Engine::checkpoint() const {
  using query::append_text;
  using query::append_varint;
  std::string out;
  append_varint(checkpoint_version, out);
  append_varint(epoch_, out);
  append_varint(static_cast<std::uint64_t>(time_), out);
  append_varint(static_cast<std::uint64_t>(next_row_id_), out);
  append_varint(static_cast<std::uint64_t>(-next_sunk_row_id_), out);
  append_varint(history_.size(), out);
  for (const Definition& definition : history_) {
    append_varint(definition.id, out);
    append_varint(definition.sealed.empty() ? 0 : 1, out);
    append_text(definition.sealed.empty() ? definition.text : definition.sealed, out);
    append_text(definition.schema, out);
    append_text(definition.user, out);
    append_text(definition.database, out);
  }
  for (const auto& [id, object] : catalog_.objects()) {
    append_varint(id, out);
    const Delta rows = object->rows == nullptr ? Delta() : object->rows->all();
    append_varint(rows.size(), out);
    for (const query::Change& change : rows) query::append_row(change.row.span(), out);
    if (object->watermark != nullptr)
      query::append_row(std::array{object->watermark->now().datum()}, out);
    const auto* source = object->source.get();
    append_varint(source == nullptr ? 0 : source->positions.size(), out);
    if (source != nullptr)
      for (const auto& [split, position] : source->positions) {
        append_text(split, out);
        append_text(position, out);
      }
    append_varint(source == nullptr ? 0 : source->rows, out);
    append_varint(source == nullptr ? 0 : source->skipped_rows, out);
    append_varint(source == nullptr ? 0 : source->errors.size(), out);
    if (source != nullptr)
      for (const SourceError& error : source->errors) {
        append_varint(static_cast<std::uint64_t>(error.time), out);
        append_text(error.text, out);
      }
    const auto* sink = object->sink.get();
    append_varint(sink == nullptr ? 0 : sink->acknowledged, out);
    append_text(sink == nullptr ? std::string_view() : std::string_view(sink->position), out);
    if (sink != nullptr)
      sink->outbox.append_to(out);
    else
      append_varint(0, out);
  }
  const ByteView bytes = as_bytes(out);
  return {bytes.begin(), bytes.end()};
}

namespace {

// Reads a checkpoint; every take may fail, and then everything after it does.
struct CheckpointReader {
  std::string_view in;
  bool broken = false;

  std::uint64_t number() {
    const auto value = query::take_varint(in);
    broken = broken || !value;
    return value.value_or(0);
  }
  std::string text() {
    const auto value = query::take_text(in);
    broken = broken || !value;
    return std::string(value.value_or(""));
  }
  Row row() {
    auto value = query::take_row(in);
    broken = broken || !value;
    return value.value_or(Row());
  }
};

}  // namespace

Result<Unit> Engine::restore(ByteView checkpoint) {
  CheckpointReader reader{as_text(checkpoint)};
  const auto corrupt = [] {
    return fail(ErrorKind::corrupt, "the SQL engine's checkpoint cannot be read");
  };
  if (reader.number() != checkpoint_version) return corrupt();
  epoch_ = reader.number();
  time_ = static_cast<std::int64_t>(reader.number());
  next_row_id_ = static_cast<std::int64_t>(reader.number());
  next_sunk_row_id_ = -static_cast<std::int64_t>(reader.number());
  const std::uint64_t definitions = reader.number();
  for (std::uint64_t i = 0; i < definitions && !reader.broken; ++i) {
    Definition definition;
    definition.id = static_cast<std::uint32_t>(reader.number());
    const bool sealed = reader.number() != 0;
    (sealed ? definition.sealed : definition.text) = reader.text();
    definition.schema = reader.text();
    definition.user = reader.text();
    definition.database = reader.text();
    TRY(unseal(definition));
    auto change = change_of(*this, definition);
    if (!change) return corrupt();
    perform(std::move(*change), false);
    history_.push_back(std::move(definition));
  }
  while (!reader.in.empty() && !reader.broken) {
    Object* object = catalog_.find(RelationId(static_cast<std::uint32_t>(reader.number())));
    if (object == nullptr) return corrupt();
    const std::uint64_t rows = reader.number();
    for (std::uint64_t i = 0; i < rows && !reader.broken; ++i) {
      const Row row = reader.row();
      if (object->rows != nullptr && row.size() == object->relation->columns.size())
        object->rows->put(row);
    }
    if (object->watermark != nullptr) {
      const Row row = reader.row();
      if (row.size() != 1) return corrupt();
      object->watermark->restore(query::Value(row[0]));
      watermarks_.insert_or_assign(object->relation->id.value(), object->watermark->now());
    }
    const std::uint64_t positions = reader.number();
    for (std::uint64_t i = 0; i < positions && !reader.broken; ++i) {
      std::string split = reader.text(), position = reader.text();
      if (object->source != nullptr) object->source->positions[split] = position;
    }
    const std::uint64_t read = reader.number(), skipped = reader.number();
    const std::uint64_t errors = reader.number();
    if (object->source != nullptr) {
      object->source->rows = read;
      object->source->skipped_rows = skipped;
    }
    for (std::uint64_t i = 0; i < errors && !reader.broken; ++i) {
      const auto time = static_cast<std::int64_t>(reader.number());
      std::string text = reader.text();
      if (object->source != nullptr) object->source->errors.push_back({time, std::move(text)});
    }
    const std::uint64_t acknowledged = reader.number();
    std::string position = reader.text();
    if (object->sink == nullptr && reader.number() != 0) return corrupt();
    if (object->sink != nullptr) {
      if (!object->sink->outbox.restore(reader.in)) return corrupt();
      object->sink->acknowledged = acknowledged;
      object->sink->position = std::move(position);
    }
    // Views follow what they read, so their relations are complete here.
    backfill(*object, Restored::yes);
  }
  if (reader.broken) return corrupt();
  return Unit{};
}

}  // namespace levada::streaming
