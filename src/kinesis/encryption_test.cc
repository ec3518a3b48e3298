#include <gmock/gmock.h>

#include "keys/key_text.h"
#include "kinesis/record_codec.h"
#include "kinesis/test_service.h"

namespace levada::kinesis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view shard0 = "shardId-000000000000";

struct Encryption : testing::Test {
  TestService k;

  Encryption() { k.create("s"); }

  Result<Unit> change(bool start, std::string_view key = keys::managed_alias,
                      std::string_view name = "s") {
    ChangeEncryption command{.stream = {name, {}}, .key_id = key, .start = start};
    return k.world.run(k.control().change_encryption(k.caller, command));
  }
  // As levada keys does it: reads the file, changes it, writes it; the server looks every second.
  template <class Change>
  void edit_keys(Change edit) {
    keys::KeyStore store;
    if (auto file = k.world.run(io::read_file(k.world.disk(), "/kinesis/keys", 1_MiB)))
      store = keys::read_key_store(as_text(*file)).value();
    edit(store);
    const std::string text = keys::write_key_store(store);
    ASSERT_TRUE(k.world.run(io::replace_file(k.world.disk(), "/kinesis/keys", as_bytes(text))));
    k.world.run_for(std::chrono::seconds(2));
  }
  std::string make_key(const char* account = "000000000000", std::string alias = {}) {
    std::string id;
    edit_keys([&](keys::KeyStore& store) {
      id = store.create({account, "us-east-1"}, alias, UnixMillis(1), k.world.random()).id;
    });
    return id;
  }
  void set_state(const std::string& id, keys::KeyState state) {
    edit_keys([&](keys::KeyStore& store) {
      store.by_id(id)->state = state;
      store.by_id(id)->deletion = k.world.clock().now() + std::chrono::hours(24);
    });
  }
  // Everything the log holds of the stream, as it would lie on the disk.
  std::string stored() {
    std::string all;
    for (const catalog::Shard& shard : k.stream("s")->shards) {
      const log::Journals journals(k.journals);
      const auto read = k.world.run(
          journals.of(shard.partition).reader.read(shard.partition, log::Position(), 1_MiB));
      EXPECT_TRUE(read);
      for (const log::Batch& batch : read->batches) all += as_text(batch.payload);
    }
    return all;
  }
};

TEST_F(Encryption, hides_data_and_partition_keys_from_the_log_and_not_from_readers) {
  ASSERT_TRUE(k.put("s", "visible-key", "visible-data"));
  ASSERT_TRUE(change(true));
  ASSERT_TRUE(k.put("s", "secret-key", "secret-data"));
  ASSERT_TRUE(change(false));
  ASSERT_TRUE(k.put("s", "open-key", "open-data"));
  EXPECT_THAT(k.read_all("s", shard0), ElementsAre("visible-data", "secret-data", "open-data"));
  const std::string log = stored();
  EXPECT_THAT(log, HasSubstr("visible-key"));
  EXPECT_THAT(log, HasSubstr("open-data"));
  EXPECT_THAT(log, testing::Not(HasSubstr("secret-")));
}

TEST_F(Encryption, is_told_by_the_stream_and_by_each_record) {
  ASSERT_TRUE(k.put("s", "k", "1"));
  ASSERT_TRUE(change(true));
  EXPECT_EQ(k.stream("s")->key_id, "alias/aws/kinesis");
  EXPECT_EQ(k.put("s", "k", "2")->stream->encryption, catalog::Encryption::kms);
  ASSERT_TRUE(change(false));
  EXPECT_EQ(k.stream("s")->key_id, "");
  EXPECT_EQ(k.put("s", "k", "3")->stream->encryption, catalog::Encryption::none);
  std::vector<catalog::Encryption> seen;
  const auto read = k.get(*k.iterator("s", shard0));
  for (const ReadRecord& record : read->records) seen.push_back(record.encryption);
  using enum catalog::Encryption;
  EXPECT_THAT(seen, ElementsAre(none, kms, none));
}

TEST_F(Encryption, of_several_streams_at_once_makes_one_key_of_the_server) {
  int done = 0;
  std::vector<std::string> names;
  for (int n = 0; n < 5; ++n) names.push_back("t" + std::to_string(n));
  for (const std::string& name : names) k.create(name);
  for (const std::string& name : names) {
    ChangeEncryption command{.stream = {name, {}}, .key_id = keys::managed_alias, .start = true};
    levada::start(k.control().change_encryption(k.caller, command),
                  [&](Result<Unit> result) { done += result.has_value(); });
  }
  k.world.run_for(std::chrono::seconds(3));
  EXPECT_EQ(done, 5);
  for (const std::string& name : names) ASSERT_TRUE(k.put(name, "k", "1"));
  const auto file = k.world.run(io::read_file(k.world.disk(), "/kinesis/keys", 1_MiB));
  EXPECT_EQ(keys::read_key_store(as_text(*file))->keys().size(), 1u);
}

TEST_F(Encryption, serves_many_records_of_every_size_from_both_reactors) {
  k.create("wide", 4);
  ASSERT_TRUE(change(true, keys::managed_alias, "wide"));
  std::multiset<std::string> sent, got;
  for (std::uint32_t n = 0; n < 200; ++n) {
    const std::string text = std::to_string(n) + std::string(n * 37, 'x');
    ASSERT_TRUE(k.put("wide", std::to_string(n), text, n % 2));
    sent.insert(text);
  }
  for (std::uint32_t n = 0; n < 4; ++n)
    for (std::string& text : k.read_all("wide", shard_id(catalog::ShardIndex(n))))
      got.insert(std::move(text));
  EXPECT_EQ(sent, got);
}

TEST_F(Encryption, takes_keys_by_id_arn_and_alias) {
  const std::string id = make_key("000000000000", "alias/mine");
  for (const std::string& name :
       {id, "arn:aws:kms:us-east-1:000000000000:key/" + id, std::string("alias/mine"),
        std::string("arn:aws:kms:us-east-1:000000000000:alias/mine"),
        std::string("arn:aws:kms:us-east-1:000000000000:alias/aws/kinesis")}) {
    const auto done = change(true, name);
    EXPECT_TRUE(done) << name << ": " << message_of(done);
    EXPECT_EQ(k.stream("s")->key_id, name);
  }
}

TEST_F(Encryption, refuses_keys_as_kms_does) {
  const auto refused = [&](std::string_view name) {
    const auto done = change(true, name);
    return std::pair(refusal_in(done), message_of(done));
  };
  using R = Refusal;
  const std::string missing = "12345678-1234-1234-1234-123456789012";
  EXPECT_EQ(refused(missing),
            std::pair(R::kms_not_found, "Key 'arn:aws:kms:us-east-1:000000000000:key/" + missing +
                                            "' does not exist"));
  EXPECT_EQ(refused("alias/none"),
            std::pair(R::kms_not_found,
                      std::string("Alias arn:aws:kms:us-east-1:000000000000:alias/none is not "
                                  "found.")));
  EXPECT_EQ(refused("nonsense"),
            std::pair(R::kms_not_found, std::string("Invalid keyId nonsense")));
  EXPECT_EQ(refused("arn:aws:kms:us-east-1:999999999999:key/" + missing).first,
            R::kms_access_denied);
  EXPECT_EQ(refused("arn:aws:kms:eu-west-1:000000000000:key/" + missing).first, R::kms_not_found);
  const std::string foreign = make_key("999999999999");
  EXPECT_EQ(refused(foreign).first, R::kms_not_found);
  EXPECT_EQ(k.stream("s")->encryption, catalog::Encryption::none);
}

TEST_F(Encryption, stops_writes_and_reads_while_the_key_is_disabled) {
  const std::string id = make_key();
  ASSERT_TRUE(change(true, id));
  ASSERT_TRUE(k.put("s", "k", "1"));
  const Token iterator = *k.iterator("s", shard0);
  for (const auto& [state, refusal, text] :
       {std::tuple(keys::KeyState::disabled, Refusal::kms_disabled, " is disabled."),
        std::tuple(keys::KeyState::pending_deletion, Refusal::kms_invalid_state,
                   " is pending deletion.")}) {
    set_state(id, state);
    const auto put = k.put("s", "k", "2");
    EXPECT_EQ(refusal_in(put), refusal);
    EXPECT_EQ(message_of(put), "arn:aws:kms:us-east-1:000000000000:key/" + id + text);
    EXPECT_EQ(refusal_in(k.put("s", "k", "2", 1)), refusal);
    EXPECT_EQ(refusal_in(k.get(iterator)), refusal);
    EXPECT_EQ(refusal_in(change(true, id)), refusal);
  }
  set_state(id, keys::KeyState::enabled);
  ASSERT_TRUE(k.put("s", "k", "2"));
  EXPECT_THAT(k.read_all("s", shard0), ElementsAre("1", "2"));
}

TEST_F(Encryption, hands_out_what_it_can_read_before_it_says_what_it_cannot) {
  const std::string id = make_key();
  ASSERT_TRUE(k.put("s", "k", "plain"));
  ASSERT_TRUE(change(true, id));
  ASSERT_TRUE(k.put("s", "k", "sealed"));
  edit_keys([&](keys::KeyStore& store) { store = {}; });
  const auto read = k.get(*k.iterator("s", shard0));
  ASSERT_TRUE(read) << message_of(read);
  ASSERT_EQ(read->records.size(), 1u);
  EXPECT_EQ(as_text(read->records[0].data), "plain");
  EXPECT_GE(read->behind_latest.count(), 0);
  EXPECT_EQ(refusal_in(k.get(*read->next_iterator)), Refusal::kms_not_found);
}

TEST_F(Encryption, goes_on_with_a_new_version_after_a_rotation_and_reads_the_old) {
  const std::string id = make_key();
  ASSERT_TRUE(change(true, id));
  ASSERT_TRUE(k.put("s", "k", "old"));
  ASSERT_EQ(k.stream("s")->data_keys.back().master_version, 1u);
  edit_keys(
      [&](keys::KeyStore& store) { rotate(*store.by_id(id), UnixMillis(9), k.world.random()); });
  EXPECT_EQ(k.stream("s")->data_keys.back().master_version, 2u);
  EXPECT_EQ(k.stream("s")->data_keys.size(), 2u);
  ASSERT_TRUE(k.put("s", "k", "new"));
  EXPECT_THAT(k.read_all("s", shard0), ElementsAre("old", "new"));
}

TEST_F(Encryption, keeps_data_keys_only_while_records_may_need_them) {
  ASSERT_TRUE(change(true));
  ASSERT_TRUE(change(true));
  EXPECT_EQ(k.stream("s")->data_keys.size(), 2u);
  k.world.run_for(std::chrono::hours(26));
  ASSERT_TRUE(change(true));
  EXPECT_EQ(k.stream("s")->data_keys.size(), 2u);
  EXPECT_EQ(k.stream("s")->data_keys.front().number, 2u);
}

TEST_F(Encryption, may_change_its_key_25_times_a_day) {
  for (int n = 0; n < 25; ++n) ASSERT_TRUE(change(true)) << n;
  EXPECT_EQ(refusal_in(change(true)), Refusal::limit_exceeded);
  EXPECT_TRUE(change(false));
  k.world.run_for(std::chrono::hours(25));
  EXPECT_TRUE(change(true));
}

TEST_F(Encryption, with_a_key_store_of_other_keys_gives_nothing_away) {
  const std::string id = make_key();
  ASSERT_TRUE(change(true, id));
  ASSERT_TRUE(k.put("s", "k", "1"));
  edit_keys([&](keys::KeyStore& store) {  // the same name, another key
    k.world.random().fill(store.by_id(id)->versions[0].material);
  });
  EXPECT_EQ(refusal_in(k.put("s", "k", "2")), Refusal::kms_invalid_state);
  EXPECT_EQ(refusal_in(k.get(*k.iterator("s", shard0))), Refusal::kms_invalid_state);
}

TEST_F(Encryption, goes_on_with_the_last_good_keys_when_the_file_is_damaged) {
  ASSERT_TRUE(change(true));
  const std::string broken = "levada-keys 1\n";
  ASSERT_TRUE(k.world.run(io::replace_file(k.world.disk(), "/kinesis/keys", as_bytes(broken))));
  k.world.run_for(std::chrono::seconds(2));
  EXPECT_TRUE(k.put("s", "k", "1"));
}

// Flipped bits are the checksums' affair; these were flipped by someone who can compute one.
TEST(SealedPayload, opens_only_whole_in_its_partition_and_under_its_key) {
  io::SimWorld world(3);
  RecordCipher cipher(world.clock(), world.random());
  auto store = std::make_shared<keys::KeyStore>();
  const keys::MasterKey& master = store->create({}, {}, UnixMillis(1), world.random());
  cipher.use(store);
  catalog::Stream stream;
  stream.id = catalog::StreamId(9);
  keys::KeyMaterial material;
  world.random().fill(material);
  stream.data_keys.push_back(
      {1, UnixMillis(1), master.id, 1,
       keys::wrap(master.newest(), envelope_context(stream.id), material, world.random())});
  const PutEntry record{as_bytes("data"), "key", {}, false};
  Buffer payload(payload_header_size + seal_overhead + encoded_size(record));
  PayloadWriter writer(payload, 1);
  writer.add(record);
  cipher.seal(**cipher.sealing_key(stream), log::PartitionId(5), payload);

  const auto opened = cipher.open(stream, log::PartitionId(5), payload);
  ASSERT_TRUE(opened);
  EXPECT_EQ(PayloadReader::of_opened(opened->records).next()->partition_key, "key");
  EXPECT_EQ(cipher.open(stream, log::PartitionId(6), payload).error().kind, ErrorKind::corrupt);
  for (std::size_t bit = 8; bit < payload.size() * 8; ++bit) {
    Buffer changed = payload;
    changed[bit / 8] ^= std::byte(1 << bit % 8);
    const auto head = read_payload_head(changed);
    if (!head || head->data_key == 0) continue;  // said to be no sealed payload: never opened
    EXPECT_FALSE(cipher.open(stream, log::PartitionId(5), changed)) << bit;
  }
  stream.id = catalog::StreamId(10);  // the envelope was made for another incarnation
  EXPECT_FALSE(cipher.open(stream, log::PartitionId(5), payload));
}

TEST(SealedPayload, never_looks_the_same_twice) {
  io::SimWorld world(3);
  RecordCipher cipher(world.clock(), world.random());
  std::set<std::string> nonces;
  const RecordCipher::DataKey key{1, {}};
  for (int n = 0; n < 1000; ++n) {
    Buffer payload(payload_header_size + seal_overhead);
    PayloadWriter(payload, 1);
    cipher.seal(key, log::PartitionId(5), payload);
    nonces.emplace(as_text(ByteView(payload).subspan(payload_header_size, nonce_size)));
  }
  EXPECT_EQ(nonces.size(), 1000u);
}

}  // namespace
}  // namespace levada::kinesis
