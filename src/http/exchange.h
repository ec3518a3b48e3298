#pragma once
// The client side: one HTTP/1.1 request and its answer at a time over a kept connection.
// Answers come with Content-Length or in chunks; one that ends with its connection is refused.

#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/task.h"
#include "io/network.h"

namespace levada::http {

struct Answer {
  int status = 0;
  std::string_view body;  // both look into the exchange's buffer, until the next one
  std::string_view whole;
  bool close = false;  // the server ends the connection behind it
};

class Exchange {
 public:
  explicit Exchange(std::unique_ptr<io::Connection> connection);
  // The request's parts stay where they are until the answer is there.
  Task<Answer> ask(std::span<const ByteView> request, Deadline deadline);
  Task<Answer> ask(std::string_view request, Deadline deadline);
  void shutdown() noexcept { connection_->shutdown(); }

 private:
  std::unique_ptr<io::Connection> connection_;
  std::string input_;
  Buffer unchunked_;
};

}  // namespace levada::http
