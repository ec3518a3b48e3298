#pragma once
// Where a command's words go: standard output, or a pager when a person watches.

#include <cstdio>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "cli/output.h"
#include "cli/session.h"

namespace levada::cli {

// A reader that went away ends the writing silently, as it does for the AWS CLI.
void print_to_stdout(std::string_view text);

// On a terminal or where --color says on.
bool wants_color(std::string_view color);
int terminal_width();  // 80 where there is no terminal
bool is_terminal();    // standard output

class OutputStream {
 public:
  static Result<OutputStream> open(const Session& session);
  // A pager of one's own choice, for help pages; none without a terminal.
  static Result<OutputStream> open_pager(const std::string& command);

  Print print();

 private:
  struct ClosePager {
    void operator()(std::FILE* pager) const;
  };
  std::unique_ptr<std::FILE, ClosePager> pager_;  // null: standard output
};

}  // namespace levada::cli
