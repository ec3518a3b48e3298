// Validates UTF-8 32 bytes at a time with AVX2, by the tables of J. Keiser and D. Lemire,
// "Validating UTF-8 In Less Than One Instruction Per Byte" (2021): of each pair of bytes, three
// look-ups by half bytes tell which rules the pair may break; what all three name is broken.

#include <immintrin.h>

#include "base/utf8_kernels.h"

namespace levada::utf8_kernel {
namespace {

constexpr char too_short = 1 << 0;   // a lead byte, and no continuation behind it
constexpr char too_long = 1 << 1;    // a continuation behind ASCII
constexpr char overlong_3 = 1 << 2;  // 1110'0000 100x'xxxx
constexpr char too_large = 1 << 3;   // above U+10FFFF: 1111'0100 1001'xxxx and what is greater
constexpr char surrogate = 1 << 4;   // 1110'1101 101x'xxxx
constexpr char overlong_2 = 1 << 5;  // 1100'000x 10xx'xxxx
constexpr char overlong_4_or_too_large = 1 << 6;  // 1111'0000 or 1111'0101 and more, 1000'xxxx
constexpr char two_continuations =
    static_cast<char>(1 << 7);  // allowed in the third and fourth place
constexpr char any_lead = too_short | too_long | two_continuations;

__m256i both_lanes(char a0, char a1, char a2, char a3, char a4, char a5, char a6, char a7, char a8,
                   char a9, char a10, char a11, char a12, char a13, char a14, char a15) {
  return _mm256_broadcastsi128_si256(
      _mm_setr_epi8(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15));
}

// What the first byte's high half allows to be broken, its low half, and the second's high half.
__m256i by_first_high(__m256i halves) {
  return _mm256_shuffle_epi8(
      both_lanes(too_long, too_long, too_long, too_long, too_long, too_long, too_long, too_long,
                 two_continuations, two_continuations, two_continuations, two_continuations,
                 too_short | overlong_2, too_short, too_short | overlong_3 | surrogate,
                 too_short | too_large | overlong_4_or_too_large),
      halves);
}

__m256i by_first_low(__m256i halves) {
  constexpr char large = any_lead | too_large | overlong_4_or_too_large;
  return _mm256_shuffle_epi8(
      both_lanes(any_lead | overlong_3 | overlong_2 | overlong_4_or_too_large,
                 any_lead | overlong_2, any_lead, any_lead, any_lead | too_large, large, large,
                 large, large, large, large, large, large, large | surrogate, large, large),
      halves);
}

__m256i by_second_high(__m256i halves) {
  constexpr char continuation = too_long | overlong_2 | two_continuations;
  return _mm256_shuffle_epi8(
      both_lanes(too_short, too_short, too_short, too_short, too_short, too_short, too_short,
                 too_short, continuation | overlong_3 | overlong_4_or_too_large,
                 continuation | overlong_3 | too_large, continuation | surrogate | too_large,
                 continuation | surrogate | too_large, too_short, too_short, too_short, too_short),
      halves);
}

// `bytes`, moved on by N places behind the last ones of the block before.
template <int N>
__m256i behind(__m256i bytes, __m256i before) {
  return _mm256_alignr_epi8(bytes, _mm256_permute2x128_si256(before, bytes, 0x21), 16 - N);
}

__m256i faults_of(__m256i bytes, __m256i before) {
  const __m256i half = _mm256_set1_epi8(0x0f);
  const __m256i first = behind<1>(bytes, before);
  const __m256i first_high = _mm256_and_si256(_mm256_srli_epi16(first, 4), half);
  const __m256i first_low = _mm256_and_si256(first, half);
  const __m256i second_high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
  const __m256i pair_faults =
      _mm256_and_si256(_mm256_and_si256(by_first_high(first_high), by_first_low(first_low)),
                       by_second_high(second_high));
  // Third and fourth places are where two continuations follow each other, and nowhere else.
  const __m256i third = _mm256_subs_epu8(behind<2>(bytes, before), _mm256_set1_epi8(0xe0 - 0x80));
  const __m256i fourth = _mm256_subs_epu8(behind<3>(bytes, before), _mm256_set1_epi8(0xf0 - 0x80));
  const __m256i expected =
      _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
  return _mm256_xor_si256(expected, pair_faults);
}

// Whether the block ends inside a character.
__m256i unfinished(__m256i bytes) {
  const auto top = static_cast<char>(0xff);
  const __m256i most = _mm256_setr_epi8(top, top, top, top, top, top, top, top, top, top, top, top,
                                        top, top, top, top, top, top, top, top, top, top, top, top,
                                        top, top, top, top, top, static_cast<char>(0xf0 - 1),
                                        static_cast<char>(0xe0 - 1), static_cast<char>(0xc0 - 1));
  return _mm256_subs_epu8(bytes, most);
}

}  // namespace

bool valid_avx2(const char* text, std::size_t size) {
  constexpr std::size_t width = sizeof(__m256i);
  __m256i faults = _mm256_setzero_si256();
  __m256i before = _mm256_setzero_si256();
  __m256i open = _mm256_setzero_si256();
  const auto take = [&](__m256i bytes) {
    if (_mm256_movemask_epi8(bytes) == 0) {  // all ASCII
      faults = _mm256_or_si256(faults, open);
      open = _mm256_setzero_si256();
    } else {
      faults = _mm256_or_si256(faults, faults_of(bytes, before));
      open = unfinished(bytes);
    }
    before = bytes;
  };
  std::size_t at = 0;
  for (; size - at >= width; at += width)
    take(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at)));
  if (at != size) {
    alignas(width) char rest[width] = {};
    __builtin_memcpy(rest, text + at, size - at);
    take(_mm256_load_si256(reinterpret_cast<const __m256i*>(rest)));
  }
  faults = _mm256_or_si256(faults, open);
  return _mm256_testz_si256(faults, faults) != 0;
}

}  // namespace levada::utf8_kernel
