#pragma once
// The services that the command line speaks to. One line each; everything else comes from their
// tables.

#include <span>
#include <string_view>

#include "aws/schema.h"

namespace levada::cli {

std::span<const aws::Service* const> services();
// "timestream-write": what stands on the command line.
std::string_view command_name(const aws::Service& service);
const aws::Service* find_service(std::string_view command);

}  // namespace levada::cli
