#include "tls/tls_context.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tls/test_client.h"

namespace levada::tls {
namespace {

std::string refusal(const TlsFiles& files) {
  const auto loaded = TlsContext::load(files);
  return loaded ? "loaded" : loaded.error().message;
}

TEST(TlsContext, describes_the_certificate_in_use) {
  const auto context = TlsContext::load(make_certificate("described"));
  ASSERT_TRUE(context) << context.error().message;
  EXPECT_EQ((*context)->describe().find("CN = described, until "), 0u) << (*context)->describe();
}

TEST(TlsContext, names_the_file_that_it_cannot_use_and_why) {
  const TlsFiles good = make_certificate("good");
  const TlsFiles other = make_certificate("other");
  const TlsFiles locked = make_certificate("locked", "secret");
  const std::string text = testing::TempDir() + "levada_tls_text";
  std::ofstream(text) << "hello";

  EXPECT_EQ(refusal({"/nonexistent.crt", good.key}),
            "cannot read /nonexistent.crt: No such file or directory");
  EXPECT_EQ(refusal({good.certificate, "/nonexistent.key"}),
            "cannot read /nonexistent.key: No such file or directory");
  EXPECT_EQ(refusal({text, good.key}).find(text + " is no certificate in PEM ("), 0u);
  EXPECT_EQ(refusal({good.certificate, text}), text + " holds no private key in PEM");
  EXPECT_EQ(refusal({good.certificate, other.key}),
            "the key in " + other.key + " is not that of the certificate in " + good.certificate);
  EXPECT_EQ(refusal(locked).find("the key in " + locked.key + " is encrypted; "), 0u)
      << refusal(locked);
  EXPECT_EQ(refusal(good), "loaded");
}

TEST(TlsContext, keeps_the_old_certificate_when_the_new_one_does_not_load) {
  const TlsFiles files = make_certificate("kept");
  const auto context = TlsContext::load(files);
  ASSERT_TRUE(context);
  const std::string before = (*context)->describe();
  const TlsFiles next = make_certificate("next");
  std::filesystem::copy_file(next.certificate, files.certificate,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE((*context)->reload());  // the key is still the old one's
  EXPECT_EQ((*context)->describe(), before);
  std::filesystem::copy_file(next.key, files.key,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE((*context)->reload());
  EXPECT_EQ((*context)->describe().find("CN = next"), 0u);
}

}  // namespace
}  // namespace levada::tls
