#include "io/real/mailbox.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace levada::io {
namespace {

struct Letter : Posted {
  int sender = 0;
  int number = 0;
};

TEST(Mailbox, only_the_first_letter_after_falling_asleep_wakes) {
  Mailbox mailbox;
  Letter a, b, c;
  EXPECT_FALSE(mailbox.put(a));  // the owner is awake
  EXPECT_FALSE(mailbox.fall_asleep());
  EXPECT_EQ(mailbox.take_all(), &a);
  EXPECT_TRUE(mailbox.fall_asleep());
  EXPECT_TRUE(mailbox.put(b));
  EXPECT_FALSE(mailbox.put(c));
  Posted* first = mailbox.take_all();
  EXPECT_EQ(first, &b);
  EXPECT_EQ(first->next, &c);
  EXPECT_EQ(c.next, nullptr);
  EXPECT_TRUE(mailbox.fall_asleep());
  EXPECT_EQ(mailbox.take_all(), nullptr);  // awake again
  EXPECT_FALSE(mailbox.put(a));
}

TEST(Mailbox, keeps_every_letter_and_the_order_of_each_sender) {
  constexpr int senders = 4;
  constexpr int letters = 20'000;
  Mailbox mailbox;
  std::vector<std::vector<Letter>> sent(senders, std::vector<Letter>(letters));
  std::vector<std::thread> threads;
  for (int sender = 0; sender < senders; ++sender)
    threads.emplace_back([&, sender] {
      for (int number = 0; number < letters; ++number) {
        Letter& letter = sent[sender][number];
        letter.sender = sender;
        letter.number = number;
        (void)mailbox.put(letter);
      }
    });
  std::vector<int> next(senders, 0);
  for (int taken = 0; taken < senders * letters;) {
    Posted* posted = mailbox.take_all();
    if (posted == nullptr) std::this_thread::yield();
    for (; posted != nullptr; posted = posted->next) {
      const Letter& letter = static_cast<Letter&>(*posted);
      ASSERT_EQ(letter.number, next[letter.sender]++);
      ++taken;
    }
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace levada::io
