#pragma once
// The inner loops of base64, one set for each instruction set. For base64.cc, which chooses, and
// for the test that holds them against each other. Includes nothing with inline code (see
// CMakeLists).

#include <cstddef>

namespace levada::wire::base64_kernel {

struct Run {
  std::size_t read;
  std::size_t written;
};

// The longest run of whole groups of four characters of the alphabet, decoded; writes nothing
// beyond `room`.
using DecodeRun = Run(const char* text, std::size_t size, std::byte* to, std::size_t room);
DecodeRun decode_run_portable;
DecodeRun decode_run_avx2;

// Whole groups of three bytes from the start: all of them, but with AVX2 none of less than 24
// bytes.
using EncodeRun = Run(const std::byte* bytes, std::size_t size, char* to);
EncodeRun encode_run_portable;
EncodeRun encode_run_avx2;

}  // namespace levada::wire::base64_kernel
