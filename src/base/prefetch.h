#pragma once
// Asks the memory for what is looked at soon. A value that no cache holds takes as long as a few
// hundred instructions; several that are asked for together take little longer than one.

#include <cstddef>

namespace levada {

inline constexpr std::size_t cache_line_size = 64;

inline void prefetch(const void* place) { __builtin_prefetch(place); }

inline void prefetch(const void* begin, std::size_t size) {
  for (std::size_t at = 0; at < size; at += cache_line_size)
    prefetch(static_cast<const std::byte*>(begin) + at);
}

}  // namespace levada
