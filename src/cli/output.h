#pragma once
// Prints what a command has to say, byte for byte as the AWS CLI does, in each of its formats.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/document.h"
#include "cli/jmespath.h"
#include "cli/pages.h"

namespace levada::cli {

struct OutputOptions {
  std::string format = "json";
  const Jmespath* query = nullptr;
  bool color = false;       // of tables
  int terminal_width = 80;  // of tables
};

using Print = std::function<void(std::string_view)>;

// `title` is the operation's name, which heads a table.
Result<Unit> print_answer(std::string_view title, const Document& answer,
                          const OutputOptions& options, const Print& print);
Result<Unit> print_pages(std::string_view title, Pages& pages, const OutputOptions& options,
                         const Print& print);

// The formats themselves; each appends its lines, and none for what it does not print.
Result<Unit> append_table(std::string& out, std::string_view title, const Document& document,
                          const OutputOptions& options);
void append_text(std::string& out, const Document& document);
void append_yaml(std::string& out, const Document& document);

}  // namespace levada::cli
