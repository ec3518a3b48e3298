#pragma once
// AES-GCM's work on whole blocks, by instructions that take four of them at once. For
// vector_aes_gcm.cc, which alone calls this and only where the machine has them. Includes nothing
// with inline code (see CMakeLists).

#include <cstddef>
#include <cstdint>

namespace levada::aes_gcm_kernel {

inline constexpr std::size_t block_size = 16;
inline constexpr std::size_t blocks_a_step = 16;

// An expanded key.
struct Schedule {
  std::byte rounds[15][block_size];  // of AES: 11 of them for 128 bits, 15 for 256
  // H^16 to H^1, the powers of GHASH's key: those of n blocks are the last n. As the multiplication
  // wants them: bytes reversed, times x.
  std::byte powers[blocks_a_step][block_size];
  std::size_t round_count;
};

// Of one message.
struct Progress {
  std::byte counter[block_size];  // of the next block, bytes reversed
  std::byte hash[block_size];     // bytes reversed
};

// `size` is 16 or 32.
void expand(Schedule& schedule, const std::byte* key, std::size_t size);

// One block of the cipher alone, for counters that are no whole block's.
void encrypt_block(const Schedule& schedule, const std::byte* from, std::byte* to);
// Takes one block of what is authenticated.
void absorb(const Schedule& schedule, Progress& progress, const std::byte* block);

// `count` whole blocks; `from` and `to` are the same or do not meet.
void seal(const Schedule& schedule, Progress& progress, const std::byte* from, std::byte* to,
          std::size_t count);
void open(const Schedule& schedule, Progress& progress, const std::byte* from, std::byte* to,
          std::size_t count);

}  // namespace levada::aes_gcm_kernel
