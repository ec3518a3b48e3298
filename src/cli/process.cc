#include "cli/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "cli/text.h"

extern char** environ;

namespace levada::cli {

Result<ProcessOutcome> run_process(const std::vector<std::string>& words) {
  if (words.empty()) return fail(ErrorKind::invalid, "list index out of range");
  int output[2];
  int errors[2];
  if (::pipe2(output, O_CLOEXEC) != 0) return fail(ErrorKind::io, std::strerror(errno));
  if (::pipe2(errors, O_CLOEXEC) != 0) {
    ::close(output[0]);
    ::close(output[1]);
    return fail(ErrorKind::io, std::strerror(errno));
  }
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO);
  pid_t child = 0;
  const int refused =
      ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(output[1]);
  ::close(errors[1]);

  ProcessOutcome outcome;
  std::array<pollfd, 2> waits{pollfd{output[0], POLLIN, 0}, pollfd{errors[0], POLLIN, 0}};
  std::string* const texts[] = {&outcome.output, &outcome.errors};
  while (refused == 0 && (waits[0].fd >= 0 || waits[1].fd >= 0)) {
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) break;
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (waits[i].fd < 0 || waits[i].revents == 0) continue;
      std::array<char, 4096> piece;
      const ssize_t size = ::read(waits[i].fd, piece.data(), piece.size());
      if (size > 0) texts[i]->append(piece.data(), static_cast<std::size_t>(size));
      if (size <= 0) waits[i].fd = -1;
    }
  }
  ::close(output[0]);
  ::close(errors[0]);
  if (refused != 0)
    return fail(ErrorKind::io, "[Errno " + std::to_string(refused) + "] " + std::strerror(refused) +
                                   ": " + python_repr(words[0]));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace levada::cli
