#include "server/build_tls.h"

#include <gtest/gtest.h>

namespace levada::server {
namespace {

TEST(BuildTls, is_nothing_without_its_settings) {
  const auto built = build_tls(Configuration{});
  ASSERT_TRUE(built);
  EXPECT_EQ(*built, nullptr);
}

TEST(BuildTls, wants_both_files) {
  Configuration only_key;
  only_key.tls_key_file = "k";
  EXPECT_EQ(build_tls(only_key).error().message,
            "--tls-key needs --tls-cert, the file of its certificate");
  Configuration only_certificate;
  only_certificate.tls_certificate_file = "c";
  EXPECT_EQ(build_tls(only_certificate).error().message,
            "--tls-cert needs --tls-key, the file of its key");
}

}  // namespace
}  // namespace levada::server
