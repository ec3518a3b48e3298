#include "io/real/real_random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/check.h"

namespace levada::io {
namespace {

void fill_by_kernel(MutableByteView bytes) {
  while (!bytes.empty()) {
    ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0) {
      CHECK(errno == EINTR, "the kernel gives no random bytes");
      continue;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t random_seed() {
  std::uint64_t seed;
  fill_by_kernel(std::as_writable_bytes(std::span(&seed, 1)));
  return seed;
}

}  // namespace

RealRandom::RealRandom() : sequence_(random_seed()) {}

void RealRandom::fill(MutableByteView bytes) { fill_by_kernel(bytes); }

}  // namespace levada::io
