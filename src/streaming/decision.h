#pragma once
// Decision: what the SQL engine appends to its journal: one epoch. Replaying the decisions in order
// rebuilds every table, view and outbox byte for byte: all chance and all clocks are in here.
// Bytes: docs/formats/sql_journal.md.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "query/delta.h"
#include "query/relation.h"

namespace levada::streaming {

// Rows that go into a table or source (weight 1: put in its key's place) or out of it (-1).
struct Input {
  query::RelationId relation;
  query::Delta changes;
  std::map<std::string, std::string> positions;  // of a source: behind these rows
  std::uint64_t skipped_rows = 0;
  static constexpr std::size_t errors_kept = 10;
  std::vector<std::string> errors;  // why rows were skipped; the first ones
  // The journal has no changes: the positions make them again, with row ids from this one on.
  std::optional<std::int64_t> made_from = {};
};

// A statement that changes the catalog, with what its session was.
struct Definition {
  std::uint32_t id = 0;  // the new object's
  std::string text;
  std::string schema;  // the session's first
  std::string user;
  std::string database;
  // What the journal and checkpoints have instead of a text that names secrets
  // (definition_cipher.h); empty: the text itself.
  std::string sealed = {};
  bool decided = false;  // it comes from the journal or a checkpoint; not written
};

struct Acknowledgement {
  std::uint32_t sink = 0;
  std::uint64_t epoch = 0;
  std::string position = {};  // where it ends at the sink's destination
};

struct Decision {
  std::uint64_t epoch = 0;
  std::int64_t time = 0;  // t_e, microseconds since 1970-01-01
  std::vector<Input> inputs;
  std::optional<Definition> definition;
  std::vector<Acknowledgement> acknowledgements;
  bool more = false;  // the next decision belongs to the same epoch
};

Buffer encoded(const Decision& decision);
std::optional<Decision> decoded(ByteView bytes);

}  // namespace levada::streaming
