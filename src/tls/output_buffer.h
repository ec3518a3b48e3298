#pragma once
// OutputBuffer: bytes that are to go, in memory that is written to once: unlike a vector it does
// not zero what is about to be filled.

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"

namespace levada::tls {

class OutputBuffer {
 public:
  ByteView filled() const { return {memory_.get(), size_}; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }

  // So much behind what is filled, to be written to and then added(). Moves what is filled.
  std::byte* room(std::size_t size) {
    reserve(size_ + size);
    return memory_.get() + size_;
  }
  void added(std::size_t size) {
    CHECK(size <= capacity_ - size_);
    size_ += size;
  }
  void append(ByteView bytes) {
    std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
    added(bytes.size());
  }
  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    capacity = std::max(capacity, capacity_ + capacity_ / 2);
    std::unique_ptr<std::byte[]> larger(new std::byte[capacity]);
    if (size_ > 0) std::memcpy(larger.get(), memory_.get(), size_);
    memory_ = std::move(larger);
    capacity_ = capacity;
  }
  void clear() { size_ = 0; }
  void free() {
    memory_.reset();
    capacity_ = size_ = 0;
  }

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace levada::tls
