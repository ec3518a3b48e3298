// SHA-256 of request bodies, and HMAC of a string to sign. Arguments: bytes.
#include "wire/sha256.h"

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

namespace levada::wire {
namespace {

Buffer message(benchmark::State& state) {
  return Buffer(static_cast<std::size_t>(state.range(0)), std::byte{'m'});
}
void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void hash(benchmark::State& state) {
  const Buffer bytes = message(state);
  for (auto _ : state) benchmark::DoNotOptimize(sha256(bytes));
  count_bytes(state);
}
BENCHMARK(hash)->Arg(32)->Arg(200)->Arg(1024)->Arg(91'000)->Arg(707'000);

void hash_openssl(benchmark::State& state) {
  const Buffer bytes = message(state);
  EVP_MD* fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Sha256Digest digest;
  for (auto _ : state) {
    EVP_DigestInit_ex2(context, fetched, nullptr);
    EVP_DigestUpdate(context, bytes.data(), bytes.size());
    EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    benchmark::DoNotOptimize(digest);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(fetched);
  count_bytes(state);
}
BENCHMARK(hash_openssl)->Arg(32)->Arg(200)->Arg(1024)->Arg(91'000)->Arg(707'000);

void hmac_with_a_kept_key(benchmark::State& state) {
  const Buffer bytes = message(state);
  const HmacSha256 key(as_bytes("secret"));
  for (auto _ : state) benchmark::DoNotOptimize(key.of(bytes));
}
BENCHMARK(hmac_with_a_kept_key)->Arg(140);

}  // namespace
}  // namespace levada::wire
