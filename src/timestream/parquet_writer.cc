#include "timestream/parquet_writer.h"

#include <bit>
#include <cstring>

#include "base/endian.h"
#include "timestream/gzip.h"
#include "timestream/parquet_format.h"

namespace levada::timestream {
namespace {

using sql::Kind;

constexpr std::size_t written_group_bytes_max = std::size_t{64} << 20;
constexpr std::uint64_t written_group_rows_max = 1'000'000;

constexpr std::int32_t optional_repetition = 1;
constexpr std::int16_t string_type = 1, date_type = 6, time_type = 7, timestamp_type = 8, nanos = 3;

parquet::Physical physical_of(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return parquet::boolean;
    case Kind::integer:
    case Kind::date:
      return parquet::int32;
    case Kind::bigint:
    case Kind::timestamp:
    case Kind::time:
      return parquet::int64;
    case Kind::real:
      return parquet::real64;
    default:
      return parquet::byte_array;
  }
}

void add_varint(Buffer& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<std::byte>(value | 0x80));
  to.push_back(static_cast<std::byte>(value));
}

template <class Number>
void add_fixed(Buffer& to, Number value) {
  const std::size_t at = to.size();
  to.resize(at + sizeof value);
  store_le<std::make_unsigned_t<Number>>(to.data() + at,
                                         static_cast<std::make_unsigned_t<Number>>(value));
}

void add(Buffer& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

// Thrift's compact protocol: fields in the order of their numbers.
class Compact {
 public:
  explicit Compact(Buffer& out) : out_(out) {}

  void i32(std::int16_t field, std::int32_t value) { number(field, 5, value); }
  void i64(std::int16_t field, std::uint64_t value) {
    number(field, 6, static_cast<std::int64_t>(value));
  }
  void truth(std::int16_t field, bool value) { head(field, value ? 1 : 2); }
  void text(std::int16_t field, std::string_view value) {
    head(field, 8);
    item(value);
  }
  void list(std::int16_t field, std::uint8_t of, std::size_t size) {
    head(field, 9);
    out_.push_back(static_cast<std::byte>(std::min<std::size_t>(size, 15) << 4 | of));
    if (size >= 15) add_varint(out_, size);
  }
  void item(std::string_view value) {
    add_varint(out_, value.size());
    add(out_, as_bytes(value));
  }
  void item(std::int32_t value) { zigzag(value); }
  void begin(std::int16_t field) {
    head(field, structure);
    begin();
  }
  void begin() { lasts_.push_back(0); }  // an item of a list
  void end() {
    out_.push_back(std::byte{0});
    lasts_.pop_back();
  }

  static constexpr std::uint8_t whole = 5, binary = 8, structure = 12;

 private:
  void head(std::int16_t field, std::uint8_t type) {
    out_.push_back(static_cast<std::byte>((field - lasts_.back()) << 4 | type));
    lasts_.back() = field;
  }
  void zigzag(std::int64_t value) {
    add_varint(out_,
               static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void number(std::int16_t field, std::uint8_t type, std::int64_t value) {
    head(field, type);
    zigzag(value);
  }

  Buffer& out_;
  std::vector<std::int16_t> lasts_{0};
};

void add_logical(Compact& to, Kind kind) {
  constexpr std::int16_t logical = 10;
  const auto empty = [&to](std::int16_t field) {
    to.begin(field);
    to.end();
  };
  const auto moment = [&](std::int16_t field, bool utc) {
    to.begin(field);
    to.truth(1, utc);
    to.begin(2);
    empty(nanos);
    to.end();
    to.end();
  };
  if (physical_of(kind) == parquet::byte_array) to.i32(6, parquet::utf8);
  if (kind == Kind::date) to.i32(6, parquet::date);
  if (kind == Kind::boolean || kind == Kind::integer || kind == Kind::bigint || kind == Kind::real)
    return;
  to.begin(logical);
  if (kind == Kind::date)
    empty(date_type);
  else if (kind == Kind::timestamp)
    moment(timestamp_type, true);
  else if (kind == Kind::time)
    moment(time_type, false);
  else
    empty(string_type);
  to.end();
}

}  // namespace

ParquetWriter::ParquetWriter(const sql::Scope& columns, std::size_t width, bool gzip)
    : gzip_(gzip) {
  for (std::size_t i = 0; i < width; ++i) columns_.push_back({&columns[i]});
  timestream::add(file_, as_bytes(parquet::magic));
}

void ParquetWriter::put(Column& column, const sql::Value& value) {
  Buffer& to = column.values;
  const Kind kind = column.is->type.kind;
  switch (physical_of(kind)) {
    case parquet::boolean:
      if (column.booleans++ % 8 == 0) to.push_back(std::byte{0});
      if (value.truth()) to.back() |= static_cast<std::byte>(1u << ((column.booleans - 1) % 8));
      break;
    case parquet::int32:
      add_fixed(to, static_cast<std::int32_t>(value.number()));
      break;
    case parquet::int64:
      add_fixed(to, value.number());
      break;
    case parquet::real64:
      add_fixed(to, std::bit_cast<std::int64_t>(value.real()));
      break;
    case parquet::byte_array: {
      const std::string text = sql::text_of(value, column.is->type);
      add_fixed(to, static_cast<std::int32_t>(text.size()));
      timestream::add(to, as_bytes(std::string_view(text)));
      break;
    }
    default:  // physical_of() names no other
      break;
  }
}

// Runs of the hybrid of RLE and bit packing, all of them RLE; levels are 0 and 1.
void ParquetWriter::end_run(Column& column) {
  if (column.run == 0) return;
  add_varint(column.levels, column.run << 1);
  column.levels.push_back(static_cast<std::byte>(column.run_has ? 1 : 0));
  column.run = 0;
}

Result<Unit> ParquetWriter::add(const std::vector<sql::Value>& row) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    const bool has = !row[i].null();
    if (has != column.run_has) end_run(column);
    column.run_has = has;
    ++column.run;
    if (has) put(column, row[i]);
    bytes += column.values.size();
  }
  ++rows_;
  if (rows_ == written_group_rows_max || bytes > written_group_bytes_max) return end_group();
  return Unit{};
}

std::size_t ParquetWriter::size() const {
  std::size_t bytes = file_.size();
  for (const Column& column : columns_) bytes += column.values.size() + column.levels.size();
  return bytes;
}

Result<Unit> ParquetWriter::end_group() {
  Group& group = groups_.emplace_back();
  group.rows = rows_;
  for (Column& column : columns_) {
    end_run(column);
    Buffer page;
    add_fixed(page, static_cast<std::int32_t>(column.levels.size()));
    timestream::add(page, column.levels);
    timestream::add(page, column.values);
    const std::size_t plain_size = page.size();
    if (gzip_) page = TRY(gzipped(page));
    const std::uint64_t offset = file_.size();
    Compact header(file_);
    header.i32(1, 0);  // a data page
    header.i32(2, static_cast<std::int32_t>(plain_size));
    header.i32(3, static_cast<std::int32_t>(page.size()));
    header.begin(5);
    header.i32(1, static_cast<std::int32_t>(rows_));
    header.i32(2, parquet::plain);
    header.i32(3, parquet::rle);
    header.i32(4, parquet::rle);
    header.end();
    header.end();
    const std::uint64_t header_size = file_.size() - offset;
    timestream::add(file_, page);
    group.chunks.push_back({offset, header_size + page.size(), header_size + plain_size});
    column = Column{column.is};
  }
  rows_ = 0;
  return Unit{};
}

Buffer ParquetWriter::footer() const {
  Buffer bytes;
  Compact to(bytes);
  std::uint64_t rows = 0;
  for (const Group& group : groups_) rows += group.rows;
  to.i32(1, 1);  // the version of the format
  to.list(2, Compact::structure, columns_.size() + 1);
  to.begin();
  to.text(4, "rows");
  to.i32(5, static_cast<std::int32_t>(columns_.size()));
  to.end();
  for (const Column& column : columns_) {
    to.begin();
    to.i32(1, physical_of(column.is->type.kind));
    to.i32(3, optional_repetition);
    to.text(4, column.is->name);
    add_logical(to, column.is->type.kind);
    to.end();
  }
  to.i64(3, rows);
  to.list(4, Compact::structure, groups_.size());
  for (const Group& group : groups_) {
    std::uint64_t size = 0;
    to.begin();
    to.list(1, Compact::structure, group.chunks.size());
    for (std::size_t i = 0; i < group.chunks.size(); ++i) {
      const Chunk& chunk = group.chunks[i];
      size += chunk.plain_size;
      to.begin();
      to.i64(2, chunk.offset);
      to.begin(3);
      to.i32(1, physical_of(columns_[i].is->type.kind));
      to.list(2, Compact::whole, 2);
      to.item(parquet::plain);
      to.item(parquet::rle);
      to.list(3, Compact::binary, 1);
      to.item(columns_[i].is->name);
      to.i32(4, gzip_ ? parquet::gzip : parquet::uncompressed);
      to.i64(5, group.rows);
      to.i64(6, chunk.plain_size);
      to.i64(7, chunk.size);
      to.i64(9, chunk.offset);
      to.end();
      to.end();
    }
    to.i64(2, size);
    to.i64(3, group.rows);
    to.end();
  }
  to.text(6, "Levada");
  to.end();
  return bytes;
}

Result<Buffer> ParquetWriter::finish() {
  if (rows_ > 0) TRY(end_group());
  const Buffer end = footer();
  timestream::add(file_, end);
  add_fixed(file_, static_cast<std::int32_t>(end.size()));
  timestream::add(file_, as_bytes(parquet::magic));
  return std::move(file_);
}

}  // namespace levada::timestream
