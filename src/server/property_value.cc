#include "server/property_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace levada::server {
namespace {

unexpected<Error> refuse(std::string_view text, std::string_view expected) {
  return fail(ErrorKind::invalid, "\"" + std::string(text) + "\" is not " + std::string(expected));
}

// The number at the beginning; `text` keeps what stands behind it.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

template <class Number>
struct UnitName {
  std::string_view name;
  Number worth;
};

// A number and one of some units, without overflow.
template <std::size_t n>
std::optional<std::uint64_t> amount(std::string_view text,
                                    const std::array<UnitName<std::uint64_t>, n>& units,
                                    std::uint64_t value_max) {
  const std::optional<std::uint64_t> number = take_number(text);
  if (!number) return {};
  for (const auto& unit : units)
    if (unit.name == text)
      return *number <= value_max / unit.worth ? std::optional(*number * unit.worth) : std::nullopt;
  return {};
}

template <class Value, std::size_t n>
Result<Value> one_of(std::string_view text,
                     const std::array<std::pair<std::string_view, Value>, n>& choices) {
  std::string names;
  for (const auto& [name, value] : choices) {
    if (name == text) return value;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return refuse(text, "one of " + names);
}

constexpr std::uint32_t reactors_max = 256;  // more than the cores of any machine we know

}  // namespace

Result<std::string> PropertyValue<std::string>::parse(std::string_view text) {
  if (text.empty()) return fail(ErrorKind::invalid, "the value is empty");
  return std::string(text);
}

Result<std::uint32_t> PropertyValue<std::uint32_t>::parse(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  if (!number || !rest.empty() || *number == 0 ||
      *number > std::numeric_limits<std::uint32_t>::max())
    return refuse(text, "a positive number");
  return static_cast<std::uint32_t>(*number);
}

Result<Bytes> PropertyValue<Bytes>::parse(std::string_view text) {
  static constexpr std::array<UnitName<std::uint64_t>, 6> units{{{"", 1},
                                                                 {"B", 1},
                                                                 {"KiB", 1ull << 10},
                                                                 {"MiB", 1ull << 20},
                                                                 {"GiB", 1ull << 30},
                                                                 {"TiB", 1ull << 40}}};
  const auto bytes = amount(text, units, std::numeric_limits<std::int64_t>::max());
  if (!bytes) return refuse(text, "a size like 4096, 64KiB, 256MiB or 2GiB");
  return Bytes{*bytes};
}

Result<std::optional<Bytes>> PropertyValue<std::optional<Bytes>>::parse(std::string_view text) {
  if (text == "auto") return std::optional<Bytes>();
  const Result<Bytes> size = PropertyValue<Bytes>::parse(text);
  if (!size) return refuse(text, "auto or a size like 256MiB or 2GiB");
  return std::optional(*size);
}

Result<Millis> PropertyValue<Millis>::parse(std::string_view text) {
  static constexpr std::array<UnitName<std::uint64_t>, 5> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  constexpr std::uint64_t century = 100ull * 366 * 86'400'000;
  if (text == "0") return Millis(0);
  const auto millis = amount(text, units, century);
  if (!millis) return refuse(text, "a duration like 0, 500ms, 5s, 2m, 24h or 7d");
  return Millis(*millis);
}

Result<io::Address> PropertyValue<io::Address>::parse(std::string_view text) {
  Result<io::Address> address = io::Address::parse(text);
  if (!address) return refuse(text, "an address like 127.0.0.1:4567 or [::1]:4567");
  return address;
}

Result<std::optional<io::Address>> PropertyValue<std::optional<io::Address>>::parse(
    std::string_view text) {
  if (text == "off") return std::optional<io::Address>();
  Result<io::Address> address = io::Address::parse(text);
  if (!address) return refuse(text, "an address like 127.0.0.1:4580, nor off");
  return std::optional(*std::move(address));
}

Result<std::optional<ShardLimits>> PropertyValue<std::optional<ShardLimits>>::parse(
    std::string_view text) {
  if (text == "aws") return std::optional(ShardLimits{});
  if (text == "off") return std::optional<ShardLimits>();
  std::string_view rest = text;
  const auto records = take_number(rest);
  if (!records || *records == 0 || !rest.starts_with(','))
    return refuse(text, "aws, off or RECORDS/s,BYTES/s like 5000,4MiB");
  const Bytes bytes = TRY(PropertyValue<Bytes>::parse(rest.substr(1)));
  if (bytes == 0_B) return fail(ErrorKind::invalid, "a shard that takes 0 bytes takes nothing");
  // Reading keeps AWS's proportion: twice the bytes that come in, and five calls.
  return std::optional(
      ShardLimits{.records_in = *records, .bytes_in = bytes, .bytes_out = bytes * 2});
}

Result<ReactorCount> PropertyValue<ReactorCount>::parse(std::string_view text) {
  if (text == "auto") return ReactorCount{0};
  const auto number = PropertyValue<std::uint32_t>::parse(text);
  if (!number || *number > reactors_max) return refuse(text, "auto or a number from 1 to 256");
  return ReactorCount{*number};
}

Result<AccountId> PropertyValue<AccountId>::parse(std::string_view text) {
  const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (text.size() != 12 || !digits) return refuse(text, "an account id: twelve digits");
  return AccountId{std::string(text)};
}

Result<Durability> PropertyValue<Durability>::parse(std::string_view text) {
  return one_of<Durability, 2>(text, {{{"fsync", Durability::fsync}, {"os", Durability::os}}});
}

Result<RollingLimits> PropertyValue<RollingLimits>::parse(std::string_view text) {
  return one_of<RollingLimits, 2>(text,
                                  {{{"aws", RollingLimits::aws}, {"off", RollingLimits::off}}});
}

Result<LogLevel> PropertyValue<LogLevel>::parse(std::string_view text) {
  return one_of<LogLevel, 4>(text, {{{"debug", LogLevel::debug},
                                     {"info", LogLevel::info},
                                     {"warning", LogLevel::warning},
                                     {"error", LogLevel::error}}});
}

Result<LogFormat> PropertyValue<LogFormat>::parse(std::string_view text) {
  return one_of<LogFormat, 2>(text, {{{"text", LogFormat::text}, {"json", LogFormat::json}}});
}

Result<IoChoice> PropertyValue<IoChoice>::parse(std::string_view text) {
  return one_of<IoChoice, 3>(
      text,
      {{{"auto", IoChoice::automatic}, {"uring", IoChoice::uring}, {"epoll", IoChoice::epoll}}});
}

}  // namespace levada::server
