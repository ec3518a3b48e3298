#include "base/vector_aes_gcm.h"

#include <intel-ipsec-mb.h>

#include <cstring>

#include "base/check.h"
#include "base/cpu.h"

namespace levada {
namespace {

std::uint8_t* raw(std::byte* bytes) { return reinterpret_cast<std::uint8_t*>(bytes); }
const std::uint8_t* raw(const std::byte* bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes);
}

// The library's functions for this machine. Made when the first key is: that takes it 0.4 ms, half
// of them to test itself.
const IMB_MGR& library() {
  static const IMB_MGR* const made = [] {
    IMB_MGR* manager = alloc_mb_mgr(0);
    CHECK(manager != nullptr);
    init_mb_mgr_avx512(manager);
    CHECK(imb_get_errno(manager) == 0 && (manager->features & IMB_FEATURE_SELF_TEST_PASS) != 0,
          "ipsec-mb passes its own tests");
    return manager;
  }();
  return *made;
}

// Those for one size of keys.
struct Functions {
  aes_gcm_pre_t expand;
  aes_gcm_init_t begin;
  aes_gcm_enc_dec_update_t seal, open;
  aes_gcm_enc_dec_finalize_t finish_sealed, finish_opened;
};

Functions functions_for(std::size_t key_size) {
  const IMB_MGR& of = library();
  if (key_size == 16)
    return {of.gcm128_pre,        of.gcm128_init,         of.gcm128_enc_update,
            of.gcm128_dec_update, of.gcm128_enc_finalize, of.gcm128_dec_finalize};
  CHECK(key_size == 32);
  return {of.gcm256_pre,        of.gcm256_init,         of.gcm256_enc_update,
          of.gcm256_dec_update, of.gcm256_enc_finalize, of.gcm256_dec_finalize};
}

}  // namespace

struct VectorAesGcm::State {
  gcm_key_data key;  // must lie at a multiple of 64
  gcm_context_data message;
  Functions functions;
  bool opening = false;
};

void VectorAesGcm::Wipe::operator()(State* state) const {
  explicit_bzero(&state->key, sizeof state->key);
  explicit_bzero(&state->message, sizeof state->message);
  delete state;
}

bool VectorAesGcm::available() { return cpu_features().vaes_512; }

VectorAesGcm::VectorAesGcm(ByteView key) : state_(new State) {
  CHECK(available());
  state_->functions = functions_for(key.size());
  state_->functions.expand(key.data(), &state_->key);
}

void VectorAesGcm::begin(const Nonce& nonce, ByteView authenticated) {
  state_->opening = false;
  const std::byte none{};  // it takes no null, even for nothing
  const std::byte* from = authenticated.empty() ? &none : authenticated.data();
  state_->functions.begin(&state_->key, &state_->message, raw(nonce.data()), raw(from),
                          authenticated.size());
}

void VectorAesGcm::seal(ByteView from, std::byte* to) {
  if (from.empty()) return;
  state_->functions.seal(&state_->key, &state_->message, raw(to), raw(from.data()), from.size());
}

void VectorAesGcm::open(ByteView from, std::byte* to) {
  state_->opening = true;
  if (from.empty()) return;
  state_->functions.open(&state_->key, &state_->message, raw(to), raw(from.data()), from.size());
}

VectorAesGcm::Tag VectorAesGcm::tag() {
  const Functions& functions = state_->functions;
  const auto finish = state_->opening ? functions.finish_opened : functions.finish_sealed;
  Tag tag;
  finish(&state_->key, &state_->message, raw(tag.data()), tag.size());
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
