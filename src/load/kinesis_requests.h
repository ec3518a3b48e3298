#pragma once
// SignedRequests: whole, signed HTTP/1.1 requests for an AWS API, made before a run begins so that
// a run only sends them. A signature lives five minutes, which bounds a run. And what PutRecords
// and PutRecord say.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "io/network.h"
#include "io/random.h"
#include "wire/sigv4_signer.h"

namespace levada::load {

struct SigningKeys {
  std::string access_key = "AKIDEXAMPLE";
  std::string secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  std::string region = "us-east-1";
};

struct Api {
  std::string_view name, target_prefix, content_type;
};
inline constexpr Api kinesis_api{"kinesis", "Kinesis_20131202.", "application/x-amz-json-1.1"};
inline constexpr Api timestream_api{"timestream", "Timestream_20181101.",
                                    "application/x-amz-json-1.0"};

class SignedRequests {
 public:
  SignedRequests(io::Address server, SigningKeys keys, Api api = kinesis_api);

  // `content_type` instead of the API's own, where it has several.
  std::string make(std::string_view operation, std::string_view body, UnixMillis now,
                   std::string_view content_type = {});

 private:
  std::string host_;
  Api api_;
  wire::SigV4Signer signer_;
};

struct PutShape {
  bool cbor = false;
  std::string stream = "bench";
  std::uint32_t records = 500;  // 0: PutRecord instead of PutRecords
  std::uint32_t data_size = 100;
};

// The body as boto3 writes it in JSON, or the Java SDK in CBOR, with random data and random keys of
// a dozen characters.
std::string put_body(const PutShape& shape, io::Random& random);

}  // namespace levada::load
