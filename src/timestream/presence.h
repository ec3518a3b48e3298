#pragma once
// Presence: which rows of a column have a value. Mostly all of them have one, and then nothing but
// their number is kept.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace levada::timestream {

class Presence {
 public:
  Presence() = default;
  Presence(std::size_t rows, bool there) : rows_(rows) {
    if (!there) flags_.resize(rows);
  }

  std::size_t size() const { return rows_; }
  bool operator[](std::size_t row) const { return flags_.empty() || flags_[row] != 0; }
  // Sure when it says yes.
  bool everywhere() const { return flags_.empty(); }
  bool anywhere(std::size_t begin, std::size_t end) const {
    return flags_.empty() ? begin < end
                          : std::find(flags_.begin() + static_cast<std::ptrdiff_t>(begin),
                                      flags_.begin() + static_cast<std::ptrdiff_t>(end),
                                      1) != flags_.begin() + static_cast<std::ptrdiff_t>(end);
  }

  void set(std::size_t row, bool there) {
    if (there && flags_.empty()) return;
    keep_flags();
    flags_[row] = there ? 1 : 0;
  }
  void push_back(bool there) {
    if (!there) keep_flags();
    if (!there || !flags_.empty()) flags_.push_back(there ? 1 : 0);
    ++rows_;
  }
  void insert(std::size_t row, bool there) {
    if (!there) keep_flags();
    if (!there || !flags_.empty())
      flags_.insert(flags_.begin() + static_cast<std::ptrdiff_t>(row), there ? 1 : 0);
    ++rows_;
  }
  // Rows that come have no value.
  void resize(std::size_t rows) {
    if (rows > rows_) keep_flags();
    if (rows > rows_ || !flags_.empty()) flags_.resize(rows);
    rows_ = rows;
  }
  void append(const Presence& other, std::size_t begin, std::size_t end) {
    if (other.everywhere() && everywhere()) {
      rows_ += end - begin;
      return;
    }
    for (std::size_t row = begin; row < end; ++row) push_back(other[row]);
  }
  void erase_front(std::size_t rows) {
    if (!flags_.empty())
      flags_.erase(flags_.begin(), flags_.begin() + static_cast<std::ptrdiff_t>(rows));
    rows_ -= rows;
  }

 private:
  void keep_flags() {
    if (flags_.empty()) flags_.resize(rows_, 1);
  }

  std::size_t rows_ = 0;
  std::vector<std::uint8_t> flags_;  // one for each row; none: everywhere
};

}  // namespace levada::timestream
