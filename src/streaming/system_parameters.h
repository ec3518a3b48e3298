#pragma once
// System parameters: what ALTER SYSTEM SET and SHOW PARAMETERS know. They are RisingWave's names;
// Levada keeps their values for clients that set and read them, and nothing here follows them.

#include <span>
#include <string_view>

namespace levada::streaming {

struct SystemParameter {
  std::string_view name, initial, description;
  bool is_mutable = true;
};

std::span<const SystemParameter> system_parameters();            // sorted
const SystemParameter* system_parameter(std::string_view name);  // nullptr: unknown

}  // namespace levada::streaming
