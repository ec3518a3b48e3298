// Base64 with AVX2: 32 characters or 24 bytes a step. The method is Wojciech Muła's and Daniel
// Lemire's, "Faster Base64 Encoding and Decoding Using AVX2 Instructions" (2018).

#include <immintrin.h>

#include "wire/base64_kernels.h"

namespace levada::wire::base64_kernel {
namespace {

constexpr std::size_t step_characters = 32;
constexpr std::size_t step_bytes = 24;

struct Classified {
  __m256i sextets;  // the 6-bit value of each character
  __m256i bad;      // not zero where the character is outside the alphabet
};

// One table by the high and one by the low half of a character say which rules it breaks; a
// character is bad when both halves agree on one. A third table has what to add to reach its value.
inline Classified classify(__m256i in) {
  const __m256i rules_by_low =
      _mm256_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b,
                       0x1b, 0x1b, 0x1a, 0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                       0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
  const __m256i rules_by_high =
      _mm256_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10,
                       0x10, 0x10, 0x10, 0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10,
                       0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
  const __m256i offsets =
      _mm256_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 19, 4, -65,
                       -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m256i slash = _mm256_set1_epi8(0x2f);
  const __m256i high = _mm256_and_si256(_mm256_srli_epi32(in, 4), slash);
  const __m256i low = _mm256_and_si256(in, slash);
  const __m256i bad = _mm256_and_si256(_mm256_shuffle_epi8(rules_by_low, low),
                                       _mm256_shuffle_epi8(rules_by_high, high));
  const __m256i is_slash = _mm256_cmpeq_epi8(in, slash);
  const __m256i offset = _mm256_shuffle_epi8(offsets, _mm256_add_epi8(is_slash, high));
  return {_mm256_add_epi8(in, offset), bad};
}

// Four sextets to three bytes, then the 24 bytes side by side (eight bytes of zero behind them).
inline __m256i pack(__m256i sextets) {
  const __m256i pairs = _mm256_maddubs_epi16(sextets, _mm256_set1_epi32(0x01400140));
  const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
  const __m256i bytes = _mm256_shuffle_epi8(
      groups, _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6,
                               5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
  return _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
}

inline __m256i load(const char* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
inline void store_32(std::byte* to, __m256i bytes) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes);
}
inline void store_24(std::byte* to, __m256i bytes) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(bytes));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to + 16), _mm256_extracti128_si256(bytes, 1));
}
inline void store_12(std::byte* to, __m256i bytes) {
  const __m128i low = _mm256_castsi256_si128(bytes);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), low);
  const int last = _mm_extract_epi32(low, 2);
  __builtin_memcpy(to + 8, &last, 4);
}

inline bool any(__m256i bad) { return _mm256_testz_si256(bad, bad) == 0; }

// How many whole groups precede the first bad character.
inline std::size_t good_groups(__m256i bad) {
  const __m256i is_bad = _mm256_cmpgt_epi8(bad, _mm256_setzero_si256());
  return static_cast<std::size_t>(
             __builtin_ctz(static_cast<unsigned>(_mm256_movemask_epi8(is_bad)))) /
         4;
}

inline Run advanced(Run run, std::size_t groups) {
  return {run.read + 4 * groups, run.written + 3 * groups};
}

// 24 bytes, in each lane twelve of them spread so that a sextet can be cut out of each, to 32
// characters.
inline __m256i characters_of(__m256i spread) {
  const __m256i offsets =
      _mm256_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                       '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0,
                       'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                       '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
  const __m256i first_and_third = _mm256_mulhi_epu16(
      _mm256_and_si256(spread, _mm256_set1_epi32(0x0fc0fc00)), _mm256_set1_epi32(0x04000040));
  const __m256i second_and_fourth = _mm256_mullo_epi16(
      _mm256_and_si256(spread, _mm256_set1_epi32(0x003f03f0)), _mm256_set1_epi32(0x01000010));
  const __m256i sextets = _mm256_or_si256(first_and_third, second_and_fourth);
  // 0…25 → 13, 26…51 → 0, 52…63 → 1…12: the place in the table of offsets.
  const __m256i is_upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), sextets);
  const __m256i place = _mm256_or_si256(_mm256_subs_epu8(sextets, _mm256_set1_epi8(51)),
                                        _mm256_and_si256(is_upper, _mm256_set1_epi8(13)));
  return _mm256_add_epi8(_mm256_shuffle_epi8(offsets, place), sextets);
}

inline __m256i load_lanes(const std::byte* low, const std::byte* high) {
  return _mm256_set_m128i(_mm_loadu_si128(reinterpret_cast<const __m128i*>(high)),
                          _mm_loadu_si128(reinterpret_cast<const __m128i*>(low)));
}

}  // namespace

Run decode_run_avx2(const char* text, std::size_t size, std::byte* to, std::size_t room) {
  Run run{0, 0};
  // Two steps at a time while a full store after the second stays within the room.
  while (size - run.read >= 2 * step_characters && room - run.written >= step_bytes + 32) {
    const Classified first = classify(load(text + run.read));
    const Classified second = classify(load(text + run.read + step_characters));
    if (any(_mm256_or_si256(first.bad, second.bad))) break;
    store_32(to + run.written, pack(first.sextets));
    store_32(to + run.written + step_bytes, pack(second.sextets));
    run = advanced(run, 2 * step_characters / 4);
  }
  while (size - run.read >= step_characters && room - run.written >= step_bytes) {
    const Classified in = classify(load(text + run.read));
    store_24(to + run.written, pack(in.sextets));
    if (any(in.bad)) return advanced(run, good_groups(in.bad));
    run = advanced(run, step_characters / 4);
  }
  if (size - run.read >= 16 && room - run.written >= 12) {
    const auto* half = reinterpret_cast<const __m128i*>(text + run.read);
    const Classified in = classify(_mm256_broadcastsi128_si256(_mm_loadu_si128(half)));
    store_12(to + run.written, pack(in.sextets));
    if (any(in.bad)) return advanced(run, good_groups(in.bad));
    run = advanced(run, 4);
  }
  const Run tail =
      decode_run_portable(text + run.read, size - run.read, to + run.written, room - run.written);
  return {run.read + tail.read, run.written + tail.written};
}

Run encode_run_avx2(const std::byte* bytes, std::size_t size, char* to) {
  // The lanes are loaded eight bytes apart and overlap: so a step looks at its 24 bytes only.
  const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, 5, 4,
                                          6, 5, 8, 7, 9, 8, 11, 10, 12, 11, 14, 13, 15, 14);
  const auto step = [&](std::size_t read, std::size_t written) {
    const std::byte* const from = bytes + read;
    const __m256i in = _mm256_shuffle_epi8(load_lanes(from, from + 8), spread);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + written), characters_of(in));
  };
  const std::size_t whole = size / 3 * 3;
  if (whole < step_bytes) return {0, 0};
  Run run{0, 0};
  for (; whole - run.read >= step_bytes; run.read += step_bytes, run.written += 32)
    step(run.read, run.written);
  // What is left together with what stands before it.
  if (run.read < whole) step(whole - step_bytes, whole / 3 * 4 - 32);
  return {whole, whole / 3 * 4};
}

}  // namespace levada::wire::base64_kernel
