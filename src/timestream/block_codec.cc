#include "timestream/block_codec.h"

#include <algorithm>
#include <array>
#include <bit>

namespace levada::timestream {
namespace {

constexpr std::size_t columns_max = 2048;  // more than a table can have

unexpected<Error> broken() { return fail(ErrorKind::corrupt, "a block of points does not decode"); }

void put_integers(std::span<const std::int64_t> values, ByteWriter& to) {
  Buffer packed;
  encode_integers(values, packed);
  to.bytes(packed);
}

bool ascending(std::span<const std::int64_t> times) {
  return std::ranges::adjacent_find(times, std::greater_equal()) == times.end();
}

Zone zone_of(std::uint32_t attribute, MeasureType type, std::span<const std::int64_t> values) {
  if (type == MeasureType::real) {
    const auto [least, most] =
        std::ranges::minmax(values, {}, [](std::int64_t v) { return std::bit_cast<double>(v); });
    return {attribute, type, least, most};
  }
  const auto [least, most] = std::ranges::minmax(values);
  return {attribute, type, least, most};
}

}  // namespace

// block  = rows columns times versions column…
// column = attribute type presence values
void encode_block(const Series& series, const Texts& texts, std::span<const MeasureType> types,
                  std::size_t begin, std::size_t end, Buffer& out, std::vector<Zone>& zones) {
  const std::size_t rows = end - begin;
  ByteWriter to(out);
  to.number(rows);
  std::vector<const Series::Column*> used;
  for (const Series::Column& column : series.columns())
    if (column.present.anywhere(begin, end)) used.push_back(&column);
  to.number(used.size());
  put_integers(series.times().subspan(begin, rows), to);
  std::vector<std::int64_t> scratch;
  put_integers(series.versions().range(begin, end, scratch), to);
  for (const Series::Column* column : used) {
    const MeasureType type = types[column->attribute];
    const std::span<const std::int64_t> bits = column->bits.range(begin, end, scratch);
    std::vector<std::int64_t> present, values;
    if (column->present.everywhere()) {
      values.assign(bits.begin(), bits.end());
    } else {
      present.resize(rows);
      for (std::size_t i = 0; i < rows; ++i)
        if ((present[i] = column->present[begin + i] ? 1 : 0) != 0) values.push_back(bits[i]);
    }
    to.number(column->attribute);
    to.byte(static_cast<std::uint8_t>(type));
    if (values.size() == rows)
      to.bytes({});
    else
      put_integers(present, to);
    Buffer packed;
    if (type == MeasureType::real) {
      encode_reals(values, packed);
    } else if (type == MeasureType::varchar) {
      ByteWriter dictionary(packed);
      Texts own;
      for (std::int64_t& value : values) value = own.place_of(texts.at(value));
      dictionary.number(own.size());
      for (std::size_t i = 0; i < own.size(); ++i)
        dictionary.text(own.at(static_cast<std::int64_t>(i)));
      encode_integers(values, packed);
    } else {
      encode_integers(values, packed);
    }
    to.bytes(packed);
    if (type == MeasureType::real || type == MeasureType::bigint || type == MeasureType::timestamp)
      zones.push_back(zone_of(column->attribute, type, values));
  }
}

Result<std::shared_ptr<Block>> Block::open(Buffer bytes) {
  auto block = std::make_shared<Block>();
  block->bytes_ = std::move(bytes);
  ByteReader from(block->bytes_);
  const std::uint64_t rows = from.number(), columns = from.number();
  const ByteView packed_times = from.bytes(), packed_versions = from.bytes();
  if (from.broken() || rows == 0 || rows > block_rows_max || columns > columns_max) return broken();
  std::vector<std::int64_t> times(rows), versions(rows);
  if (!decode_integers(packed_times, times) || !decode_integers(packed_versions, versions) ||
      !ascending(times))
    return broken();
  block->series_ = Series(std::move(times), Numbers::narrow(versions));
  for (std::uint64_t i = 0; i < columns; ++i) {
    Stored& stored = block->stored_.emplace_back();
    const std::uint64_t attribute = from.number();
    const std::uint8_t type = from.byte();
    stored.presence = from.bytes();
    stored.values = from.bytes();
    if (from.broken() || attribute >= columns_max ||
        type > static_cast<std::uint8_t>(MeasureType::timestamp))
      return broken();
    stored.attribute = static_cast<std::uint32_t>(attribute);
    stored.type = static_cast<MeasureType>(type);
  }
  if (!from.done()) return broken();
  return block;
}

Result<Unit> Block::ensure(const std::vector<bool>* wanted) {
  for (Stored& stored : stored_) {
    if (stored.decoded) continue;
    if (wanted != nullptr && (stored.attribute >= wanted->size() || !(*wanted)[stored.attribute]))
      continue;
    TRY(decode(stored));
  }
  if (std::ranges::all_of(stored_, &Stored::decoded)) bytes_ = Buffer();
  return Unit{};
}

Result<Unit> Block::decode(Stored& stored) {
  const std::size_t rows = series_.size();
  std::array<std::int64_t, block_rows_max> decoded;
  const std::span<std::int64_t> all = std::span(decoded).first(rows);
  std::vector<std::int64_t> present;
  std::size_t count = rows;
  if (!stored.presence.empty()) {
    present.resize(rows);
    if (!decode_integers(stored.presence, present)) return broken();
    count = static_cast<std::size_t>(
        std::ranges::count_if(present, [](std::int64_t is) { return is != 0; }));
  }
  const std::span<std::int64_t> values = all.first(count);
  std::optional<std::uint8_t> decimals;
  if (stored.type == MeasureType::real) {
    const auto reals = decode_reals(stored.values, values);
    if (!reals) return broken();
    decimals = reals->decimals;
  } else if (stored.type == MeasureType::varchar) {
    ByteReader from(stored.values);
    const std::uint64_t distinct = from.number();
    if (distinct > count) return broken();
    std::vector<std::int64_t> places;
    for (std::uint64_t i = 0; i < distinct; ++i) places.push_back(texts_.place_of(from.text()));
    if (from.broken() || !decode_integers(from.take(from.left()), values)) return broken();
    for (std::int64_t& value : values) {
      if (value < 0 || static_cast<std::uint64_t>(value) >= distinct) return broken();
      value = places[static_cast<std::size_t>(value)];
    }
  } else if (!decode_integers(stored.values, values)) {
    return broken();
  }
  Presence presence(rows, true);
  if (!present.empty())
    for (std::size_t row = rows, from = count; row-- > 0;) {
      presence.set(row, present[row] != 0);
      all[row] = present[row] != 0 ? all[--from] : 0;
    }
  Series::Column column{stored.attribute,
                        decimals ? Numbers::narrow_decimals(all, *decimals) : Numbers::narrow(all),
                        std::move(presence)};
  series_.add_column(std::move(column));
  stored.decoded = true;
  return Unit{};
}

std::size_t Block::memory() const {
  std::size_t columns = 0;
  for (const Series::Column& column : series_.columns())
    columns += column.bits.bytes() + sizeof column;
  return bytes_.size() + series_.size() * sizeof(std::int64_t) + series_.versions().bytes() +
         columns + texts_.bytes() + stored_.size() * sizeof(Stored) + sizeof(Block);
}

}  // namespace levada::timestream
