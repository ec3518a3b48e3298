#pragma once
// Runs another program to its end: credential_process.

#include <string>
#include <vector>

#include "base/result.h"

namespace levada::cli {

struct ProcessOutcome {
  int status = 0;  // what it returned; 128 and more when a signal ended it
  std::string output;
  std::string errors;
};

// An error's message is Python's for a program that cannot be started.
Result<ProcessOutcome> run_process(const std::vector<std::string>& words);

}  // namespace levada::cli
