#include "state/fold.h"

#include <gtest/gtest.h>

#include "io/sim/sim_world.h"
#include "log/memory/memory_log.h"
#include "state/fields.h"

namespace levada::state {
namespace {

// A text that decisions add to.
class Text final : public Folded {
 public:
  Result<Unit> apply(ByteView decision) override {
    text += as_text(decision);
    return Unit{};
  }
  Buffer checkpoint() const override {
    const ByteView bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
  }
  Result<Unit> restore(ByteView checkpoint) override {
    text = as_text(checkpoint);
    return Unit{};
  }
  std::string text;
};

Buffer decision(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

class FoldTest : public testing::Test {
 protected:
  std::string folded() {
    Text state;
    Fold fold(journal, partition, state, world.disk(), {.checkpoint_path = "/checkpoint"});
    const auto opened = world.run(fold.open());
    return opened ? state.text : opened.error().message;
  }
  io::SimWorld world{1};
  log::MemoryLog log{world.reactor()};
  log::Journal journal{world.reactor(), log, log};
  const log::PartitionId partition{0};
  Text state;
  Fold fold{journal, partition, state, world.disk(), {.checkpoint_path = "/checkpoint"}};
};

TEST_F(FoldTest, a_restart_applies_what_was_decided) {
  ASSERT_TRUE(world.run(fold.open()));
  for (const char* text : {"a", "b", "c"}) ASSERT_TRUE(world.run(fold.commit(decision(text))));
  EXPECT_EQ(state.text, "abc");
  EXPECT_EQ(folded(), "abc");
}

TEST_F(FoldTest, a_checkpoint_stands_for_what_it_covers) {
  ASSERT_TRUE(world.run(fold.open()));
  ASSERT_TRUE(world.run(fold.commit(decision("a"))));
  ASSERT_TRUE(world.run(fold.checkpoint()));
  ASSERT_TRUE(world.run(fold.commit(decision("b"))));
  EXPECT_EQ(folded(), "ab");
}

TEST_F(FoldTest, what_was_not_appended_is_not_applied) {
  ASSERT_TRUE(world.run(fold.open()));
  log.fail_with(Error{ErrorKind::disk_full, "no room"});
  EXPECT_FALSE(world.run(fold.commit(decision("a"))));
  EXPECT_EQ(state.text, "");
}

TEST_F(FoldTest, a_flipped_byte_in_a_checkpoint_is_named) {
  ASSERT_TRUE(world.run(fold.open()));
  ASSERT_TRUE(world.run(fold.commit(decision("a"))));
  ASSERT_TRUE(world.run(fold.checkpoint()));
  auto file = world.run(io::read_file(world.disk(), "/checkpoint", 1_MiB));
  ASSERT_TRUE(file);
  file->back() ^= std::byte{1};
  ASSERT_TRUE(world.run(io::replace_file(world.disk(), "/checkpoint", *file)));
  EXPECT_EQ(folded(), "/checkpoint fails its checksum");
}

TEST(Fields, unknown_fields_are_skipped_and_broken_bytes_noticed) {
  Buffer bytes;
  FieldWriter to(bytes);
  to.number(1, 300);
  to.number(2, 0);
  to.text(9, "later");
  to.text(3, "x");
  FieldReader from(bytes);
  EXPECT_EQ(from.next()->number, 300u);
  EXPECT_EQ(from.next()->id, 9u);
  EXPECT_EQ(from.next()->text(), "x");
  EXPECT_FALSE(from.next());
  EXPECT_FALSE(from.broken());
  bytes.pop_back();
  FieldReader torn(bytes);
  while (torn.next()) {
  }
  EXPECT_TRUE(torn.broken());
}

}  // namespace
}  // namespace levada::state
