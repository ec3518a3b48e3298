#pragma once
// Reads what a PostgreSQL client sends: protocol 3.0 (PostgreSQL 15 manual, 55.7 "Message
// Formats"). Views look into the bytes given; nothing is copied. Pure: framing, fields and their
// limits; what a message means belongs to the face.

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace levada::wire {

// PostgreSQL's own limit on the first packet of a connection (pqcomm.h MAX_STARTUP_PACKET_LENGTH).
inline constexpr std::size_t pgwire_startup_max = 10'000;

// The first packet, which has no type byte.
struct PgStartup {
  enum class Kind : std::uint8_t { start, tls, gss_encryption, cancel };
  Kind kind;
  // Of `start`.
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  std::vector<std::pair<std::string_view, std::string_view>> parameters = {};
  // Of `cancel`.
  std::uint32_t process = 0;
  std::uint32_t secret = 0;

  std::string_view parameter(std::string_view name) const;  // empty: not sent
};

struct PgFrame {
  char type;  // 0: a startup packet
  ByteView body;
  std::size_t consumed;  // with the header
};

// The next whole startup packet or message; nothing: more bytes are needed, `pgwire_wanted` says
// how many in all. Errors: invalid (a length that cannot be), too_large.
Result<std::optional<PgFrame>> pgwire_startup_frame(ByteView bytes);
Result<std::optional<PgFrame>> pgwire_frame(ByteView bytes, Bytes body_max);
std::size_t pgwire_wanted(ByteView bytes, bool startup);

Result<PgStartup> read_pg_startup(ByteView body);

struct PgParse {
  std::string_view statement;
  std::string_view query;
  std::vector<std::uint32_t> types;  // oids; 0 = to be inferred
};
struct PgBind {
  std::string_view portal;
  std::string_view statement;
  std::vector<std::uint16_t> parameter_formats;     // none, one for all, or one each
  std::vector<std::optional<ByteView>> parameters;  // nothing: NULL
  std::vector<std::uint16_t> result_formats;        // none, one for all, or one each
};
// Describe and Close.
struct PgNamed {
  char kind;  // 'S' statement, 'P' portal
  std::string_view name;
};
struct PgExecute {
  std::string_view portal;
  std::uint32_t rows_max = 0;  // 0: all
};
struct PgSaslInitial {
  std::string_view mechanism;
  std::string_view response;
};

// Each takes the body of its message. Errors: invalid, in PostgreSQL's words.
Result<std::string_view> read_pg_string(ByteView body);  // Query, PasswordMessage, CopyFail
Result<PgParse> read_pg_parse(ByteView body);
Result<PgBind> read_pg_bind(ByteView body);
Result<PgNamed> read_pg_named(ByteView body);
Result<PgExecute> read_pg_execute(ByteView body);
Result<PgSaslInitial> read_pg_sasl_initial(ByteView body);

}  // namespace levada::wire
