#pragma once
// The canonical request of SigV4, the text that both sides hash, and the string to sign made of it.
// For sigv4.cc, which verifies, and sigv4_signer.cc, which signs; not for callers outside.

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "wire/header_field.h"
#include "wire/query_string.h"
#include "wire/sha256.h"
#include "wire/sigv4_key_cache.h"

namespace levada::wire {

inline constexpr std::string_view sigv4_algorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view sigv4_terminator = "aws4_request";
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

struct CanonicalRequest {
  std::string_view method;
  std::string_view path;                  // as sent; "" means "/"
  std::span<const QueryParameter> query;  // decoded; X-Amz-Signature is left out
  std::span<const HeaderField> headers;
  std::string_view signed_headers;  // "content-type;host;…", as the signer wrote it
  std::string_view payload_hash;    // hexadecimal, or UNSIGNED-PAYLOAD
};

std::string canonical_request_text(const CanonicalRequest& request);  // to look at
Sha256Digest canonical_request_digest(const CanonicalRequest& request);

// The path with its segments resolved (`.`, `..`, `//`) and percent-encoded once more, as every
// service but S3 does.
std::string canonical_path(std::string_view path);

// Calls `visit` with each name of "a;b;c".
template <class Visit>
void for_each_signed_header(std::string_view names, Visit visit) {
  while (!names.empty()) {
    const std::string_view name(names.begin(), std::find(names.begin(), names.end(), ';'));
    visit(name);
    names.remove_prefix(std::min(names.size(), name.size() + 1));
  }
}

// The signature in lower-case hexadecimal. `date` is yyyymmddThhmmssZ.
using SignatureText = std::array<char, 64>;
SignatureText sign_digest(const Sha256Digest& canonical_request, std::string_view date,
                          const SigningScope& scope, const HmacSha256& key);

}  // namespace levada::wire
