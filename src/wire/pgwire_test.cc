#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/endian.h"
#include "wire/pgwire_backend.h"
#include "wire/pgwire_frontend.h"

namespace levada::wire {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;

Buffer message(char type, std::string_view body) {
  Buffer bytes(type == 0 ? 4 : 5);
  if (type != 0) bytes[0] = static_cast<std::byte>(type);
  store_be(bytes.data() + (type == 0 ? 0 : 1), static_cast<std::uint32_t>(body.size() + 4));
  const ByteView view = as_bytes(body);
  bytes.insert(bytes.end(), view.begin(), view.end());
  return bytes;
}

TEST(PgwireFrontend, AFrameIsCutWhenItIsWhole) {
  const Buffer whole = message('Q', "select 1\0"sv);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const ByteView part = ByteView(whole).first(size);
    EXPECT_FALSE(pgwire_frame(part, 1_KiB).value().has_value());
    EXPECT_GT(pgwire_wanted(part, false), size);
  }
  const PgFrame frame = pgwire_frame(whole, 1_KiB).value().value();
  EXPECT_EQ(frame.type, 'Q');
  EXPECT_EQ(frame.consumed, whole.size());
  EXPECT_EQ(read_pg_string(frame.body).value(), "select 1");
}

TEST(PgwireFrontend, LengthsThatCannotBeAreRefusedBeforeTheyAreAllocated) {
  EXPECT_FALSE(pgwire_frame(as_bytes("Q\0\0\0\3"sv), 1_KiB));
  EXPECT_EQ(pgwire_frame(as_bytes("Q\x7f\0\0\3"sv), 1_KiB).error().kind, ErrorKind::too_large);
  EXPECT_FALSE(pgwire_startup_frame(as_bytes("\0\0\0\3"sv)));
  EXPECT_FALSE(pgwire_startup_frame(as_bytes("GET / HTTP/1.1"sv)));
}

TEST(PgwireFrontend, StartupPacketsAreTold) {
  const PgStartup start =
      read_pg_startup(as_bytes("\0\3\0\0user\0me\0database\0dev\0\0"sv)).value();
  EXPECT_EQ(start.kind, PgStartup::Kind::start);
  EXPECT_EQ(start.major, 3);
  EXPECT_EQ(start.parameter("user"), "me");
  EXPECT_EQ(start.parameter("database"), "dev");
  EXPECT_EQ(start.parameter("other"), "");
  EXPECT_EQ(read_pg_startup(as_bytes("\x04\xd2\x16\x2f"sv)).value().kind, PgStartup::Kind::tls);
  EXPECT_EQ(read_pg_startup(as_bytes("\x04\xd2\x16\x30"sv)).value().kind,
            PgStartup::Kind::gss_encryption);
  const PgStartup cancel =
      read_pg_startup(as_bytes("\x04\xd2\x16\x2e\0\0\0\7\0\0\0\x09"sv)).value();
  EXPECT_EQ(cancel.kind, PgStartup::Kind::cancel);
  EXPECT_EQ(cancel.process, 7u);
  EXPECT_EQ(cancel.secret, 9u);
  EXPECT_FALSE(read_pg_startup(as_bytes("\0\3\0\0user"sv)));
  EXPECT_FALSE(read_pg_startup(as_bytes("\0\3\0\0\0more"sv)));
}

TEST(PgwireFrontend, TheExtendedProtocolIsRead) {
  const PgParse parse = read_pg_parse(as_bytes("S_1\0select $1\0\0\2\0\0\0\x17\0\0\0\0"sv)).value();
  EXPECT_EQ(parse.statement, "S_1");
  EXPECT_EQ(parse.query, "select $1");
  EXPECT_THAT(parse.types, ElementsAre(23, 0));

  const PgBind bind =
      read_pg_bind(as_bytes("p\0s\0\0\1\0\1\0\2\0\0\0\1a\xff\xff\xff\xff\0\1\0\1"sv)).value();
  EXPECT_EQ(bind.portal, "p");
  EXPECT_EQ(bind.statement, "s");
  EXPECT_THAT(bind.parameter_formats, ElementsAre(1));
  ASSERT_EQ(bind.parameters.size(), 2u);
  EXPECT_EQ(as_text(*bind.parameters[0]), "a");
  EXPECT_FALSE(bind.parameters[1].has_value());
  EXPECT_THAT(bind.result_formats, ElementsAre(1));

  EXPECT_EQ(read_pg_execute(as_bytes("p\0\0\0\0\2"sv)).value().rows_max, 2u);
  EXPECT_EQ(read_pg_named(as_bytes("Sx\0"sv)).value().name, "x");
  EXPECT_EQ(read_pg_sasl_initial(as_bytes("SCRAM-SHA-256\0\0\0\0\2n,"sv)).value().response, "n,");
}

TEST(PgwireFrontend, BodiesOutOfFormAreRefused) {
  EXPECT_FALSE(read_pg_string(as_bytes("no end"sv)));
  EXPECT_FALSE(read_pg_string(as_bytes("a\0b"sv)));
  EXPECT_FALSE(read_pg_parse(as_bytes("s\0q\0\xff\xff"sv)));
  EXPECT_FALSE(read_pg_bind(as_bytes("\0\0\0\1\0\2\0\0\0\0"sv))) << "format 2";
  EXPECT_FALSE(read_pg_bind(as_bytes("\0\0\0\0\xff\xff"sv)));
  EXPECT_FALSE(read_pg_bind(as_bytes("\0\0\0\2\0\0\0\0\0\1\0\0\0\0\0\0"sv)))
      << "2 formats, 1 value";
  EXPECT_FALSE(read_pg_bind(as_bytes("\0\0\0\0\0\1\0\0\0\7ab\0\0"sv)));
  EXPECT_FALSE(read_pg_named(as_bytes("Xx\0"sv)));
  EXPECT_FALSE(read_pg_execute(as_bytes("p\0\0\0"sv)));
}

TEST(PgwireBackend, MessagesCarryTheirLength) {
  Buffer out;
  PgwireWriter writer(out);
  writer.ready(PgTransaction::failed);
  EXPECT_EQ(as_text(out), "Z\0\0\0\5E"sv);
  out.clear();
  writer.begin_row(2);
  writer.null();
  writer.begin_value();
  const ByteView value = as_bytes("42"sv);
  out.insert(out.end(), value.begin(), value.end());
  writer.end_value();
  writer.end_row();
  EXPECT_EQ(as_text(out), "D\0\0\0\x10\0\2\xff\xff\xff\xff\0\0\0\2\x34\x32"sv);
  out.clear();
  writer.error({.severity = "ERROR", .sqlstate = "42601", .message = "no\0pe"sv, .position = 7});
  EXPECT_EQ(as_text(out).substr(5), "SERROR\0VERROR\0C42601\0Mno\0P7\0\0"sv);
  out.clear();
  const std::string_view mechanisms[] = {"SCRAM-SHA-256"};
  writer.authentication_sasl(mechanisms);
  EXPECT_EQ(as_text(out), "R\0\0\0\x17\0\0\0\nSCRAM-SHA-256\0\0"sv);
}

TEST(PgwireBackend, ARowDescriptionNamesTypeAndFormat) {
  Buffer out;
  const PgColumn columns[] = {{.name = "id", .type_oid = 23, .type_size = 4, .format = 1}};
  PgwireWriter(out).row_description(columns);
  EXPECT_EQ(as_text(out), "T\0\0\0\x1b\0\1id\0\0\0\0\0\0\0\0\0\0\x17\0\4\xff\xff\xff\xff\0\1"sv);
}

}  // namespace
}  // namespace levada::wire
