#pragma once
// What a session has changed since BEGIN. Nobody else sees it before COMMIT, when it becomes one
// epoch; ROLLBACK forgets it. Reads of the session itself see it in the tables, not in views above.
// A row that others changed since it was read refuses the COMMIT (40001). Definitions are no part
// of this: they hold at once.

#include <vector>

#include "streaming/engine.h"

namespace levada::streaming {

class TransactionWrites {
 public:
  bool empty() const { return inputs_.empty(); }
  void add(std::vector<Input> inputs);
  void clear() { inputs_.clear(); }
  // How much there is, and back to that: savepoints.
  std::size_t mark() const { return inputs_.size(); }
  void back_to(std::size_t mark) { inputs_.resize(mark); }

  // As Engine::rows_of, with what this session changed.
  query::Delta rows_of(Engine& engine, const Relation& relation, const query::Equalities& wanted,
                       std::string_view database) const;
  // What COMMIT decides.
  SqlResult<std::vector<Input>> decided(Engine& engine) const;

 private:
  std::vector<Input> inputs_;  // in the order of the statements
};

}  // namespace levada::streaming
