#pragma once
// --generate-cli-skeleton: what the input or output of an operation looks like, with empty values.

#include <string>

#include "aws/schema.h"
#include "cli/document.h"

namespace levada::cli {

std::string input_skeleton(const aws::Operation& operation);       // JSON
std::string yaml_input_skeleton(const aws::Operation& operation);  // with comments
Document output_skeleton(const aws::Operation& operation);

}  // namespace levada::cli
