// Sequence numbers and hash keys, to decimal text and back.
#include <benchmark/benchmark.h>

#include "base/uint128.h"
#include "base/uint192.h"

namespace levada {
namespace {

Uint192 sequence_number(std::uint64_t index) {
  return Uint192(2)
      .followed_by(1'700'000'000, 9)
      .followed_by(3, 1)
      .followed_by(index, 16)
      .followed_by(0, 2)
      .followed_by(1'700'000'005, 9)
      .followed_by(3, 8)
      .followed_by(2, 1);
}

void compose_and_print_sequence_number(benchmark::State& state) {
  char text[sequence_digits];
  std::uint64_t index = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(write_56_digits(sequence_number(++index), text));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(compose_and_print_sequence_number);

void read_sequence_number(benchmark::State& state) {
  const std::string text = decimal_string(sequence_number(123'456'789));
  for (auto _ : state) benchmark::DoNotOptimize(parse_uint192(text));
}
BENCHMARK(read_sequence_number);

void print_hash_key(benchmark::State& state) {
  char text[uint128_digits_max];
  Uint128 key = ~Uint128{0} / 7;
  for (auto _ : state) {
    benchmark::DoNotOptimize(write_decimal(++key, text));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(print_hash_key);

void read_hash_key(benchmark::State& state) {
  const std::string text = decimal_string(~Uint128{0} / 7);
  for (auto _ : state) benchmark::DoNotOptimize(parse_uint128(text));
}
BENCHMARK(read_hash_key);

}  // namespace
}  // namespace levada
