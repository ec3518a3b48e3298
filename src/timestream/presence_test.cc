#include "timestream/presence.h"

#include <gtest/gtest.h>

#include <random>

namespace levada::timestream {
namespace {

TEST(Presence, it_is_what_a_list_of_truths_would_be) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    std::mt19937 dice(seed);
    Presence presence;
    std::vector<bool> model;
    const auto truth = [&] { return seed % 2 == 0 || dice() % 8 != 0; };
    for (int step = 0; step < 60; ++step) {
      const std::size_t place = model.empty() ? 0 : dice() % model.size();
      const bool there = truth();
      switch (dice() % 7) {
        case 0:
          presence.insert(place, there);
          model.insert(model.begin() + static_cast<std::ptrdiff_t>(place), there);
          break;
        case 1:
          if (model.empty()) break;
          presence.set(place, there);
          model[place] = there;
          break;
        case 2:
          presence.erase_front(place);
          model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(place));
          break;
        case 3:
          if (seed % 2 == 0) break;
          presence.resize(model.size() + place);
          model.resize(model.size() + place);
          break;
        case 4: {
          const Presence copy = presence;
          presence.append(copy, place, model.size());
          const std::vector<bool> before = model;
          model.insert(model.end(), before.begin() + static_cast<std::ptrdiff_t>(place),
                       before.end());
          break;
        }
        default:
          presence.push_back(there);
          model.push_back(there);
      }
      if (model.size() > 2000) break;
      ASSERT_EQ(presence.size(), model.size());
      for (std::size_t i = 0; i < model.size(); ++i) ASSERT_EQ(presence[i], model[i]) << seed;
      const auto middle = static_cast<std::ptrdiff_t>(model.size() / 2);
      ASSERT_EQ(presence.anywhere(model.size() / 2, model.size()),
                std::find(model.begin() + middle, model.end(), true) != model.end());
      if (presence.everywhere()) {
        ASSERT_EQ(std::find(model.begin(), model.end(), false), model.end());
      }
    }
  }
}

TEST(Presence, a_column_with_a_value_everywhere_keeps_no_flags) {
  Presence presence;
  for (int i = 0; i < 100; ++i) presence.push_back(true);
  EXPECT_TRUE(presence.everywhere());
  presence.set(5, false);
  EXPECT_FALSE(presence.everywhere());
  EXPECT_FALSE(presence[5]);
  EXPECT_TRUE(presence[6]);
  presence.set(5, true);
  EXPECT_TRUE(presence.everywhere());
  EXPECT_TRUE(Presence(3, true).everywhere());
  EXPECT_FALSE(Presence(3, false)[2]);
}

}  // namespace
}  // namespace levada::timestream
