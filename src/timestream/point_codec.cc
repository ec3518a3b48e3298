#include "timestream/point_codec.h"

#include <algorithm>
#include <cstring>

#include "base/crc32c.h"
#include "base/endian.h"

namespace levada::timestream {
namespace {

// Version 1 repeated dimensions and names in every point; it is still read.
constexpr std::byte repeating_version{1}, format_version{2};
constexpr std::size_t header_size = 5;   // version, checksum of the rest
constexpr std::size_t number_size = 10;  // at most, in LEB128

// Writes into room that is known to be enough.
struct Writer {
  std::byte* at;
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) *at++ = static_cast<std::byte>(value | 0x80);
    *at++ = static_cast<std::byte>(value);
  }
  void text(std::string_view value) {
    number(value.size());
    if (value.empty()) return;  // which may have no address
    std::memcpy(at, value.data(), value.size());
    at += value.size();
  }
  void fixed(std::int64_t value) {
    store_le<std::uint64_t>(at, static_cast<std::uint64_t>(value));
    at += sizeof value;
  }
};

struct PointReader {
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
  std::string_view text() {
    const std::uint64_t size = number();
    if (broken || size > in.size()) {
      broken = true;
      return {};
    }
    const std::string_view value = as_text(in.first(size));
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
  MeasureType type() {
    const std::uint64_t type = number();
    if (type > static_cast<std::uint64_t>(MeasureType::timestamp)) broken = true;
    return static_cast<MeasureType>(type);
  }
  void value(Measure& measure) {
    if (measure.type == MeasureType::varchar)
      measure.text = text();
    else
      measure.bits = fixed();
  }
};

bool same_set(const Point& a, const Point& b) {
  return a.dimensions.size() == b.dimensions.size() &&
         (a.dimensions.data() == b.dimensions.data() ||
          std::ranges::equal(a.dimensions, b.dimensions));
}

bool same_shape(const Point& a, const Point& b) {
  if (a.shape != 0 && a.shape == b.shape) return true;
  return a.multi == b.multi &&
         std::ranges::equal(a.measures, b.measures, [](const Measure& x, const Measure& y) {
           return x.type == y.type && x.name == y.name;
         });
}

// What neighbours have in common is written once: sets of dimensions, and shapes (names and types
// of measures).
struct Plan {
  std::vector<const Point*> sets, shapes;  // the first point of each
  struct Place {
    std::uint32_t set, shape;
  };
  std::vector<Place> places;
  std::size_t size_max = 3 * number_size;

  explicit Plan(std::span<const Point* const> points) {
    places.reserve(points.size());
    for (const Point* point : points) {
      if (sets.empty() || !same_set(*sets.back(), *point)) {
        sets.push_back(point);
        size_max += number_size;
        for (const Dimension& d : point->dimensions)
          size_max += 2 * number_size + d.name.size() + d.value.size();
      }
      if (shapes.empty() || !same_shape(*shapes.back(), *point)) {
        shapes.push_back(point);
        size_max += 2 * number_size;
        for (const Measure& m : point->measures) size_max += 2 * number_size + m.name.size();
      }
      places.push_back({static_cast<std::uint32_t>(sets.size() - 1),
                        static_cast<std::uint32_t>(shapes.size() - 1)});
      size_max += 5 * number_size + point->measure_name.size();
      for (const Measure& m : point->measures) size_max += number_size + m.text.size();
    }
  }
};

// A point with its dimensions, shape and names.
Point read_repeating(PointReader& from, DecodedPoints& into) {
  Point point;
  std::vector<Dimension>& set = into.sets.emplace_back();
  for (std::uint64_t n = from.number(); n > 0 && !from.broken; --n) {
    Dimension& dimension = set.emplace_back();
    dimension.name = from.text();
    dimension.value = from.text();
  }
  point.dimensions = set;
  point.measure_name = from.text();
  point.time = from.fixed();
  point.version = static_cast<std::int64_t>(from.number());
  const std::uint64_t shape = from.number();
  point.multi = (shape & 1) != 0;
  std::vector<Measure>& measures = into.measures.emplace_back();
  for (std::uint64_t n = shape / 2; n > 0 && !from.broken; --n) {
    Measure& measure = measures.emplace_back();
    measure.type = from.type();
    measure.name = from.text();
    from.value(measure);
  }
  point.measures = measures;
  return point;
}

void read_all(PointReader& from, DecodedPoints& into) {
  for (std::uint64_t n = from.number(); n > 0 && !from.broken; --n) {
    std::vector<Dimension>& set = into.sets.emplace_back();
    for (std::uint64_t d = from.number(); d > 0 && !from.broken; --d) {
      Dimension& dimension = set.emplace_back();
      dimension.name = from.text();
      dimension.value = from.text();
    }
  }
  std::vector<bool> multi;
  for (std::uint64_t n = from.number(); n > 0 && !from.broken; --n) {
    const std::uint64_t shape = from.number();
    multi.push_back((shape & 1) != 0);
    std::vector<Measure>& measures = into.measures.emplace_back();
    for (std::uint64_t m = shape / 2; m > 0 && !from.broken; --m) {
      Measure& measure = measures.emplace_back();
      measure.type = from.type();
      measure.name = from.text();
    }
  }
  for (std::uint64_t n = from.number(); n > 0 && !from.broken; --n) {
    const std::uint64_t set = from.number(), shape = from.number();
    if (set >= into.sets.size() || shape >= multi.size()) {
      from.broken = true;
      return;
    }
    Point& point = into.points.emplace_back();
    point.dimensions = into.sets[set];
    point.multi = multi[shape];
    point.measure_name = from.text();
    point.time = from.fixed();
    point.version = static_cast<std::int64_t>(from.number());
    std::vector<Measure> measures = into.measures[shape];
    for (Measure& measure : measures)
      if (!from.broken) from.value(measure);
    point.measures = into.measures.emplace_back(std::move(measures));
  }
}

}  // namespace

Buffer encode_points(std::span<const Point* const> points) {
  const Plan plan(points);
  Buffer out(header_size + plan.size_max);
  out[0] = format_version;
  Writer to{out.data() + header_size};
  to.number(plan.sets.size());
  for (const Point* point : plan.sets) {
    to.number(point->dimensions.size());
    for (const Dimension& dimension : point->dimensions) {
      to.text(dimension.name);
      to.text(dimension.value);
    }
  }
  to.number(plan.shapes.size());
  for (const Point* point : plan.shapes) {
    to.number(point->measures.size() * 2 + (point->multi ? 1 : 0));
    for (const Measure& measure : point->measures) {
      to.number(static_cast<std::uint64_t>(measure.type));
      to.text(measure.name);
    }
  }
  to.number(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& point = *points[i];
    to.number(plan.places[i].set);
    to.number(plan.places[i].shape);
    to.text(point.measure_name);
    to.fixed(point.time);
    to.number(static_cast<std::uint64_t>(point.version));
    for (const Measure& measure : point.measures)
      if (measure.type == MeasureType::varchar)
        to.text(measure.text);
      else
        to.fixed(measure.bits);
  }
  out.resize(static_cast<std::size_t>(to.at - out.data()));
  store_le<std::uint32_t>(out.data() + 1, crc32c(ByteView(out).subspan(header_size)));
  return out;
}

Result<DecodedPoints> decode_points(ByteView bytes) {
  if (bytes.size() < header_size ||
      load_le<std::uint32_t>(bytes.data() + 1) != crc32c(bytes.subspan(header_size)))
    return fail(ErrorKind::corrupt, "points fail their checksum");
  if (bytes[0] > format_version)
    return fail(ErrorKind::unsupported, "points were written by a newer Levada");
  PointReader from{bytes.subspan(header_size)};
  DecodedPoints decoded;
  if (bytes[0] == repeating_version)
    for (std::uint64_t n = from.number(); n > 0 && !from.broken; --n)
      decoded.points.push_back(read_repeating(from, decoded));
  else
    read_all(from, decoded);
  if (from.broken || !from.in.empty()) return fail(ErrorKind::corrupt, "points do not decode");
  return decoded;
}

}  // namespace levada::timestream
