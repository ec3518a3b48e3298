#pragma once
// The state of an operator that keeps one entry a key, into a checkpoint and back: how many there
// are, then each one's key and what the operator says of it.

#include "query/growing_map.h"
#include "query/state_codec.h"

namespace levada::query {

// An entry has a `Row key` beside its hash, which is that of the key's data.
template <class Entry, class Put>
void save_entries(const GrowingMap<Entry>& table, StateWriter& out, const Put& put) {
  out.put(table.size());
  table.each([&](const Entry& entry) {
    out.put(entry.key);
    put(entry);
  });
}

// Into an empty table. `take` says whether the rest of the entry is one of this operator's.
template <class Entry, class Take>
bool restore_entries(GrowingMap<Entry>& table, StateReader& in, const Take& take) {
  const auto count = in.taken<std::size_t>();
  for (std::size_t i = 0; i < count && in.good(); ++i) {
    const auto key = in.taken<Row>();
    Entry& entry = table.insert(hash(key.span()));
    entry.key = key;
    if (!take(entry)) return false;
  }
  return in.good();
}

}  // namespace levada::query
