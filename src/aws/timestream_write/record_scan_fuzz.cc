// Whatever the scanner takes, the tables take as well and understand the same.

#include <cstdint>

#include "aws/timestream_write/record_scan_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  levada::aws::timestream_write_api::check_scan_agrees({reinterpret_cast<const char*>(data), size});
  return 0;
}
