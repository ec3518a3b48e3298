#pragma once
// What a face sees of HTTP: a Request to look at and a Response to fill in, whatever version
// carried them. One Handler serves one reactor.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/task.h"
#include "io/network.h"
#include "wire/http_message.h"

namespace levada::http {

// Valid while the handler's task runs.
struct Request {
  const wire::RequestHead& head;
  ByteView body;
  const io::Address& peer;
};

// A part of a streamed body. Many answers may send the same one: it is never copied, nor changed.
using BodyPiece = std::shared_ptr<const Buffer>;

// A body that comes while it is sent. The server asks for the next piece when the client has taken
// the last one, so a slow client costs one piece and nobody else anything.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual Task<BodyPiece> next() = 0;     // null: the end. An error ends the connection or stream.
  virtual void client_left() noexcept {}  // a pending next() should end soon
};

// Header fields with their text in one place. Reused from request to request by its connection.
class ResponseHeaders {
 public:
  void add(std::string_view name, std::string_view value);
  void clear();
  std::vector<wire::HeaderField> fields() const;
  // Views into this object, valid until the next add.
  template <class Use>
  void for_each(const Use& use) const {
    for (const Place& p : places_)
      use(std::string_view(text_).substr(p.name, p.name_size),
          std::string_view(text_).substr(p.name + p.name_size, p.value_size));
  }

 private:
  struct Place {
    std::uint32_t name, name_size, value_size;
  };
  std::string text_;
  std::vector<Place> places_;
};

struct Response {
  int status = 200;
  ResponseHeaders headers;  // without Content-Length, which the server adds
  Buffer body;
  std::unique_ptr<BodySource> source;  // instead of a body
  bool close = false;                  // end the HTTP/1.1 connection behind this answer
  void clear();
};

class Handler {
 public:
  virtual ~Handler() = default;
  // Fills `response` (cleared before). Errors are for the handler to put into the response; a task
  // that ends with an error costs the client its connection.
  virtual Task<Unit> handle(const Request& request, Response& response) = 0;
};

}  // namespace levada::http
