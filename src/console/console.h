#pragma once
// Console: what the operator's port answers. Asks the server about itself through ServerView, so
// that it knows no other room above the log.

#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/time.h"
#include "http/handler.h"

namespace levada::console {

struct Health {
  bool ready = false;
  std::string reason;  // when not ready: what is missing or broken
};

struct Overview {
  struct Listener {
    std::string name;
    std::string address;
  };
  std::string version;
  UnixMillis started;
  std::string region;
  std::string data_dir;
  std::string durability;
  std::uint32_t reactors = 0;
  std::vector<Listener> listeners;
};

// Asked on the console's reactor.
class ServerView {
 public:
  virtual ~ServerView() = default;
  virtual Health health() const = 0;
  virtual Overview overview() const = 0;
};

class Console final : public http::Handler {
 public:
  Console(const MetricsRegistry& metrics, const ServerView& server)
      : metrics_(metrics), server_(server) {}

  Task<Unit> handle(const http::Request& request, http::Response& response) override;

 private:
  void answer(std::string_view path, http::Response& response) const;
  void answer_health(http::Response& response) const;
  void answer_overview(http::Response& response) const;

  const MetricsRegistry& metrics_;
  const ServerView& server_;
};

}  // namespace levada::console
