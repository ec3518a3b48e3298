#include "timestream/parquet_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/endian.h"
#include "timestream/gzip.h"
#include "timestream/parquet_format.h"
#include "timestream/thrift_compact.h"

namespace levada::timestream {
namespace {

// A row group is in memory, and a few bytes can stand for many values.
constexpr std::uint64_t group_rows_max = 10'000'000, group_values_max = 50'000'000;
constexpr std::uint64_t page_size_max = std::uint64_t{1} << 30;

constexpr std::int64_t julian_1970 = 2'440'588, day_nanoseconds = 86'400'000'000'000;

tl::unexpected<Error> corrupt(std::string what) {
  return fail(ErrorKind::corrupt, "the Parquet file is damaged: " + std::move(what));
}
tl::unexpected<Error> unsupported(std::string what) {
  return fail(ErrorKind::unsupported, std::move(what) + " in a Parquet file are not read");
}

// Numbers of some bits in the hybrid of runs and packed groups of eight.
class Hybrid {
 public:
  Hybrid(ByteView bytes, unsigned width) : bytes_(bytes), width_(width) {}

  // False: there are no more, or it is damaged.
  bool next(std::uint32_t& value) {
    while (run_ == 0 && packed_ == 0)
      if (!begin()) return false;
    if (run_ > 0) {
      --run_;
      value = value_;
      return true;
    }
    --packed_;
    value = 0;
    for (unsigned bit = 0; bit < width_; ++bit, ++bit_)
      value |= (static_cast<std::uint32_t>(bytes_[bit_ / 8]) >> (bit_ % 8) & 1u) << bit;
    if (packed_ == 0) at_ = bit_ / 8;
    return true;
  }

 private:
  bool begin() {
    std::uint64_t head = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (at_ == bytes_.size() || shift > 35) return false;
      const auto one = static_cast<std::uint64_t>(bytes_[at_++]);
      head |= (one & 0x7f) << shift;
      if (one < 0x80) break;
    }
    const std::uint64_t count = head >> 1;
    if ((head & 1) != 0) {
      if (count > (bytes_.size() - at_) / std::max(width_, 1u)) return false;
      packed_ = count * 8;
      bit_ = at_ * 8;
      return true;
    }
    const std::size_t size = (width_ + 7) / 8;
    if (size > bytes_.size() - at_) return false;
    value_ = 0;
    for (std::size_t i = 0; i < size; ++i)
      value_ |= static_cast<std::uint32_t>(bytes_[at_ + i]) << (8 * i);
    at_ += size;
    run_ = count;
    return true;
  }

  ByteView bytes_;
  const unsigned width_;
  std::size_t at_ = 0, bit_ = 0;
  std::uint64_t run_ = 0, packed_ = 0;
  std::uint32_t value_ = 0;
};

}  // namespace

// The pages of one column in one row group.
class ParquetReader::ChunkReader {
 public:
  ChunkReader(const ParquetReader& reader, std::size_t column, const Group& group, Rows& into)
      : physical_(reader.physical_[column]),
        chunk_(group.chunks[column]),
        rows_(group.rows),
        rest_(reader.file_.subspan(chunk_.offset, chunk_.size)),
        into_(into),
        values_(into.columns[column]) {}

  Result<Unit> read() {
    while (values_.present.size() < rows_) {
      Page page = TRY(next_page());
      if (page.type == parquet::dictionary_page) {
        TRY(read_dictionary(page));
      } else if (page.type == parquet::data_page || page.type == parquet::data_page_v2) {
        TRY(read_data(page));
      }
    }
    if (values_.present.size() != rows_) return corrupt("a column has too many values");
    return Unit{};
  }

 private:
  struct Page {
    std::int64_t type = -1, size = 0, stored = 0;
    std::int64_t values = 0, encoding = parquet::plain;
    std::int64_t definitions = 0, repetitions = 0;  // bytes, of version 2
    bool compressed = true;
    ByteView body = {};
  };

  Result<Page> next_page() {
    Page page;
    ThriftReader in(rest_);
    const auto head = [&](int version) {
      in.fields([&](const ThriftReader::Field& f) {
        if (f.id == 7 && version == 2 &&
            (f.type == ThriftReader::yes || f.type == ThriftReader::no)) {
          page.compressed = f.type == ThriftReader::yes;
          return true;
        }
        if (f.type != ThriftReader::i32) return false;
        const std::int64_t number = in.number();
        if (f.id == 1) page.values = number;
        if (f.id == (version == 2 ? 4 : 2)) page.encoding = number;
        if (f.id == 5 && version == 2) page.definitions = number;
        if (f.id == 6 && version == 2) page.repetitions = number;
        return true;
      });
      return true;
    };
    in.fields([&](const ThriftReader::Field& f) {
      if (f.type == ThriftReader::structure && (f.id == 5 || f.id == 7)) return head(1);
      if (f.type == ThriftReader::structure && f.id == 8) return head(2);
      if (f.type != ThriftReader::i32 || f.id > 3) return false;
      (f.id == 1 ? page.type : f.id == 2 ? page.size : page.stored) = in.number();
      return true;
    });
    if (in.broken()) return corrupt("a page's header does not decode");
    rest_ = rest_.subspan(in.position());
    if (page.stored < 0 || static_cast<std::uint64_t>(page.stored) > rest_.size() ||
        page.size < 0 || static_cast<std::uint64_t>(page.size) > page_size_max || page.values < 0)
      return corrupt("a page is larger than its column");
    page.body = rest_.first(static_cast<std::size_t>(page.stored));
    rest_ = rest_.subspan(page.body.size());
    return page;
  }

  Result<ByteView> plain_of(ByteView stored, std::uint64_t size) {
    if (chunk_.codec == parquet::uncompressed) return stored;
    if (chunk_.codec != parquet::gzip) return unsupported("codecs other than gzip");
    return ByteView(into_.pages.emplace_back(TRY(ungzipped(stored, size))));
  }

  Result<Unit> read_dictionary(const Page& page) {
    const ByteView body = TRY(plain_of(page.body, static_cast<std::uint64_t>(page.size)));
    dictionary_.clear();
    return read_plain(body, static_cast<std::size_t>(page.values), dictionary_);
  }

  Result<Unit> read_data(const Page& page) {
    const auto count = static_cast<std::size_t>(page.values);
    if (count > rows_ - values_.present.size()) return corrupt("a column has too many values");
    ByteView body, levels;
    if (page.type == parquet::data_page_v2) {
      if (page.repetitions != 0) return unsupported("nested columns");
      if (page.definitions < 0 || static_cast<std::size_t>(page.definitions) > page.body.size())
        return corrupt("a page's levels are larger than the page");
      levels = page.body.first(static_cast<std::size_t>(page.definitions));
      body = page.body.subspan(levels.size());
      const auto size = static_cast<std::uint64_t>(page.size - page.definitions);
      if (page.compressed && !body.empty()) body = TRY(plain_of(body, size));
    } else {
      body = TRY(plain_of(page.body, static_cast<std::uint64_t>(page.size)));
      if (physical_.optional) {
        if (body.size() < 4) return corrupt("a page has no levels");
        const std::size_t size = load_le<std::uint32_t>(body.data());
        if (size > body.size() - 4) return corrupt("a page's levels are larger than the page");
        levels = body.subspan(4, size);
        body = body.subspan(4 + size);
      }
    }
    const std::size_t begin = values_.present.size();
    values_.present.resize(begin + count, 1);
    std::size_t there = count;
    if (physical_.optional) {
      Hybrid definitions(levels, 1);
      for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t level = 0;
        if (!definitions.next(level)) return corrupt("a page has too few levels");
        values_.present[begin + i] = level != 0 ? 1 : 0;
        there -= level != 0 ? 0 : 1;
      }
    }
    std::vector<std::int64_t> bits;
    if (page.encoding == parquet::plain)
      TRY(read_plain(body, there, bits));
    else if (page.encoding == parquet::plain_dictionary || page.encoding == parquet::rle_dictionary)
      TRY(read_places(body, there, bits));
    else if (page.encoding == parquet::rle && physical_.type == parquet::boolean)
      TRY(read_truths(body, there, bits));
    else
      return unsupported("delta encodings");
    std::size_t at = 0;
    for (std::size_t i = 0; i < count; ++i)
      values_.bits.push_back(values_.present[begin + i] != 0 ? bits[at++] : 0);
    return Unit{};
  }

  Result<Unit> read_places(ByteView body, std::size_t count, std::vector<std::int64_t>& to) {
    if (count == 0) return Unit{};
    if (body.empty()) return corrupt("a page is empty");
    const auto width = static_cast<unsigned>(body[0]);
    if (width > 32) return corrupt("a dictionary has too many entries");
    Hybrid places(body.subspan(1), width);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t place = 0;
      if (!places.next(place) || place >= dictionary_.size())
        return corrupt("a value is not in the dictionary");
      to.push_back(dictionary_[place]);
    }
    return Unit{};
  }

  Result<Unit> read_truths(ByteView body, std::size_t count, std::vector<std::int64_t>& to) {
    if (body.size() < 4) return corrupt("a page is empty");
    Hybrid truths(body.subspan(4), 1);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t truth = 0;
      if (!truths.next(truth)) return corrupt("a page has too few values");
      to.push_back(truth);
    }
    return Unit{};
  }

  Result<Unit> read_plain(ByteView body, std::size_t count, std::vector<std::int64_t>& to) {
    constexpr std::size_t sizes[] = {0, 4, 8, 12, 4, 8, 0};
    const std::size_t size = sizes[physical_.type];
    const std::size_t needed = physical_.type == parquet::boolean      ? (count + 7) / 8
                               : physical_.type == parquet::byte_array ? count * 4
                                                                       : count * size;
    if (needed > body.size()) return corrupt("a page has too few values");
    to.reserve(to.size() + count);
    std::size_t at = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::byte* from = body.data() + at;
      at += size;
      switch (physical_.type) {
        case parquet::boolean:
          to.push_back(static_cast<std::int64_t>(body[i / 8]) >> (i % 8) & 1);
          break;
        case parquet::int32:
          to.push_back(scaled(static_cast<std::int32_t>(load_le<std::uint32_t>(from))));
          break;
        case parquet::int64:
          to.push_back(scaled(static_cast<std::int64_t>(load_le<std::uint64_t>(from))));
          break;
        case parquet::int96:  // nanoseconds of a Julian day
          to.push_back(static_cast<std::int64_t>(
              load_le<std::uint64_t>(from) +
              (load_le<std::uint32_t>(from + 8) - std::uint64_t{julian_1970}) *
                  std::uint64_t{day_nanoseconds}));
          break;
        case parquet::real32:
          to.push_back(std::bit_cast<std::int64_t>(
              static_cast<double>(std::bit_cast<float>(load_le<std::uint32_t>(from)))));
          break;
        case parquet::real64:
          to.push_back(static_cast<std::int64_t>(load_le<std::uint64_t>(from)));
          break;
        default: {
          if (body.size() - at < 4) return corrupt("a page has too few values");
          const std::size_t length = load_le<std::uint32_t>(body.data() + at);
          at += 4;
          if (length > body.size() - at) return corrupt("a text is longer than its page");
          to.push_back(static_cast<std::int64_t>(values_.texts.size()));
          values_.texts.push_back(as_text(body.subspan(at, length)));
          at += length;
        }
      }
    }
    return Unit{};
  }

  std::int64_t scaled(std::int64_t value) const {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) *
                                     static_cast<std::uint64_t>(physical_.unit));
  }

  const Physical& physical_;
  const Chunk& chunk_;
  const std::uint64_t rows_;
  ByteView rest_;
  Rows& into_;
  ParquetValues& values_;
  std::vector<std::int64_t> dictionary_;
};

Result<ParquetReader> ParquetReader::open(ByteView file) {
  ParquetReader reader(file);
  TRY(reader.read_footer());
  return reader;
}

Result<Unit> ParquetReader::read_footer() {
  const std::size_t frame = 2 * parquet::magic.size() + 4;
  if (file_.size() < frame || as_text(file_.first(parquet::magic.size())) != parquet::magic ||
      as_text(file_.last(parquet::magic.size())) != parquet::magic)
    return corrupt("it does not begin and end as one");
  const std::size_t size =
      load_le<std::uint32_t>(file_.data() + file_.size() - parquet::magic.size() - 4);
  if (size > file_.size() - frame) return corrupt("its footer is larger than the file");
  ThriftReader in(file_.subspan(file_.size() - parquet::magic.size() - 4 - size, size));

  bool root = true, nested = false, odd = false;
  const auto read_time = [&](ParquetColumn& column, Physical& physical) {
    in.fields([&](const ThriftReader::Field& timestamp) {
      if (timestamp.type != ThriftReader::structure) return false;
      in.fields([&](const ThriftReader::Field& unit) {
        column.type = ParquetType::timestamp;
        physical.unit = unit.id == 1 ? 1'000'000 : unit.id == 2 ? 1'000 : 1;
        return false;
      });
      return true;
    });
    return true;
  };
  const auto read_element = [&] {
    ParquetColumn column{{}, ParquetType::whole};
    Physical physical;
    in.fields([&](const ThriftReader::Field& f) {
      if (f.id == 10 && f.type == ThriftReader::structure) {
        in.fields([&](const ThriftReader::Field& logical) {
          return logical.id == 8 && logical.type == ThriftReader::structure &&
                 read_time(column, physical);
        });
        return true;
      }
      if (f.id == 4 && f.type == ThriftReader::binary) {
        column.name = in.text();
        return true;
      }
      if (f.type != ThriftReader::i32) return false;
      const std::int64_t number = in.number();
      if (f.id == 1) physical.type = static_cast<std::int32_t>(number);
      if (f.id == 3) physical.optional = number == 1;
      if (f.id == 3 && number == 2) nested = true;  // repeated
      if (f.id == 5 && number > 0 && !root) nested = true;
      constexpr std::int64_t millis = 9, micros = 10;  // the older way to say it
      if (f.id == 6 && (number == millis || number == micros)) {
        column.type = ParquetType::timestamp;
        physical.unit = number == millis ? 1'000'000 : 1'000;
      }
      return true;
    });
    if (std::exchange(root, false)) return;
    if (physical.type == parquet::boolean)
      column.type = ParquetType::boolean;
    else if (physical.type == parquet::int96)
      column.type = ParquetType::timestamp;
    else if (physical.type == parquet::real32 || physical.type == parquet::real64)
      column.type = ParquetType::real;
    else if (physical.type == parquet::byte_array)
      column.type = ParquetType::text;
    else if (physical.type != parquet::int32 && physical.type != parquet::int64)
      odd = true;
    columns_.push_back(std::move(column));
    physical_.push_back(physical);
  };
  const auto read_metadata = [&](Chunk& chunk) {
    std::uint64_t dictionary = 0;
    in.fields([&](const ThriftReader::Field& f) {
      if (f.type != ThriftReader::i32 && f.type != ThriftReader::i64) return false;
      const std::int64_t number = in.number();
      const auto whole = static_cast<std::uint64_t>(number);
      if (f.id == 4) chunk.codec = static_cast<std::int32_t>(number);
      if (f.id == 5) chunk.values = whole;
      if (f.id == 7) chunk.size = whole;
      if (f.id == 9) chunk.offset = whole;
      if (f.id == 11) dictionary = whole;
      return true;
    });
    if (dictionary > 0) chunk.offset = std::min(chunk.offset, dictionary);
    return true;
  };
  const auto read_group = [&] {
    Group& group = groups_.emplace_back();
    in.fields([&](const ThriftReader::Field& f) {
      if (f.id == 1 && f.type == ThriftReader::list) {
        in.structures([&] {
          Chunk& chunk = group.chunks.emplace_back();
          in.fields([&](const ThriftReader::Field& c) {
            return c.id == 3 && c.type == ThriftReader::structure && read_metadata(chunk);
          });
        });
        return true;
      }
      if (f.id != 3 || f.type != ThriftReader::i64) return false;
      group.rows = static_cast<std::uint64_t>(in.number());
      return true;
    });
  };
  in.fields([&](const ThriftReader::Field& f) {
    if (f.type != ThriftReader::list || (f.id != 2 && f.id != 4)) return false;
    if (f.id == 2)
      in.structures(read_element);
    else
      in.structures(read_group);
    return true;
  });
  if (in.broken()) return corrupt("its footer does not decode");
  if (nested) return unsupported("nested columns");
  if (odd) return unsupported("byte arrays of fixed length");
  for (const Group& group : groups_) {
    if (group.chunks.size() != columns_.size() || group.rows > group_rows_max ||
        group.rows * columns_.size() > group_values_max)
      return corrupt("a row group does not have the file's columns, or too many rows");
    for (const Chunk& chunk : group.chunks)
      if (chunk.offset > file_.size() || chunk.size > file_.size() - chunk.offset)
        return corrupt("a column lies outside the file");
  }
  return Unit{};
}

std::uint64_t ParquetReader::rows() const {
  std::uint64_t all = 0;
  for (const Group& group : groups_) all += group.rows;
  return all;
}

Result<ParquetReader::Rows> ParquetReader::read(std::size_t number) const {
  const Group& group = groups_[number];
  Rows rows;
  rows.size = static_cast<std::size_t>(group.rows);
  rows.columns.resize(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) TRY(ChunkReader(*this, i, group, rows).read());
  return rows;
}

}  // namespace levada::timestream
