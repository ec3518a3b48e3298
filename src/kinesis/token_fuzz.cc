// What clients send back to us: iterators, page tokens, sequence numbers, shard ids. Raw, and as
// the content of a token that is sealed rightly (which no client can make). A value that is opened
// is sealed and opened again as the same.

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "io/sim/sim_random.h"
#include "kinesis/hash_key.h"
#include "kinesis/iterator.h"
#include "kinesis/page_token.h"
#include "kinesis/sequence_number.h"
#include "kinesis/shard_id.h"

using namespace levada;
using namespace levada::kinesis;

namespace {

constexpr UnixMillis now{1'700'000'000'000};

void open_all(TokenSeal& seal, ByteView token) {
  if (const auto iterator = open_iterator(seal, token, now)) {
    const auto again = open_iterator(seal, seal_iterator(seal, *iterator), now);
    CHECK(again && again->position == iterator->position && again->stream == iterator->stream &&
          again->stream_name == iterator->stream_name);
  }
  for (const Listing listing : {Listing::streams, Listing::shards, Listing::consumers}) {
    const auto page = open_page(seal, token, listing, now);
    if (!page) continue;
    const auto again = open_page(seal, seal_page(seal, *page), listing, now);
    CHECK(again && again->after == page->after && again->next == page->next);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto number = parse_sequence_number(text)) CHECK(number->version <= 2);
  (void)parse_shard_id(text);

  io::SimRandom random(1);
  TokenKey key{};
  TokenSeal seal(key, random);
  open_all(seal, bytes);
  if (size == 0) return 0;
  const std::size_t prefix = std::min<std::size_t>(data[0] % 16, size - 1);
  open_all(seal, seal.seal(bytes.subspan(1, prefix), bytes.subspan(1 + prefix)));
  return 0;
}
