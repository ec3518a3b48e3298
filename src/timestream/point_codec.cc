#include "timestream/point_codec.h"

#include "base/crc32c.h"
#include "base/endian.h"

namespace levada::timestream {
namespace {

constexpr std::byte format_version{1};
constexpr std::size_t header_size = 5;  // version, checksum of the rest

struct Writer {
  Buffer& out;
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::byte>(value | 0x80));
    out.push_back(static_cast<std::byte>(value));
  }
  void text(std::string_view value) {
    number(value.size());
    const ByteView bytes = as_bytes(value);
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  void fixed(std::int64_t value) {
    const std::size_t at = out.size();
    out.resize(at + 8);
    store_le<std::uint64_t>(out.data() + at, static_cast<std::uint64_t>(value));
  }
};

struct Reader {
  ByteView in;
  bool broken = false;
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !in.empty(); shift += 7) {
      const auto byte = static_cast<std::uint64_t>(in.front());
      in = in.subspan(1);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    broken = true;
    return 0;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (broken || size > in.size()) {
      broken = true;
      return {};
    }
    std::string value(as_text(in.first(size)));
    in = in.subspan(size);
    return value;
  }
  std::int64_t fixed() {
    if (in.size() < 8) {
      broken = true;
      return 0;
    }
    const auto value = static_cast<std::int64_t>(load_le<std::uint64_t>(in.data()));
    in = in.subspan(8);
    return value;
  }
};

void write(Writer& to, const Point& point) {
  to.number(point.dimensions.size());
  for (const Dimension& dimension : point.dimensions) {
    to.text(dimension.name);
    to.text(dimension.value);
  }
  to.text(point.measure_name);
  to.fixed(point.time);
  to.number(static_cast<std::uint64_t>(point.version));
  to.number(point.measures.size() * 2 + (point.multi ? 1 : 0));
  for (const Measure& measure : point.measures) {
    to.number(static_cast<std::uint64_t>(measure.type));
    to.text(measure.name);
    if (measure.type == MeasureType::varchar)
      to.text(measure.text);
    else
      to.fixed(measure.bits);
  }
}

Point read(Reader& from) {
  Point point;
  for (std::uint64_t n = from.number(); n > 0 && !from.broken; --n) {
    Dimension& dimension = point.dimensions.emplace_back();
    dimension.name = from.text();
    dimension.value = from.text();
  }
  point.measure_name = from.text();
  point.time = from.fixed();
  point.version = static_cast<std::int64_t>(from.number());
  const std::uint64_t shape = from.number();
  point.multi = (shape & 1) != 0;
  for (std::uint64_t n = shape / 2; n > 0 && !from.broken; --n) {
    Measure& measure = point.measures.emplace_back();
    const std::uint64_t type = from.number();
    if (type > static_cast<std::uint64_t>(MeasureType::timestamp)) from.broken = true;
    measure.type = static_cast<MeasureType>(type);
    measure.name = from.text();
    if (measure.type == MeasureType::varchar)
      measure.text = from.text();
    else
      measure.bits = from.fixed();
  }
  return point;
}

}  // namespace

Buffer encode_points(std::span<const Point* const> points) {
  Buffer out(header_size);
  out[0] = format_version;
  Writer to{out};
  to.number(points.size());
  for (const Point* point : points) write(to, *point);
  store_le<std::uint32_t>(out.data() + 1, crc32c(ByteView(out).subspan(header_size)));
  return out;
}

Result<std::vector<Point>> decode_points(ByteView bytes) {
  if (bytes.size() < header_size ||
      load_le<std::uint32_t>(bytes.data() + 1) != crc32c(bytes.subspan(header_size)))
    return fail(ErrorKind::corrupt, "points fail their checksum");
  if (bytes[0] > format_version)
    return fail(ErrorKind::unsupported, "points were written by a newer Levada");
  Reader from{bytes.subspan(header_size)};
  std::vector<Point> points;
  for (std::uint64_t n = from.number(); n > 0 && !from.broken; --n) points.push_back(read(from));
  if (from.broken || !from.in.empty()) return fail(ErrorKind::corrupt, "points do not decode");
  return points;
}

}  // namespace levada::timestream
