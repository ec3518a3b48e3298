#pragma once
// PushedShard: the receiving end of one SubscribeToShard over HTTP/1.1: frames as they come, not
// decoded. A frame is what the server sent as one chunk.

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/task.h"
#include "io/network.h"

namespace levada::load {

class PushedShard {
 public:
  explicit PushedShard(std::unique_ptr<io::Connection> connection)
      : connection_(std::move(connection)) {}

  // Sends a whole request and reads the head of its answer, which must be a 200.
  Task<Unit> begin(std::string request, Deadline deadline);
  // Valid until the next call; empty: the end of the answer.
  Task<std::string_view> next(Deadline deadline);

  // A frame that is not kept, for readers who only count: the memory of hundreds of whole frames
  // costs them more than receiving does. All such readers of a reactor receive into `scratch`,
  // which stays in the cache; nobody reads it.
  struct Passed {
    std::size_t size;      // 0: the end of the answer
    std::string_view end;  // its last bytes; valid until the next call
  };
  Task<Passed> pass(Buffer& scratch, Deadline deadline);

 private:
  static constexpr std::size_t passed_end_max = 100;  // MillisBehindLatest stands there
  Task<std::size_t> begin_frame(Deadline deadline);
  Task<Unit> fill(std::size_t size, Deadline deadline);  // until so much lies before us
  Task<std::size_t> line(Deadline deadline);             // until a line does; its size with CRLF
  std::string_view ahead() const { return as_text(ByteView(input_).subspan(at_, end_ - at_)); }

  std::unique_ptr<io::Connection> connection_;
  Buffer input_;
  std::size_t at_ = 0, end_ = 0, taken_ = 0;
};

}  // namespace levada::load
