#include "server/sql_cipher.h"

#include <gtest/gtest.h>

#include "io/sim/sim_world.h"
#include "keys/key_text.h"

namespace levada::server {
namespace {

class SqlCipherTest : public testing::Test {
 protected:
  void begin() {
    cipher_.emplace(world_.disk(), world_.random(), SqlCipher::Paths{"/keys", "/sql.key"},
                    [this] { return make_own_key(); });
  }
  Task<Unit> make_own_key() {
    ++asked_;
    if (keys_.keys().empty())
      keys_.create({}, std::string(keys::managed_alias), {}, world_.random());
    co_return co_await outcome(write_keys());
  }
  Task<Unit> write_keys() {
    const std::string text = keys::write_key_store(keys_);
    co_await io::replace_file(world_.disk(), "/keys", as_bytes(text));
    co_return Unit{};
  }

  io::SimWorld world_{3};
  keys::KeyStore keys_;
  std::optional<SqlCipher> cipher_;
  int asked_ = 0;
};

TEST_F(SqlCipherTest, what_is_sealed_is_opened_after_a_restart_and_a_rotation) {
  begin();
  ASSERT_TRUE(world_.run(cipher_->load())) << "there is no key yet";
  EXPECT_EQ(cipher_->open("too short"), std::nullopt);
  ASSERT_TRUE(world_.run(cipher_->prepare()));
  ASSERT_TRUE(world_.run(cipher_->prepare()));
  EXPECT_EQ(asked_, 1);
  const std::string sealed = cipher_->seal("create secret s as 'hunter2'");
  EXPECT_EQ(sealed.find("hunter2"), std::string::npos);
  EXPECT_NE(cipher_->seal("create secret s as 'hunter2'"), sealed) << "nonces come once";
  keys::rotate(*keys_.by_id(keys_.keys().front().id), {}, world_.random());
  ASSERT_TRUE(world_.run(write_keys()));
  begin();
  ASSERT_TRUE(world_.run(cipher_->load()));
  EXPECT_EQ(cipher_->open(sealed), "create secret s as 'hunter2'");
  std::string changed = sealed;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_EQ(cipher_->open(changed), std::nullopt);
}

TEST_F(SqlCipherTest, another_master_key_is_named_and_refused) {
  begin();
  ASSERT_TRUE(world_.run(cipher_->prepare()));
  const std::string id = keys_.keys().front().id;
  keys_ = {};
  keys_.create({}, std::string(keys::managed_alias), {}, world_.random());
  ASSERT_TRUE(world_.run(write_keys()));
  begin();
  const auto loaded = world_.run(cipher_->load());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::denied);
  EXPECT_NE(loaded.error().message.find(id), std::string::npos);
}

}  // namespace
}  // namespace levada::server
