#include "cli/output_stream.h"

#include <sys/ioctl.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>

#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

bool is_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0;
  std::string path = environment("PATH");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    if (::access((path.substr(begin, end - begin) + '/' + name).c_str(), X_OK) == 0) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

void print_to_stdout(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

bool is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

bool wants_color(std::string_view color) {
  return color == "on" || (color == "auto" && is_terminal());
}

int terminal_width() {
  constexpr int width_default = 80;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return width_default;
  return size.ws_col;
}

void OutputStream::ClosePager::operator()(std::FILE* pager) const { ::pclose(pager); }

Result<OutputStream> OutputStream::open(const Session& session) {
  return open_pager(session.pager());
}

Result<OutputStream> OutputStream::open_pager(const std::string& command) {
  OutputStream stream;
  if (command.empty() || !is_terminal()) return stream;
  const Result<std::vector<std::string>> words = shell_words(command);
  if (!words || words->empty()) return stream;
  if (!is_program(words->front()))
    return fail_as(ExitCode::configuration,
                   "Unable to redirect output to pager. Received the following error when "
                   "opening pager:\n[Errno 2] No such file or directory: " +
                       python_repr(words->front()) +
                       "\n\nLearn more about configuring the output pager by running \"aws help "
                       "config-vars\".");
  ::setenv("LESS", "FRX", 0);     // quit when it fits one screen, keep colours and the screen
  std::signal(SIGPIPE, SIG_IGN);  // whoever leaves the pager early has seen enough
  stream.pager_.reset(::popen(command.c_str(), "w"));
  return stream;
}

Print OutputStream::print() {
  if (pager_ == nullptr) return print_to_stdout;
  return [pager = pager_.get()](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), pager);
  };
}

}  // namespace levada::cli
