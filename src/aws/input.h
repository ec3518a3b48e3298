#pragma once
// Input: how a handler reads a decoded structure. Asking for a member that the table does not have,
// or as another type, is a broken promise of the handler.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/schema.h"
#include "base/check.h"
#include "base/time.h"
#include "wire/value.h"

namespace levada::aws {

class Input {
 public:
  Input(const Shape& structure, const wire::Value& value) : shape_(&structure), value_(value) {}

  bool has(std::string_view name) const { return find(name) != nullptr; }

  std::optional<std::string_view> text(std::string_view name) const {
    const wire::Value* value = find(name);
    return value != nullptr ? std::optional(value->string()) : std::nullopt;
  }
  std::optional<std::string> string(std::string_view name) const {
    const wire::Value* value = find(name);
    return value != nullptr ? std::optional(std::string(value->string())) : std::nullopt;
  }
  std::optional<std::int64_t> integer(std::string_view name) const {
    const wire::Value* value = find(name);
    return value != nullptr ? std::optional(value->integer()) : std::nullopt;
  }
  std::optional<UnixMillis> time(std::string_view name) const {
    const wire::Value* value = find(name);
    return value != nullptr ? std::optional(UnixMillis(value->epoch_millis())) : std::nullopt;
  }
  bool flag(std::string_view name) const {
    const wire::Value* value = find(name);
    return value != nullptr && value->boolean();
  }
  ByteView blob(std::string_view name) const {
    const wire::Value* value = find(name);
    return value != nullptr ? value->bytes() : ByteView();
  }
  std::optional<Input> structure(std::string_view name) const {
    const wire::Value* value = find(name);
    if (value == nullptr) return std::nullopt;
    return Input(*find_field(*shape_, name)->shape, *value);
  }
  std::span<const wire::Value> items(std::string_view name) const {
    const wire::Value* value = find(name);
    return value != nullptr ? value->items() : std::span<const wire::Value>();
  }
  std::vector<Input> structures(std::string_view name) const {
    std::vector<Input> all;
    for (const wire::Value& item : items(name))
      all.emplace_back(*find_field(*shape_, name)->shape->element, item);
    return all;
  }
  std::vector<std::string> strings(std::string_view name) const {
    std::vector<std::string> all;
    for (const wire::Value& item : items(name)) all.emplace_back(item.string());
    return all;
  }
  std::span<const wire::Member> entries(std::string_view name) const {
    const wire::Value* value = find(name);
    return value != nullptr ? value->members() : std::span<const wire::Member>();
  }

  const Shape& shape() const { return *shape_; }
  const wire::Value& value() const { return value_; }

 private:
  const wire::Value* find(std::string_view name) const {
    CHECK(find_field(*shape_, name) != nullptr, name);
    return value_.find(name);
  }

  const Shape* shape_;
  wire::Value value_;
};

}  // namespace levada::aws
