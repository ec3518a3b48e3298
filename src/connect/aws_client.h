#pragma once
// AwsClient: signed calls of one AWS service at one endpoint. One try each; what to try again is
// the caller's to decide, by the kind of the error:
//   throttled    the service says slow down
//   unavailable  certainly not done: not reached, or the service says so (5xx)
//   unknown      sent, and no answer came
//   expired, not_found, denied, invalid   as the service says; the message is "Code: its message"

#include <memory>
#include <string>
#include <string_view>

#include "connect/aws_keys.h"
#include "connect/http_client.h"
#include "wire/sigv4_signer.h"

namespace levada::connect {

struct AwsService {
  std::string name;  // "kinesis", in the signature
  std::string region;
};

class AwsClient {
 public:
  AwsClient(io::Clock& clock, std::unique_ptr<HttpClient> http, AwsService service,
            std::unique_ptr<KeySource> keys);

  // A POST with these fields beside Host and the signature's.
  struct Call {
    std::string_view target = {};  // X-Amz-Target; empty: none
    std::string_view content_type;
    ByteView body;  // stays where it is until the answer is there
  };
  Task<std::string> call(Call call);
  void shutdown() noexcept;

 private:
  Buffer signed_head(const AwsKeys& keys, const Call& call);

  io::Clock& clock_;
  std::unique_ptr<HttpClient> http_;
  AwsService service_;
  std::unique_ptr<KeySource> keys_;
  AwsKeys signing_;
  std::optional<wire::SigV4Signer> signer_;
};

// The text of the first element of that name; empty: there is none.
std::string_view xml_element(std::string_view xml, std::string_view name);

// Whether a body is CBOR: its maps begin with bytes that no JSON has there.
bool is_cbor(std::string_view body);

// What an answer that is no success says, as an Error of the kinds above.
Error aws_error(const HttpAnswer& answer);

}  // namespace levada::connect
