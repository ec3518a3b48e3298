#pragma once
// Finds the next byte that ends a run of plain ones: 16 at a time with SSE2, which every x86-64
// has, so that short strings pay no dispatch; byte by byte elsewhere. Never reads past `end`.

#include <array>
#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace levada::wire {

// What ends a run inside a JSON string: a quote, a backslash or a control character.
struct JsonStringStop {
  static constexpr bool at(unsigned char c) { return c == '"' || c == '\\' || c < 0x20; }
#if defined(__SSE2__)
  static __m128i at(__m128i bytes) {
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    return _mm_or_si128(_mm_or_si128(quote, backslash), control);
  }
#endif
};

// What ends an HTTP field value: any control character but the tab (RFC 9110, 5.5).
struct FieldValueStop {
  static constexpr bool at(unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }
#if defined(__SSE2__)
  static __m128i at(__m128i bytes) {
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
    const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    return _mm_or_si128(_mm_andnot_si128(tab, control), del);
  }
#endif
};

// The first byte in [at, end) where Stop holds, or end.
template <class Stop>
inline const char* scan_until(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(Stop::at(bytes)));
    if (mask != 0) return at + std::countr_zero(mask);
    at += 16;
  }
#endif
  while (at != end && !Stop::at(static_cast<unsigned char>(*at))) ++at;
  return at;
}

}  // namespace levada::wire
