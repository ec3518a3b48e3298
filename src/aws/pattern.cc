#include "aws/pattern.h"

#include <algorithm>

namespace levada::aws {

bool Pattern::matches(std::string_view text) const {
  if (text.size() > text_max) return false;
  for (std::size_t n = 0; n < alternatives_; ++n)
    if (matches_alternative(ends_[n], ends_[n + 1], text)) return true;
  return false;
}

// Which places of the text can be reached, element after element. From a place that is reached, an
// element goes min to max characters on, as far as its characters run; the places so reached are
// ranges, which are opened and closed in one walk from the first place reached to the last.
bool Pattern::matches_alternative(std::size_t first, std::size_t last,
                                  std::string_view text) const {
  const std::size_t size = text.size();
  std::array<bool, text_max + 1> reached;
  std::array<std::int16_t, text_max + 2> opened;
  std::array<std::uint16_t, text_max + 1> run;  // of the element's characters from here on
  std::size_t low = 0, high = 0;
  reached[0] = true;
  for (std::size_t e = first; e < last; ++e) {
    const Element& element = elements_[e];
    const std::size_t end = std::min(size, high + element.max);
    run[end] = 0;
    for (std::size_t at = end; at-- > low;)
      run[at] = element.has(static_cast<unsigned char>(text[at]))
                    ? static_cast<std::uint16_t>(run[at + 1] + 1)
                    : std::uint16_t{0};
    std::fill(opened.begin() + low, opened.begin() + end + 2, std::int16_t{0});
    for (std::size_t at = low; at <= high; ++at) {
      if (!reached[at] || run[at] < element.min) continue;
      ++opened[at + element.min];
      --opened[at + std::min(run[at], element.max) + 1u];
    }
    int open = 0;
    std::size_t lowest = size + 1, highest = 0;
    for (std::size_t at = low; at <= end; ++at) {
      reached[at] = (open += opened[at]) > 0;
      if (!reached[at]) continue;
      lowest = std::min(lowest, at);
      highest = at;
    }
    if (lowest > size) return false;
    low = lowest;
    high = highest;
  }
  return high == size;
}

}  // namespace levada::aws
