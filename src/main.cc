// levada: one program, its commands by name. Nothing but the choice of the command is here.

#include <cstdio>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/stream_command.h"
#include "cli/timestream_command.h"
#include "load/bench_command.h"
#include "server/keys_command.h"
#include "server/serve.h"
#include "server/version.h"

namespace levada {
namespace {

constexpr std::string_view help_text =
    "levada: streams, time series and live views behind the protocols you have clients for\n"
    "\n"
    "  levada serve [FLAGS]    the server; levada serve --help lists the flags\n"
    "  levada bench [FLAGS]    the load generator\n"
    "  levada keys COMMAND     the master keys of encrypted streams; levada keys --help\n"
    "  levada kinesis|timestream-write|timestream-query OPERATION --options…\n"
    "                          the AWS CLI's commands; levada kinesis help lists them\n"
    "  levada configure [get|set|list|list-profiles]\n"
    "                          ~/.aws/config and ~/.aws/credentials, as `aws configure`\n"
    "  levada completion bash|zsh|fish\n"
    "  levada stream …         export, import and limits of a stream; levada stream help\n"
    "  levada timestream …     import of what Amazon Timestream unloaded; levada timestream help\n"
    "  levada version\n"
    "  levada help\n"
    "\n"
    "In this version: Amazon Kinesis Data Streams.\n";

int print(std::string_view text, std::FILE* to) {
  std::fwrite(text.data(), 1, text.size(), to);
  return std::fflush(to) == 0 ? 0 : 1;
}

int refuse(const std::string& why) {
  print("levada: " + why + "; see levada help\n", stderr);
  return 2;
}

bool is_any(std::string_view word, std::initializer_list<std::string_view> words) {
  for (const std::string_view candidate : words)
    if (candidate == word) return true;
  return false;
}

// A link named `aws` makes every command line one of the AWS CLI's.
bool is_named_aws(std::string_view program) {
  const std::size_t slash = program.rfind('/');
  return program.substr(slash == program.npos ? 0 : slash + 1) == "aws";
}

int run(std::string_view program, int count, const char* const* texts) {
  const std::vector<std::string_view> arguments(texts, texts + count);
  if (is_named_aws(program)) return cli::run(arguments);
  if (arguments.empty()) {
    print(help_text, stderr);
    return 2;
  }
  const std::string_view command = arguments[0];
  if (command == "serve") return server::serve(std::span(arguments).subspan(1));
  if (command == "keys") return server::run_keys(std::span(arguments).subspan(1));
  if (command == "stream") return cli::run_stream(std::span(arguments).subspan(1));
  if (command == "timestream") return cli::run_timestream(std::span(arguments).subspan(1));
  if (command == "bench") return load::run_bench(count - 1, texts + 1);
  if (is_any(command, {"help", "--help", "-h"})) return print(help_text, stdout);
  if (is_any(command, {"version", "--version", "-V"}))
    return print("levada " + std::string(server::version()) + '\n', stdout);
  if (cli::is_command(command) || command.starts_with("--")) return cli::run(arguments);
  return refuse("there is no command \"" + std::string(command) + '"');
}

}  // namespace
}  // namespace levada

int main(int count, char** texts) {
  return count > 0 ? levada::run(texts[0], count - 1, texts + 1) : levada::run("", 0, nullptr);
}
