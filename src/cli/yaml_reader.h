#pragma once
// Reads YAML 1.2 (the core schema, one document) into a Document.

#include <string>

#include "base/result.h"
#include "cli/document.h"

namespace levada::cli {

Result<Document> read_yaml(const std::string& text);

}  // namespace levada::cli
