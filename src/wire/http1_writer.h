#pragma once
// Writes HTTP/1.1 messages: head and body into one buffer, so that one write sends both (a head and
// a body written apart cost clients a delayed ACK of 40 ms). All functions append to `out`.

#include <span>

#include "wire/http_message.h"

namespace levada::wire {

// A response with Content-Length, which is added; `headers` must not hold it. CR, LF and NUL inside
// a value become spaces: a value can never begin a field of its own.
void write_response(Buffer& out, int status, std::span<const HeaderField> headers, ByteView body);

// The head alone, for an answer to HEAD or for a body that is sent separately.
void write_response_head(Buffer& out, int status, std::span<const HeaderField> headers,
                         std::uint64_t content_length);

// A response of unknown length: the head, then chunks, then the end. An empty chunk writes nothing,
// since it would end the body.
void write_chunked_head(Buffer& out, int status, std::span<const HeaderField> headers);
void write_chunk(Buffer& out, ByteView data);
void write_last_chunk(Buffer& out);

// What stands before and behind a chunk whose data is sent from where it lies. The size is not 0.
void write_chunk_size(Buffer& out, std::uint64_t size);
extern const ByteView chunk_end;

// "HTTP/1.1 100 Continue", the answer to RequestHead::expects_continue.
void write_continue(Buffer& out);

// The client side: a request with Content-Length (left out for an empty body of GET and HEAD).
// `headers` must hold Host.
struct RequestLine {
  std::string_view method;
  std::string_view target;
};
void write_request(Buffer& out, RequestLine line, std::span<const HeaderField> headers,
                   ByteView body);
// The head alone, for a body that is sent from where it lies.
void write_request_head(Buffer& out, RequestLine line, std::span<const HeaderField> headers,
                        std::uint64_t content_length);

}  // namespace levada::wire
