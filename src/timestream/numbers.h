#pragma once
// Numbers: a column of values of 64 bits each: whole numbers, the bits of doubles, places of texts.
// While points come it is a plain array. What changes no more may be narrow: what lies above the
// least value in as few bytes as the greatest needs, none if all are the same; doubles as whole
// numbers of a decimal unit. Narrow ones are only read.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "timestream/number_codec.h"

namespace levada::timestream {

class Numbers {
 public:
  Numbers() = default;
  explicit Numbers(std::size_t rows) : words_(rows) {}
  Numbers(std::vector<std::int64_t> values) : words_(std::move(values)) {}
  // In as few bytes as hold them.
  static Numbers narrow(std::span<const std::int64_t> values);
  // The bits of doubles, given as whole numbers of 10^-decimals that decode_reals made.
  static Numbers narrow_decimals(std::span<const std::int64_t> values, std::uint8_t decimals);

  std::size_t size() const { return wide() ? words_.size() : rows_; }
  std::size_t bytes() const { return words_.size() * sizeof(std::int64_t); }
  std::int64_t operator[](std::size_t row) const {
    switch (width_) {
      case 0:
        return value_of(0);
      case 1:
        return value_of(above<std::uint8_t>(row));
      case 2:
        return value_of(above<std::uint16_t>(row));
      case 4:
        return value_of(above<std::uint32_t>(row));
      default:
        return words_[row];
    }
  }
  // Rows [begin, end), as they lie or put into `scratch`.
  std::span<const std::int64_t> range(std::size_t begin, std::size_t end,
                                      std::vector<std::int64_t>& scratch) const;
  // The values of some rows.
  void gather(std::span<const std::uint32_t> rows, std::int64_t* into) const;

  // Of an array alone.
  void push_back(std::int64_t value) { words_.push_back(value); }
  void insert(std::size_t row, std::int64_t value) { words_.insert(at(row), value); }
  void set(std::size_t row, std::int64_t value) { words_[row] = value; }
  void resize(std::size_t rows) { words_.resize(rows); }
  void append(const Numbers& other, std::size_t begin, std::size_t end);
  void erase_front(std::size_t rows) { words_.erase(words_.begin(), at(rows)); }

 private:
  static constexpr std::uint8_t wide_width = 8, no_decimals = 0xff;

  bool wide() const { return width_ == wide_width; }
  std::vector<std::int64_t>::iterator at(std::size_t row) {
    return words_.begin() + static_cast<std::ptrdiff_t>(row);
  }
  template <class Unsigned>
  std::uint64_t above(std::size_t row) const {
    Unsigned value;
    std::memcpy(&value, reinterpret_cast<const std::byte*>(words_.data()) + row * sizeof value,
                sizeof value);
    return value;
  }
  std::int64_t value_of(std::uint64_t above) const {
    const std::int64_t value = least_ + static_cast<std::int64_t>(above);
    return decimals_ == no_decimals ? value : bits_of_decimal(value, decimals_);
  }
  template <class Use>
  void with_reader(const Use& use) const;

  std::vector<std::int64_t> words_;  // values, or as many bytes a value as width_ says
  std::int64_t least_ = 0;
  std::uint32_t rows_ = 0;           // of narrow ones
  std::uint8_t width_ = wide_width;  // bytes of a value
  std::uint8_t decimals_ = no_decimals;
};

}  // namespace levada::timestream
