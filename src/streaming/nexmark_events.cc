#include "streaming/nexmark_events.h"

#include <charconv>
#include <cmath>
#include <iterator>

namespace levada::streaming {
namespace {

constexpr std::uint64_t people_of_fifty = 1;
constexpr std::uint64_t auctions_of_fifty = 3;
constexpr std::uint64_t cycle = 50;
constexpr std::int64_t first_person = 1000;
constexpr std::int64_t first_auction = 1000;
constexpr std::int64_t first_category = 10;
constexpr std::uint64_t categories = 5;
constexpr std::uint64_t hot_every = 100;       // people and auctions: one of so many is hot
constexpr std::uint64_t hot_auction_odds = 2;  // one bid of so many goes elsewhere
constexpr std::uint64_t hot_person_odds = 4;
constexpr std::uint64_t active_people = 1000;
constexpr std::uint64_t auctions_in_flight = 100;
constexpr std::uint64_t auctions_ahead = 10;  // bids may name auctions that are still to come
constexpr std::uint64_t people_ahead = 10;
constexpr std::int64_t base_micros = 1'436'918'400'000'000;  // 2015-07-15 00:00:00
constexpr std::size_t text_size = 1 << 16;

// In small letters, as RisingWave's queries ask for them.
constexpr std::string_view first_names[] = {"peter", "paul",  "luke",  "john",   "saul",  "vicky",
                                            "kate",  "julie", "sarah", "deiter", "walter"};
constexpr std::string_view last_names[] = {"shultz", "abrams", "spencer", "white", "bartels",
                                           "walton", "smith",  "jones",   "noris"};
constexpr std::string_view cities[] = {"phoenix",  "los angeles", "san francisco", "boise",
                                       "portland", "bend",        "redmond",       "seattle",
                                       "kent",     "cheyenne"};
constexpr std::string_view states[] = {"az", "ca", "id", "or", "wa", "wy"};
constexpr std::string_view hot_channels[] = {"Google", "Facebook", "Baidu", "Apple"};
constexpr std::string_view hot_urls[] = {"https://www.nexmark.com/goo/gle/one/item.htm?query=1",
                                         "https://www.nexmark.com/fac/ebo/okk/item.htm?query=1",
                                         "https://www.nexmark.com/bai/dub/idu/item.htm?query=1",
                                         "https://www.nexmark.com/app/ple/app/item.htm?query=1"};

// SplitMix64: every seed is a good one, so an event can be made from its number alone.
std::uint64_t mixed(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void append(std::string& text, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  text.append(digits, end);
}

// How many people and auctions there are before event `number`.
std::uint64_t people_before(std::uint64_t number) {
  return number / cycle * people_of_fifty + (number % cycle > 0 ? people_of_fifty : 0);
}
std::uint64_t auctions_before(std::uint64_t number) {
  const std::uint64_t place = number % cycle;
  const std::uint64_t begun = place <= people_of_fifty ? 0
                              : place >= people_of_fifty + auctions_of_fifty
                                  ? auctions_of_fifty
                                  : place - people_of_fifty;
  return number / cycle * auctions_of_fifty + begun;
}

}  // namespace

NexmarkEvents::NexmarkEvents(std::uint64_t gap_nanos) : gap_nanos_(gap_nanos) {
  std::uint64_t state = 42;
  text_.reserve(text_size);
  while (text_.size() < text_size) text_ += static_cast<char>('a' + mixed(state) % 26);
  for (std::size_t i = 0; i < price_steps; ++i) {
    const double part = 6 * static_cast<double>(i) / price_steps;
    powers_[i] = std::pow(10, 2 + part);
    fine_powers_[i] = std::pow(10, part / price_steps);
  }
}

std::uint64_t NexmarkEvents::dice(std::uint64_t below) {
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(mixed(state_)) * below) >> 64);
}

std::string_view NexmarkEvents::letters(std::size_t least, std::size_t most) {
  const std::size_t size = least + dice(most - least + 1);
  return std::string_view(text_).substr(dice(text_size - size), size);
}

// Cents, from 1 to 10^8, small ones far more often: 10^(2 + 6 x), x below 1.
std::int64_t NexmarkEvents::price() {
  const std::uint64_t x = dice(price_steps * price_steps);
  constexpr double half = 0.5;  // rounds what is positive
  return static_cast<std::int64_t>(powers_[x / price_steps] * fine_powers_[x % price_steps] + half);
}

std::int64_t NexmarkEvents::some_person(std::uint64_t number) {
  const std::uint64_t people = people_before(number);
  const std::uint64_t active = std::min(people, active_people);
  return first_person + static_cast<std::int64_t>(people - active + dice(active + people_ahead));
}

std::int64_t NexmarkEvents::some_auction(std::uint64_t number) {
  const std::uint64_t auctions = auctions_before(number);
  const std::uint64_t open = std::min(auctions, auctions_in_flight);
  return first_auction + static_cast<std::int64_t>(auctions - open + dice(open + auctions_ahead));
}

const NexmarkEvent& NexmarkEvents::at(std::uint64_t number) {
  state_ = number * 0x2545f4914f6cdd1d + 1;
  event_.micros = base_micros + static_cast<std::int64_t>(static_cast<unsigned __int128>(number) *
                                                          gap_nanos_ / 1000);
  const std::uint64_t place = number % cycle;
  if (place < people_of_fifty)
    make_person(number);
  else if (place < people_of_fifty + auctions_of_fifty)
    make_auction(number);
  else
    make_bid(number);
  return event_;
}

void NexmarkEvents::make_person(std::uint64_t number) {
  event_.kind = NexmarkKind::person;
  event_.id = first_person + static_cast<std::int64_t>(people_before(number));
  scratch_[0] = first_names[dice(std::size(first_names))];
  scratch_[0] += ' ';
  scratch_[0] += last_names[dice(std::size(last_names))];
  scratch_[1] = letters(3, 7);
  scratch_[1] += '@';
  scratch_[1] += letters(3, 5);
  scratch_[1] += ".com";
  scratch_[2].clear();
  for (int group = 0; group < 4; ++group) {
    if (group > 0) scratch_[2] += ' ';
    const std::string four = std::to_string(10'000 + dice(10'000));
    scratch_[2].append(four, 1);
  }
  event_.name = scratch_[0];
  event_.email_address = scratch_[1];
  event_.credit_card = scratch_[2];
  event_.city = cities[dice(std::size(cities))];
  event_.state = states[dice(std::size(states))];
  event_.extra = letters(80, 160);
}

void NexmarkEvents::make_auction(std::uint64_t number) {
  event_.kind = NexmarkKind::auction;
  event_.id = first_auction + static_cast<std::int64_t>(auctions_before(number));
  event_.item_name = letters(10, 20);
  event_.description = letters(60, 100);
  event_.initial_bid = price();
  event_.reserve = event_.initial_bid + price();
  // Auctions last about as long as it takes until those in flight have been replaced.
  const std::uint64_t horizon =
      1 + auctions_in_flight * cycle / auctions_of_fifty * gap_nanos_ / 1000;
  event_.expires_micros = event_.micros + 1 + static_cast<std::int64_t>(dice(2 * horizon));
  const std::uint64_t people = people_before(number);
  event_.seller = dice(hot_person_odds) > 0
                      ? first_person + static_cast<std::int64_t>(people / hot_every * hot_every)
                      : some_person(number);
  event_.category = first_category + static_cast<std::int64_t>(dice(categories));
  event_.extra = letters(150, 350);
}

void NexmarkEvents::make_bid(std::uint64_t number) {
  event_.kind = NexmarkKind::bid;
  const std::uint64_t auctions = auctions_before(number);
  event_.auction = dice(hot_auction_odds) > 0
                       ? first_auction + static_cast<std::int64_t>(auctions / hot_every * hot_every)
                       : some_auction(number);
  const std::uint64_t people = people_before(number);
  event_.bidder = dice(hot_person_odds) > 0
                      ? first_person + static_cast<std::int64_t>(people / hot_every * hot_every + 1)
                      : some_person(number);
  event_.price = price();
  if (dice(2) == 0) {
    const std::uint64_t channel = dice(std::size(hot_channels));
    event_.channel = hot_channels[channel];
    event_.url = hot_urls[channel];
  } else {
    scratch_[0] = "channel-";
    append(scratch_[0], dice(10'000));
    scratch_[1] = "https://www.nexmark.com/";
    for (int part = 0; part < 3; ++part) {
      scratch_[1] += letters(3, 4);
      scratch_[1] += '/';
    }
    scratch_[1] += "item.htm?query=1&channel_id=";
    append(scratch_[1], dice(1u << 31));
    event_.channel = scratch_[0];
    event_.url = scratch_[1];
  }
  event_.extra = letters(50, 80);
}

}  // namespace levada::streaming
