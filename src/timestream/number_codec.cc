#include "timestream/number_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/endian.h"

namespace levada::timestream {
namespace {

constexpr std::size_t frame_size = 128;  // values that share one width
constexpr unsigned orders = 3;           // values, differences, differences of differences

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

// Differences wrap around, so that any values go through.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

struct Frame {
  std::int64_t least;
  unsigned width;  // bits of what lies above the least
};

Frame frame_of(std::span<const std::int64_t> values) {
  std::int64_t least = values.front(), most = least;  // in a loop without a branch
  for (const std::int64_t value : values) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  return {least, static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(most) -
                                                      static_cast<std::uint64_t>(least)))};
}

std::size_t cost_of(std::span<const std::int64_t> values) {
  std::size_t bits = 0;
  for (std::size_t at = 0; at < values.size(); at += frame_size) {
    const auto part = values.subspan(at, std::min(frame_size, values.size() - at));
    const Frame frame = frame_of(part);
    bits += 8 + static_cast<std::size_t>(std::bit_width(zigzag(frame.least)) / 7 + 1) * 8 +
            part.size() * frame.width;
  }
  return bits;
}

void pack(std::span<const std::int64_t> values, Frame frame, Buffer& out) {
  std::uint64_t held = 0;
  unsigned bits = 0;
  const std::size_t begin = out.size(), size = (values.size() * frame.width + 7) / 8;
  out.resize(begin + size + 8);  // room for the last whole word
  std::byte* to = out.data() + begin;
  for (const std::int64_t value : values) {
    const std::uint64_t above =
        static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(frame.least);
    held |= above << bits;
    if (bits + frame.width >= 64) {
      store_le<std::uint64_t>(to, held);
      to += 8;
      held = bits == 0 ? 0 : above >> (64 - bits);
      bits = bits + frame.width - 64;
    } else {
      bits += frame.width;
    }
  }
  std::array<std::byte, 8> rest;
  store_le<std::uint64_t>(rest.data(), held);
  std::copy_n(rest.begin(), (bits + 7) / 8, to);
  out.resize(begin + size);
}

void unpack(ByteView bytes, Frame frame, std::span<std::int64_t> into) {
  if (frame.width == 0) {
    std::ranges::fill(into, frame.least);
    return;
  }
  // Whole words may be read behind the end of the copy, never behind what we were given.
  std::array<std::byte, frame_size * 8 + 16> padded;
  std::memcpy(padded.data(), bytes.data(), bytes.size());
  std::memset(padded.data() + bytes.size(), 0, 16);
  const std::uint64_t mask = ~std::uint64_t{0} >> (64 - frame.width);
  const auto least = static_cast<std::uint64_t>(frame.least);
  std::size_t bit = 0;
  if (frame.width <= 56) {  // one word has every value whole
    for (std::int64_t& value : into) {
      const std::uint64_t word = load_le<std::uint64_t>(padded.data() + bit / 8) >> (bit % 8);
      value = static_cast<std::int64_t>(least + (word & mask));
      bit += frame.width;
    }
    return;
  }
  for (std::int64_t& value : into) {
    const std::byte* at = padded.data() + bit / 8;
    const unsigned shift = bit % 8;
    std::uint64_t word = load_le<std::uint64_t>(at) >> shift;
    if (shift + frame.width > 64) word |= static_cast<std::uint64_t>(at[8]) << (64 - shift);
    value = static_cast<std::int64_t>(least + (word & mask));
    bit += frame.width;
  }
}

// Bits, the highest first.
class BitWriter {
 public:
  explicit BitWriter(Buffer& out) : out_(out) {}
  void put(std::uint64_t value, unsigned width) {
    while (width > 0) {
      if (free_ == 0) {
        out_.push_back(std::byte{0});
        free_ = 8;
      }
      const unsigned now = std::min(width, free_);
      const std::uint64_t part = (value >> (width - now)) & ((1u << now) - 1);
      out_.back() |= static_cast<std::byte>(part << (free_ - now));
      free_ -= now;
      width -= now;
    }
  }

 private:
  Buffer& out_;
  unsigned free_ = 0;
};

class BitReader {
 public:
  explicit BitReader(ByteView in) : in_(in) {}
  std::uint64_t get(unsigned width) {
    std::uint64_t value = 0;
    while (width > 0) {
      if (place_ / 8 >= in_.size()) {
        broken_ = true;
        return 0;
      }
      const auto have = static_cast<unsigned>(8 - place_ % 8);
      const unsigned now = std::min(width, have);
      const auto byte = static_cast<unsigned>(in_[place_ / 8]);
      value = value << now | ((byte >> (have - now)) & ((1u << now) - 1));
      place_ += now;
      width -= now;
    }
    return value;
  }
  bool broken() const { return broken_; }

 private:
  ByteView in_;
  std::size_t place_ = 0;
  bool broken_ = false;
};

constexpr std::uint8_t decimals_mode = 0, xor_mode = 1;
constexpr int decimals_max = tens.size() - 1;
constexpr double exact_max = 9007199254740992.0;  // 2^53

// The number as a whole number of 10^-decimals, where that is exact.
bool as_decimal(std::int64_t bits, int decimals, std::int64_t& into) {
  const auto value = std::bit_cast<double>(bits);
  const double scaled = std::nearbyint(value * tens[static_cast<std::size_t>(decimals)]);
  if (!(std::abs(scaled) <= exact_max)) return false;
  into = static_cast<std::int64_t>(scaled);
  return std::bit_cast<std::int64_t>(static_cast<double>(into) /
                                     tens[static_cast<std::size_t>(decimals)]) == bits;
}

bool as_decimals(std::span<const std::int64_t> values, int& decimals,
                 std::vector<std::int64_t>& into) {
  into.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int before = decimals;
    while (!as_decimal(values[i], decimals, into[i]))
      if (++decimals > decimals_max) return false;
    if (decimals != before && i > 0) i = static_cast<std::size_t>(-1);  // all of them, again
  }
  return true;
}

void encode_xor(std::span<const std::int64_t> values, Buffer& out) {
  BitWriter bits(out);
  std::uint64_t last = 0;
  unsigned window_begin = 0, window_size = 0;  // of the bits that differed
  for (const std::int64_t value : values) {
    const std::uint64_t differs = static_cast<std::uint64_t>(value) ^ last;
    last = static_cast<std::uint64_t>(value);
    if (differs == 0) {
      bits.put(0, 1);
      continue;
    }
    const auto leading = static_cast<unsigned>(std::countl_zero(differs));
    const auto trailing = static_cast<unsigned>(std::countr_zero(differs));
    const unsigned window_end = 64 - window_begin - window_size;
    if (window_size > 0 && leading >= window_begin && trailing >= window_end &&
        window_size < 64 - leading - trailing + 12) {
      bits.put(0b10, 2);
    } else {
      window_begin = leading;
      window_size = 64 - leading - trailing;
      bits.put(0b11, 2);
      bits.put(window_begin, 6);
      bits.put(window_size - 1, 6);
    }
    bits.put(differs >> (64 - window_begin - window_size), window_size);
  }
}

bool decode_xor(ByteView bytes, std::span<std::int64_t> into) {
  BitReader bits(bytes);
  std::uint64_t last = 0;
  unsigned window_begin = 0, window_size = 0;
  for (std::int64_t& value : into) {
    if (bits.get(1) == 1) {
      if (bits.get(1) == 1) {
        window_begin = static_cast<unsigned>(bits.get(6));
        window_size = static_cast<unsigned>(bits.get(6)) + 1;
      }
      if (window_size == 0 || window_begin + window_size > 64) return false;
      last ^= bits.get(window_size) << (64 - window_begin - window_size);
    }
    if (bits.broken()) return false;
    value = static_cast<std::int64_t>(last);
  }
  return true;
}

}  // namespace

void ByteWriter::number(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<std::byte>(value | 0x80));
  out_.push_back(static_cast<std::byte>(value));
}
void ByteWriter::signed_number(std::int64_t value) { number(zigzag(value)); }
void ByteWriter::fixed32(std::uint32_t value) {
  const std::size_t at = out_.size();
  out_.resize(at + 4);
  store_le<std::uint32_t>(out_.data() + at, value);
}
void ByteWriter::bytes(ByteView value) {
  number(value.size());
  out_.insert(out_.end(), value.begin(), value.end());
}

std::uint8_t ByteReader::byte() {
  const ByteView one = take(1);
  return one.empty() ? 0 : static_cast<std::uint8_t>(one[0]);
}
std::uint64_t ByteReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t next = byte();
    if (broken_) return 0;
    value |= (next & 0x7f) << shift;
    if (next < 0x80) return value;
  }
  fail();
  return 0;
}
std::int64_t ByteReader::signed_number() { return unzigzag(number()); }
std::uint32_t ByteReader::fixed32() {
  const ByteView four = take(4);
  return four.empty() ? 0 : load_le<std::uint32_t>(four.data());
}
ByteView ByteReader::bytes() {
  const std::uint64_t size = number();
  if (size > in_.size()) {
    fail();
    return {};
  }
  return take(size);
}
ByteView ByteReader::take(std::size_t size) {
  if (size > in_.size()) {
    fail();
    return {};
  }
  const ByteView taken = in_.first(size);
  in_ = in_.subspan(size);
  return taken;
}

void encode_integers(std::span<const std::int64_t> values, Buffer& out) {
  std::array<std::vector<std::int64_t>, orders> by_order;
  std::size_t best = 0, best_cost = 0;
  for (std::size_t order = 0; order < orders; ++order) {
    std::vector<std::int64_t>& now = by_order[order];
    if (order == 0) {
      now.assign(values.begin(), values.end());
    } else {
      const std::vector<std::int64_t>& before = by_order[order - 1];
      if (before.empty()) break;
      now.resize(before.size() - 1);
      for (std::size_t i = 0; i < now.size(); ++i) now[i] = minus(before[i + 1], before[i]);
    }
    const std::size_t cost = cost_of(now) + order * 32;
    if (order > 0 && cost >= best_cost) continue;
    best = order;
    best_cost = cost;
  }
  ByteWriter to(out);
  to.byte(static_cast<std::uint8_t>(best));
  for (std::size_t order = 0; order < best; ++order) to.signed_number(by_order[order].front());
  const std::span<const std::int64_t> rest(by_order[best]);
  for (std::size_t at = 0; at < rest.size(); at += frame_size) {
    const auto part = rest.subspan(at, std::min(frame_size, rest.size() - at));
    const Frame frame = frame_of(part);
    to.byte(static_cast<std::uint8_t>(frame.width));
    to.signed_number(frame.least);
    pack(part, frame, out);
  }
}

bool decode_integers(ByteView bytes, std::span<std::int64_t> into) {
  ByteReader from(bytes);
  const unsigned order = from.byte();
  if (order >= orders || into.size() < order) return false;
  std::array<std::int64_t, orders> firsts{};
  for (unsigned i = 0; i < order; ++i) firsts[i] = from.signed_number();
  const std::span<std::int64_t> rest = into.subspan(order);
  for (std::size_t at = 0; at < rest.size(); at += frame_size) {
    const auto part = rest.subspan(at, std::min(frame_size, rest.size() - at));
    Frame frame{};
    frame.width = from.byte();
    frame.least = from.signed_number();
    if (frame.width > 64) return false;
    const ByteView packed = from.take((part.size() * frame.width + 7) / 8);
    if (from.broken()) return false;
    unpack(packed, frame, part);
  }
  for (unsigned i = order; i-- > 0;) {
    into[i] = firsts[i];
    for (std::size_t k = i + 1; k < into.size(); ++k) into[k] = plus(into[k], into[k - 1]);
  }
  return from.done();
}

void encode_reals(std::span<const std::int64_t> values, Buffer& out) {
  int decimals = 0;
  std::vector<std::int64_t> whole;
  ByteWriter to(out);
  if (as_decimals(values, decimals, whole)) {
    to.byte(decimals_mode);
    to.byte(static_cast<std::uint8_t>(decimals));
    encode_integers(whole, out);
  } else {
    to.byte(xor_mode);
    encode_xor(values, out);
  }
}

std::optional<DecodedReals> decode_reals(ByteView bytes, std::span<std::int64_t> into) {
  ByteReader from(bytes);
  const std::uint8_t mode = from.byte();
  if (mode == xor_mode) {
    if (!decode_xor(from.take(from.left()), into)) return std::nullopt;
    return DecodedReals{};
  }
  const std::uint8_t decimals = from.byte();
  if (mode != decimals_mode || decimals > decimals_max ||
      !decode_integers(from.take(from.left()), into))
    return std::nullopt;
  return DecodedReals{decimals};
}

}  // namespace levada::timestream
