#include "log/local/manifest.h"

#include "base/crc32c.h"
#include "base/endian.h"

namespace levada::log::local {
namespace {

constexpr std::uint32_t manifest_magic = 0x4e414d4c;  // "LMAN"
constexpr std::uint32_t manifest_version = 1;
constexpr std::size_t header_size = 64;
constexpr std::size_t row_size = 56;
constexpr Bytes manifest_size_max = 64_MiB;  // a million segments

std::string path_in(const std::string& directory) { return directory + "/manifest"; }

}  // namespace

Buffer encode_manifest(const Manifest& manifest) {
  Buffer bytes(header_size + manifest.segments.size() * row_size + 4);
  std::byte* to = bytes.data();
  store_le(to, manifest_magic);
  store_le(to + 4, manifest_version);
  store_le(to + 8, manifest.journal);
  store_le(to + 12, manifest.epoch);
  store_le(to + 16, std::uint64_t{manifest.clean});
  store_le(to + 24, manifest.stored_sequence);
  store_le(to + 32, manifest.next_block);
  store_le(to + 40, manifest.next_id);
  store_le(to + 48, std::uint64_t{manifest.segments.size()});
  to += header_size;
  for (const StoredSummary& segment : manifest.segments) {
    for (std::uint64_t field :
         {segment.id, segment.size, segment.data_size, segment.index_offset, segment.index_rows,
          segment.partition_offset, segment.partition_rows}) {
      store_le(to, field);
      to += 8;
    }
  }
  store_le(to, crc32c(ByteView(bytes).first(bytes.size() - 4)));
  return bytes;
}

Result<Manifest> decode_manifest(ByteView bytes, const std::string& path) {
  auto corrupt = [&](const char* what) {
    return fail(ErrorKind::corrupt, path + ": the manifest " + what);
  };
  if (bytes.size() < header_size + 4) return corrupt("is cut short");
  const std::byte* from = bytes.data();
  if (load_le<std::uint32_t>(from + bytes.size() - 4) != crc32c(bytes.first(bytes.size() - 4)))
    return corrupt("does not match its checksum");
  if (load_le<std::uint32_t>(from) != manifest_magic) return corrupt("is no manifest");
  if (load_le<std::uint32_t>(from + 4) != manifest_version)
    return fail(ErrorKind::unsupported, path + ": the manifest has another version");
  Manifest manifest{
      .journal = load_le<std::uint32_t>(from + 8),
      .epoch = load_le<std::uint32_t>(from + 12),
      .clean = load_le<std::uint64_t>(from + 16) != 0,
      .stored_sequence = load_le<std::uint64_t>(from + 24),
      .next_block = load_le<std::uint64_t>(from + 32),
      .next_id = load_le<std::uint64_t>(from + 40),
      .segments = {},
  };
  std::uint64_t segments = load_le<std::uint64_t>(from + 48);
  if (segments != (bytes.size() - header_size - 4) / row_size) return corrupt("is cut short");
  from += header_size;
  for (std::uint64_t i = 0; i < segments; ++i) {
    StoredSummary& segment = manifest.segments.emplace_back();
    for (std::uint64_t* field :
         {&segment.id, &segment.size, &segment.data_size, &segment.index_offset,
          &segment.index_rows, &segment.partition_offset, &segment.partition_rows}) {
      *field = load_le<std::uint64_t>(from);
      from += 8;
    }
  }
  return manifest;
}

Task<Unit> write_manifest(io::Disk& disk, std::string directory, Manifest manifest) {
  Buffer bytes = encode_manifest(manifest);
  co_await io::replace_file(disk, path_in(directory), bytes);
  co_return Unit{};
}

Task<Manifest> read_manifest(io::Disk& disk, std::string directory) {
  std::string path = path_in(directory);
  Buffer bytes = co_await io::read_file(disk, path, manifest_size_max);
  co_return decode_manifest(bytes, path);
}

}  // namespace levada::log::local
