// Base64 of record data: gigabytes a second are of text. Arguments: bytes of data.
#include "wire/base64.h"

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "wire/base64_kernels.h"

namespace levada::wire {
namespace {

void per_text_byte(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

std::string text_of(benchmark::State& state) {
  Buffer bytes(static_cast<std::size_t>(state.range(0)));
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 131 + i / 7);
  return base64_encode(bytes);
}

void decode(benchmark::State& state) {
  const std::string text = text_of(state);
  Buffer to(base64_decoded_size_max(text.size()));
  for (auto _ : state) benchmark::DoNotOptimize(base64_decode(text, to));
  per_text_byte(state, text.size());
}
BENCHMARK(decode)->Arg(100)->Arg(1024)->Arg(65536);

void decode_portable(benchmark::State& state) {
  const std::string text = text_of(state);
  Buffer to(base64_decoded_size_max(text.size()));
  for (auto _ : state)
    benchmark::DoNotOptimize(
        base64_kernel::decode_run_portable(text.data(), text.size(), to.data(), to.size()));
  per_text_byte(state, text.size());
}
BENCHMARK(decode_portable)->Arg(100)->Arg(65536);

void decode_openssl(benchmark::State& state) {
  const std::string text = text_of(state);
  Buffer to(base64_decoded_size_max(text.size()));
  for (auto _ : state)
    benchmark::DoNotOptimize(EVP_DecodeBlock(reinterpret_cast<unsigned char*>(to.data()),
                                             reinterpret_cast<const unsigned char*>(text.data()),
                                             static_cast<int>(text.size())));
  per_text_byte(state, text.size());
}
BENCHMARK(decode_openssl)->Arg(100)->Arg(65536);

void encode(benchmark::State& state) {
  Buffer bytes(static_cast<std::size_t>(state.range(0)));
  std::string text(base64_encoded_size(bytes.size()), '\0');
  for (auto _ : state) {
    benchmark::DoNotOptimize(base64_encode(bytes, text.data()));
    benchmark::ClobberMemory();
  }
  per_text_byte(state, text.size());
}
BENCHMARK(encode)->Arg(100)->Arg(1024)->Arg(65536);

}  // namespace
}  // namespace levada::wire
