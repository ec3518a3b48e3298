#include "tls/traffic_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/endian.h"

namespace levada::tls {
namespace {

constexpr std::size_t key_max = 32;

unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

// HKDF-Expand-Label with an empty context (RFC 8446, 7.1).
void expand(const EVP_MD* digest, ByteView secret, std::string_view label, MutableByteView to) {
  EVP_KDF* kdf = EVP_KDF_fetch(nullptr, "TLS13-KDF", nullptr);
  CHECK(kdf != nullptr);
  EVP_KDF_CTX* context = EVP_KDF_CTX_new(kdf);
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  const auto octets = [](const char* name, ByteView bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::byte*>(bytes.data()),
                                             bytes.size());
  };
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                       const_cast<char*>(EVP_MD_get0_name(digest)), 0),
      octets(OSSL_KDF_PARAM_KEY, secret),
      octets(OSSL_KDF_PARAM_PREFIX, as_bytes("tls13 ")),
      octets(OSSL_KDF_PARAM_LABEL, as_bytes(label)),
      OSSL_PARAM_construct_end()};
  CHECK(EVP_KDF_derive(context, raw(to.data()), to.size(), parameters) == 1);
  EVP_KDF_CTX_free(context);
  EVP_KDF_free(kdf);
}

void write_header(std::byte* to, std::size_t sealed_size) {
  to[0] = static_cast<std::byte>(RecordType::application_data);  // what every record looks like
  to[1] = std::byte{3};                                          // TLS 1.2, as old boxes expect
  to[2] = std::byte{3};
  store_be(to + 3, static_cast<std::uint16_t>(sealed_size));
}

}  // namespace

std::optional<TrafficKey> TrafficKey::make(const SSL* ssl, const TrafficSecret& secret, Use use) {
  const SSL_CIPHER* suite = SSL_get_current_cipher(ssl);
  const EVP_CIPHER* cipher = EVP_get_cipherbynid(SSL_CIPHER_get_cipher_nid(suite));
  const EVP_MD* digest = SSL_CIPHER_get_handshake_digest(suite);
  if (cipher == nullptr || digest == nullptr || secret.size == 0) return std::nullopt;
  const bool gcm = EVP_CIPHER_get_mode(cipher) == EVP_CIPH_GCM_MODE;
  if (!gcm && EVP_CIPHER_get_nid(cipher) != NID_chacha20_poly1305) return std::nullopt;
  return TrafficKey(cipher, digest, secret, use);
}

TrafficKey::TrafficKey(const EVP_CIPHER* cipher, const EVP_MD* digest, const TrafficSecret& secret,
                       Use use)
    : context_(nullptr, &EVP_CIPHER_CTX_free),
      cipher_(cipher),
      digest_(digest),
      use_(use),
      secret_(secret) {
  use_secret();
  sequence_ = secret.records;
}

TrafficKey::~TrafficKey() {
  OPENSSL_cleanse(secret_.bytes, sizeof secret_.bytes);
  OPENSSL_cleanse(iv_.data(), iv_.size());
}

void TrafficKey::use_secret() {
  std::array<std::byte, key_max> key;
  const auto key_size = static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher_));
  CHECK(key_size <= key_max && EVP_CIPHER_get_iv_length(cipher_) == 12);
  expand(digest_, secret_.view(), "key", MutableByteView(key).first(key_size));
  expand(digest_, secret_.view(), "iv", iv_);
  if (EVP_CIPHER_get_mode(cipher_) == EVP_CIPH_GCM_MODE && VectorAesGcm::available()) {
    vector_.emplace(ByteView(key).first(key_size));
  } else {
    if (context_ == nullptr) context_.reset(EVP_CIPHER_CTX_new());
    CHECK(EVP_CipherInit_ex2(context_.get(), cipher_, raw(key.data()), nullptr,
                             use_ == Use::seal ? 1 : 0, nullptr) == 1);
  }
  OPENSSL_cleanse(key.data(), key.size());
  sequence_ = 0;
}

void TrafficKey::update() {
  TrafficSecret next;
  next.size = secret_.size;
  expand(digest_, secret_.view(), "traffic upd", {next.bytes, next.size});
  secret_ = next;
  OPENSSL_cleanse(next.bytes, sizeof next.bytes);
  use_secret();
}

// The nonce is the number of the record (RFC 8446, 5.3), the header is sealed with it.
void TrafficKey::begin_record(ByteView header) {
  std::array<std::byte, 12> nonce = iv_;
  store_be(nonce.data() + 4, load_be<std::uint64_t>(nonce.data() + 4) ^ sequence_);
  ++sequence_;
  if (vector_) return vector_->begin(nonce, header);
  CHECK(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, raw(nonce.data()), -1, nullptr) == 1);
  int size = 0;
  CHECK(EVP_CipherUpdate(context_.get(), nullptr, &size, raw(header.data()),
                         static_cast<int>(header.size())) == 1);
}

void TrafficKey::transform(ByteView from, std::byte* to) {
  if (vector_) return use_ == Use::seal ? vector_->seal(from, to) : vector_->open(from, to);
  int size = 0;
  CHECK(EVP_CipherUpdate(context_.get(), raw(to), &size, raw(from.data()),
                         static_cast<int>(from.size())) == 1);
  CHECK(static_cast<std::size_t>(size) == from.size());
}

void TrafficKey::begin(RecordType type, std::size_t size, std::byte* to) {
  CHECK(use_ == Use::seal && size <= record_content_max);
  write_header(to, size + 1 + record_tag_size);
  begin_record({to, record_header_size});
  next_ = to + record_header_size;
  type_ = type;
}

void TrafficKey::add(ByteView content) {
  if (content.empty()) return;
  transform(content, next_);
  next_ += content.size();
}

void TrafficKey::end() {
  const std::array<std::byte, 1> type = {static_cast<std::byte>(type_)};
  add(type);
  if (vector_) {
    const VectorAesGcm::Tag tag = vector_->tag();
    std::memcpy(next_, tag.data(), tag.size());
    return;
  }
  int none = 0;
  CHECK(EVP_CipherFinal_ex(context_.get(), raw(next_), &none) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, record_tag_size, next_) == 1);
}

bool TrafficKey::sealed_with(ByteView tag) {
  if (vector_) return vector_->tag_is(tag);
  std::byte nothing[record_tag_size];
  int none = 0;
  return EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, record_tag_size,
                             const_cast<std::byte*>(tag.data())) == 1 &&
         EVP_CipherFinal_ex(context_.get(), raw(nothing), &none) == 1;
}

std::optional<TrafficKey::Opened> TrafficKey::open(ByteView record, std::byte* to) {
  CHECK(use_ == Use::open && record.size() > record_header_size + record_tag_size);
  const ByteView sealed = record.subspan(record_header_size);
  const ByteView tag = sealed.last(record_tag_size);
  std::size_t size = sealed.size() - record_tag_size;
  begin_record(record.first(record_header_size));
  transform(sealed.first(size), to);
  if (!sealed_with(tag)) return std::nullopt;
  while (size > 0 && to[size - 1] == std::byte{0}) --size;  // padding
  if (size == 0) return Opened{RecordType::none, 0};
  --size;
  return Opened{static_cast<RecordType>(to[size]), size};
}

}  // namespace levada::tls
