#include "streaming/outbox.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "io/sim/sim_world.h"

namespace levada::streaming {
namespace {

using query::Datum;
using query::Row;

class OutboxTest : public testing::Test {
 protected:
  void begin(OutboxLimits limits) {
    limits_ = limits;
    outboxes_.emplace(world_.disk(), "/sql.outbox.", limits);
    EXPECT_TRUE(world_.run(outboxes_->open()));
    outbox_.emplace(*outboxes_);
    outbox_->on_loaded([this] { hand_over(); });
  }
  void end() {
    outbox_.reset();
    EXPECT_TRUE(world_.run(outboxes_->close()));
    outboxes_.reset();
  }
  // What a checkpoint has is there again; `behind` is what the journal does with it.
  template <class Behind>
  void restart(const std::string& checkpoint, const Behind& behind) {
    end();
    begin(limits_);
    std::string_view in = checkpoint;
    ASSERT_TRUE(outbox_->restore(in));
    EXPECT_TRUE(in.empty());
    behind();
    EXPECT_TRUE(world_.run(outboxes_->sweep()));
    outbox_->rewind();
  }
  std::string checkpoint() const {
    std::string out;
    outbox_->append_to(out);
    return out;
  }
  void push(std::uint64_t epoch, std::size_t changes = 1) {
    SinkEpoch made;
    made.epoch = epoch;
    made.time = UnixMillis(static_cast<std::int64_t>(epoch) * 10);
    for (std::size_t n = 0; n < changes; ++n)
      made.changes.push_back({{},
                              Row::of({Datum::of(static_cast<std::int64_t>(epoch)),
                                       Datum::of(static_cast<std::int64_t>(n))})});
    outbox_->push(std::move(made));
  }
  // Takes all that there is, up to `wanted_` pieces.
  void hand_over() {
    while (taken_.size() < wanted_) {
      Outbox::Piece piece = outbox_->next();
      if (piece == nullptr) return;
      taken_.push_back(std::move(piece));
    }
  }
  std::size_t files() {
    std::size_t found = 0;
    const auto names = world_.run(world_.disk().list("/"));
    for (const std::string& name : *names) found += name.starts_with("sql.outbox.") ? 1 : 0;
    return found;
  }
  void settle() { world_.run_for(std::chrono::seconds(1)); }

  static constexpr OutboxLimits small = {.memory = 1_KiB, .file = 2_KiB, .disk = 64_KiB};

  io::SimWorld world_{7};
  OutboxLimits limits_;
  std::optional<Outboxes> outboxes_;
  std::optional<Outbox> outbox_;
  std::vector<Outbox::Piece> taken_;
  std::size_t wanted_ = 0;
};

TEST_F(OutboxTest, a_large_epoch_goes_in_pieces_that_say_where_they_belong) {
  begin({});
  push(1, 10'000);
  push(2);
  wanted_ = 100;
  hand_over();
  ASSERT_EQ(taken_.size(), 4u);
  EXPECT_EQ(taken_[1]->first, taken_[0]->changes.size());
  EXPECT_TRUE(taken_[0]->more && taken_[1]->more);
  EXPECT_FALSE(taken_[2]->more || taken_[3]->more);
  EXPECT_EQ(taken_[2]->first + taken_[2]->changes.size(), 10'000u);
  EXPECT_EQ(outbox_->behind(0).changes, 10'001u);
  EXPECT_EQ(outbox_->behind(1).changes, 1u);
  EXPECT_EQ(outbox_->behind(1).oldest, UnixMillis(20));
  outbox_->acknowledge(1);
  outbox_->rewind();
  EXPECT_EQ(outbox_->next()->epoch, 2u);
  outbox_->acknowledge(2);
  EXPECT_TRUE(outbox_->empty());
  end();
}

TEST_F(OutboxTest, what_nobody_takes_lies_in_files_and_comes_back_in_its_order) {
  begin(small);
  for (std::uint64_t epoch = 1; epoch <= 500; ++epoch) push(epoch);
  settle();
  EXPECT_LE(outboxes_->memory_bytes(), count(small.memory));
  EXPECT_GT(outbox_->disk_bytes(), 0u);
  EXPECT_EQ(outbox_->disk_bytes(), outboxes_->disk_bytes());
  EXPECT_GT(files(), 0u);
  EXPECT_EQ(outbox_->behind(0).changes, 500u);
  wanted_ = 1'000;
  hand_over();
  settle();
  ASSERT_EQ(taken_.size(), 500u);
  for (std::size_t n = 0; n < 500; ++n) {
    EXPECT_EQ(taken_[n]->epoch, n + 1);
    EXPECT_EQ(taken_[n]->time, UnixMillis(static_cast<std::int64_t>(n + 1) * 10));
    EXPECT_EQ(taken_[n]->changes[0].after[0].integer, static_cast<std::int64_t>(n + 1));
    EXPECT_FALSE(taken_[n]->changes[0].before);
  }
  outbox_->acknowledge(500);
  settle();
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(outboxes_->disk_bytes(), 0u);
  EXPECT_EQ(outboxes_->memory_bytes(), 0u);
  end();
}

TEST_F(OutboxTest, the_limit_on_disk_is_seen_before_it_is_reached) {
  begin({.memory = 1_KiB, .file = 1_KiB, .disk = 8_KiB});
  std::uint64_t epoch = 1;
  while (!outboxes_->nearly_full()) {
    push(epoch++, 20);
    settle();
    ASSERT_LT(epoch, 1'000u);
  }
  EXPECT_FALSE(outboxes_->full());
  while (!outboxes_->full()) {
    push(epoch++, 20);
    settle();
    ASSERT_LT(epoch, 1'000u);
  }
  outbox_->discard();
  settle();
  EXPECT_FALSE(outboxes_->nearly_full());
  EXPECT_EQ(files(), 0u) << "a dropped sink leaves nothing";
  end();
}

TEST_F(OutboxTest, a_file_that_is_damaged_is_named_and_never_handed_over) {
  begin(small);
  for (std::uint64_t epoch = 1; epoch <= 200; ++epoch) push(epoch);
  settle();
  const auto names = *world_.run(world_.disk().list("/"));
  for (const std::string& name : names) {
    const auto file = *world_.run(world_.disk().open("/" + name, {}));
    const std::byte flipped[] = {std::byte{0xff}};
    ASSERT_TRUE(world_.run(file->write(100, flipped, io::Durable::now)));
  }
  wanted_ = 1'000;
  hand_over();
  settle();
  EXPECT_TRUE(taken_.empty());
  EXPECT_NE(outbox_->error().find("fails its checksum"), std::string::npos) << outbox_->error();
  end();
}

// Whatever is pushed, taken and acknowledged when, and wherever it starts again: nothing is
// missing, nothing comes twice, and all in its order.
TEST_F(OutboxTest, a_restart_hands_over_what_was_not_acknowledged) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 dice(seed);
    begin(small);
    std::uint64_t pushed = 0, acknowledged = 0;
    std::string kept = checkpoint();
    std::uint64_t kept_at = 0;
    taken_.clear();
    wanted_ = 0;
    for (int round = 0; round < 200; ++round) {
      switch (dice() % 6) {
        case 0:
        case 1:
        case 2:
          for (unsigned n = 0; n < dice() % 20; ++n) push(++pushed, 1 + dice() % 3);
          break;
        case 3:
          wanted_ = taken_.size() + dice() % 40;
          hand_over();
          break;
        case 4:
          world_.run_for(Millis(dice() % 20));
          // Sinks acknowledge what they took.
          if (!taken_.empty() && taken_.back()->epoch > acknowledged) {
            acknowledged += dice() % (taken_.back()->epoch - acknowledged + 1);
            outbox_->acknowledge(acknowledged);
          }
          break;
        default:
          if (dice() % 4 == 0) {
            kept = checkpoint();
            kept_at = pushed;
          }
          if (dice() % 8 != 0) break;
          restart(kept, [&] {
            const std::mt19937 same = dice;
            for (std::uint64_t epoch = kept_at + 1; epoch <= pushed; ++epoch) push(epoch);
            outbox_->acknowledge(acknowledged);
            dice = same;
          });
          taken_.clear();
          wanted_ = 0;
      }
      for (std::size_t n = 1; n < taken_.size(); ++n)
        ASSERT_EQ(taken_[n]->epoch, taken_[n - 1]->epoch + 1) << "seed " << seed;
    }
    wanted_ = 1'000'000;
    hand_over();
    settle();
    EXPECT_EQ(outbox_->error(), "") << "seed " << seed;
    const std::uint64_t first = taken_.empty() ? acknowledged + 1 : taken_.front()->epoch;
    EXPECT_LE(first, acknowledged + 1) << "seed " << seed;
    EXPECT_EQ(taken_.empty() ? acknowledged : taken_.back()->epoch, pushed) << "seed " << seed;
    outbox_->acknowledge(pushed);
    settle();
    EXPECT_EQ(files(), 0u) << "seed " << seed;
    end();
  }
}

}  // namespace
}  // namespace levada::streaming
