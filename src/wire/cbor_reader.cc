#include "wire/cbor_reader.h"

#include <cmath>
#include <cstring>
#include <string>

#include "base/endian.h"
#include "base/utf8.h"

namespace levada::wire {

namespace {

enum class Major : std::uint8_t { unsigned_, negative, bytes, text, array, map, tag, simple };

constexpr unsigned indefinite = 31;
constexpr std::uint64_t epoch_tag = 1;
// Floats from here on are milliseconds: 10^11 seconds is the year 5138, 10^11 milliseconds is 1973.
constexpr double seconds_max = 1e11;

double half_to_double(std::uint16_t half) {
  const int exponent = half >> 10 & 0x1f;
  const int mantissa = half & 0x3ff;
  double magnitude;
  if (exponent == 0) {
    magnitude = std::ldexp(mantissa, -24);
  } else if (exponent != 31) {
    magnitude = std::ldexp(mantissa + 1024, exponent - 25);
  } else {
    magnitude = mantissa == 0 ? INFINITY : NAN;
  }
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

struct Head {
  Major major;
  unsigned info;           // the low five bits
  std::uint64_t argument;  // of no meaning when indefinite
  bool is_indefinite() const { return info == indefinite; }
};

class CborParser {
 public:
  CborParser(ByteView bytes, ValueTree& tree) : bytes_(bytes), tree_(tree) {}

  Result<Value> parse() {
    Value root;
    if (item(root, 0)) {
      if (at_ == bytes_.size()) return root;
      wrong_ = "something behind the item";
    }
    return fail(ErrorKind::invalid,
                "CBOR: " + std::string(wrong_) + " at byte " + std::to_string(at_));
  }

 private:
  bool wrong(const char* what) {
    wrong_ = what;
    return false;
  }

  std::size_t remaining() const { return bytes_.size() - at_; }

  bool head(Head& out) {
    if (remaining() == 0) return wrong("the text ends too early");
    const auto first = static_cast<unsigned>(bytes_[at_]);
    out = {.major = static_cast<Major>(first >> 5), .info = first & 31, .argument = first & 31};
    ++at_;
    if (out.info < 24 || out.info == indefinite) return true;
    if (out.info > 27) return wrong("reserved length");
    const std::size_t width = std::size_t{1} << (out.info - 24);
    if (remaining() < width) return wrong("the text ends too early");
    const std::byte* const from = bytes_.data() + at_;
    at_ += width;
    switch (width) {
      case 1:
        out.argument = load_be<std::uint8_t>(from);
        break;
      case 2:
        out.argument = load_be<std::uint16_t>(from);
        break;
      case 4:
        out.argument = load_be<std::uint32_t>(from);
        break;
      default:
        out.argument = load_be<std::uint64_t>(from);
    }
    return true;
  }

  // Reads over the break that ends an indefinite item, if it is next.
  bool at_break() {
    if (remaining() == 0 || bytes_[at_] != std::byte{0xff}) return false;
    ++at_;
    return true;
  }

  bool item(Value& out, std::size_t depth) {
    Head first;
    if (!head(first)) return false;
    bool is_epoch = false;
    for (std::size_t tags = 0; first.major == Major::tag; ++tags) {
      if (first.is_indefinite()) return wrong("reserved length");
      if (tags == tree_.limits().depth_max) return wrong("nesting deeper than the limit");
      is_epoch = first.argument == epoch_tag;
      if (!head(first)) return false;
    }
    if (!tree_.count_node()) return wrong("more values than the limit");
    if (!untagged(first, out, depth)) return false;
    if (is_epoch) {
      const auto millis = cbor_epoch_millis(out);
      if (!millis) return wrong("time that is not a number");
      out = Value::of_timestamp(*millis);
    }
    return true;
  }

  bool untagged(const Head& first, Value& out, std::size_t depth) {
    switch (first.major) {
      case Major::unsigned_:
      case Major::negative:
        return integer(first, out);
      case Major::bytes:
      case Major::text: {
        std::string_view content;
        if (!string(first, content)) return false;
        out = first.major == Major::text ? Value::of_string(content)
                                         : Value::of_bytes(as_bytes(content));
        return true;
      }
      case Major::array:
      case Major::map:
        if (depth == tree_.limits().depth_max) return wrong("nesting deeper than the limit");
        return first.major == Major::array ? array(first, out, depth + 1)
                                           : map(first, out, depth + 1);
      default:
        return simple(first, out);
    }
  }

  bool integer(const Head& first, Value& out) {
    if (first.is_indefinite()) return wrong("reserved length");
    const bool negative = first.major == Major::negative;  // stands for -1 - argument
    if (first.argument <= static_cast<std::uint64_t>(INT64_MAX)) {
      const auto argument = static_cast<std::int64_t>(first.argument);
      out = Value::of_integer(negative ? -1 - argument : argument);
    } else {
      const auto argument = static_cast<double>(first.argument);
      out = Value::of_real(negative ? -1 - argument : argument);
    }
    return true;
  }

  bool take(std::uint64_t size, std::string_view& out) {
    if (size > remaining()) return wrong("the text ends too early");
    out = as_text(bytes_.subspan(at_, static_cast<std::size_t>(size)));
    at_ += static_cast<std::size_t>(size);
    return true;
  }

  // Each piece of an indefinite string must be a definite one of the same kind, and whole
  // characters.
  bool string(const Head& first, std::string_view& out) {
    const bool is_text = first.major == Major::text;
    if (!first.is_indefinite()) {
      if (!take(first.argument, out)) return false;
      return !is_text || is_valid_utf8(out) || wrong("text that is not UTF-8");
    }
    const std::size_t begin = at_;
    std::size_t total = 0;
    for (int pass = 0; pass < 2; ++pass) {
      char* to = pass == 0 ? nullptr : tree_.allocate(total);
      if (pass == 1) out = {to, total};
      at_ = begin;
      while (!at_break()) {
        Head piece;
        std::string_view content;
        if (!head(piece)) return false;
        if (piece.major != first.major || piece.is_indefinite())
          return wrong("indefinite string of other pieces");
        if (!take(piece.argument, content)) return false;
        if (is_text && !is_valid_utf8(content)) return wrong("text that is not UTF-8");
        if (pass == 0) {
          total += content.size();
        } else if (!content.empty()) {
          std::memcpy(to, content.data(), content.size());
          to += content.size();
        }
      }
    }
    return true;
  }

  bool array(const Head& first, Value& out, std::size_t depth) {
    const std::size_t open = tree_.open_array();
    if (!first.is_indefinite() && first.argument > remaining())
      return wrong("the text ends too early");
    for (std::uint64_t i = 0; first.is_indefinite() ? !at_break() : i < first.argument; ++i) {
      Value value;
      if (!item(value, depth)) return false;
      tree_.push(value);
    }
    out = tree_.close_array(open);
    return true;
  }

  bool map(const Head& first, Value& out, std::size_t depth) {
    const std::size_t open = tree_.open_object();
    if (!first.is_indefinite() && first.argument > remaining() / 2)
      return wrong("the text ends too early");
    for (std::uint64_t i = 0; first.is_indefinite() ? !at_break() : i < first.argument; ++i) {
      Head key;
      if (!head(key)) return false;
      if (key.major != Major::text) return wrong("map key that is not text");
      std::string_view name;
      if (!string(key, name)) return false;
      Value value;
      if (!item(value, depth)) return false;
      tree_.push(name, value);
    }
    out = tree_.close_object(open);
    return true;
  }

  bool simple(const Head& first, Value& out) {
    switch (first.info) {
      case 20:
      case 21:
        out = Value::of_boolean(first.info == 21);
        return true;
      case 22:
      case 23:
        out = Value();
        return true;
      case 25:
        out = Value::of_real(half_to_double(static_cast<std::uint16_t>(first.argument)));
        return true;
      case 26:
        out = Value::of_real(
            static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(first.argument))));
        return true;
      case 27:
        out = Value::of_real(std::bit_cast<double>(first.argument));
        return true;
      case indefinite:
        return wrong("break outside of an indefinite item");
      default:
        return wrong("unknown simple value");
    }
  }

  ByteView bytes_;
  std::size_t at_ = 0;
  ValueTree& tree_;
  const char* wrong_ = "";
};

}  // namespace

Result<Value> read_cbor(ByteView bytes, ValueTree& tree) {
  tree.clear();
  return CborParser(bytes, tree).parse();
}

std::optional<std::int64_t> cbor_epoch_millis(const Value& value) {
  switch (value.kind()) {
    case ValueKind::timestamp:
      return value.epoch_millis();
    case ValueKind::integer:
      return value.integer();
    case ValueKind::real: {
      const double real = value.real();
      const double millis = std::fabs(real) < seconds_max ? whole_millis(real) : std::floor(real);
      if (!(std::fabs(millis) < 0x1p63)) return std::nullopt;
      return static_cast<std::int64_t>(millis);
    }
    default:
      return std::nullopt;
  }
}

}  // namespace levada::wire
