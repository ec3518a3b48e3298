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

// What ends a run of plain ASCII inside a JSON string: the same, or a byte of a longer character.
struct JsonAsciiStop {
  static constexpr bool at(unsigned char c) { return JsonStringStop::at(c) || c >= 0x80; }
#if defined(__SSE2__)
  // movemask looks at the top bit, which longer characters have of themselves.
  static __m128i at(__m128i bytes) { return _mm_or_si128(JsonStringStop::at(bytes), bytes); }
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

// What would end a line of HTTP before its time.
struct LineEndStop {
  static constexpr bool at(unsigned char c) { return c == '\r' || c == '\n' || c == '\0'; }
#if defined(__SSE2__)
  static __m128i at(__m128i bytes) {
    const __m128i carriage_return = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r'));
    const __m128i line_feed = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'));
    const __m128i zero = _mm_cmpeq_epi8(bytes, _mm_setzero_si128());
    return _mm_or_si128(_mm_or_si128(carriage_return, line_feed), zero);
  }
#endif
};

// One of two characters.
template <char A, char B>
struct EitherStop {
  static constexpr bool at(unsigned char c) { return c == A || c == B; }
#if defined(__SSE2__)
  static __m128i at(__m128i bytes) {
    return _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(A)),
                        _mm_cmpeq_epi8(bytes, _mm_set1_epi8(B)));
  }
#endif
};
using CommaOrBlankStop = EitherStop<',', ' '>;  // between the words of an Authorization header
using BlankStop = EitherStop<' ', '\t'>;        // between the words of a field value

// The first byte in [at, end) where Stop holds, or end.
template <class Stop>
inline const char* scan_until(const char* at, const char* end) {
#if defined(__SSE2__)
  const auto stops = [](__m128i bytes) {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(Stop::at(bytes)));
  };
  const char* const begin = at;
  while (end - at >= 16) {
    const auto mask = stops(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
    if (mask != 0) return at + std::countr_zero(mask);
    at += 16;
  }
  if (const auto left = end - at; left != 0 && end - begin >= 16) {
    // The last 16 bytes once more; those before `at` fall out of the mask.
    const auto mask =
        stops(_mm_loadu_si128(reinterpret_cast<const __m128i*>(end - 16))) >> (16 - left);
    return mask != 0 ? at + std::countr_zero(mask) : end;
  } else if (left >= 8) {
    // The first eight and the last eight, which overlap.
    const auto mask =
        stops(_mm_unpacklo_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)),
                                 _mm_loadl_epi64(reinterpret_cast<const __m128i*>(end - 8))));
    if ((mask & 0xff) != 0) return at + std::countr_zero(mask);
    return mask != 0 ? end - 8 + std::countr_zero(mask >> 8) : end;
  }
#endif
  while (at != end && !Stop::at(static_cast<unsigned char>(*at))) ++at;
  return at;
}

}  // namespace levada::wire
