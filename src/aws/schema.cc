#include "aws/schema.h"

#include <algorithm>

namespace levada::aws {

const Operation* find_operation(const Service& service, std::string_view name) {
  const auto at = std::ranges::lower_bound(service.operations, name, {}, &Operation::name);
  return at != service.operations.end() && at->name == name ? &*at : nullptr;
}

const Field* find_field(const Shape& structure, std::string_view name) {
  for (const Field& field : structure.fields)
    if (field.name == name) return &field;
  return nullptr;
}

}  // namespace levada::aws
