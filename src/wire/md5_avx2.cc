// MD5 of 8, 16 or 24 blocks at once with AVX2, one 32-bit lane each.

#include <immintrin.h>

#include "wire/md5_kernels.h"

namespace levada::wire::md5_kernel {
namespace {

constexpr std::size_t width = 8;  // lanes of one register

// Turns eight blocks' halves (eight words each) into eight registers of one word of every block.
inline void transpose(const std::byte* blocks, __m256i words[8]) {
  __m256i rows[8];
  for (std::size_t i = 0; i < 8; ++i)
    rows[i] = _mm256_load_si256(reinterpret_cast<const __m256i*>(blocks + i * block_size));
  __m256i pairs[8];
  for (std::size_t i = 0; i < 4; ++i) {
    pairs[2 * i] = _mm256_unpacklo_epi32(rows[2 * i], rows[2 * i + 1]);
    pairs[2 * i + 1] = _mm256_unpackhi_epi32(rows[2 * i], rows[2 * i + 1]);
  }
  __m256i fours[8];
  for (std::size_t i = 0; i < 2; ++i) {
    fours[4 * i] = _mm256_unpacklo_epi64(pairs[4 * i], pairs[4 * i + 2]);
    fours[4 * i + 1] = _mm256_unpackhi_epi64(pairs[4 * i], pairs[4 * i + 2]);
    fours[4 * i + 2] = _mm256_unpacklo_epi64(pairs[4 * i + 1], pairs[4 * i + 3]);
    fours[4 * i + 3] = _mm256_unpackhi_epi64(pairs[4 * i + 1], pairs[4 * i + 3]);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    words[i] = _mm256_permute2x128_si256(fours[i], fours[4 + i], 0x20);
    words[4 + i] = _mm256_permute2x128_si256(fours[i], fours[4 + i], 0x31);
  }
}

inline __m256i add(__m256i a, __m256i b) { return _mm256_add_epi32(a, b); }
inline __m256i exclusive_or(__m256i a, __m256i b) { return _mm256_xor_si256(a, b); }

template <int places>
inline __m256i rotate_left(__m256i x) {
  if constexpr (places == 16) {  // a shuffle of bytes is one instruction instead of three
    const __m256i swap_halves =
        _mm256_setr_epi8(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, 2, 3, 0, 1, 6, 7, 4,
                         5, 10, 11, 8, 9, 14, 15, 12, 13);
    return _mm256_shuffle_epi8(x, swap_halves);
  } else {
    return _mm256_or_si256(_mm256_slli_epi32(x, places), _mm256_srli_epi32(x, 32 - places));
  }
}

// `sum` plus the step's function of b, c and d. b comes last out of the step before, so what does
// not need it is added first.
template <std::size_t i>
inline __m256i add_function(__m256i sum, __m256i b, __m256i c, __m256i d) {
  const __m256i ones = _mm256_set1_epi32(-1);
  if constexpr (i < 16)
    return add(sum, exclusive_or(d, _mm256_and_si256(b, exclusive_or(c, d))));
  else if constexpr (i < 32)  // (b & d) | (c & ~d): no bit is in both, so they may be added
    return add(add(sum, _mm256_andnot_si256(d, c)), _mm256_and_si256(b, d));
  else if constexpr (i < 48)
    return add(sum, exclusive_or(b, exclusive_or(c, d)));
  else
    return add(sum, exclusive_or(c, _mm256_or_si256(b, exclusive_or(d, ones))));
}

template <std::size_t i>
inline void step(__m256i state[4], const __m256i words[16]) {
  __m256i& a = state[(64 - i) % 4];
  const __m256i b = state[(65 - i) % 4], c = state[(66 - i) % 4], d = state[(67 - i) % 4];
  const __m256i sine = _mm256_set1_epi32(static_cast<int>(sines[i]));
  const __m256i sum = add_function<i>(add(a, add(words[word_of_step(i)], sine)), b, c, d);
  a = add(b, rotate_left<rotations[i / 16][i % 4]>(sum));
}

// Unrolls the 64 steps of all groups, step by step, so that the groups' chains run side by side.
template <std::size_t groups, std::size_t i = 0>
inline void steps(__m256i state[groups][4], const __m256i words[groups][16]) {
  if constexpr (i < 64) {
    for (std::size_t group = 0; group < groups; ++group) step<i>(state[group], words[group]);
    steps<groups, i + 1>(state, words);
  }
}

template <std::size_t groups>
void compress(Lanes& lanes) {
  __m256i words[groups][16], initial[groups][4], state[groups][4];
  for (std::size_t group = 0; group < groups; ++group) {
    const std::byte* blocks = lanes.block[group * width];
    transpose(blocks, words[group]);
    transpose(blocks + block_size / 2, words[group] + 8);
    for (std::size_t i = 0; i < 4; ++i)
      state[group][i] = initial[group][i] =
          _mm256_load_si256(reinterpret_cast<const __m256i*>(lanes.state[i] + group * width));
  }
  steps<groups>(state, words);
  for (std::size_t group = 0; group < groups; ++group)
    for (std::size_t i = 0; i < 4; ++i)
      _mm256_store_si256(reinterpret_cast<__m256i*>(lanes.state[i] + group * width),
                         add(state[group][i], initial[group][i]));
}

}  // namespace

void compress_avx2(Lanes& lanes, std::size_t used) {
  if (used > 2 * width)
    compress<3>(lanes);
  else if (used > width)
    compress<2>(lanes);
  else
    compress<1>(lanes);
}

}  // namespace levada::wire::md5_kernel
