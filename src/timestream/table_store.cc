#include "timestream/table_store.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "timestream/point_codec.h"

namespace levada::timestream {
namespace {

constexpr Bytes replay_chunk = 4_MiB;
constexpr std::size_t rows_between_pauses = 1 << 15;
// Requests that are made durable together, and about how many bytes of them.
constexpr std::size_t group_max = 128, group_bytes_max = 4 << 20;

}  // namespace

TableStore::TableStore(const log::Journal& journal, io::Disk& disk, BlockCache& cache,
                       TableId table, std::string prefix)
    : journal_(journal),
      disk_(disk),
      cache_(cache),
      partition_(partition_of(table)),
      prefix_(std::move(prefix)),
      turn_(journal.reactor),
      maintenance_(journal.reactor) {}

Task<Unit> TableStore::open() {
  co_await load_manifest();
  co_await remove_strangers();
  flushed_ = journal_.reactor.clock().monotonic();
  co_return co_await outcome(replay());
}

Task<Unit> TableStore::replay() {
  next_ = covers_;
  for (;;) {
    log::Batches read = co_await journal_.reader.read(partition_, next_, replay_chunk);
    if (read.batches.empty()) co_return Unit{};
    for (const log::Batch& batch : read.batches) {
      if (batch.first < covers_) continue;
      const DecodedPoints decoded = co_await decode_points(batch.payload);
      for (const Point& point : decoded.points) data_.apply(point);
    }
    next_ = std::max(next_, read.next);
    // More than fits in memory goes out at once.
    if (data_.active().bytes > count(memtable_max)) co_await flush();
  }
}

std::size_t TableStore::memory() const {
  const StoreView view = data_.view();
  return view.active->bytes + (view.frozen ? view.frozen->bytes : 0);
}

// Points that may have another version in a segment learn of it.
Task<Unit> TableStore::look_up(std::vector<TableData::Located>& located,
                               std::span<const ReadRecord> records,
                               std::vector<std::shared_ptr<const Block>>& kept) {
  const std::shared_ptr<const StoredSegments> segments = data_.view().segments;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Point* point = std::get_if<Point>(&records[i]);
    if (point == nullptr || !located[i].series) continue;
    const std::uint32_t series = *located[i].series;
    if (point->time > data_.series()[series].stored_to) continue;
    for (const StoredSegment& stored : *segments) {
      const SegmentIndex& index = stored.segment->index();
      if (point->time < std::max(index.first, stored.hidden_before) || point->time > index.last)
        continue;
      const std::span<const BlockEntry> blocks = index.of_series(series);
      const auto at = std::ranges::lower_bound(blocks, point->time, {}, &BlockEntry::last);
      if (at == blocks.end() || at->first > point->time) continue;
      std::shared_ptr<const Block> block = co_await cache_.get(stored.segment, *at, nullptr);
      const Series& there = block->series();
      const std::size_t place = there.lower_bound(point->time);
      if (place == there.size() || there.times()[place] != point->time) continue;
      std::optional<Existing>& best = located[i].stored;
      if (best && best->version >= there.version(place)) continue;
      best = Existing{there.version(place), &there, &block->texts(), place};
      if (kept.empty() || kept.back() != block) kept.push_back(std::move(block));
    }
  }
  co_return Unit{};
}

struct TableStore::Group {
  struct Member {
    Waiting* request;
    std::vector<TableData::Located> located = {};
    TableData::Decided decided = {};
    Buffer bytes = {};
    auto encoder() const {
      return [this](MutableByteView into) { std::memcpy(into.data(), bytes.data(), bytes.size()); };
    }
  };
  std::deque<Member> members;                      // encoders look at them
  std::vector<std::shared_ptr<const Block>> kept;  // what was looked up lies in them

  void refuse(const Error& error) {
    for (Member& member : members)
      if (!member.request->answer) member.request->answer.emplace(unexpected<Error>(error));
  }
};

Task<Unit> TableStore::locate(Group& group) {
  std::shared_ptr<const StoredSegments> segments;
  do {  // again, when points went from the memtable to segments meanwhile
    segments = data_.view().segments;
    for (Group::Member& member : group.members) {
      const std::span<const ReadRecord> records = member.request->read.all;
      member.located = data_.locate(records);
      Result<Unit> found = co_await outcome(look_up(member.located, records, group.kept));
      if (!found) member.request->answer.emplace(unexpected<Error>(found.error()));
    }
  } while (segments != data_.view().segments);
  co_return Unit{};
}

Task<Unit> TableStore::write_waiting(Table definition, UnixMillis now) {
  Group group;
  const std::size_t count = std::min(waiting_.size(), group_max);
  for (std::size_t i = 0; i < count; ++i) group.members.push_back({waiting_[i]});
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  co_await locate(group);

  TableData::Batch batch;
  std::vector<log::Entry> entries;
  entries.reserve(count);
  std::vector<decltype(std::declval<Group::Member>().encoder())> encoders;
  encoders.reserve(count);  // entries look at them
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    Group::Member& member = group.members[i];
    if (bytes > group_bytes_max) {  // those have to wait once more
      std::vector<Waiting*> again;
      for (std::size_t rest = i; rest < group.members.size(); ++rest)
        if (!group.members[rest].request->answer) again.push_back(group.members[rest].request);
      waiting_.insert(waiting_.begin(), again.begin(), again.end());
      group.members.resize(i);
      break;
    }
    if (member.request->answer) continue;  // it could not be looked up
    member.decided = data_.decide(definition, member.request->read.all, member.located, batch, now);
    if (member.decided.accepted.empty()) continue;
    member.bytes = encode_points(member.decided.accepted);
    bytes += member.bytes.size();
    encoders.push_back(member.encoder());
    entries.push_back({partition_, static_cast<std::uint32_t>(member.decided.accepted.size()),
                       static_cast<std::uint32_t>(member.bytes.size()), encoders.back()});
  }
  if (!entries.empty()) {
    Result<std::vector<log::Appended>> appended = co_await outcome(journal_.log.append(entries));
    if (!appended) {
      group.refuse(appended.error());
      co_return Unit{};
    }
    next_ = appended->back().first.plus(entries.back().count);
  }
  for (Group::Member& member : group.members) {
    if (member.request->answer) continue;
    const std::vector<const Point*>& accepted = member.decided.accepted;
    TableData::Familiar before;
    for (std::size_t i = 0; i < accepted.size(); ++i)
      data_.apply(*accepted[i], member.located[member.decided.records[i]].series, before);
    member.request->answer.emplace(std::move(member.decided.answer));
  }
  co_return Unit{};
}

void TableStore::refuse_waiting(const Error& error) {
  for (Waiting* request : std::exchange(waiting_, {}))
    request->answer.emplace(unexpected<Error>(error));
}

Task<Unit> TableStore::flush() {
  state::Turn::Held held = co_await maintenance_.take();
  if (removed_) co_return Unit{};
  if (data_.view().frozen == nullptr) {
    state::Turn::Held writes = co_await turn_.take();
    flushed_ = journal_.reactor.clock().monotonic();
    if (next_ == covers_) co_return Unit{};
    data_.freeze();
    frozen_covers_ = next_;
  }
  co_return co_await outcome(flush_frozen());
}

Task<StoredSegments> TableStore::write_segments(std::shared_ptr<const Memtable> frozen) {
  std::vector<std::uint32_t> numbers;
  std::vector<std::int64_t> days;
  for (const auto& [number, series] : frozen->series) {
    if (series.size() == 0) continue;
    numbers.push_back(number);
    for (std::size_t at = 0; at < series.size();) {
      days.push_back(day_of(series.times()[at]));
      at = series.lower_bound((days.back() + 1) * day_nanos);
    }
  }
  std::ranges::sort(numbers);
  std::ranges::sort(days);
  const auto again = std::ranges::unique(days);
  days.erase(again.begin(), again.end());

  const std::vector<MeasureType> types = data_.types();
  StoredSegments fresh;
  const std::size_t step = (days.size() + segments_a_flush - 1) / segments_a_flush;
  for (std::size_t d = 0; d < days.size(); d += step) {
    const std::int64_t from = days[d] * day_nanos;
    const std::int64_t to = (days[std::min(d + step, days.size()) - 1] + 1) * day_nanos;
    const std::uint64_t number = next_segment_++;
    const std::string path = segment_path(number);
    std::unique_ptr<SegmentWriter> writer = co_await SegmentWriter::create(disk_, path);
    std::size_t rows = 0;
    for (const std::uint32_t id : numbers) {
      const Series& series = frozen->series.at(id);
      const std::size_t begin = series.lower_bound(from), end = series.lower_bound(to);
      if (begin == end) continue;
      co_await writer->add(id, series, frozen->texts, types, begin, end);
      if ((rows += end - begin) < rows_between_pauses) continue;
      rows = 0;
      co_await io::yield(journal_.reactor);
    }
    co_await writer->finish();
    StoredSegment& stored = fresh.emplace_back();
    stored.segment = co_await Segment::open(disk_, path, number);
  }
  co_return fresh;
}

Task<Unit> TableStore::flush_frozen() {
  const std::uint64_t number = next_segment_;
  Result<StoredSegments> written = co_await outcome(write_segments(data_.view().frozen));
  if (!written) {
    co_await remove_since(number);
    co_return unexpected<Error>(std::move(written).error());
  }
  StoredSegments fresh = std::move(*written);
  const std::vector<std::uint64_t> none_gone;
  co_await write_manifest(none_gone, fresh, frozen_covers_);
  data_.replace(none_gone, std::move(fresh), true);
  co_return co_await outcome(journal_.log.trim(partition_, covers_));
}

Task<Unit> TableStore::expire(std::int64_t before) {
  state::Turn::Held held = co_await maintenance_.take();
  if (removed_) co_return Unit{};
  const std::shared_ptr<const StoredSegments> segments = data_.view().segments;
  {
    state::Turn::Held writes = co_await turn_.take();
    data_.expire(before);
  }
  const std::shared_ptr<const StoredSegments> left = data_.view().segments;
  if (left->size() == segments->size()) co_return Unit{};
  co_await write_manifest_again();
  for (const StoredSegment& stored : *segments)
    if (std::ranges::find(*left, stored.segment, &StoredSegment::segment) == left->end())
      co_await remove_file(stored);
  co_return Unit{};
}

Task<Unit> TableStore::settle(std::int64_t before) {
  co_await expire(before);
  co_await flush();
  state::Turn::Held held = co_await maintenance_.take();
  co_return co_await outcome(write_manifest_again());
}

}  // namespace levada::timestream
