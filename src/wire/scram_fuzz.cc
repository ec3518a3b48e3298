// No message of a client crashes the exchange, and none that was not made with the password passes.

#include "base/check.h"
#include "wire/scram.h"

using namespace levada;
using namespace levada::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ScramVerifier verifier = ScramVerifier::of_password("pencil", "salt", 2);
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::size_t cut = text.find('\n');
  static_cast<void>(ScramVerifier::parse(text));
  ScramServer server(verifier, "3rfcNHYJY1ZVvWVs7j");
  if (server.first(text.substr(0, cut)) && cut != text.npos)
    CHECK(!server.final(text.substr(cut + 1)));
  return 0;
}
