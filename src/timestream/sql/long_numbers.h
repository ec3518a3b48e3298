#pragma once
// LongNumbers: a column of an answer, of which there can be millions. It grows by pieces, narrow
// ones (Numbers) once they are full: nothing is moved, and little memory is asked for.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "timestream/numbers.h"

namespace levada::timestream::sql {

class LongNumbers {
 public:
  LongNumbers() = default;

  std::size_t size() const { return full_.size() * piece_rows + last_.size(); }
  std::int64_t operator[](std::size_t row) const {
    const std::size_t piece = row / piece_rows;
    return piece < full_.size() ? full_[piece][row % piece_rows] : last_[row % piece_rows];
  }
  void push_back(std::int64_t value) {
    last_.push_back(value);
    if (last_.size() == piece_rows) end_piece();
  }
  // So many more, which `fill` writes: some of them, from the how manieth on.
  template <class Fill>  // void(std::span<std::int64_t>, std::size_t)
  void extend(std::size_t count, const Fill& fill) {
    for (std::size_t done = 0; done < count;) {
      const std::size_t have = last_.size(), now = std::min(count - done, piece_rows - have);
      last_.resize(have + now);
      fill(std::span(last_).subspan(have), done);
      done += now;
      if (last_.size() == piece_rows) end_piece();
    }
  }
  // Only the first so many stay.
  void cut(std::size_t rows);
  // Row i becomes what row places[i] was.
  void reorder(std::span<const std::uint32_t> places);
  struct Bounds {
    std::int64_t least, most;
  };
  Bounds bounds() const;  // there is one at least

 private:
  static constexpr std::size_t piece_rows = 4096;
  void end_piece();

  std::vector<Numbers> full_;
  std::vector<std::int64_t> last_;
};

}  // namespace levada::timestream::sql
