// AES-GCM with AVX-512, VAES and VPCLMULQDQ: four blocks in a register, sixteen a step. No table is
// looked up and no branch taken by what is secret. GHASH works on reversed bytes: with each power
// of its key multiplied by x beforehand, a product needs no shift and is reduced by two
// multiplications (S. Gueron, M. Kounavis: "Intel Carry-Less Multiplication Instruction and its
// Usage for Computing the GCM Mode", 2014; the form with x^-64 is that of Linux's
// aes-gcm-vaes-avx512). Sealing, what one step encrypted is hashed beside the encryption of the
// next: neither waits for the other.

#include <immintrin.h>

#include "base/aes_gcm_kernels.h"

namespace levada::aes_gcm_kernel {
namespace {

constexpr std::size_t registers = 4;  // a step's
constexpr std::size_t lanes = 4;      // blocks in a register

inline __m128i load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
inline void store(void* to, __m128i value) { _mm_storeu_si128(static_cast<__m128i*>(to), value); }
inline __m512i load4(const void* from) { return _mm512_loadu_si512(from); }

inline __m128i reversed(__m128i block) {
  return _mm_shuffle_epi8(block, _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f));
}
inline __m512i reversed4(__m512i blocks) {
  const __m128i order = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
  return _mm512_shuffle_epi8(blocks, _mm512_broadcast_i32x4(order));
}

// x^63 + x^62 + x^57: GHASH's polynomial, reflected, without what a swap of halves does.
constexpr long long polynomial = static_cast<long long>(0xc200000000000000);

// A product that is not reduced: of weights 1, x^64, x^128.
struct Product {
  __m512i low, middle, high;
};

inline __m512i xor3(__m512i a, __m512i b, __m512i c) {
  return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}

inline Product multiplied(__m512i blocks, __m512i powers) {
  return {_mm512_clmulepi64_epi128(blocks, powers, 0x00),
          _mm512_xor_si512(_mm512_clmulepi64_epi128(blocks, powers, 0x01),
                           _mm512_clmulepi64_epi128(blocks, powers, 0x10)),
          _mm512_clmulepi64_epi128(blocks, powers, 0x11)};
}

inline void add_product(Product& sum, __m512i blocks, __m512i powers) {
  sum.low = _mm512_xor_si512(sum.low, _mm512_clmulepi64_epi128(blocks, powers, 0x00));
  sum.middle = xor3(sum.middle, _mm512_clmulepi64_epi128(blocks, powers, 0x01),
                    _mm512_clmulepi64_epi128(blocks, powers, 0x10));
  sum.high = _mm512_xor_si512(sum.high, _mm512_clmulepi64_epi128(blocks, powers, 0x11));
}

inline __m128i sum_of_lanes(__m512i value) {
  const __m256i half =
      _mm256_xor_si256(_mm512_castsi512_si256(value), _mm512_extracti64x4_epi64(value, 1));
  return _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

inline __m128i reduced(__m128i low, __m128i middle, __m128i high) {
  const __m128i by = _mm_set_epi64x(polynomial, 0);
  middle = _mm_xor_si128(
      middle, _mm_xor_si128(_mm_clmulepi64_si128(by, low, 0x01), _mm_shuffle_epi32(low, 0x4e)));
  return _mm_xor_si128(
      high, _mm_xor_si128(_mm_clmulepi64_si128(by, middle, 0x01), _mm_shuffle_epi32(middle, 0x4e)));
}

inline __m128i reduced(const Product& product) {
  return reduced(sum_of_lanes(product.low), sum_of_lanes(product.middle),
                 sum_of_lanes(product.high));
}

inline __m128i times(__m128i a, __m128i b) {
  return reduced(_mm_clmulepi64_si128(a, b, 0x00),
                 _mm_xor_si128(_mm_clmulepi64_si128(a, b, 0x01), _mm_clmulepi64_si128(a, b, 0x10)),
                 _mm_clmulepi64_si128(a, b, 0x11));
}

// Times x, in the reflected order.
inline __m128i times_x(__m128i value) {
  const __m128i carries = _mm_srai_epi32(_mm_shuffle_epi32(value, 0xd3), 31);
  const __m128i carried = _mm_set_epi64x(polynomial | 1, 1);
  return _mm_xor_si128(_mm_add_epi64(value, value), _mm_and_si128(carries, carried));
}

inline __m128i encrypted(const Schedule& schedule, __m128i block) {
  block = _mm_xor_si128(block, load(schedule.rounds[0]));
  for (std::size_t i = 1; i + 1 < schedule.round_count; ++i)
    block = _mm_aesenc_si128(block, load(schedule.rounds[i]));
  return _mm_aesenclast_si128(block, load(schedule.rounds[schedule.round_count - 1]));
}

// What a message's steps have in registers.
template <std::size_t rounds>
struct Cipher {
  explicit Cipher(const Schedule& schedule, const Progress& progress)
      : counters(
            _mm512_add_epi32(_mm512_broadcast_i32x4(load(progress.counter)),
                             _mm512_set_epi32(0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0))) {
    for (std::size_t i = 0; i < rounds; ++i)
      keys[i] = _mm512_broadcast_i32x4(load(schedule.rounds[i]));
  }
  inline __m512i next_counters() {
    const __m512i blocks = _mm512_xor_si512(reversed4(counters), keys[0]);
    counters = _mm512_add_epi32(counters,
                                _mm512_set_epi32(0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 4));
    return blocks;
  }
  inline __m512i keystream() {
    __m512i blocks = next_counters();
    for (std::size_t i = 1; i + 1 < rounds; ++i) blocks = _mm512_aesenc_epi128(blocks, keys[i]);
    return _mm512_aesenclast_epi128(blocks, keys[rounds - 1]);
  }
  __m512i keys[rounds];
  __m512i counters;
};

// A round of a step, and now and then a register of its hash: the two keep different units busy.
template <std::size_t rounds, std::size_t round = 1>
inline void rounds_of_step(const Cipher<rounds>& cipher, const Schedule& schedule,
                           __m512i blocks[registers], const __m512i hashed[registers],
                           Product& product) {
  if constexpr (round + 1 < rounds) {
    static_assert(registers == 4);
    blocks[0] = _mm512_aesenc_epi128(blocks[0], cipher.keys[round]);
    blocks[1] = _mm512_aesenc_epi128(blocks[1], cipher.keys[round]);
    blocks[2] = _mm512_aesenc_epi128(blocks[2], cipher.keys[round]);
    blocks[3] = _mm512_aesenc_epi128(blocks[3], cipher.keys[round]);
    constexpr std::size_t between = (rounds - 2) / registers, next = round / between;
    if constexpr (round % between == 0 && next < registers)
      add_product(product, hashed[next], load4(schedule.powers[lanes * next]));
    rounds_of_step<rounds, round + 1>(cipher, schedule, blocks, hashed, product);
  }
}

// A step: sixteen blocks from `from` to `to`, and beside it the hash of the sixteen of `hashed`.
template <std::size_t rounds>
inline __m128i step(Cipher<rounds>& cipher, const Schedule& schedule, __m128i hash,
                    const std::byte* hashed, const std::byte* from, std::byte* to) {
  __m512i texts[registers], blocks[registers];
  for (std::size_t i = 0; i < registers; ++i) texts[i] = reversed4(load4(hashed + 64 * i));
  for (std::size_t i = 0; i < registers; ++i) blocks[i] = cipher.next_counters();
  texts[0] = _mm512_xor_si512(texts[0], _mm512_zextsi128_si512(hash));
  Product product = multiplied(texts[0], load4(schedule.powers[0]));
  rounds_of_step(cipher, schedule, blocks, texts, product);
  for (std::size_t i = 0; i < registers; ++i) {
    blocks[i] = _mm512_aesenclast_epi128(blocks[i], cipher.keys[rounds - 1]);
    _mm512_storeu_si512(to + 64 * i, _mm512_xor_si512(blocks[i], load4(from + 64 * i)));
  }
  return reduced(product);
}

// One to sixteen blocks.
inline __m128i hashed_rest(const Schedule& schedule, __m128i hash, const std::byte* from,
                           std::size_t count) {
  const std::byte* powers = schedule.powers[blocks_a_step - count];
  Product product{};
  __m512i first = _mm512_zextsi128_si512(hash);
  for (std::size_t at = 0; at < count; at += lanes) {
    const std::size_t left = count - at < lanes ? count - at : lanes;
    const auto mask = static_cast<__mmask8>((1u << (2 * left)) - 1);
    const __m512i text = reversed4(_mm512_maskz_loadu_epi64(mask, from + block_size * at));
    add_product(product, _mm512_xor_si512(text, first),
                _mm512_maskz_loadu_epi64(mask, powers + block_size * at));
    first = _mm512_setzero_si512();
  }
  return reduced(product);
}

template <std::size_t rounds>
inline void ciphered_rest(Cipher<rounds>& cipher, const std::byte* from, std::byte* to,
                          std::size_t count) {
  for (std::size_t at = 0; at < count; at += lanes) {
    const std::size_t left = count - at < lanes ? count - at : lanes;
    const auto mask = static_cast<__mmask8>((1u << (2 * left)) - 1);
    const __m512i text = _mm512_maskz_loadu_epi64(mask, from + block_size * at);
    _mm512_mask_storeu_epi64(to + block_size * at, mask,
                             _mm512_xor_si512(text, cipher.keystream()));
  }
}

// The counter's last 32 bits wrap (SP 800-38D, 6.2).
inline void count_on(Progress& progress, std::size_t count) {
  const __m128i more = _mm_set_epi32(0, 0, 0, static_cast<int>(count));
  store(progress.counter, _mm_add_epi32(load(progress.counter), more));
}

template <std::size_t rounds>
void seal_blocks(const Schedule& schedule, Progress& progress, const std::byte* from, std::byte* to,
                 std::size_t count) {
  Cipher<rounds> cipher(schedule, progress);
  __m128i hash = load(progress.hash);
  count_on(progress, count);
  if (count >= blocks_a_step) {
    constexpr std::size_t bytes = blocks_a_step * block_size;
    ciphered_rest(cipher, from, to, blocks_a_step);
    for (; count >= 2 * blocks_a_step; count -= blocks_a_step, from += bytes, to += bytes)
      hash = step(cipher, schedule, hash, to, from + bytes, to + bytes);
    hash = hashed_rest(schedule, hash, to, blocks_a_step);
    count -= blocks_a_step;
    from += bytes;
    to += bytes;
  }
  if (count > 0) {
    ciphered_rest(cipher, from, to, count);
    hash = hashed_rest(schedule, hash, to, count);
  }
  store(progress.hash, hash);
}

template <std::size_t rounds>
void open_blocks(const Schedule& schedule, Progress& progress, const std::byte* from, std::byte* to,
                 std::size_t count) {
  Cipher<rounds> cipher(schedule, progress);
  __m128i hash = load(progress.hash);
  count_on(progress, count);
  constexpr std::size_t bytes = blocks_a_step * block_size;
  for (; count >= blocks_a_step; count -= blocks_a_step, from += bytes, to += bytes)
    hash = step(cipher, schedule, hash, from, from, to);
  if (count > 0) {
    hash = hashed_rest(schedule, hash, from, count);
    ciphered_rest(cipher, from, to, count);
  }
  store(progress.hash, hash);
}

// FIPS 197, 5.2; `assisted` is AESKEYGENASSIST of the last four words.
inline __m128i next_words(__m128i words, __m128i assisted) {
  words = _mm_xor_si128(words, _mm_slli_si128(words, 4));
  words = _mm_xor_si128(words, _mm_slli_si128(words, 8));
  return _mm_xor_si128(words, assisted);
}

template <int constant>
inline __m128i turned(__m128i words) {
  return _mm_shuffle_epi32(_mm_aeskeygenassist_si128(words, constant), 0xff);
}
inline __m128i substituted(__m128i words) {
  return _mm_shuffle_epi32(_mm_aeskeygenassist_si128(words, 0), 0xaa);
}

template <int constant, std::size_t round>
inline void expand_128(Schedule& schedule, __m128i words) {
  store(schedule.rounds[round], words);
  if constexpr (round < 10) {
    constexpr int next = constant == 0x80 ? 0x1b : constant << 1;
    expand_128<next, round + 1>(schedule, next_words(words, turned<constant>(words)));
  }
}

template <int constant, std::size_t round>
inline void expand_256(Schedule& schedule, __m128i even, __m128i odd) {
  store(schedule.rounds[round], even);
  if constexpr (round < 14) {
    store(schedule.rounds[round + 1], odd);
    even = next_words(even, turned<constant>(odd));
    expand_256<constant << 1, round + 2>(schedule, even, next_words(odd, substituted(even)));
  }
}

}  // namespace

void expand(Schedule& schedule, const std::byte* key, std::size_t size) {
  schedule.round_count = size == 16 ? 11 : 15;
  if (size == 16)
    expand_128<1, 0>(schedule, load(key));
  else
    expand_256<1, 0>(schedule, load(key), load(key + 16));
  const __m128i power = times_x(reversed(encrypted(schedule, _mm_setzero_si128())));
  __m128i last = power;
  for (std::size_t i = blocks_a_step; i > 0; --i) {
    store(schedule.powers[i - 1], last);
    last = times(last, power);
  }
}

void encrypt_block(const Schedule& schedule, const std::byte* from, std::byte* to) {
  store(to, encrypted(schedule, load(from)));
}

void absorb(const Schedule& schedule, Progress& progress, const std::byte* block) {
  const __m128i sum = _mm_xor_si128(load(progress.hash), reversed(load(block)));
  store(progress.hash, times(sum, load(schedule.powers[blocks_a_step - 1])));
}

void seal(const Schedule& schedule, Progress& progress, const std::byte* from, std::byte* to,
          std::size_t count) {
  (schedule.round_count == 11 ? seal_blocks<11> : seal_blocks<15>)(schedule, progress, from, to,
                                                                   count);
}

void open(const Schedule& schedule, Progress& progress, const std::byte* from, std::byte* to,
          std::size_t count) {
  (schedule.round_count == 11 ? open_blocks<11> : open_blocks<15>)(schedule, progress, from, to,
                                                                   count);
}

}  // namespace levada::aes_gcm_kernel
