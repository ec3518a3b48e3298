#include "streaming/definition_cipher.h"

#include "streaming/session_fixture.h"

namespace levada::streaming {
namespace {

// Turns every byte round: enough to see whether a text lies open.
class TurningCipher final : public DefinitionCipher {
 public:
  Task<Unit> prepare() override {
    prepared = true;
    co_return Unit{};
  }
  std::string seal(std::string_view text) override {
    EXPECT_TRUE(prepared);
    return turned(text);
  }
  std::optional<std::string> open(std::string_view sealed) override {
    if (lost) return std::nullopt;
    return turned(sealed);
  }
  bool prepared = false, lost = false;

 private:
  static std::string turned(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(~c);
    return out;
  }
};

class DefinitionCipherTest : public SessionTest {
 protected:
  void SetUp() override {
    cipher = &turning_;
    start();
  }
  bool checkpoint_names(std::string_view word) {
    return as_text(engine->checkpoint()).find(word) != std::string_view::npos;
  }
  TurningCipher turning_;
};

TEST(MayHoldSecret, LooksForTheWordsInAnyCase) {
  EXPECT_TRUE(may_hold_secret("CREATE SECRET s AS 'x'"));
  EXPECT_TRUE(may_hold_secret("create sink s with (aws.credentials.Secret_Access_Key = 'x')"));
  EXPECT_TRUE(may_hold_secret("ALTER USER u WITH PassWord 'x'"));
  EXPECT_FALSE(may_hold_secret("create table t (id int)"));
}

TEST_F(DefinitionCipherTest, what_names_secrets_is_sealed_and_comes_back) {
  EXPECT_EQ(run("create table t (id int primary key)"), "");
  EXPECT_FALSE(turning_.prepared) << "a key is made when it is needed";
  EXPECT_EQ(run("create secret hidden with (backend = 'meta') as 'hunter2'"), "");
  EXPECT_EQ(run("create sink s from t with (connector = 'kinesis', "
                "aws.credentials.secret_access_key = secret hidden) format upsert encode json"),
            "");
  EXPECT_TRUE(checkpoint_names("create table t"));
  EXPECT_FALSE(checkpoint_names("hunter2"));
  restart();
  const auto& options = connector.last.options;
  const auto key = std::find_if(options.begin(), options.end(), [](const auto& option) {
    return option.first == "aws.credentials.secret_access_key";
  });
  ASSERT_NE(key, options.end());
  EXPECT_EQ(key->second, "hunter2");
  EXPECT_FALSE(checkpoint_names("hunter2"));
}

TEST_F(DefinitionCipherTest, without_the_key_it_does_not_start) {
  EXPECT_EQ(run("create secret hidden with (backend = 'meta') as 'hunter2'"), "");
  stop();
  turning_.lost = true;
  Engine again(log::Journal{world.reactor(), log, log}, world.disk(),
               EngineOptions{.checkpoint_path = "/sql", .cipher = cipher});
  const auto opened = world.run(again.open());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::denied);
  EXPECT_EQ(opened.error().message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace levada::streaming
