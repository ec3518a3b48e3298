#include "connect/endpoint.h"

#include <gtest/gtest.h>

namespace levada::connect {
namespace {

TEST(Endpoint, ReadsUrlsAsClientsWriteThem) {
  const Endpoint local = Endpoint::parse("http://127.0.0.1:4567").value();
  EXPECT_FALSE(local.tls);
  EXPECT_EQ(local.address, (io::Address{"127.0.0.1", 4567}));
  EXPECT_EQ(local.authority, "127.0.0.1:4567");
  EXPECT_EQ(local.path, "/");
  const Endpoint named = Endpoint::parse("https://kinesis.example.org/base").value();
  EXPECT_TRUE(named.tls);
  EXPECT_EQ(named.address, (io::Address{"kinesis.example.org", 443}));
  EXPECT_EQ(named.path, "/base");
  EXPECT_EQ(Endpoint::parse("http://[::1]:80/").value().address, (io::Address{"::1", 80}));
}

TEST(Endpoint, RefusesWhatIsNoUrl) {
  for (const char* bad :
       {"", "127.0.0.1:1", "ftp://x", "http://", "http://:1", "http://a:0", "http://a:99999",
        "http://a:b", "http://a b", "http://[::1", "http://a/?q", "http://a\r\nX: y"})
    EXPECT_FALSE(Endpoint::parse(bad)) << bad;
}

TEST(Endpoint, KnowsAwsNames) {
  EXPECT_EQ(Endpoint::of_aws("kinesis", "eu-west-1").value().authority,
            "kinesis.eu-west-1.amazonaws.com");
  EXPECT_EQ(Endpoint::of_aws("sts", "cn-north-1").value().authority,
            "sts.cn-north-1.amazonaws.com.cn");
  EXPECT_FALSE(Endpoint::of_aws("kinesis", "evil.example/"));
}

}  // namespace
}  // namespace levada::connect
