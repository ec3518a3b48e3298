#pragma once
// One HTTP/1.1 connection: requests one after the other, pipelined ones answered in their order,
// each answer in one write.

#include <optional>
#include <vector>

#include "http/input_buffer.h"
#include "http/server.h"
#include "wire/http1_parser.h"

namespace levada::http {

class Http1Connection {
 public:
  Http1Connection(Shared& shared, Served& served, InputBuffer input)
      : shared_(shared), served_(served), input_(std::move(input)) {}

  // Serves until the client or a stop ends it. Errors: those of the connection.
  Task<Unit> run();

 private:
  enum class Next : std::uint8_t { request, end };

  Task<Next> read_head();
  Task<Next> read_body();
  Task<Unit> read_sized_body(std::size_t whole);
  Task<Next> read_chunked_body();
  Task<Next> answer();
  Task<Unit> stream(BodySource& source);
  Task<Unit> write(std::span<const ByteView> parts);
  Task<std::size_t> read_more(std::size_t whole, Deadline deadline);
  Task<Next> refuse(int status);

  Shared& shared_;
  Served& served_;
  InputBuffer input_;
  wire::RequestHead head_;
  std::size_t head_size_ = 0;
  std::size_t used_ = 0;  // of the input, by the request at hand
  ByteView body_;
  Buffer chunked_head_;  // where head_ looks while a chunked body runs through the input
  Buffer chunked_body_;
  Response response_;
  std::vector<wire::HeaderField> fields_;
  Buffer output_;
};

}  // namespace levada::http
