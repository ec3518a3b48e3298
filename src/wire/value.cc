#include "wire/value.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/check.h"

namespace levada::wire {

namespace {

constexpr std::size_t first_chunk_size = 16 << 10;  // holds any control request
constexpr std::size_t chunk_size_max = 1 << 20;
constexpr std::size_t kept_scratch_max = 4 << 10;  // elements kept from body to body
constexpr std::size_t few_members = 16;            // up to here comparing all pairs beats sorting

double real_of_text(std::string_view text) {
  double real = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), real);
  if (error == std::errc{}) return real;
  return std::strtod(std::string(text).c_str(), nullptr);  // out of range: 0 or infinity
}

}  // namespace

Value Value::of_boolean(bool boolean) {
  Value value;
  value.kind_ = ValueKind::boolean;
  value.boolean_ = boolean;
  return value;
}

Value Value::of_integer(std::int64_t integer) {
  Value value;
  value.kind_ = ValueKind::integer;
  value.integer_ = integer;
  return value;
}

Value Value::of_real(double real) {
  Value value;
  value.kind_ = ValueKind::real;
  value.real_ = real;
  return value;
}

Value Value::of_string(std::string_view text) {
  CHECK(text.size() <= UINT32_MAX);
  Value value;
  value.kind_ = ValueKind::string;
  value.size_ = static_cast<std::uint32_t>(text.size());
  value.text_ = text.data();
  return value;
}

Value Value::of_bytes(ByteView bytes) {
  Value value = of_string(as_text(bytes));
  value.kind_ = ValueKind::bytes;
  return value;
}

Value Value::of_timestamp(std::int64_t epoch_millis) {
  Value value = of_integer(epoch_millis);
  value.kind_ = ValueKind::timestamp;
  return value;
}

Value Value::of_number_text(std::string_view json) {
  Value value = of_string(json);
  value.kind_ = ValueKind::real;
  value.is_text_ = true;
  return value;
}

Value Value::of_array(std::span<const Value> items) {
  Value value;
  value.kind_ = ValueKind::array;
  value.size_ = static_cast<std::uint32_t>(items.size());
  value.items_ = items.data();
  return value;
}

Value Value::of_object(std::span<const Member> members) {
  Value value;
  value.kind_ = ValueKind::object;
  value.size_ = static_cast<std::uint32_t>(members.size());
  value.members_ = members.data();
  return value;
}

bool Value::boolean() const {
  CHECK(kind_ == ValueKind::boolean);
  return boolean_;
}

std::int64_t Value::integer() const {
  CHECK(kind_ == ValueKind::integer);
  return integer_;
}

double Value::real() const {
  if (kind_ == ValueKind::integer) return static_cast<double>(integer_);
  CHECK(kind_ == ValueKind::real);
  return is_text_ ? real_of_text({text_, size_}) : real_;
}

std::string_view Value::string() const {
  CHECK(kind_ == ValueKind::string);
  return {text_, size_};
}

ByteView Value::bytes() const {
  CHECK(kind_ == ValueKind::bytes);
  return as_bytes({text_, size_});
}

std::int64_t Value::epoch_millis() const {
  CHECK(kind_ == ValueKind::timestamp);
  return integer_;
}

std::span<const Value> Value::items() const {
  CHECK(kind_ == ValueKind::array);
  return {items_, size_};
}

std::span<const Member> Value::members() const {
  CHECK(kind_ == ValueKind::object);
  return {members_, size_};
}

std::string_view Value::number_text() const {
  return is_text_ ? std::string_view(text_, size_) : std::string_view{};
}

const Value* Value::find(std::string_view key) const {
  for (const Member& member : members())
    if (member.key == key) return &member.value;
  return nullptr;
}

void ValueTree::clear() {
  node_count_ = 0;
  if (chunks_.size() > 1) {
    chunks_.resize(1);
    next_chunk_size_ = 2 * first_chunk_size;
  }
  if (!chunks_.empty()) {
    at_ = chunks_.front().get();
    end_ = at_ + first_chunk_size;
  }
  items_.clear();
  members_.clear();
  if (items_.capacity() > kept_scratch_max) items_.shrink_to_fit();
  if (members_.capacity() > kept_scratch_max) members_.shrink_to_fit();
  if (order_.capacity() > kept_scratch_max) order_ = {};
}

// Aligned for Value and Member; the first chunk is of first_chunk_size whatever is asked first, so
// that clear() knows it.
char* ValueTree::allocate(std::size_t size) {
  const std::size_t rounded = (size + 7) & ~std::size_t{7};
  if (static_cast<std::size_t>(end_ - at_) < rounded) [[unlikely]] {
    if (chunks_.empty()) {
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(first_chunk_size));
      at_ = chunks_.back().get();
      end_ = at_ + first_chunk_size;
      next_chunk_size_ = 2 * first_chunk_size;
    }
    if (static_cast<std::size_t>(end_ - at_) < rounded) {
      const std::size_t chunk = std::max(next_chunk_size_, rounded);
      next_chunk_size_ = std::min(2 * next_chunk_size_, chunk_size_max);
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk));
      at_ = chunks_.back().get();
      end_ = at_ + chunk;
    }
  }
  char* const place = at_;
  at_ += rounded;
  return place;
}

template <class T>
std::span<const T> ValueTree::keep(std::span<const T> scratch) {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);
  if (scratch.empty()) return {};
  char* const place = allocate(scratch.size_bytes());
  std::memcpy(place, scratch.data(), scratch.size_bytes());
  return {reinterpret_cast<const T*>(place), scratch.size()};
}

Value ValueTree::close_array(std::size_t open) {
  CHECK(open <= items_.size());
  const auto kept = keep(std::span<const Value>(items_).subspan(open));
  items_.resize(open);
  return Value::of_array(kept);
}

Value ValueTree::close_object(std::size_t open) {
  CHECK(open <= members_.size());
  const std::span<Member> all = std::span(members_).subspan(open);
  const auto kept = keep(std::span<const Member>(all.first(drop_repeated_keys(all))));
  members_.resize(open);
  return Value::of_object(kept);
}

// Returns how many members are left, in place.
std::size_t ValueTree::drop_repeated_keys(std::span<Member> members) {
  if (members.size() <= few_members) {
    std::size_t kept = 0;
    for (const Member& member : members) {
      const auto same = std::find_if(members.begin(), members.begin() + kept,
                                     [&](const Member& m) { return m.key == member.key; });
      if (same == members.begin() + static_cast<std::ptrdiff_t>(kept)) {
        members[kept++] = member;
      } else {
        same->value = member.value;
      }
    }
    return kept;
  }

  order_.resize(members.size());
  for (std::uint32_t i = 0; i < order_.size(); ++i) order_[i] = i;
  std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int sign = members[a].key.compare(members[b].key);
    return sign != 0 ? sign < 0 : a < b;
  });
  static constexpr char dropped = 0;  // keys that point here mark members to remove
  bool repeated = false;
  for (std::size_t first = 0; first < order_.size();) {
    std::size_t last = first;
    while (last + 1 < order_.size() && members[order_[last + 1]].key == members[order_[first]].key)
      ++last;
    members[order_[first]].value = members[order_[last]].value;
    for (std::size_t i = first + 1; i <= last; ++i) {
      members[order_[i]].key = {&dropped, 0};
      repeated = true;
    }
    first = last + 1;
  }
  if (!repeated) return members.size();
  const auto end = std::remove_if(members.begin(), members.end(),
                                  [](const Member& m) { return m.key.data() == &dropped; });
  return static_cast<std::size_t>(end - members.begin());
}

}  // namespace levada::wire
