#include "timestream/numbers.h"

#include <algorithm>

#include "base/check.h"

namespace levada::timestream {
namespace {

// What lies above the least value, one after the other.
template <class Unsigned>
void put_above(std::span<const std::int64_t> values, std::int64_t least, std::int64_t* words) {
  auto* to = reinterpret_cast<std::byte*>(words);
  for (const std::int64_t value : values) {
    const auto above = static_cast<Unsigned>(static_cast<std::uint64_t>(value) -
                                             static_cast<std::uint64_t>(least));
    std::memcpy(to, &above, sizeof above);
    to += sizeof above;
  }
}

}  // namespace

Numbers Numbers::narrow(std::span<const std::int64_t> values) {
  Numbers made;
  if (values.empty()) return made;
  std::int64_t least = values.front(), most = least;
  for (const std::int64_t value : values) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  const int bits =
      std::bit_width(static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least));
  if (bits > 32) {
    made.words_.assign(values.begin(), values.end());
    return made;
  }
  made.width_ = bits == 0 ? 0 : bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
  made.least_ = least;
  made.rows_ = static_cast<std::uint32_t>(values.size());
  made.words_.resize((values.size() * made.width_ + 7) / 8);
  if (made.width_ == 1) put_above<std::uint8_t>(values, least, made.words_.data());
  if (made.width_ == 2) put_above<std::uint16_t>(values, least, made.words_.data());
  if (made.width_ == 4) put_above<std::uint32_t>(values, least, made.words_.data());
  return made;
}

Numbers Numbers::narrow_decimals(std::span<const std::int64_t> values, std::uint8_t decimals) {
  Numbers made = narrow(values);
  if (made.wide())
    for (std::int64_t& word : made.words_) word = bits_of_decimal(word, decimals);
  else
    made.decimals_ = decimals;
  return made;
}

// Calls `use` with a function from a row to its value, so that the form is looked at once.
template <class Use>
void Numbers::with_reader(const Use& use) const {
  const auto read_as = [&](auto unsigned_zero) {
    using Unsigned = decltype(unsigned_zero);
    if (decimals_ == no_decimals)
      use([this](std::size_t row) {
        return least_ + static_cast<std::int64_t>(above<Unsigned>(row));
      });
    else
      use([this](std::size_t row) {
        return bits_of_decimal(least_ + static_cast<std::int64_t>(above<Unsigned>(row)), decimals_);
      });
  };
  switch (width_) {
    case 0:
      return use([value = value_of(0)](std::size_t) { return value; });
    case 1:
      return read_as(std::uint8_t{});
    case 2:
      return read_as(std::uint16_t{});
    case 4:
      return read_as(std::uint32_t{});
    default:
      return use([this](std::size_t row) { return words_[row]; });
  }
}

std::span<const std::int64_t> Numbers::range(std::size_t begin, std::size_t end,
                                             std::vector<std::int64_t>& scratch) const {
  if (wide()) return std::span(words_).subspan(begin, end - begin);
  if (scratch.size() < end - begin) scratch.resize(end - begin);
  std::int64_t* const into = scratch.data();
  with_reader([=](const auto& read) {
    for (std::size_t row = begin; row < end; ++row) into[row - begin] = read(row);
  });
  return std::span(scratch).first(end - begin);
}

void Numbers::gather(std::span<const std::uint32_t> rows, std::int64_t* into) const {
  with_reader([=](const auto& read) {
    for (std::size_t i = 0; i < rows.size(); ++i) into[i] = read(rows[i]);
  });
}

void Numbers::append(const Numbers& other, std::size_t begin, std::size_t end) {
  CHECK(wide());
  std::vector<std::int64_t> scratch;
  const std::span<const std::int64_t> values = other.range(begin, end, scratch);
  words_.insert(words_.end(), values.begin(), values.end());
}

}  // namespace levada::timestream
