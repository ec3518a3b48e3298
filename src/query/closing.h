#pragma once
// Closing: the entries of a state by the datum that a watermark passes. What lies below the
// watermark is never touched again, so it can be forgotten; what was put out stands.

#include <map>
#include <optional>
#include <vector>

#include "query/plan.h"
#include "query/watermark.h"

namespace levada::query {

// Which datum of a state's key, and the watermark that passes it.
struct Closes {
  std::size_t key = 0;
  Watermark watermark;
};

template <class Entry>
class Closing {
 public:
  explicit Closing(std::optional<Closes> closes) : closes_(std::move(closes)) {}

  bool follows_watermark() const { return closes_.has_value(); }
  // A new entry; `key` is the state's.
  void add(std::span<const Datum> key, Entry* entry) {
    if (closes_) add(key[closes_->key], entry);
  }
  void add(const Datum& datum, Entry* entry) {
    if (!datum.is_null()) open_[Value(datum)].push_back(entry);
  }
  template <class Forget>
  void close(const SessionFacts& facts, const Forget& forget) {
    if (!closes_ || open_.empty()) return;
    const Value now = watermark_value(closes_->watermark, facts);
    if (now.is_null()) return;
    while (!open_.empty() && compare(open_.begin()->first.datum(), now.datum()) < 0) {
      for (Entry* entry : open_.begin()->second) forget(entry);
      open_.erase(open_.begin());
    }
  }

 private:
  struct Less {
    bool operator()(const Value& a, const Value& b) const {
      return compare(a.datum(), b.datum()) < 0;
    }
  };
  std::optional<Closes> closes_;
  std::map<Value, std::vector<Entry*>, Less> open_;
};

}  // namespace levada::query
