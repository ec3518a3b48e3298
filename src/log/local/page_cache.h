#pragma once
// The pages of footers and indexes that were looked at last, up to a limit: what keeps memory from
// growing with stored data.

#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

#include "base/bytes.h"

namespace levada::log::local {

class PageCache {
 public:
  using Page = std::shared_ptr<const Buffer>;
  explicit PageCache(Bytes limit, std::size_t page_size) : pages_max_(count(limit) / page_size) {}

  Page find(std::uint64_t segment, std::uint64_t number);  // null: not here
  void add(std::uint64_t segment, std::uint64_t number, Page page);

 private:
  struct Key {
    std::uint64_t segment;
    std::uint64_t number;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return static_cast<std::size_t>((key.segment * 0x9e3779b97f4a7c15u) ^ (key.number * 31));
    }
  };
  struct Slot {
    Key key;
    Page page;
  };

  std::size_t pages_max_;
  std::list<Slot> recent_;  // the last used first
  std::unordered_map<Key, std::list<Slot>::iterator, Hash> slots_;
};

}  // namespace levada::log::local
