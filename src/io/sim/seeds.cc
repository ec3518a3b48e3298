#include "io/sim/seeds.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace levada::io {
namespace {

constexpr std::uint64_t seeds_a_process = 20;

[[noreturn]] void run_range(std::uint64_t seed, std::uint64_t end, void (*run)(std::uint64_t)) {
  for (; seed < end; ++seed) {
    std::fprintf(stderr, "seed %llu\r", static_cast<unsigned long long>(seed));
    run(seed);
  }
  std::fflush(stdout);
  ::_exit(0);
}

}  // namespace

int run_seeds(int argc, char** argv, void (*run)(std::uint64_t seed)) {
  const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 20;
  for (std::uint64_t seed = first; seed < first + count; seed += seeds_a_process) {
    const pid_t child = ::fork();
    if (child == 0) run_range(seed, std::min(seed + seeds_a_process, first + count), run);
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
      std::printf("0 passed, 1 failed\n");
      return 1;
    }
  }
  std::printf("%llu passed, 0 failed\n", static_cast<unsigned long long>(count));
  return 0;
}

}  // namespace levada::io
