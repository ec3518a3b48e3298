#include "wire/scram.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "wire/base64.h"

namespace levada::wire {
namespace {

constexpr std::size_t message_max = 4096;
constexpr std::uint32_t iterations_max = 1'000'000;

Sha256Digest operator^(const Sha256Digest& a, const Sha256Digest& b) {
  Sha256Digest result;
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = a[i] ^ b[i];
  return result;
}

// Hi() of RFC 5802: PBKDF2 of one block.
Sha256Digest salted_password(std::string_view password, std::string_view salt,
                             std::uint32_t iterations) {
  const HmacSha256 mac(as_bytes(password));
  std::string first(salt);
  first.append("\0\0\0\1", 4);
  Sha256Digest u = mac.of(first);
  Sha256Digest result = u;
  for (std::uint32_t i = 1; i < iterations; ++i) {
    u = mac.of(ByteView(u));
    result = result ^ u;
  }
  return result;
}

Result<Sha256Digest> digest_of_base64(std::string_view text) {
  std::array<std::byte, 36> bytes;
  if (text.size() != base64_encoded_size(sizeof(Sha256Digest)))
    return fail(ErrorKind::invalid, "a SCRAM key of the wrong length");
  const Base64Decoded decoded = base64_decode(text, bytes);
  if (!decoded.ok() || decoded.size != sizeof(Sha256Digest))
    return fail(ErrorKind::invalid, "a SCRAM key that is no base64");
  Sha256Digest digest;
  std::copy_n(bytes.begin(), digest.size(), digest.begin());
  return digest;
}

// The value of an attribute `k=value` at the front of `rest`, which moves behind its comma.
Result<std::string_view> attribute(std::string_view& rest, char key) {
  if (rest.size() < 2 || rest[0] != key || rest[1] != '=')
    return fail(ErrorKind::invalid,
                std::string("malformed SCRAM message: attribute \"") + key + "\" expected");
  const std::size_t end = std::min(rest.find(','), rest.size());
  const std::string_view value = rest.substr(2, end - 2);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return value;
}

bool printable(std::string_view nonce) {
  return !nonce.empty() &&
         std::all_of(nonce.begin(), nonce.end(), [](char c) { return c >= 0x21 && c <= 0x7e; });
}

}  // namespace

ScramVerifier ScramVerifier::of_password(std::string_view password, std::string_view salt,
                                         std::uint32_t iterations) {
  const HmacSha256 mac(ByteView(salted_password(password, salt, iterations)));
  const Sha256Digest client_key = mac.of("Client Key");
  return {iterations, std::string(salt), sha256(client_key), mac.of("Server Key")};
}

Result<ScramVerifier> ScramVerifier::parse(std::string_view text) {
  const auto malformed = [] {
    return fail(ErrorKind::invalid,
                "not of the form SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey");
  };
  const std::string_view prefix = "SCRAM-SHA-256$";
  if (!text.starts_with(prefix)) return malformed();
  text.remove_prefix(prefix.size());
  const std::size_t colon = text.find(':');
  const std::size_t dollar = text.find('$');
  const std::size_t last = text.rfind(':');
  if (dollar == text.npos || colon > dollar || last < dollar) return malformed();
  ScramVerifier verifier;
  const auto [end, error] = std::from_chars(text.data(), text.data() + colon, verifier.iterations);
  if (error != std::errc() || end != text.data() + colon || verifier.iterations == 0 ||
      verifier.iterations > iterations_max)
    return malformed();
  const std::string_view salt = text.substr(colon + 1, dollar - colon - 1);
  std::vector<std::byte> bytes(base64_decoded_size_max(salt.size()));
  const Base64Decoded decoded = base64_decode(salt, bytes);
  if (!decoded.ok() || decoded.size == 0) return malformed();
  verifier.salt = as_text(ByteView(bytes).first(decoded.size));
  verifier.stored_key = TRY(digest_of_base64(text.substr(dollar + 1, last - dollar - 1)));
  verifier.server_key = TRY(digest_of_base64(text.substr(last + 1)));
  return verifier;
}

std::string ScramVerifier::text() const {
  return std::string(scram_mechanism) + "$" + std::to_string(iterations) + ":" +
         base64_encode(as_bytes(salt)) + "$" + base64_encode(stored_key) + ":" +
         base64_encode(server_key);
}

Result<std::string> ScramServer::first(std::string_view client_first) {
  if (client_first.size() > message_max)
    return fail(ErrorKind::invalid, "malformed SCRAM message: too long");
  // gs2-cbind-flag "," [authzid] ","
  if (client_first.starts_with("p="))
    return fail(ErrorKind::invalid, "channel binding is not offered");
  if (!client_first.starts_with("n,") && !client_first.starts_with("y,"))
    return fail(ErrorKind::invalid, "malformed SCRAM message: unexpected channel-binding flag");
  const std::size_t comma = client_first.find(',', 2);
  if (comma != 2)
    return fail(ErrorKind::invalid, "client uses authorization identity, but it is not supported");
  channel_ = client_first.substr(0, 3);
  client_first_bare_ = client_first.substr(3);
  std::string_view rest = client_first_bare_;
  if (rest.starts_with("m="))
    return fail(ErrorKind::invalid, "client requires an unsupported SCRAM extension");
  TRY(attribute(rest, 'n'));  // the user comes from the startup packet, as in PostgreSQL
  const std::string_view client_nonce = TRY(attribute(rest, 'r'));
  if (!printable(client_nonce))
    return fail(ErrorKind::invalid, "malformed SCRAM message: non-printable characters in nonce");
  nonce_ = std::string(client_nonce) + nonce_;
  server_first_ = "r=" + nonce_ + ",s=" + base64_encode(as_bytes(verifier_.salt)) +
                  ",i=" + std::to_string(verifier_.iterations);
  return server_first_;
}

Result<std::string> ScramServer::final(std::string_view client_final) {
  if (client_final.size() > message_max)
    return fail(ErrorKind::invalid, "malformed SCRAM message: too long");
  const std::size_t proof_at = client_final.rfind(",p=");
  if (proof_at == client_final.npos)
    return fail(ErrorKind::invalid, "malformed SCRAM message: attribute \"p\" expected");
  const std::string_view without_proof = client_final.substr(0, proof_at);
  std::string_view rest = without_proof;
  const std::string_view channel = TRY(attribute(rest, 'c'));
  if (channel != base64_encode(as_bytes(channel_)))
    return fail(ErrorKind::invalid, "unexpected SCRAM channel-binding attribute");
  const std::string_view nonce = TRY(attribute(rest, 'r'));
  if (nonce != nonce_) return fail(ErrorKind::invalid, "invalid SCRAM response: nonce mismatch");
  const Sha256Digest proof = TRY(digest_of_base64(client_final.substr(proof_at + 3)));

  const std::string message =
      client_first_bare_ + "," + server_first_ + "," + std::string(without_proof);
  const Sha256Digest client_key = proof ^ HmacSha256(verifier_.stored_key).of(message);
  const Sha256Digest stored_key = sha256(client_key);
  if (CRYPTO_memcmp(stored_key.data(), verifier_.stored_key.data(), stored_key.size()) != 0)
    return fail(ErrorKind::denied, "the password is wrong");
  return "v=" + base64_encode(HmacSha256(verifier_.server_key).of(message));
}

}  // namespace levada::wire
