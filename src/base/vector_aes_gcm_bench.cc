// One TLS record and one small request under AES-GCM, by this machine's widest instructions and by
// OpenSSL.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "base/check.h"
#include "base/vector_aes_gcm.h"

namespace levada {
namespace {

constexpr std::size_t header_size = 5;

void seal_vector(benchmark::State& state) {
  if (!VectorAesGcm::available()) return state.SkipWithError("no VAES of 512 bits");
  const Buffer header(header_size), key(16);
  Buffer text(static_cast<std::size_t>(state.range(0)));
  VectorAesGcm cipher(key);
  VectorAesGcm::Nonce nonce{};
  for (auto _ : state) {
    nonce[0] ^= std::byte{1};
    cipher.begin(nonce, header);
    cipher.seal(text, text.data());
    benchmark::DoNotOptimize(cipher.tag());
  }
  state.SetBytesProcessed(state.range(0) * state.iterations());
}

void seal_openssl(benchmark::State& state) {
  const Buffer header(header_size), key(16);
  Buffer text(static_cast<std::size_t>(state.range(0)));
  const auto raw = [](const std::byte* bytes) {
    return reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes));
  };
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  CHECK(EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nullptr, raw(key.data()), nullptr) == 1);
  VectorAesGcm::Nonce nonce{};
  for (auto _ : state) {
    nonce[0] ^= std::byte{1};
    int size = 0;
    unsigned char tag[16];
    EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, raw(nonce.data()));
    EVP_EncryptUpdate(context, nullptr, &size, raw(header.data()), header_size);
    EVP_EncryptUpdate(context, raw(text.data()), &size, raw(text.data()),
                      static_cast<int>(text.size()));
    EVP_EncryptFinal_ex(context, tag, &size);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, sizeof tag, tag);
    benchmark::DoNotOptimize(tag);
  }
  EVP_CIPHER_CTX_free(context);
  state.SetBytesProcessed(state.range(0) * state.iterations());
}

BENCHMARK(seal_vector)->Arg(100)->Arg(700)->Arg(16384);
BENCHMARK(seal_openssl)->Arg(100)->Arg(700)->Arg(16384);

}  // namespace
}  // namespace levada
