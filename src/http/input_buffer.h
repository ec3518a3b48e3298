#pragma once
// InputBuffer: what a connection has received and not yet used. Grows to what one message needs,
// shrinks when it lies idle; never zero-fills.

#include <cstring>
#include <memory>

#include "base/bytes.h"
#include "base/check.h"

namespace levada::http {

class InputBuffer {
 public:
  ByteView filled() const { return {memory_.get() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  const std::byte* base() const { return memory_.get() + begin_; }

  // Room behind what is filled, so that filled() can reach `whole` bytes in all; at least one byte.
  // May move what is filled.
  MutableByteView room(std::size_t whole) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (whole <= size()) whole = size() + 1;
    if (begin_ + whole > capacity_) move_to_front(whole);
    return {memory_.get() + end_, capacity_ - end_};
  }
  void received(std::size_t bytes) {
    CHECK(bytes <= capacity_ - end_);
    end_ += bytes;
  }
  void used(std::size_t bytes) {
    CHECK(bytes <= size());
    begin_ += bytes;
  }
  // Gives memory back that a large message took.
  void shrink(std::size_t kept_max) {
    if (size() == 0 && capacity_ > kept_max) {
      memory_.reset();
      capacity_ = begin_ = end_ = 0;
    }
  }

 private:
  void move_to_front(std::size_t whole) {
    if (whole > capacity_) {
      std::unique_ptr<std::byte[]> larger(new std::byte[whole]);
      if (size() > 0) std::memcpy(larger.get(), memory_.get() + begin_, size());
      memory_ = std::move(larger);
      capacity_ = whole;
    } else {
      std::memmove(memory_.get(), memory_.get() + begin_, size());
    }
    end_ -= begin_;
    begin_ = 0;
  }

  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace levada::http
