#include "timestream/sql/long_numbers.h"

#include "base/check.h"

namespace levada::timestream::sql {

void LongNumbers::end_piece() {
  full_.push_back(Numbers::narrow(last_));
  last_.clear();
}

void LongNumbers::cut(std::size_t rows) {
  CHECK(rows <= size());
  if (const std::size_t piece = rows / piece_rows; piece < full_.size()) {
    std::vector<std::int64_t> scratch;
    const auto kept = full_[piece].range(0, rows % piece_rows, scratch);
    last_.assign(kept.begin(), kept.end());
    full_.resize(piece);
  } else {
    last_.resize(rows % piece_rows);
  }
}

void LongNumbers::reorder(std::span<const std::uint32_t> places) {
  LongNumbers sorted;
  sorted.extend(places.size(), [&](std::span<std::int64_t> into, std::size_t from) {
    for (std::size_t i = 0; i < into.size(); ++i) into[i] = (*this)[places[from + i]];
  });
  *this = std::move(sorted);
}

LongNumbers::Bounds LongNumbers::bounds() const {
  CHECK(size() > 0);
  Bounds all{(*this)[0], (*this)[0]};
  std::vector<std::int64_t> scratch;
  const auto add = [&](std::span<const std::int64_t> values) {
    for (const std::int64_t value : values) {
      all.least = std::min(all.least, value);
      all.most = std::max(all.most, value);
    }
  };
  for (const Numbers& piece : full_) add(piece.range(0, piece_rows, scratch));
  add(last_);
  return all;
}

}  // namespace levada::timestream::sql
