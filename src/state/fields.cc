#include "state/fields.h"

namespace levada::state {

void FieldWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<std::byte>(value | 0x80));
  out_.push_back(static_cast<std::byte>(value));
}

void FieldWriter::number(std::uint32_t field, std::uint64_t value) {
  if (value == 0) return;
  tag(field, 0);
  varint(value);
}

void FieldWriter::bytes(std::uint32_t field, ByteView value) {
  if (value.empty()) return;
  tag(field, 1);
  varint(value.size());
  out_.insert(out_.end(), value.begin(), value.end());
}

std::optional<std::uint64_t> FieldReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !in_.empty(); shift += 7) {
    const auto byte = static_cast<std::uint64_t>(in_[0]);
    in_ = in_.subspan(1);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  broken_ = true;
  return std::nullopt;
}

std::optional<Field> FieldReader::next() {
  if (in_.empty() || broken_) return std::nullopt;
  const auto tag = varint();
  const auto value = tag ? varint() : std::nullopt;
  if (!value) return std::nullopt;
  Field field{static_cast<std::uint32_t>(*tag >> 1), (*tag & 1) != 0, *value, {}};
  if (field.is_bytes) {
    if (*value > in_.size()) {
      broken_ = true;
      return std::nullopt;
    }
    field.bytes = in_.first(*value);
    in_ = in_.subspan(*value);
  }
  return field;
}

}  // namespace levada::state
