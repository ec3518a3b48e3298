#include "timestream/series_cursor.h"

#include <algorithm>

namespace levada::timestream {
namespace {

constexpr std::size_t chunk_rows = block_rows_max;

// One of the places that a merge takes points from.
struct SeriesPart {
  const Series* series;
  const Texts* texts;
  std::size_t at, end;
  std::int64_t time() const { return series->times()[at]; }
};

}  // namespace

SeriesCursor::SeriesCursor(const TableData& data, const StoreView& view, BlockCache& cache,
                           std::uint32_t series, std::int64_t from, std::int64_t to,
                           const std::vector<bool>* wanted, const Skip* skip)
    : data_(data),
      view_(view),
      cache_(cache),
      series_(series),
      from_(from),
      to_(to),
      wanted_(wanted),
      skip_(skip) {
  for (const StoredSegment& stored : *view.segments) {
    const SegmentIndex& index = stored.segment->index();
    if (index.last < from || index.first > to) continue;
    for (const BlockEntry& block : index.of_series(series)) {
      const std::int64_t first = std::max(block.first, stored.hidden_before);
      if (block.last >= from && first <= to && block.last >= first)
        sources_.push_back({&stored, &block, first});
    }
  }
  std::ranges::sort(sources_, {}, &Source::first);
}

const Series* SeriesCursor::of(const Memtable* store) const {
  if (store == nullptr) return nullptr;
  const auto at = store->series.find(series_);
  return at == store->series.end() ? nullptr : &at->second;
}

SeriesCursor::Chunk SeriesCursor::rows(const Series& series, const Texts& texts,
                                       std::int64_t to) const {
  const std::size_t begin = series.lower_bound(from_);
  const std::size_t end = to == INT64_MAX ? series.size() : series.lower_bound(to + 1);
  return {&series, &texts, begin, end};
}

void SeriesCursor::Stretch::meet(Stretch other) {
  if (empty() || other.first < first) {
    if (!empty()) other.last = std::min(other.last, first - 1);
    *this = other;
  } else if (other.first == first) {
    overlap = true;
    last = std::min(last, other.last);
  } else {
    last = std::min(last, other.first - 1);
  }
}

SeriesCursor::Stretch SeriesCursor::stretch() const {
  Stretch next;
  for (std::size_t i = begun_; i < sources_.size() && sources_[i].first <= next.last; ++i)
    if (const Source& source = sources_[i]; source.block->last >= from_)
      next.meet({&source, nullptr, std::max(from_, source.first), source.block->last});
  for (const auto& store : {view_.frozen.get(), view_.active.get()}) {
    const Series* series = of(store);
    if (series == nullptr) continue;
    const std::size_t at = series->lower_bound(from_);
    if (at == series->size()) continue;
    const std::size_t end = std::min(series->size() - 1, at + chunk_rows - 1);
    next.meet({nullptr, store, series->times()[at], series->times()[end]});
  }
  return next;
}

Task<SeriesCursor::Chunk> SeriesCursor::next() {
  kept_.clear();
  while (!done_) {
    while (begun_ < sources_.size() && sources_[begun_].block->last < from_) ++begun_;
    const Stretch next = stretch();
    if (next.empty() || next.first > to_) {
      done_ = true;
      break;
    }
    const std::int64_t last = std::min(next.last, to_);
    Chunk chunk;
    if (next.overlap) {
      chunk = co_await merged(last);
    } else if (next.store != nullptr) {
      chunk = rows(*of(next.store), next.store->texts, last);
    } else if (const Source& source = *next.block;
               skip_ == nullptr ||
               !(*skip_)(source.stored->segment->index().zones_of(*source.block))) {
      kept_.push_back(co_await cache_.get(source.stored->segment, *source.block, wanted_));
      from_ = next.first;
      chunk = rows(kept_.back()->series(), kept_.back()->texts(), last);
    }
    if (last >= to_)
      done_ = true;
    else
      from_ = last + 1;
    if (chunk.begin < chunk.end) co_return chunk;
  }
  co_return Chunk{};
}

// All points from from_ to `to`, of each time the highest version.
Task<SeriesCursor::Chunk> SeriesCursor::merged(std::int64_t to) {
  std::vector<SeriesPart> parts;
  const auto add = [&](const Series& series, const Texts& texts, std::int64_t from) {
    Chunk found = rows(series, texts, to);
    found.begin = std::max(found.begin, series.lower_bound(from));
    if (found.begin < found.end) parts.push_back({&series, &texts, found.begin, found.end});
  };
  for (std::size_t i = begun_; i < sources_.size() && sources_[i].first <= to; ++i) {
    if (sources_[i].block->last < from_) continue;
    kept_.push_back(co_await cache_.get(sources_[i].stored->segment, *sources_[i].block, wanted_));
    add(kept_.back()->series(), kept_.back()->texts(), sources_[i].first);
  }
  // From here on nothing waits, so that the memtables stay as they are.
  for (const auto& store : {view_.frozen.get(), view_.active.get()})
    if (const Series* series = of(store)) add(*series, store->texts, from_);

  struct Row {
    std::int64_t time, version;
    std::uint32_t part, place;
  };
  std::vector<Row> all;
  for (std::uint32_t p = 0; p < parts.size(); ++p)
    for (std::size_t i = parts[p].at; i < parts[p].end; ++i)
      all.push_back({parts[p].series->times()[i], parts[p].series->version(i), p,
                     static_cast<std::uint32_t>(i)});
  std::ranges::sort(all, [](const Row& a, const Row& b) {
    return a.time != b.time ? a.time < b.time : a.version > b.version;
  });
  const auto again = std::ranges::unique(all, {}, &Row::time);
  all.erase(again.begin(), again.end());

  std::vector<std::int64_t> times, versions;
  for (const Row& row : all) {
    times.push_back(row.time);
    versions.push_back(row.version);
  }
  merged_ = Series(std::move(times), std::move(versions));
  merged_texts_ = std::make_unique<Texts>();
  std::vector<std::uint32_t> attributes;
  for (const SeriesPart& part : parts)
    for (const Series::Column& column : part.series->columns())
      if (std::ranges::find(attributes, column.attribute) == attributes.end())
        attributes.push_back(column.attribute);
  for (const std::uint32_t attribute : attributes) {
    std::vector<const Series::Column*> by_part;
    for (const SeriesPart& part : parts) {
      const auto& columns = part.series->columns();
      const auto at = std::ranges::find(columns, attribute, &Series::Column::attribute);
      by_part.push_back(at == columns.end() ? nullptr : &*at);
    }
    const bool text = data_.attributes()[attribute].type == MeasureType::varchar;
    Series::Column column{attribute, std::vector<std::int64_t>(all.size()),
                          Presence(all.size(), false)};
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Series::Column* from = by_part[all[i].part];
      if (from == nullptr || !from->present[all[i].place]) continue;
      const std::int64_t bits = from->bits[all[i].place];
      column.present.set(i, true);
      column.bits.set(i, text ? merged_texts_->place_of(parts[all[i].part].texts->at(bits)) : bits);
    }
    merged_.add_column(std::move(column));
  }
  co_return Chunk{&merged_, merged_texts_.get(), 0, all.size()};
}

}  // namespace levada::timestream
