#include "timestream/thrift_compact.h"

namespace levada::timestream {

std::uint8_t ThriftReader::take() {
  if (at_ == bytes_.size()) {
    broken_ = true;
    return 0;
  }
  return static_cast<std::uint8_t>(bytes_[at_++]);
}

std::uint64_t ThriftReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t one = take();
    value |= std::uint64_t{one & 0x7fu} << shift;
    if (one < 0x80) return value;
  }
  broken_ = true;
  return 0;
}

std::int64_t ThriftReader::number() {
  const std::uint64_t value = varint();
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

std::string_view ThriftReader::text() {
  const std::uint64_t size = varint();
  if (broken_ || size > bytes_.size() - at_) {
    broken_ = true;
    return {};
  }
  at_ += size;
  return as_text(bytes_.subspan(at_ - size, size));
}

std::optional<ThriftReader::Field> ThriftReader::next() {
  const std::uint8_t head = take();
  if (broken_ || head == stop) return std::nullopt;
  Field field;
  field.type = head & 15;
  const std::uint8_t step = head >> 4;
  field.id = step == 0 ? static_cast<std::int16_t>(number())
                       : static_cast<std::int16_t>(static_cast<std::uint16_t>(last_) + step);
  last_ = field.id;
  return field;
}

ThriftReader::List ThriftReader::begin_list() {
  const std::uint8_t head = take();
  List items{static_cast<std::size_t>(head >> 4), static_cast<std::uint8_t>(head & 15)};
  if (items.size == 15) items.size = varint();
  // Every item has a byte at least.
  if (broken_ || items.size > bytes_.size() - at_) {
    broken_ = true;
    return {};
  }
  return items;
}

void ThriftReader::skip(std::uint8_t type) {
  switch (type) {
    case yes:
    case no:
      return;  // the head said it
    case byte:
      take();
      return;
    case i16:
    case i32:
    case i64:
      varint();
      return;
    case real:
      for (int i = 0; i < 8; ++i) take();
      return;
    case binary:
      text();
      return;
    case list:
    case set: {
      const List items = begin_list();
      if (++depth_ > depth_max) broken_ = true;
      for (std::size_t i = 0; i < items.size && !broken_; ++i)
        if (items.of == yes || items.of == no)
          take();
        else
          skip(items.of);
      --depth_;
      return;
    }
    case structure:
      fields([](const Field&) { return false; });
      return;
    default:
      broken_ = true;  // maps are in no structure of Parquet
  }
}

}  // namespace levada::timestream
