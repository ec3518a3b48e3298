// MD5 of partition keys. Arguments: keys in one request, bytes of a key. Look at items_per_second.
#include "wire/md5.h"

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <string>
#include <vector>

namespace levada::wire {
namespace {

void one_key(benchmark::State& state) {
  std::string key(static_cast<std::size_t>(state.range(0)), 'k');
  for (auto _ : state) {
    benchmark::DoNotOptimize(key.data());
    benchmark::DoNotOptimize(md5(key));
  }
}
BENCHMARK(one_key)->Arg(10)->Arg(36)->Arg(256);

void one_key_openssl(benchmark::State& state) {
  const std::string key(static_cast<std::size_t>(state.range(0)), 'k');
  EVP_MD* fetched = EVP_MD_fetch(nullptr, "MD5", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Md5Digest digest;
  for (auto _ : state) {
    EVP_DigestInit_ex2(context, fetched, nullptr);
    EVP_DigestUpdate(context, key.data(), key.size());
    EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    benchmark::DoNotOptimize(digest);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(fetched);
}
BENCHMARK(one_key_openssl)->Arg(36);

void many_keys(benchmark::State& state) {
  std::vector<std::string> keys;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    std::string key = std::to_string(i * 7919);
    key.resize(static_cast<std::size_t>(state.range(1)), 'k');
    keys.push_back(key);
  }
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  std::vector<Md5Digest> digests(views.size());
  for (auto _ : state) {
    md5_many(views, digests);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(many_keys)
    ->Args({500, 10})
    ->Args({500, 36})
    ->Args({500, 256})
    ->Args({8, 36})
    ->Args({4, 36});

}  // namespace
}  // namespace levada::wire
