// TableStore: its manifest, its files, and how small segments become large ones.

#include <algorithm>
#include <bit>
#include <map>

#include "base/crc32c.h"
#include "timestream/table_store.h"

namespace levada::timestream {
namespace {

constexpr std::uint8_t manifest_version = 1;
constexpr std::size_t manifest_header = 5;  // version, checksum of the rest
constexpr Bytes manifest_size_max = 1_GiB;  // refuses a nonsense length, nothing else

constexpr std::size_t merge_inputs = 4;               // so many of one size become one
constexpr std::uint64_t merged_size_max = 512 << 20;  // larger ones are left alone
constexpr std::size_t gathered_rows = 2 * block_rows_max;

}  // namespace

std::string TableStore::segment_path(std::uint64_t number) const {
  return prefix_ + std::to_string(number) + ".segment";
}

// manifest = version:u8 crc32c:u32le covers next-segment segments (number hidden-before)… schema
Task<Unit> TableStore::write_manifest(std::vector<std::uint64_t> gone, StoredSegments fresh,
                                      log::Position covers) {
  StoredSegments all;
  for (const StoredSegment& stored : *data_.view().segments)
    if (std::ranges::find(gone, stored.segment->number()) == gone.end()) all.push_back(stored);
  all.insert(all.end(), fresh.begin(), fresh.end());
  Buffer rest;
  ByteWriter to(rest);
  to.number(covers.value());
  to.number(next_segment_);
  to.number(all.size());
  for (const StoredSegment& stored : all) {
    to.number(stored.segment->number());
    to.signed_number(stored.hidden_before);
  }
  data_.encode_schema(to);
  Buffer file;
  ByteWriter head(file);
  head.byte(manifest_version);
  head.fixed32(crc32c(rest));
  file.insert(file.end(), rest.begin(), rest.end());
  // The segments' names are durable before the manifest that names them can be.
  if (!fresh.empty()) co_await disk_.sync_directory(directory());
  co_await io::replace_file(disk_, manifest_path(), file);
  covers_ = covers;
  co_return Unit{};
}

Task<Unit> TableStore::write_manifest_again() {
  std::vector<std::uint64_t> gone;
  StoredSegments fresh;
  co_return co_await outcome(write_manifest(std::move(gone), std::move(fresh), covers_));
}

Task<Unit> TableStore::load_manifest() {
  const std::string path = manifest_path();
  Result<Buffer> file = co_await outcome(io::read_file(disk_, path, manifest_size_max));
  if (!file && file.error().kind == ErrorKind::not_found) co_return Unit{};
  if (!file) co_return unexpected<Error>(std::move(file).error());
  ByteReader from(*file);
  const std::uint8_t version = from.byte();
  if (version > manifest_version)
    co_return fail(ErrorKind::unsupported, path + " was written by a newer Levada");
  if (const std::uint32_t checksum = from.fixed32();
      from.broken() || checksum != crc32c(ByteView(*file).subspan(manifest_header)))
    co_return fail(ErrorKind::corrupt, path + " fails its checksum");
  covers_ = log::Position(from.number());
  next_segment_ = from.number();
  std::vector<std::pair<std::uint64_t, std::int64_t>> numbers;
  for (std::uint64_t n = from.number(); n > 0 && !from.broken(); --n) {
    const std::uint64_t number = from.number();
    numbers.emplace_back(number, from.signed_number());
  }
  co_await data_.decode_schema(from);
  StoredSegments all;
  for (const auto& [number, hidden_before] : numbers) {
    StoredSegment& stored = all.emplace_back();
    stored.segment = co_await Segment::open(disk_, segment_path(number), number);
    stored.hidden_before = hidden_before;
    for (const BlockEntry& block : stored.segment->index().blocks)
      if (block.series >= data_.series().size())
        co_return fail(ErrorKind::corrupt, stored.segment->path() + " has a series too many");
  }
  data_.replace({}, std::move(all), false);
  co_return Unit{};
}

// What a crash left behind: segments that no manifest names.
Task<Unit> TableStore::remove_strangers() {
  const std::string start = prefix_.substr(prefix_.rfind('/') + 1);
  const std::shared_ptr<const StoredSegments> known = data_.view().segments;
  for (const std::string& name : co_await disk_.list(directory())) {
    if (!name.starts_with(start) || !name.ends_with(".segment")) continue;
    const std::string path = directory() + "/" + name;
    if (std::ranges::none_of(*known,
                             [&](const StoredSegment& s) { return s.segment->path() == path; }))
      co_await disk_.remove(path);
  }
  co_return Unit{};
}

Task<Unit> TableStore::remove_file(StoredSegment stored) {
  cache_.forget(stored.segment);
  co_return co_await outcome(disk_.remove(stored.segment->path()));
}

Task<Unit> TableStore::remove() {
  state::Turn::Held held = co_await maintenance_.take();
  removed_ = true;
  // The manifest first, so that a crash leaves strangers, never a manifest without its segments.
  Result<Unit> gone = co_await outcome(disk_.remove(manifest_path()));
  if (!gone && gone.error().kind != ErrorKind::not_found) co_return gone;
  const std::shared_ptr<const StoredSegments> segments = data_.view().segments;
  for (const StoredSegment& stored : *segments) co_await remove_file(stored);
  co_return Unit{};
}

// What a failure left half written. Nothing names these files.
Task<Unit> TableStore::remove_since(std::uint64_t number) {
  for (; number < next_segment_; ++number)
    (void)co_await outcome(disk_.remove(segment_path(number)));
  co_return Unit{};
}

Task<bool> TableStore::compact() {
  state::Turn::Held held = co_await maintenance_.take();
  if (removed_) co_return false;
  const std::shared_ptr<const StoredSegments> now = data_.view().segments;
  if (now == compacted_) co_return false;
  // Segments of one day and about one size; the smallest first.
  std::map<std::pair<int, std::int64_t>, StoredSegments> alike;
  for (const StoredSegment& stored : *now) {
    const std::uint64_t size = stored.segment->size();
    if (size > merged_size_max) continue;
    alike[{std::bit_width(size >> 16) / 2, day_of(stored.segment->index().first)}].push_back(
        stored);
  }
  const auto found = std::ranges::find_if(
      alike, [](const auto& each) { return each.second.size() >= merge_inputs; });
  if (found == alike.end()) {
    compacted_ = now;
    co_return false;
  }
  StoredSegments inputs = found->second;
  const std::uint64_t number = next_segment_;
  Result<StoredSegment> merged = co_await outcome(merge(inputs));
  if (!merged) {
    compacted_ = now;  // not again before something changed
    co_await remove_since(number);
    co_return unexpected<Error>(std::move(merged).error());
  }
  StoredSegment output = std::move(*merged);
  std::vector<std::uint64_t> gone;
  for (const StoredSegment& input : inputs) gone.push_back(input.segment->number());
  StoredSegments fresh;
  if (output.segment->index().rows > 0) fresh.push_back(std::move(output));
  co_await write_manifest(gone, fresh, covers_);
  data_.replace(gone, std::move(fresh), false);
  for (const StoredSegment& input : inputs) co_await remove_file(input);
  co_return true;
}

Task<StoredSegment> TableStore::merge(StoredSegments inputs) {
  StoreView view;
  view.segments = std::make_shared<StoredSegments>(inputs);
  BlockCache few(std::size_t{4} << 20);
  std::vector<std::uint32_t> numbers;
  for (const StoredSegment& input : inputs)
    for (const BlockEntry& block : input.segment->index().blocks) numbers.push_back(block.series);
  std::ranges::sort(numbers);
  const auto again = std::ranges::unique(numbers);
  numbers.erase(again.begin(), again.end());
  const std::vector<MeasureType> types = data_.types();
  std::vector<bool> are_texts;
  for (const MeasureType type : types) are_texts.push_back(type == MeasureType::varchar);

  const std::uint64_t number = next_segment_++;
  const std::string path = segment_path(number);
  std::unique_ptr<SegmentWriter> writer = co_await SegmentWriter::create(disk_, path);
  for (const std::uint32_t id : numbers) {
    SeriesCursor cursor(data_, view, few, id, INT64_MIN, INT64_MAX);
    bool more = true;
    while (more) {
      Series gathered;
      Texts texts;
      while (gathered.size() < gathered_rows) {
        const SeriesCursor::Chunk chunk = co_await cursor.next();
        more = chunk.begin < chunk.end;
        if (!more) break;
        gathered.append(*chunk.series, chunk.begin, chunk.end, are_texts, *chunk.texts, texts);
        co_await io::yield(journal_.reactor);
      }
      co_await writer->add(id, gathered, texts, types, 0, gathered.size());
    }
  }
  co_await writer->finish();
  StoredSegment output;
  output.segment = co_await Segment::open(disk_, path, number);
  co_return output;
}

}  // namespace levada::timestream
