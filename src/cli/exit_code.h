#pragma once
// How a command ends: the AWS CLI's return codes, carried in Error::code from where something goes
// wrong to where it is printed.

#include <cstdint>
#include <string>

#include "base/result.h"

namespace levada::cli {

enum class ExitCode : std::uint16_t {
  success = 0,
  usage = 252,          // the command line or a parameter is wrong
  configuration = 253,  // no region, no credentials, a broken profile
  refused = 254,        // the service answered with an error
  general = 255,        // anything else: no connection, a bad token, a waiter that gave up
};

inline unexpected<Error> fail_as(ExitCode code, std::string message) {
  return unexpected<Error>(
      Error{ErrorKind::invalid, std::move(message), static_cast<std::uint16_t>(code)});
}
inline unexpected<Error> usage_error(std::string message) {
  return fail_as(ExitCode::usage, std::move(message));
}

// Errors of rooms below carry no exit code; for them it is the general one.
inline int exit_code(const Error& error) {
  return error.code != 0 ? error.code : static_cast<int>(ExitCode::general);
}

// "Error parsing parameter '--tags': …"
inline unexpected<Error> parameter_error(const std::string& option, const std::string& message) {
  return usage_error("Error parsing parameter '" + option + "': " + message);
}

}  // namespace levada::cli
