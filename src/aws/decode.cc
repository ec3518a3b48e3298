#include "aws/decode.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/ascii.h"
#include "base/utf8.h"
#include "wire/base64.h"
#include "wire/cbor_reader.h"

namespace levada::aws {
namespace {

using wire::Value;
using wire::ValueKind;

using Decoded = tl::expected<Value, std::string>;

constexpr std::string_view list_unexpected = "Start of list found where not expected";
constexpr std::string_view structure_unexpected =
    "Start of structure or map found where not expected.";
constexpr std::size_t shown_text_max = 1024;  // bytes of a bad value that a message repeats

tl::unexpected<std::string> refuse(std::string_view text) {
  return tl::unexpected<std::string>(std::string(text));
}

std::string_view java_class(ValueKind kind) {
  switch (kind) {
    case ValueKind::boolean:
      return "java.lang.Boolean";
    case ValueKind::string:
      return "java.lang.String";
    case ValueKind::bytes:
      return "java.nio.HeapByteBuffer";
    case ValueKind::timestamp:
      return "java.util.Date";
    default:
      return "com.amazon.coral.value.json.numbers.TruncatingBigNumber";
  }
}

tl::unexpected<std::string> not_convertible(const Value& value, std::string_view target) {
  return refuse("class " + std::string(java_class(value.kind())) + " can not be converted to " +
                std::string(target));
}

bool is_number(const Value& value) {
  return value.is(ValueKind::integer) || value.is(ValueKind::real);
}

// Double to integer without undefined behaviour at the ends.
std::int64_t floored(double real) {
  if (std::isnan(real)) return 0;
  constexpr double limit = 9223372036854775808.0;
  if (real >= limit) return std::numeric_limits<std::int64_t>::max();
  if (real < -limit) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(std::floor(real));
}

class Decoder {
 public:
  Decoder(Coding coding, wire::ValueTree& tree) : coding_(coding), tree_(tree) {}

  Decoded any(const Shape& shape, const Value& value) {
    switch (shape.type) {
      case Type::list:
        return list(shape, value);
      case Type::map:
        return map(shape, value);
      case Type::structure:
        return structure(shape, value);
      default:
        return scalar(shape, value);
    }
  }

 private:
  Decoded scalar(const Shape& shape, const Value& value) {
    if (value.is(ValueKind::array)) return refuse(list_unexpected);
    if (value.is(ValueKind::object)) return refuse(structure_unexpected);
    switch (shape.type) {
      case Type::string:
        if (value.is(ValueKind::string)) return value;
        return not_convertible(value, "an String");
      case Type::blob:
        return blob(value);
      case Type::integer:
        if (!is_number(value)) return not_convertible(value, "an Integer");
        return Value::of_integer(
            std::clamp<std::int64_t>(whole(value), std::numeric_limits<std::int32_t>::min(),
                                     std::numeric_limits<std::int32_t>::max()));
      case Type::long_integer:
        if (!is_number(value)) return not_convertible(value, "an Long");
        return Value::of_integer(whole(value));
      case Type::real:
        if (!is_number(value)) return not_convertible(value, "an Double");
        return Value::of_real(value.real());
      case Type::boolean:
        return boolean(value);
      default:
        return timestamp(value);
    }
  }

  static std::int64_t whole(const Value& value) {
    return value.is(ValueKind::integer) ? value.integer() : floored(value.real());
  }

  static Decoded boolean(const Value& value) {
    if (value.is(ValueKind::boolean)) return value;
    if (value.is(ValueKind::string)) {
      const std::string upper = uppered(utf8_prefix(value.string(), shown_text_max));
      if (upper == "TRUE" || upper == "YES" || upper == "1") return Value::of_boolean(true);
      if (upper == "FALSE" || upper == "NO" || upper == "0") return Value::of_boolean(false);
      return refuse("'" + upper + "' can not be converted to an Boolean");
    }
    if (value.is(ValueKind::real) && value.real() != std::floor(value.real()))
      return Value::of_boolean(true);
    return not_convertible(value, "an Boolean");
  }

  Decoded blob(const Value& value) {
    if (value.is(ValueKind::bytes)) return value;
    if (!value.is(ValueKind::string)) return not_convertible(value, "a Blob");
    const std::string_view text = value.string();
    const std::size_t room = wire::base64_decoded_size_max(text.size());
    auto* bytes = reinterpret_cast<std::byte*>(tree_.allocate(room));
    const wire::Base64Decoded decoded = wire::base64_decode(text, {bytes, room});
    if (decoded.ok()) return Value::of_bytes({bytes, decoded.size});
    return refuse("'" + std::string(utf8_prefix(text, shown_text_max)) +
                  "' can not be converted to a Blob: " + wire::base64_fault_text(text, decoded));
  }

  Decoded timestamp(const Value& value) const {
    constexpr std::string_view target = "milliseconds since epoch";
    if (coding_ == Coding::cbor) {
      if (const auto millis = wire::cbor_epoch_millis(value)) return Value::of_timestamp(*millis);
      return not_convertible(value, target);
    }
    if (!is_number(value)) return not_convertible(value, target);
    return Value::of_timestamp(floored(wire::whole_millis(value.real())));
  }

  Decoded list(const Shape& shape, const Value& value) {
    if (value.is(ValueKind::object)) return refuse(structure_unexpected);
    if (!value.is(ValueKind::array)) return refuse("Expected list or null");
    const std::size_t open = tree_.open_array();
    for (const Value& item : value.items()) {
      if (item.is(ValueKind::null)) continue;
      Decoded decoded = any(*shape.element, item);
      if (!decoded) {
        tree_.close_array(open);
        return decoded;
      }
      tree_.push(*decoded);
    }
    return tree_.close_array(open);
  }

  Decoded map(const Shape& shape, const Value& value) {
    if (value.is(ValueKind::array)) return refuse(list_unexpected);
    if (!value.is(ValueKind::object)) return refuse("Expected map or null");
    const std::size_t open = tree_.open_object();
    for (const wire::Member& member : value.members()) {
      if (member.value.is(ValueKind::null)) continue;
      Decoded decoded = any(*shape.element, member.value);
      if (!decoded) {
        tree_.close_object(open);
        return decoded;
      }
      tree_.push(member.key, *decoded);
    }
    return tree_.close_object(open);
  }

  Decoded structure(const Shape& shape, const Value& value) {
    if (value.is(ValueKind::array)) return refuse(list_unexpected);
    if (!value.is(ValueKind::object)) return refuse("Expected null");
    const std::size_t open = tree_.open_object();
    for (const Field& field : shape.fields) {
      const Value* member = value.find(field.name);
      if (member == nullptr || member->is(ValueKind::null)) continue;
      Decoded decoded = any(*field.shape, *member);
      if (!decoded) {
        tree_.close_object(open);
        return decoded;
      }
      tree_.push(field.name, *decoded);
    }
    return tree_.close_object(open);
  }

  Coding coding_;
  wire::ValueTree& tree_;
};

}  // namespace

tl::expected<Value, std::string> decode(const Shape& structure, const Value& body, Coding coding,
                                        wire::ValueTree& tree) {
  return Decoder(coding, tree).any(structure, body);
}

}  // namespace levada::aws
