#pragma once
// The events of Nexmark: an online auction's people, auctions and bids, of fifty events one, three
// and forty-six, some people and auctions hotter than others (Tucker, Tufte, Papadimos, Maier:
// "NEXMark – A Benchmark for Queries over Data Streams"; proportions as in Apache Beam's suite).
// Event n is a function of n.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace levada::streaming {

enum class NexmarkKind : std::uint8_t { person, auction, bid };

// One event; which fields mean something depends on its kind. Views are valid until the next event.
struct NexmarkEvent {
  NexmarkKind kind = NexmarkKind::person;
  std::int64_t micros = 0;  // date_time, since 1970
  std::int64_t id = 0;      // of a person or an auction
  std::string_view extra;
  // A person.
  std::string_view name, email_address, credit_card, city, state;
  // An auction.
  std::string_view item_name, description;
  std::int64_t initial_bid = 0, reserve = 0, expires_micros = 0, seller = 0, category = 0;
  // A bid.
  std::int64_t auction = 0, bidder = 0, price = 0;
  std::string_view channel, url;
};

class NexmarkEvents {
 public:
  explicit NexmarkEvents(std::uint64_t gap_nanos);
  const NexmarkEvent& at(std::uint64_t number);

 private:
  void make_person(std::uint64_t number);
  void make_auction(std::uint64_t number);
  void make_bid(std::uint64_t number);
  std::int64_t price();
  std::int64_t some_person(std::uint64_t number);
  std::int64_t some_auction(std::uint64_t number);
  std::string_view letters(std::size_t least, std::size_t most);
  std::uint64_t dice(std::uint64_t below);

  std::uint64_t gap_nanos_;
  std::uint64_t state_ = 0;  // of the dice, set anew for each event
  std::string text_;         // random letters that strings are cut from
  static constexpr std::size_t price_steps = 1024;
  std::array<double, price_steps> powers_, fine_powers_;  // a price is a product of two
  std::string scratch_[3];
  NexmarkEvent event_;
};

}  // namespace levada::streaming
