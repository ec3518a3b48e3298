// SHA-256 with the SHA extensions. Compiled without AVX on purpose: see CMakeLists.

#include <immintrin.h>

#include "wire/sha256_kernels.h"

namespace levada::wire::sha256_kernel {
namespace {

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4).
alignas(16) constexpr std::uint32_t cube_roots[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

inline __m128i load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }

// Four rounds; the words of the block come in turn from and go back to `words`.
template <int round>
inline void four_rounds(__m128i& abef, __m128i& cdgh, __m128i words[4], const std::byte* block) {
  __m128i& word = words[round % 4];
  if constexpr (round < 4) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    word = _mm_shuffle_epi8(load(block + 16 * round), big_endian);
  } else {
    const __m128i last = words[(round + 3) % 4];
    const __m128i seven_back = _mm_alignr_epi8(last, words[(round + 2) % 4], 4);
    word = _mm_sha256msg2_epu32(
        _mm_add_epi32(_mm_sha256msg1_epu32(word, words[(round + 1) % 4]), seven_back), last);
  }
  const __m128i sum = _mm_add_epi32(word, load(cube_roots + 4 * round));
  cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
  abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

template <int round = 0>
inline void all_rounds(__m128i& abef, __m128i& cdgh, __m128i words[4], const std::byte* block) {
  if constexpr (round < 16) {
    four_rounds<round>(abef, cdgh, words, block);
    all_rounds<round + 1>(abef, cdgh, words, block);
  }
}

}  // namespace

void compress_sha_ni(std::uint32_t state[8], const std::byte* blocks, std::size_t count) {
  // The instructions want the state as the pairs (a, b, e, f) and (c, d, g, h).
  const __m128i cdab = _mm_shuffle_epi32(load(state), 0xb1);
  const __m128i efgh = _mm_shuffle_epi32(load(state + 4), 0x1b);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
  for (; count > 0; --count, blocks += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i words[4];
    all_rounds(abef, cdgh, words, blocks);
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

}  // namespace levada::wire::sha256_kernel
