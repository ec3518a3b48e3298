#include "load/kinesis_requests.h"

#include <algorithm>
#include <array>

#include "wire/base64.h"
#include "wire/cbor_writer.h"
#include "wire/http1_writer.h"

namespace levada::load {
namespace {

std::string record_json(std::uint32_t data_size, io::Random& random) {
  Buffer data(data_size);
  random.fill(data);
  std::string json = R"({"Data": ")" + wire::base64_encode(data);
  json += R"(", "PartitionKey": "key-)" + std::to_string(random.next() % 100'000'000) + "\"";
  return json;
}

std::string cbor_body(const PutShape& shape, io::Random& random) {
  Buffer body;
  wire::CborWriter to(body);
  to.begin_object();
  if (shape.records > 0) {
    to.key("Records");
    to.begin_array(shape.records);
  }
  Buffer data(shape.data_size);
  for (std::uint32_t n = 0; n < std::max<std::uint32_t>(shape.records, 1); ++n) {
    if (shape.records > 0) to.begin_object();
    random.fill(data);
    to.key("Data");
    to.bytes(data);
    to.key("PartitionKey");
    to.string("key-" + std::to_string(random.next() % 100'000'000));
    if (shape.records > 0) to.end_object();
  }
  to.key("StreamName");
  to.string(shape.stream);
  to.end_object();
  return std::string(as_text(body));
}

}  // namespace

SignedRequests::SignedRequests(io::Address server, SigningKeys keys, Api api)
    : host_(server.text()),
      api_(api),
      signer_({keys.access_key, keys.secret_key, {}, keys.region, std::string(api.name)}) {}

std::string SignedRequests::make(std::string_view operation, std::string_view body, UnixMillis now,
                                 std::string_view content_type) {
  if (content_type.empty()) content_type = api_.content_type;
  const std::string target = std::string(api_.target_prefix) + std::string(operation);
  const std::array<wire::HeaderField, 3> headers = {
      {{"Host", host_}, {"Content-Type", content_type}, {"X-Amz-Target", target}}};
  const wire::SigV4Stamp stamp = signer_.sign({.method = "POST",
                                               .path = "/",
                                               .query = {},
                                               .headers = headers,
                                               .body = as_bytes(body),
                                               .now = now});
  const std::array<wire::HeaderField, 5> sent = {{headers[0],
                                                  headers[1],
                                                  headers[2],
                                                  {"X-Amz-Date", wire::view(stamp.date)},
                                                  {"Authorization", stamp.authorization}}};
  Buffer request;
  wire::write_request(request, {"POST", "/"}, sent, as_bytes(body));
  return std::string(as_text(request));
}

std::string put_body(const PutShape& shape, io::Random& random) {
  if (shape.cbor) return cbor_body(shape, random);
  const std::string stream = R"("StreamName": ")" + shape.stream + "\"";
  if (shape.records == 0) return record_json(shape.data_size, random) + ", " + stream + "}";
  std::string body = R"({"Records": [)";
  for (std::uint32_t i = 0; i < shape.records; ++i) {
    if (i > 0) body += ", ";
    body += record_json(shape.data_size, random) + "}";
  }
  return body + "], " + stream + "}";
}

}  // namespace levada::load
