#include <gtest/gtest.h>

#include "io/sim/sim_world.h"
#include "keys/aes_gcm.h"
#include "keys/envelope.h"
#include "keys/key_text.h"

namespace levada::keys {
namespace {

const KeyOwner alice{"111111111111", "eu-west-1"}, bob{"222222222222", "eu-west-1"};

struct Fixture : testing::Test {
  io::SimWorld world{7};
  io::Random& random = world.random();
  KeyStore store;
};
using Keys = Fixture;

TEST_F(Keys, are_found_by_id_arn_and_alias_of_their_own_account) {
  const std::string id = store.create(alice, "alias/orders", UnixMillis(5), random).id;
  const std::string arn = "arn:aws:kms:eu-west-1:111111111111:key/" + id;
  EXPECT_EQ(key_arn(*store.by_id(id), alice), arn);
  for (const std::string& name : {id, arn, std::string("alias/orders"),
                                  std::string("arn:aws:kms:eu-west-1:111111111111:alias/orders")})
    EXPECT_EQ((*store.find(alice, name))->id, id) << name;
  EXPECT_EQ(store.find(bob, id).error(), KeyProblem::key_not_found);
  EXPECT_EQ(store.find(bob, arn).error(), KeyProblem::other_account);
  EXPECT_EQ(store.find(bob, "alias/orders").error(), KeyProblem::alias_not_found);
  EXPECT_EQ(store.find({"111111111111", "us-east-1"}, arn).error(), KeyProblem::other_region);
}

TEST_F(Keys, of_the_server_are_everybodys) {
  store.create({}, std::string(managed_alias), UnixMillis(5), random);
  EXPECT_TRUE(store.find(alice, managed_alias));
  EXPECT_EQ(*store.find(alice, managed_alias), *store.find(bob, managed_alias));
  EXPECT_NE(key_arn(store.keys()[0], alice), key_arn(store.keys()[0], bob));
}

TEST_F(Keys, names_that_are_none_are_told_from_keys_that_are_not_there) {
  for (const char* name :
       {"", "x", "alias/", "alias/a b", "arn:aws:s3:eu-west-1:111111111111:key/x",
        "arn:aws:kms:eu-west-1:111111111111:table/x", "12345678-1234-1234-1234-12345678901g"})
    EXPECT_EQ(store.find(alice, name).error(), KeyProblem::malformed) << name;
  EXPECT_EQ(store.find(alice, "12345678-1234-1234-1234-123456789012").error(),
            KeyProblem::key_not_found);
}

TEST_F(Keys, are_not_used_while_disabled_and_are_gone_after_their_deletion) {
  MasterKey& key = store.create(alice, {}, UnixMillis(5), random);
  EXPECT_TRUE(usable(key, UnixMillis(6)));
  key.state = KeyState::disabled;
  EXPECT_EQ(usable(key, UnixMillis(6)).error(), KeyProblem::disabled);
  key.state = KeyState::pending_deletion;
  key.deletion = UnixMillis(100);
  EXPECT_EQ(usable(key, UnixMillis(99)).error(), KeyProblem::pending_deletion);
  EXPECT_EQ(usable(key, UnixMillis(100)).error(), KeyProblem::key_not_found);
  EXPECT_EQ(store.bury(UnixMillis(99)), 0u);
  EXPECT_EQ(store.bury(UnixMillis(100)), 1u);
  EXPECT_TRUE(store.keys().empty());
}

TEST_F(Keys, envelopes_open_with_the_version_that_sealed_them_and_nowhere_else) {
  MasterKey& key = store.create(alice, {}, UnixMillis(5), random);
  KeyMaterial data_key;
  random.fill(data_key);
  const Buffer here{std::byte{1}}, elsewhere{std::byte{2}};
  const Buffer envelope = wrap(key.newest(), here, data_key, random);
  EXPECT_EQ(envelope.size(), envelope_size);
  rotate(key, UnixMillis(6), random);
  EXPECT_EQ(key.newest().number, 2u);
  EXPECT_EQ(unwrap(*key.version(1), here, envelope), data_key);
  EXPECT_FALSE(unwrap(key.newest(), here, envelope));
  EXPECT_FALSE(unwrap(*key.version(1), elsewhere, envelope));
  for (std::size_t bit = 0; bit < envelope.size() * 8; ++bit) {
    Buffer changed = envelope;
    changed[bit / 8] ^= std::byte(1 << bit % 8);
    EXPECT_FALSE(unwrap(*key.version(1), here, changed)) << bit;
  }
  EXPECT_FALSE(unwrap(*key.version(1), here, ByteView(envelope).first(59)));
}

TEST_F(Keys, seal_the_same_by_openssl_and_by_vectors) {
  if (!VectorAesGcm::available()) GTEST_SKIP() << "this machine has no VAES of 512 bits";
  AesGcm by_openssl(false), by_vectors(true);
  for (std::size_t turn = 0; turn < 200; ++turn) {
    KeyMaterial key;
    random.fill(key);
    for (std::size_t message = 0; message < 3; ++message) {  // the key is the one before
      Nonce nonce;
      random.fill(nonce);
      Buffer text(turn * 7), here(turn % 20);
      random.fill(text);
      random.fill(here);
      Buffer one = text, other = text;
      const Tag tag = by_openssl.seal(key, nonce, here, one);
      EXPECT_EQ(by_vectors.seal(key, nonce, here, other), tag);
      EXPECT_EQ(one, other);
      EXPECT_TRUE(by_openssl.open(key, nonce, here, one, tag, one));
      EXPECT_TRUE(by_vectors.open(key, nonce, here, other, tag, other));
      EXPECT_EQ(one, text);
      EXPECT_EQ(other, text);
      Tag changed = tag;
      changed[turn % changed.size()] ^= std::byte{1};
      EXPECT_FALSE(by_openssl.open(key, nonce, here, one, changed, one));
      EXPECT_FALSE(by_vectors.open(key, nonce, here, other, changed, other));
    }
  }
}

TEST_F(Keys, file_gives_back_what_was_written) {
  store.create({}, std::string(managed_alias), UnixMillis(5), random);
  MasterKey& key = store.create(alice, "alias/orders", UnixMillis(6), random);
  key.aliases.emplace_back("alias/second");
  rotate(key, UnixMillis(7), random);
  key.state = KeyState::pending_deletion;
  key.deletion = UnixMillis(8);
  const Result<KeyStore> read = read_key_store(write_key_store(store));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->keys(), store.keys());
  EXPECT_TRUE(read_key_store(write_key_store({}))->keys().empty());
}

TEST_F(Keys, file_with_a_changed_or_missing_byte_is_refused) {
  store.create(alice, "alias/orders", UnixMillis(6), random);
  const std::string text = write_key_store(store);
  for (std::size_t n = 0; n < text.size(); ++n) {
    EXPECT_FALSE(read_key_store(text.substr(0, n))) << n;
    std::string changed = text;
    changed[n] ^= 1;
    EXPECT_FALSE(read_key_store(changed)) << n;
  }
}

}  // namespace
}  // namespace levada::keys
