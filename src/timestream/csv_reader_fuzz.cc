// Any bytes are rows or an error, the same ones whether they come at once or in two pieces.

#include "timestream/csv_reader.h"

#include <cstdlib>

namespace {

using namespace levada;

std::vector<std::vector<std::string>> read(ByteView first, ByteView second) {
  timestream::CsvReader reader{timestream::CsvDialect{}};
  std::vector<std::vector<std::string>> rows;
  for (int piece = 0; piece < 2; ++piece) {
    reader.feed(piece == 0 ? first : second);
    if (piece == 1) reader.end();
    for (;;) {
      auto row = reader.next();
      if (!row) return rows;
      if (!*row) break;
      rows.push_back(std::move((*row)->fields));
    }
  }
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2) return 0;
  const ByteView bytes(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  const std::size_t cut = data[0] % bytes.size();
  if (cut == 0) return 0;
  const auto at_once = read(bytes.first(0), bytes);
  const auto in_two = read(bytes.first(cut), bytes.subspan(cut));
  if (at_once != in_two) std::abort();
  return 0;
}
