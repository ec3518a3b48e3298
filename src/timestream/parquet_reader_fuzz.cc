// Any bytes are row groups or an error; what a reader says of a row can be looked at.

#include "timestream/parquet_reader.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace levada;
  using namespace levada::timestream;
  const ByteView file(reinterpret_cast<const std::byte*>(data), size);
  const auto reader = ParquetReader::open(file);
  if (!reader) return 0;
  if (reader->rows() > 100'000) return 0;  // runs of them are allowed, and slow
  for (std::size_t group = 0; group < reader->groups(); ++group) {
    const auto rows = reader->read(group);
    if (!rows) continue;
    for (std::size_t i = 0; i < rows->columns.size(); ++i) {
      const ParquetValues& values = rows->columns[i];
      if (values.present.size() != rows->size || values.bits.size() != rows->size) std::abort();
      if (reader->columns()[i].type != ParquetType::text) continue;
      std::size_t bytes = 0;
      for (std::size_t row = 0; row < rows->size; ++row)
        if (values.present[row] != 0)
          for (const char c : values.texts.at(static_cast<std::size_t>(values.bits[row])))
            bytes += static_cast<unsigned char>(c);
      if (bytes == 1) return 1;
    }
  }
  return 0;
}
