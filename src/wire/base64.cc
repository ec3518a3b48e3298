#include "wire/base64.h"

#include <array>
#include <cstring>

#include "base/check.h"
#include "base/cpu.h"
#include "wire/base64_kernels.h"

namespace levada::wire {
namespace {

constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t not_in_alphabet = 0xff;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table;
  table.fill(not_in_alphabet);
  for (std::uint8_t i = 0; i < 64; ++i) table[static_cast<unsigned char>(alphabet[i])] = i;
  return table;
}();

constexpr std::uint8_t value_of(char c) { return values[static_cast<unsigned char>(c)]; }

// What the character at each of the four places of a group adds to the three bytes, which lie in
// memory order in the low 24 bits; the top byte is not zero for characters outside the alphabet.
constexpr std::uint32_t invalid_mark = 0xff00'0000;
using PlaceTable = std::array<std::uint32_t, 256>;
constexpr auto place_tables = [] {
  std::array<PlaceTable, 4> tables;
  for (unsigned c = 0; c < 256; ++c) {
    const std::uint32_t v = values[c];
    if (v == not_in_alphabet) {
      for (PlaceTable& table : tables) table[c] = invalid_mark;
      continue;
    }
    tables[0][c] = v << 2;
    tables[1][c] = v >> 4 | (v & 15) << 12;
    tables[2][c] = v >> 2 << 8 | (v & 3) << 22;
    tables[3][c] = v << 16;
  }
  return tables;
}();

Base64Decoded bad_character(std::string_view text, std::size_t from) {
  while (value_of(text[from]) != not_in_alphabet) ++from;
  return {.fault = Base64Fault::character, .offender = from};
}

// The last group when it is padded: two or three characters for one or two bytes.
Base64Decoded decode_padded_group(std::string_view text, std::size_t padding, std::byte* to,
                                  std::size_t written) {
  const std::size_t group = text.size() - 4;
  const unsigned a = value_of(text[group]), b = value_of(text[group + 1]);
  if (a == not_in_alphabet || b == not_in_alphabet) return bad_character(text, group);
  to[written++] = static_cast<std::byte>(a << 2 | b >> 4);
  unsigned left_over = b & 15;
  if (padding == 1) {
    const unsigned c = value_of(text[group + 2]);
    if (c == not_in_alphabet) return bad_character(text, group + 2);
    to[written++] = static_cast<std::byte>(b << 4 | c >> 2);
    left_over = c & 3;
  }
  if (left_over != 0) return {.fault = Base64Fault::padding_bits};
  return {.size = written};
}

}  // namespace

namespace base64_kernel {

Run decode_run_portable(const char* text, std::size_t size, std::byte* to, std::size_t room) {
  const auto* in = reinterpret_cast<const unsigned char*>(text);
  Run run{0, 0};
  while (size - run.read >= 4 && room - run.written >= 3) {
    const unsigned char* c = in + run.read;
    const std::uint32_t group = place_tables[0][c[0]] | place_tables[1][c[1]] |
                                place_tables[2][c[2]] | place_tables[3][c[3]];
    if ((group & invalid_mark) != 0) break;
    std::memcpy(to + run.written, &group, 3);
    run.read += 4;
    run.written += 3;
  }
  return run;
}

Run encode_run_portable(const std::byte* bytes, std::size_t size, char* to) {
  Run run{0, 0};
  for (; size - run.read >= 3; run.read += 3, run.written += 4) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(bytes[run.read + i]); };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (unsigned i = 0; i < 4; ++i) to[run.written + i] = alphabet[group >> (18 - 6 * i) & 63];
  }
  return run;
}

}  // namespace base64_kernel

namespace {

base64_kernel::Run decode_run(std::string_view text, std::byte* to, std::size_t room) {
  return cpu_features().avx2
             ? base64_kernel::decode_run_avx2(text.data(), text.size(), to, room)
             : base64_kernel::decode_run_portable(text.data(), text.size(), to, room);
}

}  // namespace

Base64Decoded base64_decode(std::string_view text, MutableByteView to) {
  if (text.size() % 4 != 0) return {.fault = Base64Fault::length};
  if (text.empty()) return {};
  const std::size_t padding = text.back() != '=' ? 0 : text[text.size() - 2] != '=' ? 1 : 2;
  const std::size_t size = base64_decoded_size_max(text.size()) - padding;
  CHECK(to.size() >= size, "the caller provides room for the decoded bytes");

  const std::size_t whole = text.size() - (padding > 0 ? 4 : 0);
  base64_kernel::Run run{0, 0};
  if (whole > 0) run = decode_run(text.substr(0, whole), to.data(), size);
  if (run.read != whole) [[unlikely]]
    return bad_character(text, run.read);
  if (padding == 0) return {.size = size};
  return decode_padded_group(text, padding, to.data(), run.written);
}

std::string base64_fault_text(std::string_view text, const Base64Decoded& decoded) {
  switch (decoded.fault) {
    case Base64Fault::none:
      return {};
    case Base64Fault::length:
      return "Base64 encoded length is expected a multiple of 4 bytes but found: " +
             std::to_string(text.size());
    case Base64Fault::character:
      return std::string("Invalid Base64 character: '") + text[decoded.offender] + "'";
    case Base64Fault::padding_bits:
      return "Invalid last non-pad Base64 character dectected";  // the service's own spelling
  }
  CHECK(false);
}

Base64Prefix base64_decode_prefix(std::string_view text, MutableByteView to) {
  const auto run = decode_run(text, to.data(), to.size());
  return {run.read, run.written};
}

char* base64_encode(ByteView bytes, char* to) {
  base64_kernel::Run run{0, 0};
  if (cpu_features().avx2) run = base64_kernel::encode_run_avx2(bytes.data(), bytes.size(), to);
  const ByteView rest = bytes.subspan(run.read);
  to += run.written;
  const auto whole = base64_kernel::encode_run_portable(rest.data(), rest.size(), to);
  to += whole.written;

  const ByteView last = rest.subspan(whole.read);
  if (last.empty()) return to;
  const unsigned a = static_cast<unsigned>(last[0]);
  const unsigned b = last.size() == 2 ? static_cast<unsigned>(last[1]) : 0;
  to[0] = alphabet[a >> 2];
  to[1] = alphabet[(a << 4 | b >> 4) & 63];
  to[2] = last.size() == 2 ? alphabet[b << 2 & 63] : '=';
  to[3] = '=';
  return to + 4;
}

std::string base64_encode(ByteView bytes) {
  std::string text(base64_encoded_size(bytes.size()), '\0');
  base64_encode(bytes, text.data());
  return text;
}

}  // namespace levada::wire
