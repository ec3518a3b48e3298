#include "cli/wait.h"

#include <thread>

#include "cli/exit_code.h"
#include "cli/jmespath.h"

namespace levada::cli {

namespace {

unexpected<Error> gave_up(const aws::Waiter& waiter, const std::string& reason) {
  return fail_as(ExitCode::general, "Waiter " + std::string(waiter.name) + " failed: " + reason);
}

}  // namespace

Result<Unit> wait_for(const aws::Waiter& waiter, const aws::Operation& operation, ApiClient& client,
                      const Document& parameters) {
  for (int attempt = 1;; ++attempt) {
    const Answer answer = TRY(client.call(operation, parameters));
    if (answer.refusal) {
      if (!waiter.error.empty() && answer.refusal->code == waiter.error) return Unit{};
      return gave_up(
          waiter, "An error occurred (" + answer.refusal->code + "): " + answer.refusal->message);
    }
    if (!waiter.path.empty() &&
        search_path(answer.document, waiter.path) == Document::of_string(waiter.value))
      return Unit{};
    if (attempt >= waiter.attempts) return gave_up(waiter, "Max attempts exceeded");
    std::this_thread::sleep_for(std::chrono::seconds(waiter.delay_seconds));
  }
}

}  // namespace levada::cli
