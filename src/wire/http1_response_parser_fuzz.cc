// Views stay inside the input, and a head never claims more bytes than there are.

#include "base/check.h"
#include "wire/http1_response_parser.h"

using namespace levada;
using namespace levada::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(reinterpret_cast<const std::byte*>(data), size);
  static ResponseHead head;
  Http1ResponseParser parser;
  static_cast<void>(parser.parse(input.first(size / 2), head));
  const Http1Outcome outcome = parser.parse(input, head);
  if (!outcome.ready()) return 0;
  CHECK(outcome.consumed <= size);
  CHECK(head.status >= 100 && head.status <= 999);
  const std::string_view text = as_text(input);
  for (const HeaderField& header : head.headers)
    CHECK(header.value.data() >= text.data() &&
          header.value.data() + header.value.size() <= text.data() + size);
  return 0;
}
