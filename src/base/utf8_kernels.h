#pragma once
// Validation of UTF-8, one function for each instruction set. For utf8.cc, which chooses, and for
// the test that holds them against each other. Includes nothing with inline code (see CMakeLists).

#include <cstddef>

namespace levada::utf8_kernel {

using Validate = bool(const char* text, std::size_t size);
Validate valid_portable;
Validate valid_avx2;

}  // namespace levada::utf8_kernel
