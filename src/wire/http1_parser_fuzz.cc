// However the bytes of a request arrive, the parser says the same; views stay inside the input; a
// chunked body decodes to the same bytes in one piece and byte by byte.

#include "base/check.h"
#include "wire/http1_chunked.h"
#include "wire/http1_parser.h"

using namespace levada;
using namespace levada::wire;

namespace {

void check_inside(std::string_view view, ByteView input) {
  if (view.data() == nullptr) return;
  const std::string_view text = as_text(input);
  CHECK(view.data() >= text.data() && view.data() + view.size() <= text.data() + text.size());
}

void check_chunked(ByteView input) {
  ChunkedDecoder whole(4_KiB);
  ChunkedDecoder bytewise(4_KiB);
  Buffer whole_out;
  Buffer bytewise_out;
  const Http1Outcome expected = whole.decode(input, whole_out);
  CHECK(expected.consumed <= input.size());
  Http1Outcome outcome;
  std::size_t consumed = 0;
  for (std::size_t i = 0; i < input.size() && outcome.kind == Http1Outcome::Kind::need_more; ++i) {
    outcome = bytewise.decode(input.subspan(i, 1), bytewise_out);
    consumed += outcome.consumed;
  }
  CHECK(outcome.kind == expected.kind && outcome.status == expected.status);
  if (!expected.refused()) CHECK(consumed == expected.consumed && whole_out == bytewise_out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(reinterpret_cast<const std::byte*>(data), size);
  RequestHead head;
  Http1RequestParser parser;
  const Http1Outcome expected = parser.parse(input, head);
  if (expected.ready()) {
    CHECK(expected.consumed <= size);
    for (const std::string_view view :
         {head.method, head.target, head.path, head.query, head.authority})
      check_inside(view, input);
    for (const HeaderField& header : head.headers) {
      check_inside(header.name, input);
      check_inside(header.value, input);
    }
  }

  Http1RequestParser slow;
  RequestHead slow_head;
  Http1Outcome outcome;
  const std::size_t limit = size < 2048 ? size : 2048;
  for (std::size_t i = 0; i <= limit && outcome.kind == Http1Outcome::Kind::need_more; ++i)
    outcome = slow.parse(input.first(i), slow_head);
  if (expected.ready() && expected.consumed <= limit) {
    CHECK(outcome.ready() && outcome.consumed == expected.consumed);
    CHECK(slow_head.headers.size() == head.headers.size() && slow_head.target == head.target);
  } else if (outcome.ready()) {
    CHECK(expected.ready());
  }
  if (expected.ready() && head.body == BodyKind::chunked) {
    check_chunked(input.subspan(expected.consumed));
  } else {
    check_chunked(input);
  }
  return 0;
}
