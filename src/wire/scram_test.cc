#include "wire/scram.h"

#include <gtest/gtest.h>

#include "wire/base64.h"

namespace levada::wire {
namespace {

std::string salt_of(std::string_view base64) {
  std::string bytes(base64_decoded_size_max(base64.size()), '\0');
  const Base64Decoded decoded =
      base64_decode(base64, {reinterpret_cast<std::byte*>(bytes.data()), bytes.size()});
  bytes.resize(decoded.size);
  return bytes;
}

// RFC 7677, section 3.
const ScramVerifier& pencil() {
  static const ScramVerifier verifier =
      ScramVerifier::of_password("pencil", salt_of("W22ZaJ0SNY7soEsUEjb6gQ=="));
  return verifier;
}
constexpr const char* server_nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
constexpr const char* client_first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
constexpr const char* client_final =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

TEST(Scram, TheExchangeOfTheRfcIsReproduced) {
  ScramServer server(pencil(), server_nonce);
  EXPECT_EQ(server.first(client_first).value(),
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
  EXPECT_EQ(server.final(client_final).value(), "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST(Scram, AWrongPasswordIsDenied) {
  const ScramVerifier other =
      ScramVerifier::of_password("pencils", salt_of("W22ZaJ0SNY7soEsUEjb6gQ=="));
  ScramServer server(other, server_nonce);
  ASSERT_TRUE(server.first(client_first));
  EXPECT_EQ(server.final(client_final).error().kind, ErrorKind::denied);
}

TEST(Scram, MessagesOutOfFormAreRefused) {
  for (const std::string_view bad :
       {"", "n", "n,,", "n,,r=x", "n,a=admin,n=u,r=x", "p=tls-unique,,n=u,r=x", "n,,m=1,n=u,r=x",
        "n,,n=u,r=", "n,,n=u,r=\x01"}) {
    ScramServer server(pencil(), server_nonce);
    EXPECT_EQ(server.first(bad).error().kind, ErrorKind::invalid) << bad;
  }
  for (const std::string_view bad :
       {"", "c=biws", "c=biws,r=other,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=eSws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=short"}) {
    ScramServer server(pencil(), server_nonce);
    ASSERT_TRUE(server.first(client_first));
    EXPECT_EQ(server.final(bad).error().kind, ErrorKind::invalid) << bad;
  }
}

TEST(Scram, AVerifierSurvivesItsText) {
  const ScramVerifier read = ScramVerifier::parse(pencil().text()).value();
  EXPECT_EQ(read.text(), pencil().text());
  EXPECT_EQ(read.stored_key, pencil().stored_key);
  for (const std::string_view bad :
       {"", "SCRAM-SHA-256$", "SCRAM-SHA-256$0:YQ==$x:y", "SCRAM-SHA-256$4096:YQ==$x:y", "md5abc"})
    EXPECT_FALSE(ScramVerifier::parse(bad)) << bad;
}

}  // namespace
}  // namespace levada::wire
