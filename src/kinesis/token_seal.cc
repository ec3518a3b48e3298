#include "kinesis/token_seal.h"

#include <openssl/evp.h>

#include <cstring>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/endian.h"

namespace levada::kinesis {
namespace {

constexpr std::size_t token_nonce_size = 12, token_tag_size = 16;
constexpr std::size_t key_file_size = sizeof(TokenKey) + 4;

const unsigned char* in(const std::byte* at) { return reinterpret_cast<const unsigned char*>(at); }
unsigned char* out(std::byte* at) { return reinterpret_cast<unsigned char*>(at); }

}  // namespace

Task<TokenKey> load_token_key(io::Disk& disk, io::Random& random, std::string path) {
  Bytes size_max{4096};
  Result<Buffer> file = co_await outcome(io::read_file(disk, path, size_max));
  TokenKey key;
  if (file) {
    if (file->size() != key_file_size ||
        load_le<std::uint32_t>(file->data() + sizeof key) != crc32c(ByteView(*file).first(32)))
      co_return fail(ErrorKind::corrupt, path + " fails its checksum");
    std::memcpy(key.data(), file->data(), sizeof key);
    co_return key;
  }
  if (file.error().kind != ErrorKind::not_found)
    co_return tl::unexpected<Error>(std::move(file).error());
  random.fill(key);
  Buffer fresh(key_file_size);
  std::memcpy(fresh.data(), key.data(), sizeof key);
  store_le<std::uint32_t>(fresh.data() + sizeof key, crc32c(key));
  co_await io::replace_file(disk, path, fresh, io::Readers::owner);
  co_return key;
}

struct TokenSeal::Cipher {
  EVP_CIPHER_CTX* seal = EVP_CIPHER_CTX_new();
  EVP_CIPHER_CTX* open = EVP_CIPHER_CTX_new();
  ~Cipher() {
    EVP_CIPHER_CTX_free(seal);
    EVP_CIPHER_CTX_free(open);
  }
};

TokenSeal::TokenSeal(const TokenKey& key, io::Random& random)
    : cipher_(std::make_unique<Cipher>()), random_(random) {
  const EVP_CIPHER* aes = EVP_aes_256_gcm();
  CHECK(EVP_EncryptInit_ex(cipher_->seal, aes, nullptr, in(key.data()), nullptr) == 1);
  CHECK(EVP_DecryptInit_ex(cipher_->open, aes, nullptr, in(key.data()), nullptr) == 1);
}

TokenSeal::~TokenSeal() = default;

Buffer TokenSeal::seal(ByteView prefix, ByteView content) {
  Buffer token(prefix.size() + overhead + content.size());
  if (!prefix.empty()) std::memcpy(token.data(), prefix.data(), prefix.size());
  const MutableByteView nonce = MutableByteView(token).subspan(prefix.size(), token_nonce_size);
  random_.fill(nonce);
  std::byte* body = nonce.data() + token_nonce_size;
  int written = 0;
  EVP_CIPHER_CTX* c = cipher_->seal;
  const bool done =
      EVP_EncryptInit_ex(c, nullptr, nullptr, nullptr, in(nonce.data())) == 1 &&
      EVP_EncryptUpdate(c, nullptr, &written, in(prefix.data()), int(prefix.size())) == 1 &&
      EVP_EncryptUpdate(c, out(body), &written, in(content.data()), int(content.size())) == 1 &&
      EVP_EncryptFinal_ex(c, out(body) + written, &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, token_tag_size, body + content.size()) == 1;
  CHECK(done, "OpenSSL seals");
  return token;
}

std::optional<Buffer> TokenSeal::open(std::size_t prefix_size, ByteView token) {
  if (token.size() < prefix_size + overhead) return std::nullopt;
  const ByteView prefix = token.first(prefix_size);
  const std::byte* nonce = token.data() + prefix_size;
  const std::byte* body = nonce + token_nonce_size;
  Buffer content(token.size() - prefix_size - overhead);
  std::byte tag[token_tag_size];
  std::memcpy(tag, token.data() + token.size() - token_tag_size, token_tag_size);
  int written = 0;
  EVP_CIPHER_CTX* c = cipher_->open;
  const bool genuine =
      EVP_DecryptInit_ex(c, nullptr, nullptr, nullptr, in(nonce)) == 1 &&
      EVP_DecryptUpdate(c, nullptr, &written, in(prefix.data()), int(prefix.size())) == 1 &&
      EVP_DecryptUpdate(c, out(content.data()), &written, in(body), int(content.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, token_tag_size, tag) == 1 &&
      EVP_DecryptFinal_ex(c, out(content.data()) + content.size(), &written) == 1;
  if (!genuine) return std::nullopt;
  return content;
}

}  // namespace levada::kinesis
