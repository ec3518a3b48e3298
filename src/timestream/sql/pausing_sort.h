#pragma once
// Sorting for those who share a reactor: pieces are sorted, then neighbours merged, with a pause
// after every few thousand items, so that no number of rows keeps others waiting.

#include <algorithm>
#include <functional>
#include <vector>

#include "base/task.h"

namespace levada::timestream::sql {

// Lets others run; its error (cancelled, too slow) ends what it was asked from.
using Pause = std::function<Task<Unit>()>;

inline constexpr std::size_t sorted_at_once = 1 << 13;  // a millisecond or two of comparisons

// `less` orders all items strictly: none are alike.
template <class Item, class Less>
Task<Unit> sort_pausing(std::vector<Item>& items, Less less, Pause pause) {
  const std::size_t size = items.size();
  const auto at = [&items](std::size_t place) {
    return items.begin() + static_cast<std::ptrdiff_t>(place);
  };
  for (std::size_t begin = 0; begin < size; begin += sorted_at_once) {
    std::sort(at(begin), at(std::min(size, begin + sorted_at_once)), less);
    if (size > sorted_at_once) co_await pause();
  }
  if (size <= sorted_at_once) co_return Unit{};
  std::vector<Item> merged(size);
  for (std::size_t width = sorted_at_once; width < size; width *= 2) {
    for (std::size_t begin = 0; begin < size; begin += 2 * width) {
      std::size_t left = begin, right = std::min(begin + width, size);
      const std::size_t left_end = right, right_end = std::min(begin + 2 * width, size);
      for (std::size_t to = begin; to < right_end;) {
        const std::size_t stop = std::min(right_end, to + sorted_at_once);
        for (; to < stop; ++to) {
          const bool from_right =
              left == left_end || (right < right_end && less(items[right], items[left]));
          merged[to] = std::move(items[from_right ? right++ : left++]);
        }
        co_await pause();
      }
    }
    items.swap(merged);
  }
  co_return Unit{};
}

}  // namespace levada::timestream::sql
