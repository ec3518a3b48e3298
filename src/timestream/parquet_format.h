#pragma once
// Numbers of the Parquet format (parquet.thrift) that its reader and its writer share.

#include <cstdint>
#include <string_view>

namespace levada::timestream::parquet {

inline constexpr std::string_view magic = "PAR1";

enum Physical : std::int32_t {
  boolean = 0,
  int32 = 1,
  int64 = 2,
  int96 = 3,
  real32 = 4,
  real64 = 5,
  byte_array = 6
};
enum Converted : std::int32_t { utf8 = 0, date = 6 };
enum Encoding : std::int32_t { plain = 0, plain_dictionary = 2, rle = 3, rle_dictionary = 8 };
enum PageType : std::int32_t { data_page = 0, dictionary_page = 2, data_page_v2 = 3 };
enum Codec : std::int32_t { uncompressed = 0, gzip = 2 };

}  // namespace levada::timestream::parquet
