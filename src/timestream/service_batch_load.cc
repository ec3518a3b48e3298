// Service: batch loads. One runs at a time, the oldest first; after a start those that were running
// go on by themselves.

#include <algorithm>
#include <array>
#include <cstdio>

#include "timestream/batch_loader.h"
#include "timestream/object_directory.h"
#include "timestream/refusal.h"
#include "timestream/service.h"

namespace levada::timestream {
namespace {

constexpr std::size_t loads_kept_max = 1000;
constexpr Nanos idle_pause = std::chrono::seconds(1);  // new ones hurry
constexpr Nanos retry_pause =
    std::chrono::milliseconds(50);  // what could not be kept is tried again

// Like AWS's, 32 upper-case digits that differ from load to load.
std::string load_id(UnixMillis now, const LoadCommand& command, std::size_t number) {
  const std::size_t mixed = std::hash<std::string>{}(command.database + '\n' + command.table +
                                                     '\n' + command.source.bucket + '\n' +
                                                     command.client_token + std::to_string(number));
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), "%012llX%04zX%016llX",
                                 static_cast<unsigned long long>(now.count()), number & 0xffff,
                                 static_cast<unsigned long long>(mixed));
  return {text.data(), static_cast<std::size_t>(size)};
}

bool is_callers(const BatchLoad& load, const Caller& caller) {
  return load.caller.account == caller.account && load.caller.region == caller.region;
}

}  // namespace

Result<const BatchLoad*> Service::batch_load(const Caller& caller, const std::string& id) const {
  const auto at = definitions_.batch_loads().find(id);
  if (at == definitions_.batch_loads().end() || !is_callers(at->second, caller))
    return refuse(Refusal::not_found, "The batch load task " + id + " does not exist.");
  return &at->second;
}

Task<std::string> Service::create_batch_load(Caller caller, LoadCommand command) {
  co_await check_model(command.model);
  if (command.version && *command.version < 1)
    co_return refuse(Refusal::validation, "RecordVersion must be 1 or greater.");
  co_await table(caller, command.database, command.table);
  state::Turn::Held held = co_await turn_.take();
  for (const auto& [id, load] : definitions_.batch_loads()) {
    if (command.client_token.empty() || !is_callers(load, caller) ||
        load.command.client_token != command.client_token)
      continue;
    if (load.command == command) co_return id;
    co_return refuse(Refusal::conflict,
                     "The client token was used for another batch load task: " + id + ".");
  }
  BatchLoad load;
  load.caller = std::move(caller);
  load.created = load.updated = now();
  load.id = load_id(load.created, command, definitions_.batch_loads().size());
  load.command = std::move(command);
  co_await drop_oldest_load();
  Buffer change = put_batch_load(load);
  co_await fold_.commit(std::move(change));
  gate_.hurry();
  co_return load.id;
}

// Under the turn.
Task<Unit> Service::drop_oldest_load() {
  const auto& loads = definitions_.batch_loads();
  if (loads.size() < loads_kept_max) co_return Unit{};
  const auto oldest = std::ranges::find_if(loads, [](const auto& at) { return at.second.ended(); });
  if (oldest == loads.end())
    co_return refuse(Refusal::quota, "There may be at most 1000 batch load tasks.");
  Buffer change = remove_batch_load(oldest->first);
  co_return co_await outcome(fold_.commit(std::move(change)));
}

Task<BatchLoad> Service::describe_batch_load(Caller caller, std::string id) {
  const BatchLoad* load = co_await batch_load(caller, id);
  co_return *load;
}

// Ids begin with the moment of creation, so that their order is that of age.
Task<LoadPage> Service::list_batch_loads(Caller caller, std::optional<LoadStatus> status,
                                         Page page) {
  LoadPage answer;
  const auto& all = definitions_.batch_loads();
  for (auto at = all.upper_bound(page.after); at != all.end(); ++at) {
    if (!is_callers(at->second, caller) || (status && at->second.status != *status)) continue;
    if (answer.loads.size() == page.limit) {
      answer.next = answer.loads.back().id;
      break;
    }
    answer.loads.push_back(at->second);
  }
  co_return answer;
}

Task<Unit> Service::resume_batch_load(Caller caller, std::string id) {
  state::Turn::Held held = co_await turn_.take();
  const BatchLoad* found = co_await batch_load(caller, id);
  if (found->status != LoadStatus::progress_stopped)
    co_return refuse(Refusal::validation,
                     "The batch load task " + id + " has the status " +
                         std::string(name_of(found->status)) +
                         "; only one that is PROGRESS_STOPPED can be resumed.");
  if (now().count() > found->updated.count() + resumable_millis)
    co_return refuse(Refusal::validation,
                     "The time in which the batch load task " + id + " could be resumed is over.");
  BatchLoad load = *found;
  load.status = LoadStatus::pending_resume;
  load.updated = now();
  Buffer change = put_batch_load(load);
  co_await fold_.commit(std::move(change));
  gate_.hurry();
  co_return Unit{};
}

Task<Unit> Service::keep_load(BatchLoad load) {
  state::Turn::Held held = co_await turn_.take();
  Buffer change = put_batch_load(load);
  co_return co_await outcome(fold_.commit(std::move(change)));
}

Task<Unit> Service::run_batch_loads() {
  Nanos pause{};
  while (co_await gate_.pause(journal_.reactor, pause)) {
    const auto& loads = definitions_.batch_loads();
    const auto next = std::ranges::find_if(loads, [](const auto& at) {
      return !at.second.ended() && at.second.status != LoadStatus::progress_stopped;
    });
    pause = next == loads.end() ? idle_pause : retry_pause;
    if (next == loads.end()) continue;
    BatchLoader loader({journal_.reactor, disk_, objects(),
                        [this](const BatchLoad& load, ReadRecords records) {
                          return write(load.caller, load.command.database, load.command.table,
                                       std::move(records));
                        },
                        [this](const BatchLoad& load) { return keep_load(load); },
                        [this] { return gate_.stopping(); }},
                       next->second);
    (void)co_await outcome(loader.run());
  }
  co_return Unit{};
}

}  // namespace levada::timestream
