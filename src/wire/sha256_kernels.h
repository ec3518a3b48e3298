#pragma once
// SHA-256's compression of whole blocks. For sha256.cc, which chooses, and the test that compares.
// Includes nothing with inline code (see CMakeLists).

#include <cstddef>
#include <cstdint>

namespace levada::wire::sha256_kernel {

using Compress = void(std::uint32_t state[8], const std::byte* blocks, std::size_t count);
Compress compress_sha_ni;
Compress compress_openssl;

}  // namespace levada::wire::sha256_kernel
