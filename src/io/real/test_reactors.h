#pragma once
// For tests of what is real: each runs on both kernels' doors.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "io/real/reactors.h"

namespace levada::io {

inline constexpr std::array backends = {IoBackend::uring, IoBackend::epoll};

inline std::string backend_name(const testing::TestParamInfo<IoBackend>& info) {
  return info.param == IoBackend::uring ? "uring" : "epoll";
}

// Where io_uring is refused, its tests run on epoll twice and say so.
inline std::unique_ptr<Reactors> start_reactors(IoBackend backend, std::uint32_t count) {
  ReactorsOptions options{.count = count, .backend = backend};
  Result<std::unique_ptr<Reactors>> reactors = Reactors::start(options);
  if (!reactors && reactors.error().kind == ErrorKind::unsupported) {
    std::cerr << "io_uring is refused here; this test runs on epoll\n";
    options.backend = IoBackend::automatic;
    reactors = Reactors::start(options);
  }
  EXPECT_TRUE(reactors) << reactors.error().message;
  return std::move(reactors).value();
}

}  // namespace levada::io
