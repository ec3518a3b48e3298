#include "kinesis/iterator.h"

#include <cstring>

#include "base/endian.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

constexpr std::byte prefix[8] = {{}, {}, {}, {}, {}, {}, {}, std::byte{1}};
constexpr std::byte iterator_version{1};
constexpr std::size_t fixed_size = 1 + 8 + 4 + 8 + 8 + 1;

// As observed of the service: the whole token, prefix included (spec kinesis 8).
constexpr std::size_t token_size(std::size_t name_size) {
  return 152 + 16 * ((name_size + 2) / 16);
}
constexpr std::size_t content_size(std::size_t name_size) {
  return token_size(name_size) - sizeof prefix - TokenSeal::overhead;
}
static_assert(content_size(0) >= fixed_size && content_size(13) >= fixed_size + 13 &&
              content_size(128) >= fixed_size + 128);

}  // namespace

Buffer seal_iterator(TokenSeal& seal, const Iterator& iterator) {
  const std::size_t name_size = iterator.stream_name.size();
  Buffer content(content_size(name_size));
  std::byte* at = content.data();
  at[0] = iterator_version;
  store_le<std::uint64_t>(at + 1, iterator.stream.value());
  store_le<std::uint32_t>(at + 9, iterator.shard.value());
  store_le<std::uint64_t>(at + 13, iterator.position.value());
  store_le<std::uint64_t>(at + 21, static_cast<std::uint64_t>(iterator.issued.count()));
  at[29] = static_cast<std::byte>(name_size);
  std::memcpy(at + fixed_size, iterator.stream_name.data(), name_size);
  return seal.seal(prefix, content);
}

Result<Iterator> open_iterator(TokenSeal& seal, ByteView token, UnixMillis now) {
  const auto invalid = [] { return refuse(Refusal::invalid_argument, "Invalid ShardIterator."); };
  if (token.size() < token_size(0) || std::memcmp(token.data(), prefix, sizeof prefix) != 0)
    return invalid();
  const std::optional<Buffer> content = seal.open(sizeof prefix, token);
  if (!content || (*content)[0] != iterator_version) return invalid();
  const std::byte* at = content->data();
  const auto name_size = static_cast<std::size_t>(at[29]);
  if (token.size() != token_size(name_size)) return invalid();
  Iterator iterator{
      .stream = catalog::StreamId(load_le<std::uint64_t>(at + 1)),
      .shard = catalog::ShardIndex(load_le<std::uint32_t>(at + 9)),
      .position = log::Position(load_le<std::uint64_t>(at + 13)),
      .issued = UnixMillis(static_cast<std::int64_t>(load_le<std::uint64_t>(at + 21))),
      .stream_name = std::string(as_text(ByteView(*content).subspan(fixed_size, name_size))),
  };
  if (iterator.issued > now) return invalid();
  if (now - iterator.issued > iterator_life)
    return refuse(Refusal::expired_iterator, text::iterator_expired(iterator.issued, now));
  return iterator;
}

}  // namespace levada::kinesis
