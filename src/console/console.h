#pragma once
// Console: what the operator's port answers: metrics, health, and the pages of web/, which are a
// client like any other: they sign AWS requests, which the console passes on. It asks the server
// about itself through ServerView, so that it knows no other room above the log.

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

// Whether AWS requests must be signed with a key that the server knows.
enum class Signatures : bool { taken, verified };

class Console final : public http::Handler {
 public:
  Console(const MetricsRegistry& metrics, const ServerView& server, Signatures signatures)
      : metrics_(metrics), server_(server), signatures_(signatures) {}

  Task<Unit> handle(const http::Request& request, http::Response& response) override;

  // On the console's reactor: who answers AWS requests from now on; null: nobody, not yet. Requests
  // may be under way until the console's listener is closed.
  void pass_requests_to(http::Handler* aws) { aws_ = aws; }

 private:
  bool is_trusted(std::string_view host) const;
  Task<Unit> pass_on(const http::Request& request, http::Response& response);
  void answer(std::string_view path, http::Response& response) const;
  void answer_health(http::Response& response) const;
  void answer_overview(http::Response& response) const;

  const MetricsRegistry& metrics_;
  const ServerView& server_;
  const Signatures signatures_;
  http::Handler* aws_ = nullptr;
};

}  // namespace levada::console
