#include "wire/md5.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/cpu.h"
#include "wire/md5_kernels.h"

namespace levada::wire {
namespace {

using md5_kernel::block_size;

using State = std::array<std::uint32_t, 4>;
constexpr State initial_state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

template <std::size_t i>
inline void step(State& state, const std::byte* block) {
  // The four names rotate by one place each step, which costs nothing once unrolled.
  std::uint32_t& a = state[(64 - i) % 4];
  const std::uint32_t b = state[(65 - i) % 4], c = state[(66 - i) % 4], d = state[(67 - i) % 4];
  std::uint32_t sum =
      a + md5_kernel::sines[i] + load_le<std::uint32_t>(block + 4 * md5_kernel::word_of_step(i));
  if constexpr (i < 16) {
    sum += d ^ (b & (c ^ d));
  } else if constexpr (i < 32) {
    sum += ~d & c;  // the two halves share no bit, so they may be added one by one, the late last
    sum += d & b;
  } else if constexpr (i < 48) {
    sum += b ^ (c ^ d);
  } else {
    sum += c ^ (b | ~d);
  }
  a = b + std::rotl(sum, md5_kernel::rotations[i / 16][i % 4]);
}

void compress(State& state, const std::byte* block) {
  State working = state;
  [&]<std::size_t... i>(std::index_sequence<i...>) { (step<i>(working, block), ...); }
  (std::make_index_sequence<64>());
  for (std::size_t i = 0; i < 4; ++i) state[i] += working[i];
}

// The longest text that fits one block together with the mark and its length.
constexpr std::size_t one_block_max = block_size - 1 - sizeof(std::uint64_t);

template <std::size_t width>
inline void copy_from_both_ends(std::byte* to, const char* from, std::size_t size) {
  std::memcpy(to, from, width);
  std::memcpy(to + size - width, from + size - width, width);
}

// Copies up to 64 bytes without a call: two copies of one width, which may overlap, do for every
// length between that width and its double.
[[gnu::always_inline]] inline void copy_short(std::byte* to, const char* from, std::size_t size) {
  if (size >= 32) return copy_from_both_ends<32>(to, from, size);
  if (size >= 16) return copy_from_both_ends<16>(to, from, size);
  if (size >= 8) return copy_from_both_ends<8>(to, from, size);
  if (size >= 4) return copy_from_both_ends<4>(to, from, size);
  for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<std::byte>(from[i]);
}

// A text cut into padded blocks, handed out one by one.
class Blocks {
 public:
  Blocks() = default;
  explicit Blocks(std::string_view text) : left_(text), size_(text.size()) {}

  bool done() const { return stage_ == Stage::done; }

  [[gnu::always_inline]] inline void next(std::byte* block) {
    if (left_.size() <= one_block_max && stage_ == Stage::text) [[likely]] {
      std::memset(block, 0, block_size);
      copy_short(block, left_.data(), left_.size());
      block[left_.size()] = mark;
      finish(block);
    } else {
      next_of_many(block);
    }
  }

 private:
  enum class Stage : std::uint8_t { text, only_length, done };
  static constexpr std::byte mark{0x80};  // a one bit right behind the text

  void finish(std::byte* block) {
    store_le(block + block_size - sizeof(std::uint64_t), std::uint64_t{size_} * 8);
    stage_ = Stage::done;
  }

  void next_of_many(std::byte* block) {
    const std::size_t taken = std::min(left_.size(), block_size);
    std::memset(block, 0, block_size);
    if (taken > 0) std::memcpy(block, left_.data(), taken);
    left_.remove_prefix(taken);
    if (stage_ == Stage::only_length) return finish(block);
    if (taken == block_size) return;
    block[taken] = mark;
    stage_ = Stage::only_length;
  }

  std::string_view left_;
  std::size_t size_ = 0;
  Stage stage_ = Stage::text;
};

void store_digest(Md5Digest& digest, const State& state) {
  for (std::size_t i = 0; i < 4; ++i) store_le(digest.data() + 4 * i, state[i]);
}

// Lanes that are refilled as soon as their text is finished: texts of any mix of lengths keep all
// of them busy.
class LaneScheduler {
 public:
  LaneScheduler(std::span<const std::string_view> texts, std::span<Md5Digest> digests)
      : texts_(texts), digests_(digests) {}

  void run() {
    for (std::size_t lane = 0; lane < md5_kernel::lanes; ++lane) refill(lane);
    while (used_ > 0) {
      for (std::size_t lane = 0; lane < used_; ++lane) blocks_[lane].next(lanes_.block[lane]);
      md5_kernel::compress_avx2(lanes_, used_);
      // Downwards: a lane that takes over the last one's work finds it finished with this round.
      for (std::size_t lane = used_; lane-- > 0;)
        if (blocks_[lane].done()) finish(lane);
    }
  }

 private:
  State state(std::size_t lane) const {
    return {lanes_.state[0][lane], lanes_.state[1][lane], lanes_.state[2][lane],
            lanes_.state[3][lane]};
  }
  void set_state(std::size_t lane, const State& state) {
    for (std::size_t i = 0; i < 4; ++i) lanes_.state[i][lane] = state[i];
  }

  void finish(std::size_t lane) {
    store_digest(digests_[text_of_[lane]], state(lane));
    if (next_ < texts_.size()) {
      refill(lane);
      return;
    }
    --used_;
    blocks_[lane] = blocks_[used_];
    text_of_[lane] = text_of_[used_];
    set_state(lane, state(used_));
  }

  void refill(std::size_t lane) {
    if (next_ == texts_.size()) return;
    blocks_[lane] = Blocks(texts_[next_]);
    text_of_[lane] = next_++;
    set_state(lane, initial_state);
    if (lane >= used_) used_ = lane + 1;
  }

  std::span<const std::string_view> texts_;
  std::span<Md5Digest> digests_;
  std::size_t next_ = 0;  // the first text that no lane has taken
  std::size_t used_ = 0;  // lanes at work: the first so many
  std::array<Blocks, md5_kernel::lanes> blocks_;
  std::array<std::size_t, md5_kernel::lanes> text_of_{};
  md5_kernel::Lanes lanes_;
};

}  // namespace

Md5Digest md5(std::string_view text) {
  State state = initial_state;
  alignas(32) std::byte block[block_size];
  for (Blocks blocks(text); !blocks.done();) {
    blocks.next(block);
    compress(state, block);
  }
  Md5Digest digest;
  store_digest(digest, state);
  return digest;
}

void md5_many(std::span<const std::string_view> texts, std::span<Md5Digest> digests) {
  CHECK(texts.size() == digests.size());
  constexpr std::size_t worth_lanes = 3;  // eight lanes take as long as two and a half texts
  if (texts.size() >= worth_lanes && cpu_features().avx2) {
    LaneScheduler(texts, digests).run();
    return;
  }
  for (std::size_t i = 0; i < texts.size(); ++i) digests[i] = md5(texts[i]);
}

}  // namespace levada::wire
