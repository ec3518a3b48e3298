// What a peer may send behind a handshake: records that it seals properly, of any type and content.
// An input is a list of records: type, two bytes of size, content; and at its end bytes that are
// sealed by nobody.

#include <algorithm>

#include "base/endian.h"
#include "tls/test_ends.h"

namespace {

using namespace levada;
using namespace levada::tls;

void read_all(TestEnd& end) {
  std::byte room[3000];
  for (int turn = 0;; ++turn) {
    CHECK(turn < 100'000);
    std::size_t got = 0;
    const auto step = end.read(room, got);
    CHECK((step == RecordLayer::Step::done) == (got > 0));
    if (step != RecordLayer::Step::done) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TestEnds ends;
  TrafficKey key = ends.client->sealing_key();
  ends.server->take_over();
  ByteView rest(reinterpret_cast<const std::byte*>(data), size);
  while (rest.size() > 3) {
    const auto type = static_cast<RecordType>(rest[0]);
    const std::size_t wanted = load_be<std::uint16_t>(rest.data() + 1);
    const std::size_t content = std::min({wanted, rest.size() - 3, record_content_max});
    Buffer record(content + record_overhead);
    key.begin(type, content, record.data());
    key.add(rest.subspan(3, content));
    key.end();
    rest = rest.subspan(3 + content);
    ends.server->receive(record);
    read_all(*ends.server);
  }
  ends.server->receive(rest);
  read_all(*ends.server);
  return 0;
}
