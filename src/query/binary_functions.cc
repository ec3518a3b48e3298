// Bits and bytes of bytea, ciphers, and numbers in their binary forms.

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <bit>
#include <charconv>
#include <cstdio>
#include <optional>

#include "query/function_table.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

Datum out_of_bounds(Evaluation& evaluation, std::int64_t index, std::int64_t count) {
  return evaluation.fail(
      sqlstate::array_subscript_error,
      "index " + std::to_string(index) + " out of valid range, 0.." + std::to_string(count - 1));
}

// Bit n is bit n % 8 of byte n / 8, the lowest one first.
Datum get_bit(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::int64_t n = a[1].integer, count = std::int64_t{a[0].size} * 8;
  if (n < 0 || n >= count) return out_of_bounds(evaluation, n, count);
  return Datum::of(a[0].bytes[n / 8] >> (n % 8) & 1);
}
Datum set_bit(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::int64_t n = a[1].integer, count = std::int64_t{a[0].size} * 8;
  if (n < 0 || n >= count) return out_of_bounds(evaluation, n, count);
  if (a[2].integer != 0 && a[2].integer != 1)
    return evaluation.fail(sqlstate::invalid_parameter_value, "new bit must be 0 or 1");
  std::string bytes(a[0].text());
  const auto mask = static_cast<char>(1 << (n % 8));
  char& byte = bytes[static_cast<std::size_t>(n / 8)];
  byte = static_cast<char>(a[2].integer == 1 ? byte | mask : byte & ~mask);
  return evaluation.text(bytes);
}
Datum get_byte(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::int64_t n = a[1].integer;
  if (n < 0 || n >= a[0].size) return out_of_bounds(evaluation, n, a[0].size);
  return Datum::of(std::int64_t{static_cast<unsigned char>(a[0].bytes[n])});
}
Datum set_byte(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::int64_t n = a[1].integer;
  if (n < 0 || n >= a[0].size) return out_of_bounds(evaluation, n, a[0].size);
  std::string bytes(a[0].text());
  bytes[static_cast<std::size_t>(n)] = static_cast<char>(a[2].integer);
  return evaluation.text(bytes);
}
Datum bit_count(Evaluation&, const CallSite&, Arguments a) {
  std::int64_t count = 0;
  for (const char c : a[0].text()) count += std::popcount(static_cast<unsigned char>(c));
  return Datum::of(count);
}
Datum reversed(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string_view bytes = a[0].text();
  return evaluation.text(std::string(bytes.rbegin(), bytes.rend()));
}
// From, for: counted from 1; what lies before the first byte counts too.
Datum part(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::int64_t size = a[0].size;
  const std::int64_t from = a[1].integer;
  if (a.size() > 2 && a[2].integer < 0)
    return evaluation.fail("22011", "negative substring length not allowed");
  const std::int64_t beyond = a.size() > 2 ? from + a[2].integer : size + 1;
  const std::int64_t first = std::clamp<std::int64_t>(from, 1, size + 1);
  const std::int64_t last = std::clamp<std::int64_t>(beyond, first, size + 1);
  return Datum::of(a[0].text().substr(static_cast<std::size_t>(first - 1),
                                      static_cast<std::size_t>(last - first)));
}
Datum byte_position(Evaluation&, const CallSite&, Arguments a) {
  const std::size_t found = a[0].text().find(a[1].text());
  return Datum::of(found == std::string_view::npos ? std::int64_t{0}
                                                   : static_cast<std::int64_t>(found) + 1);
}

// ---- ciphers: "aes", "aes-cbc", "aes-ecb", then "/pad:pkcs" or "/pad:none"; the first vector is
// zero, as pgcrypto's encrypt() has it ----

struct Cipher {
  const EVP_CIPHER* algorithm = nullptr;
  bool padded = true;
};

std::optional<Cipher> cipher_of(std::string_view name, std::size_t key_size) {
  Cipher cipher;
  const std::size_t slash = name.find('/');
  const std::string_view padding =
      slash == std::string_view::npos ? std::string_view("pad:pkcs") : name.substr(slash + 1);
  if (padding != "pad:pkcs" && padding != "pad:none") return std::nullopt;
  cipher.padded = padding == "pad:pkcs";
  const std::string_view algorithm = name.substr(0, slash);
  const bool cbc = algorithm == "aes" || algorithm == "aes-cbc";
  if (!cbc && algorithm != "aes-ecb") return std::nullopt;
  switch (key_size) {
    case 16:
      cipher.algorithm = cbc ? EVP_aes_128_cbc() : EVP_aes_128_ecb();
      return cipher;
    case 24:
      cipher.algorithm = cbc ? EVP_aes_192_cbc() : EVP_aes_192_ecb();
      return cipher;
    case 32:
      cipher.algorithm = cbc ? EVP_aes_256_cbc() : EVP_aes_256_ecb();
      return cipher;
    default:
      return std::nullopt;
  }
}

template <bool encrypts>
Datum ciphered(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto cipher = cipher_of(a[2].text(), a[1].size);
  if (!cipher)
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "cannot use \"" + std::string(a[2].text()) + "\" with a key of " +
                               std::to_string(a[1].size) + " bytes");
  const auto bytes = [](const Datum& datum) {
    return reinterpret_cast<const unsigned char*>(datum.bytes);
  };
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  constexpr unsigned char zeros[EVP_MAX_IV_LENGTH] = {};
  std::string out(a[0].size + std::size_t{EVP_MAX_BLOCK_LENGTH}, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  int size = 0, rest = 0;
  const bool good =
      context != nullptr &&
      EVP_CipherInit_ex(context.get(), cipher->algorithm, nullptr, bytes(a[1]), zeros,
                        encrypts ? 1 : 0) == 1 &&
      EVP_CIPHER_CTX_set_padding(context.get(), cipher->padded ? 1 : 0) == 1 &&
      EVP_CipherUpdate(context.get(), to, &size, bytes(a[0]), static_cast<int>(a[0].size)) == 1 &&
      EVP_CipherFinal_ex(context.get(), to + size, &rest) == 1;
  if (!good)
    return evaluation.fail("39000", encrypts ? "encrypt error: the data do not fit the cipher"
                                             : "decrypt error: the data do not fit the cipher");
  return evaluation.text(std::string_view(out).substr(0, static_cast<std::size_t>(size + rest)));
}

Datum hmac(Evaluation& evaluation, const CallSite&, Arguments a) {
  const EVP_MD* digest = a[2].text() == "sha1"     ? EVP_sha1()
                         : a[2].text() == "sha256" ? EVP_sha256()
                                                   : nullptr;
  if (digest == nullptr)
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "unrecognized hash function: " + std::string(a[2].text()));
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(digest, a[0].bytes, static_cast<int>(a[0].size),
       reinterpret_cast<const unsigned char*>(a[1].bytes), a[1].size, out, &size);
  return evaluation.text({reinterpret_cast<const char*>(out), size});
}
// In time that does not depend on where they differ.
Datum secure_compare(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(a[0].size == a[1].size && CRYPTO_memcmp(a[0].bytes, a[1].bytes, a[0].size) == 0);
}

// ---- numbers ----

Datum address_number(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::int64_t value = 0;
  const char* at = a[0].bytes;
  const char* const end = at + a[0].size;
  for (int n = 0; n < 4; ++n) {
    unsigned part_value = 256;
    const auto read = std::from_chars(at, end, part_value);
    const bool ends = n == 3 ? read.ptr == end : read.ptr != end && *read.ptr == '.';
    if (read.ec != std::errc() || part_value > 255 || !ends)
      return evaluation.fail(sqlstate::invalid_parameter_value,
                             "Invalid IP address: " + std::string(a[0].text()));
    value = value << 8 | part_value;
    at = read.ptr + 1;
  }
  return Datum::of(value);
}
Datum number_address(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::int64_t value = a[0].integer;
  if (value < 0 || value > 0xFFFFFFFF) return out_of_range(evaluation, "IPv4 address");
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out += (out.empty() ? "" : ".") + std::to_string(value >> shift & 255);
  return evaluation.text(out);
}
Datum integer_bytes(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(a[0].integer >> shift);
  return evaluation.text(out);
}
Datum bytes_integer(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].size != 8)
    return evaluation.fail("08P01", "insufficient data left in message: int8 has 8 bytes, not " +
                                        std::to_string(a[0].size));
  std::uint64_t value = 0;
  for (const char c : a[0].text()) value = value << 8 | static_cast<unsigned char>(c);
  return Datum::of(static_cast<std::int64_t>(value));
}

constinit const Function binary_rows[] = {
    {"get_bit", {bytea, int8}, int4, get_bit},
    {"set_bit", {bytea, int8, int4}, bytea, set_bit},
    {"get_byte", {bytea, int4}, int4, get_byte},
    {"set_byte", {bytea, int4, int4}, bytea, set_byte},
    {"bit_count", {bytea}, int8, bit_count},
    {"reverse", {bytea}, bytea, reversed},
    {"substr", {bytea, int4}, bytea, part},
    {"substr", {bytea, int4, int4}, bytea, part},
    {"substring", {bytea, int4}, bytea, part},
    {"substring", {bytea, int4, int4}, bytea, part},
    {"position", {bytea, bytea}, int4, byte_position},
    {"encrypt", {bytea, bytea, varchar}, bytea, ciphered<true>},
    {"decrypt", {bytea, bytea, varchar}, bytea, ciphered<false>},
    {"hmac", {varchar, bytea, varchar}, bytea, hmac},
    {"secure_compare", {varchar, varchar}, boolean, secure_compare},
    {"inet_aton", {varchar}, int8, address_number},
    {"inet_ntoa", {int8}, varchar, number_address},
    {"int8send", {int8}, bytea, integer_bytes},
    {"int8recv", {bytea}, int8, bytes_integer},
};

}  // namespace

std::span<const Function> binary_functions() { return binary_rows; }

}  // namespace levada::query
