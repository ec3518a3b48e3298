// Whatever the scanner takes, the generic reader takes as well and understands the same.

#include <cstdint>

#include "wire/put_records_scan_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  levada::wire::check_scan_agrees({reinterpret_cast<const char*>(data), size});
  return 0;
}
