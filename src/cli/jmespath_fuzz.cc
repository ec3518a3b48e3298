// Any expression over a small document: a value or a complaint, in bounded time and depth.

#include "cli/jmespath.h"
#include "cli/json_text.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const levada::cli::Document document = *levada::cli::read_json(
      R"({"a":{"b":[1,2,{"c":"d"}]},"n":[3,1.5,-2],"s":["x","y"],"e":null,"t":true})");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto compiled = levada::cli::Jmespath::compile(text);
  if (!compiled) return 0;
  if (const auto found = compiled->search(document)) levada::cli::compact_json(*found);
  return 0;
}
