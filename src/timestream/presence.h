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
  Presence(std::size_t rows, bool there) : rows_(rows), absent_(there ? 0 : rows) {
    if (!there) flags_.resize(rows);
  }

  std::size_t size() const { return rows_; }
  bool operator[](std::size_t row) const { return everywhere() || flags_[row] != 0; }
  bool everywhere() const { return absent_ == 0; }
  bool anywhere(std::size_t begin, std::size_t end) const {
    if (everywhere()) return begin < end;
    const auto first = flags_.begin();
    const auto last = first + static_cast<std::ptrdiff_t>(end);
    return std::find(first + static_cast<std::ptrdiff_t>(begin), last, 1) != last;
  }

  void set(std::size_t row, bool there) {
    if ((*this)[row] == there) return;
    keep_flags();
    flags_[row] = there ? 1 : 0;
    if (there)
      --absent_;
    else
      ++absent_;
  }
  void push_back(bool there) { insert(rows_, there); }
  void insert(std::size_t row, bool there) {
    if (!there) keep_flags();
    if (!there || !flags_.empty())
      flags_.insert(flags_.begin() + static_cast<std::ptrdiff_t>(row), there ? 1 : 0);
    ++rows_;
    absent_ += there ? 0 : 1;
  }
  // Rows that come have no value.
  void resize(std::size_t rows) {
    if (rows > rows_) {
      keep_flags();
      absent_ += rows - rows_;
    } else if (!everywhere()) {
      absent_ -= absent_of(rows, rows_);
    }
    if (rows > rows_ || !flags_.empty()) flags_.resize(rows);
    rows_ = rows;
  }
  void append(const Presence& other, std::size_t begin, std::size_t end) {
    const std::size_t gaps = other.everywhere() ? 0 : other.absent_of(begin, end);
    if (gaps > 0) keep_flags();
    rows_ += end - begin;
    absent_ += gaps;
    if (gaps == 0 && flags_.empty()) return;
    if (gaps == 0)
      flags_.resize(rows_, 1);
    else
      flags_.insert(flags_.end(), other.flags_.begin() + static_cast<std::ptrdiff_t>(begin),
                    other.flags_.begin() + static_cast<std::ptrdiff_t>(end));
  }
  void erase_front(std::size_t rows) {
    if (!everywhere()) absent_ -= absent_of(0, rows);
    if (!flags_.empty())
      flags_.erase(flags_.begin(), flags_.begin() + static_cast<std::ptrdiff_t>(rows));
    rows_ -= rows;
  }

 private:
  void keep_flags() {
    if (flags_.empty()) flags_.resize(rows_, 1);
  }
  std::size_t absent_of(std::size_t begin, std::size_t end) const {
    const auto first = flags_.begin();
    return static_cast<std::size_t>(std::count(first + static_cast<std::ptrdiff_t>(begin),
                                               first + static_cast<std::ptrdiff_t>(end), 0));
  }

  std::size_t rows_ = 0, absent_ = 0;
  std::vector<std::uint8_t> flags_;  // one for each row; none: everywhere
};

}  // namespace levada::timestream
