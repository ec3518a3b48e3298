#include "base/vector_aes_gcm.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/cpu.h"
#include "base/endian.h"

namespace levada {
namespace {

using aes_gcm_kernel::block_size;

constexpr std::uint64_t text_size_max = (std::uint64_t{1} << 36) - 32;  // SP 800-38D, 5.2.1.1

}  // namespace

bool VectorAesGcm::available() { return cpu_features().vaes_512; }

VectorAesGcm::VectorAesGcm(ByteView key) {
  CHECK(available() && (key.size() == 16 || key.size() == 32));
  aes_gcm_kernel::expand(schedule_, key.data(), key.size());
}

VectorAesGcm::~VectorAesGcm() {
  explicit_bzero(&schedule_, sizeof schedule_);
  explicit_bzero(stream_.data(), stream_.size());
}

void VectorAesGcm::begin(const Nonce& nonce, ByteView authenticated) {
  std::array<std::byte, block_size> counter{};
  std::copy(nonce.begin(), nonce.end(), counter.begin());
  counter.back() = std::byte{1};
  aes_gcm_kernel::encrypt_block(schedule_, counter.data(), first_.data());
  counter.back() = std::byte{2};
  std::reverse_copy(counter.begin(), counter.end(), progress_.counter);
  std::memset(progress_.hash, 0, block_size);
  begun_size_ = text_size_ = 0;
  authenticated_size_ = authenticated.size();
  while (!authenticated.empty()) {
    std::array<std::byte, block_size> block{};
    const ByteView piece = authenticated.first(std::min(authenticated.size(), block_size));
    std::copy(piece.begin(), piece.end(), block.begin());
    aes_gcm_kernel::absorb(schedule_, progress_, block.data());
    authenticated = authenticated.subspan(piece.size());
  }
}

void VectorAesGcm::seal(ByteView from, std::byte* to) {
  continue_block(from, to, true);
  const std::size_t whole = from.size() - from.size() % block_size;
  if (whole > 0) aes_gcm_kernel::seal(schedule_, progress_, from.data(), to, whole / block_size);
  begin_block(from.subspan(whole), to + whole, true);
}

void VectorAesGcm::open(ByteView from, std::byte* to) {
  continue_block(from, to, false);
  const std::size_t whole = from.size() - from.size() % block_size;
  if (whole > 0) aes_gcm_kernel::open(schedule_, progress_, from.data(), to, whole / block_size);
  begin_block(from.subspan(whole), to + whole, false);
}

// What belongs into the block that the piece before ended in.
void VectorAesGcm::continue_block(ByteView& from, std::byte*& to, bool sealing) {
  text_size_ += from.size();
  CHECK(text_size_ <= text_size_max);
  if (begun_size_ == 0) return;
  const std::size_t size = std::min(from.size(), block_size - begun_size_);
  for (std::size_t i = 0; i < size; ++i) {
    const std::byte text = from[i] ^ stream_[begun_size_ + i];
    begun_[begun_size_ + i] = sealing ? text : from[i];
    to[i] = text;
  }
  begun_size_ += size;
  from = from.subspan(size);
  to += size;
  if (begun_size_ == block_size) end_block();
}

// Less than a block.
void VectorAesGcm::begin_block(ByteView from, std::byte* to, bool sealing) {
  if (from.empty()) return;
  std::array<std::byte, block_size> counter;
  std::reverse_copy(progress_.counter, progress_.counter + block_size, counter.begin());
  aes_gcm_kernel::encrypt_block(schedule_, counter.data(), stream_.data());
  store_be(counter.data() + 12, load_be<std::uint32_t>(counter.data() + 12) + 1);
  std::reverse_copy(counter.begin(), counter.end(), progress_.counter);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::byte text = from[i] ^ stream_[i];
    begun_[i] = sealing ? text : from[i];
    to[i] = text;
  }
  begun_size_ = from.size();
}

void VectorAesGcm::end_block() {
  std::fill(begun_.begin() + static_cast<std::ptrdiff_t>(begun_size_), begun_.end(), std::byte{0});
  aes_gcm_kernel::absorb(schedule_, progress_, begun_.data());
  begun_size_ = 0;
}

VectorAesGcm::Tag VectorAesGcm::tag() {
  if (begun_size_ > 0) end_block();
  std::array<std::byte, block_size> sizes;
  store_be(sizes.data(), authenticated_size_ * 8);
  store_be(sizes.data() + 8, text_size_ * 8);
  aes_gcm_kernel::absorb(schedule_, progress_, sizes.data());
  Tag tag;
  std::reverse_copy(progress_.hash, progress_.hash + block_size, tag.begin());
  for (std::size_t i = 0; i < tag.size(); ++i) tag[i] ^= first_[i];
  return tag;
}

bool VectorAesGcm::tag_is(ByteView expected) {
  const Tag ours = tag();
  if (expected.size() != ours.size()) return false;
  std::byte different{};
  for (std::size_t i = 0; i < ours.size(); ++i) different |= ours[i] ^ expected[i];
  return different == std::byte{0};
}

}  // namespace levada
