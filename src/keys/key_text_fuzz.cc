// No bytes crash the reader of the key store's file, and what it accepts is written as it was read.

#include "base/check.h"
#include "keys/key_text.h"

using namespace levada;
using namespace levada::keys;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const Result<KeyStore> store = read_key_store(text);
  if (!store) return 0;
  const Result<KeyStore> again = read_key_store(write_key_store(*store));
  CHECK(again && again->keys() == store->keys());
  return 0;
}
