#pragma once
// Catalog: decides about what exists, one decision at a time, on the reactor that owns the
// catalog's partition; any reactor may ask. A change resolves when every reactor's StreamTable has
// it, so whoever was answered reads what was written, over whatever connection.

#include <functional>
#include <string>
#include <vector>

#include "catalog/catalog_state.h"
#include "catalog/stream_table.h"
#include "state/fold.h"
#include "state/turn.h"

namespace levada::catalog {

struct TableHost {
  io::Reactor& reactor;
  StreamTable& table;
};

// Looks at a durable change before any reactor sees it, on the catalog's reactor. Closing shards
// use it to finish what is under way. Its errors are ignored: the decision stands.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual Task<Unit> before_publication(const std::vector<StreamStep>& steps) = 0;
  virtual Task<Unit> after_publication(const std::vector<StreamStep>& steps) = 0;
};

class Catalog {
 public:
  // Changes a decision or refuses; may read the clock and throw dice; must not wait. Nothing to
  // change: an empty decision, which costs nothing.
  using Decide = std::function<Result<Decision>(const CatalogState& state)>;

  Catalog(const log::Journals& journals, io::Disk& disk, std::string checkpoint_path,
          std::vector<TableHost> tables);

  // On the catalog's reactor, before anything else: everything there is goes to every table.
  Task<Unit> open();
  void set_witness(Witness& witness) { witness_ = &witness; }

  // On the catalog's reactor.
  Task<Unit> change(Decide decide);
  // From any reactor.
  Task<Unit> change_from(io::Reactor& caller, Decide decide);

  io::Reactor& reactor() { return journal_.reactor; }
  const CatalogState& state() const { return state_; }  // on the catalog's reactor
  Task<Unit> checkpoint() { return fold_.checkpoint(); }

 private:
  Task<Unit> publish(std::vector<StreamStep> steps);

  log::Journal journal_;
  CatalogState state_;
  state::Fold fold_;
  state::Turn turn_;
  std::vector<TableHost> tables_;
  Witness* witness_ = nullptr;
};

}  // namespace levada::catalog
