#pragma once
// GrowingMap: the hash map of operator states. It grows by moving a few buckets with each
// operation, so that no single change waits for a rehash of millions of entries. Entries never move
// in memory.
//
// Entry must have a `std::uint64_t hash` member; the caller says what equality is.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#include "base/check.h"
#include "query/row_memory.h"
#include "query/value.h"

namespace levada::query {

template <class Entry>
class GrowingMap {
 public:
  GrowingMap() = default;
  GrowingMap(const GrowingMap&) = delete;
  GrowingMap& operator=(const GrowingMap&) = delete;
  ~GrowingMap() {
    free_all(new_);
    free_all(old_);
  }

  std::size_t size() const { return size_; }

  template <class Equal>
  Entry* find(std::uint64_t hash, const Equal& is_equal) const {
    if (size_ == 0) return nullptr;
    for (Node* node = bucket(hash); node != nullptr; node = node->next)
      if (node->entry.hash == hash && is_equal(node->entry)) return &node->entry;
    return nullptr;
  }

  // Every entry of that hash.
  template <class Visit>
  void each_of(std::uint64_t hash, const Visit& visit) const {
    if (size_ == 0) return;
    for (Node* node = bucket(hash); node != nullptr; node = node->next)
      if (node->entry.hash == hash) visit(node->entry);
  }

  // What a find() of that hash will look at, asked for early: first its bucket, some work later
  // what is in it.
  void prefetch_place(std::uint64_t hash) const {
    if (size_ != 0) __builtin_prefetch(&bucket(hash));
  }
  void prefetch_entry(std::uint64_t hash) const {
    if (size_ != 0) __builtin_prefetch(bucket(hash));
  }

  // Room for as many entries at once, before the first.
  void reserve(std::size_t entries) {
    if (size_ != 0 || new_.count >= entries) return;
    free_all(new_);
    new_.count = std::bit_ceil(entries);
    allocate(new_);
  }

  // A new entry (default made) that is not in the map yet.
  Entry& insert(std::uint64_t hash) {
    move_some();
    if (size_ >= new_.count) grow();
    auto* node = new (take_row_memory(sizeof(Node))) Node();
    count_memory(sizeof(Node));
    node->entry.hash = hash;
    Node*& head = bucket(hash);
    node->next = head;
    head = node;
    ++size_;
    return node->entry;
  }

  void erase(Entry* entry) {
    move_some();
    Node** at = &bucket(entry->hash);
    while (&(*at)->entry != entry) at = &(*at)->next;
    Node* gone = *at;
    *at = gone->next;
    drop(gone);
    --size_;
  }

  template <class Visit>
  void each(const Visit& visit) const {
    for (const Buckets* buckets : {&old_, &new_})
      for (std::size_t i = 0; i < buckets->count; ++i)
        for (Node* node = buckets->heads[i]; node != nullptr; node = node->next) visit(node->entry);
  }

 private:
  struct Node {
    Node* next = nullptr;
    Entry entry;
  };
  struct Buckets {
    Node** heads = nullptr;
    std::size_t count = 0;  // a power of two
  };
  static constexpr std::size_t first_count = 16;
  static constexpr std::size_t moves_per_insert = 4;  // more than 1: done before the next growth

  static void drop(Node* node) {
    node->~Node();
    give_row_memory(node, sizeof(Node));
    count_memory(-static_cast<std::int64_t>(sizeof(Node)));
  }

  Node*& bucket(std::uint64_t hash) const {
    if (old_.count != 0) {
      const std::size_t at = hash & (old_.count - 1);
      if (at >= moved_) return old_.heads[at];
    }
    return new_.heads[hash & (new_.count - 1)];
  }

  void grow() {
    while (old_.count != 0) move_some();
    old_ = new_;
    moved_ = 0;
    new_.count = old_.count == 0 ? first_count : old_.count * 2;
    allocate(new_);
  }

  static void allocate(Buckets& buckets) {
    // calloc: the kernel's zero pages come one by one, when they are touched.
    buckets.heads = static_cast<Node**>(std::calloc(buckets.count, sizeof(Node*)));
    CHECK(buckets.heads != nullptr, "memory");
    count_memory(static_cast<std::int64_t>(buckets.count * sizeof(Node*)));
  }

  void move_some() {
    if (old_.count == 0) return;
    for (std::size_t i = 0; i < moves_per_insert && moved_ < old_.count; ++i, ++moved_) {
      Node* node = std::exchange(old_.heads[moved_], nullptr);
      while (node != nullptr) {
        Node* next = node->next;
        Node*& head = new_.heads[node->entry.hash & (new_.count - 1)];
        node->next = head;
        head = node;
        node = next;
      }
    }
    if (moved_ == old_.count) free_all(old_);
  }

  static void free_all(Buckets& buckets) {
    for (std::size_t i = 0; i < buckets.count; ++i) {
      for (Node* node = buckets.heads[i]; node != nullptr;) {
        Node* next = node->next;
        drop(node);
        node = next;
      }
    }
    count_memory(-static_cast<std::int64_t>(buckets.count * sizeof(Node*)));
    std::free(buckets.heads);
    buckets = {};
  }

  Buckets new_, old_;
  std::size_t moved_ = 0;  // old buckets below this are empty
  std::size_t size_ = 0;
};

}  // namespace levada::query
