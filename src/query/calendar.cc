#include "query/calendar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <vector>

#include "base/ascii.h"
#include "query/interval.h"

namespace levada::query {

namespace {

// ---- time zones, read from the system's zone files (RFC 8536) ----

struct Zone {
  std::vector<std::int64_t> transitions;  // UTC seconds
  std::vector<std::int32_t> offsets;      // behind each transition
  std::int32_t first_offset = 0;
};

constexpr std::string_view zone_folder = "/usr/share/zoneinfo/";

std::int64_t big_endian(std::string_view bytes) {
  std::int64_t value = static_cast<signed char>(bytes.front());
  for (const char c : bytes.substr(1)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

struct ZoneHeader {
  std::size_t utc_flags, standard_flags, leaps, transitions, types, characters;
  std::size_t body(std::size_t time_size) const {
    return transitions * time_size + transitions + types * 6 + characters +
           leaps * (time_size + 4) + standard_flags + utc_flags;
  }
};

constexpr std::size_t zone_header_bytes = 44;

std::optional<ZoneHeader> zone_header(std::string_view file) {
  if (file.size() < zone_header_bytes || !file.starts_with("TZif")) return std::nullopt;
  std::array<std::size_t, 6> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = static_cast<std::size_t>(big_endian(file.substr(20 + 4 * i, 4)));
  return ZoneHeader{counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
}

std::unique_ptr<Zone> parse_zone(std::string_view file) {
  auto header = zone_header(file);
  if (!header || file.size() < zone_header_bytes + header->body(4)) return nullptr;
  file.remove_prefix(zone_header_bytes + header->body(4));  // the 64-bit half follows
  header = zone_header(file);
  if (!header || file.size() < zone_header_bytes + header->body(8) || header->types == 0)
    return nullptr;
  file.remove_prefix(zone_header_bytes);
  auto zone = std::make_unique<Zone>();
  const std::string_view kinds = file.substr(header->transitions * 8, header->transitions);
  const std::string_view types = file.substr(header->transitions * 9, header->types * 6);
  for (std::size_t i = 0; i < header->transitions; ++i) {
    const auto kind = static_cast<unsigned char>(kinds[i]);
    if (kind >= header->types) return nullptr;
    zone->transitions.push_back(big_endian(file.substr(i * 8, 8)));
    zone->offsets.push_back(static_cast<std::int32_t>(big_endian(types.substr(kind * 6u, 4))));
  }
  zone->first_offset = static_cast<std::int32_t>(big_endian(types.substr(0, 4)));
  return zone;
}

const Zone* zone_named(std::string_view name) {
  static std::map<std::string, std::unique_ptr<Zone>, std::less<>> zones;  // SQL's reactor only
  if (const auto found = zones.find(name); found != zones.end()) return found->second.get();
  const bool plausible =
      !name.empty() && name.front() != '/' && name.find("..") == std::string_view::npos &&
      name.size() < 64 &&
      name.find_first_not_of(
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/+-") ==
          std::string_view::npos;
  std::unique_ptr<Zone> zone;
  if (plausible) {
    std::ifstream file(std::string(zone_folder) + std::string(name), std::ios::binary);
    std::stringstream bytes;
    if (file && bytes << file.rdbuf()) zone = parse_zone(bytes.str());
    if (zones.size() > 1000) zones.clear();
    return zones.emplace(std::string(name), std::move(zone)).first->second.get();
  }
  return nullptr;
}

// "+08", "-03:30", "+0530" in seconds.
std::optional<std::int32_t> numeric_offset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const bool negative = text[0] == '-';
  text.remove_prefix(1);
  std::string digits;
  std::vector<std::int32_t> parts;
  for (const char c : text) {
    if (c == ':') {
      if (digits.empty()) return std::nullopt;
      parts.push_back(std::atoi(digits.c_str()));
      digits.clear();
    } else if (c >= '0' && c <= '9' && digits.size() < 4) {
      digits += c;
    } else {
      return std::nullopt;
    }
  }
  if (digits.empty()) return std::nullopt;
  if (parts.empty() && digits.size() > 2)
    parts = {std::atoi(digits.substr(0, digits.size() - 2).c_str()),
             std::atoi(digits.substr(digits.size() - 2).c_str())};
  else
    parts.push_back(std::atoi(digits.c_str()));
  parts.resize(3);
  if (parts[0] > 15 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  const std::int32_t seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
  return negative ? -seconds : seconds;
}

// ---- reading ----

struct Cursor {
  std::string_view text;

  void skip_blanks() {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  }
  bool take(char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  }
  std::optional<std::int64_t> number(std::size_t digits_min, std::size_t digits_max) {
    std::size_t size = 0;
    std::int64_t value = 0;
    while (size < text.size() && size < digits_max && text[size] >= '0' && text[size] <= '9')
      value = value * 10 + (text[size++] - '0');
    if (size < digits_min) return std::nullopt;
    text.remove_prefix(size);
    return value;
  }
};

constexpr std::string_view month_names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                            "jul", "aug", "sep", "oct", "nov", "dec"};

// The number of the month that stands here by its name, whole or its first three letters.
std::optional<unsigned> read_month_name(Cursor& at) {
  std::size_t letters = 0;
  while (letters < at.text.size() &&
         ((at.text[letters] | 0x20) >= 'a' && (at.text[letters] | 0x20) <= 'z'))
    ++letters;
  if (letters < 3) return std::nullopt;
  for (unsigned i = 0; i < 12; ++i) {
    if (!same_word(at.text.substr(0, 3), month_names[i])) continue;
    at.text.remove_prefix(letters);
    return i + 1;
  }
  return std::nullopt;
}

// 2024-1-5, 2024/Jan/5, 5-Jan-2024, Jan 5, 2024, and 1/5/2024 by the order month, day, year.
std::optional<CivilDate> read_date_parts(Cursor& at) {
  const auto between = [&] {
    const bool any = !at.text.empty() &&
                     std::string_view("-/., ").find(at.text.front()) != std::string_view::npos;
    while (!at.text.empty() &&
           std::string_view("-/., ").find(at.text.front()) != std::string_view::npos)
      at.text.remove_prefix(1);
    return any;
  };
  if (const auto month = read_month_name(at)) {
    if (!between()) return std::nullopt;
    const auto day = at.number(1, 2);
    if (!day || !between()) return std::nullopt;
    const auto year = at.number(1, 6);
    if (!year) return std::nullopt;
    return CivilDate{*year, *month, static_cast<unsigned>(*day)};
  }
  const std::size_t before = at.text.size();
  const auto first = at.number(1, 7);
  const bool is_short = before - at.text.size() <= 2;
  const char sign = at.text.empty() ? '\0' : at.text.front();
  if (!first || (sign != '-' && sign != '/' && sign != ' ')) return std::nullopt;
  at.text.remove_prefix(1);
  const auto name = read_month_name(at);
  if (sign == ' ' && (!name || !is_short)) return std::nullopt;
  const auto second = name ? std::optional<std::int64_t>(*name) : at.number(1, 2);
  if (!second || !at.take(sign)) return std::nullopt;
  const auto third = at.number(1, 6);
  if (!third) return std::nullopt;
  if (!is_short || *third < 32)
    return CivilDate{*first, static_cast<unsigned>(*second), static_cast<unsigned>(*third)};
  if (name) return CivilDate{*third, *name, static_cast<unsigned>(*first)};
  return CivilDate{*third, static_cast<unsigned>(*first), static_cast<unsigned>(*second)};
}

std::optional<std::int64_t> read_date(Cursor& at) {
  std::size_t digits = 0;
  while (digits < at.text.size() && at.text[digits] >= '0' && at.text[digits] <= '9') ++digits;
  CivilDate date;
  if (digits == 8) {  // 20240131
    date.year = *at.number(4, 4);
    date.month = static_cast<unsigned>(*at.number(2, 2));
    date.day = static_cast<unsigned>(*at.number(2, 2));
  } else {
    const auto read = read_date_parts(at);
    if (!read) return std::nullopt;
    date = *read;
  }
  if (date.month < 1 || date.month > 12 || date.day < 1 ||
      date.day > days_in_month(date.year, date.month) || date.year < 1)
    return std::nullopt;
  return days_from_civil(date);
}

std::optional<std::int64_t> read_time(Cursor& at) {
  const auto hour = at.number(1, 2);
  if (!hour || !at.take(':')) return std::nullopt;
  const auto minute = at.number(1, 2);
  if (!minute) return std::nullopt;
  std::int64_t second = 0, fraction = 0;
  if (at.take(':')) {
    const auto read = at.number(1, 2);
    if (!read) return std::nullopt;
    second = *read;
    if (at.take('.')) {
      std::int64_t unit = 100000;
      bool any = false, round_up = false;
      for (std::size_t i = 0; !at.text.empty() && at.text.front() >= '0' && at.text.front() <= '9';
           ++i) {
        const int digit = at.text.front() - '0';
        if (i < 6) {
          fraction += digit * unit;
          unit /= 10;
        } else if (i == 6) {
          round_up = digit >= 5;
        }
        any = true;
        at.text.remove_prefix(1);
      }
      if (!any) return std::nullopt;
      fraction += round_up ? 1 : 0;
    }
  }
  std::int64_t hours = *hour;
  at.skip_blanks();
  const std::string_view half = at.text.substr(0, 2);
  if (same_word(half, "am") || same_word(half, "pm")) {
    if (hours < 1 || hours > 12) return std::nullopt;
    hours = hours % 12 + (same_word(half, "pm") ? 12 : 0);
    at.text.remove_prefix(2);
  }
  if (hours > 24 || *minute > 59 || second > 60 || (hours == 24 && (*minute > 0 || second > 0)))
    return std::nullopt;
  return hours * microseconds_per_hour + *minute * microseconds_per_minute +
         second * microseconds_per_second + fraction;
}

struct Moment {
  std::int64_t local = 0;  // microseconds
  std::optional<std::string_view> zone;
};

std::optional<Moment> read_moment(std::string_view text) {
  Cursor at{text};
  at.skip_blanks();
  Moment moment;
  const auto days = read_date(at);
  if (!days) return std::nullopt;
  std::int64_t time = 0;
  const bool t = at.take('T') || at.take('t');
  at.skip_blanks();
  if (!at.text.empty() && at.text.front() >= '0' && at.text.front() <= '9') {
    const auto read = read_time(at);
    if (!read) return std::nullopt;
    time = *read;
  } else if (t) {
    return std::nullopt;
  }
  at.skip_blanks();
  bool bc = false;
  while (!at.text.empty() && (at.text.back() == ' ')) at.text.remove_suffix(1);
  if (at.text.size() >= 2 && same_word(at.text.substr(at.text.size() - 2), "bc")) {
    bc = true;
    at.text.remove_suffix(2);
    while (!at.text.empty() && (at.text.back() == ' ')) at.text.remove_suffix(1);
  }
  if (!at.text.empty()) moment.zone = at.text;
  std::int64_t day = *days;
  if (bc) {
    CivilDate date = civil_from_days(day);
    date.year = 1 - date.year;
    day = days_from_civil(date);
  }
  if (__builtin_mul_overflow(day, microseconds_per_day, &moment.local)) return std::nullopt;
  moment.local += time;
  return moment;
}

}  // namespace

std::int64_t days_from_civil(const CivilDate& date) {
  // Howard Hinnant's algorithm: years begin in March.
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<std::uint64_t>(year - era * 400);
  const std::uint64_t day_of_year =
      (153 * (date.month + (date.month > 2 ? -3u : 9u)) + 2) / 5 + date.day - 1;
  const std::uint64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

CivilDate civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<std::uint64_t>(days - era * 146097);
  const std::uint64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::uint64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint64_t shifted = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<unsigned>(day_of_year - (153 * shifted + 2) / 5 + 1);
  const auto month = static_cast<unsigned>(shifted < 10 ? shifted + 3 : shifted - 9);
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

unsigned days_in_month(std::int64_t year, unsigned month) {
  constexpr unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : lengths[month - 1];
}

std::int64_t day_of(std::int64_t microseconds) {
  return microseconds / microseconds_per_day - (microseconds % microseconds_per_day < 0 ? 1 : 0);
}

std::int64_t time_of_day(std::int64_t microseconds) {
  const std::int64_t rest = microseconds % microseconds_per_day;
  return rest < 0 ? rest + microseconds_per_day : rest;
}

std::int64_t add_months(std::int64_t days, std::int64_t months) {
  if (months == 0) return days;
  CivilDate date = civil_from_days(days);
  const std::int64_t all = date.year * 12 + date.month - 1 + months;
  date.year = all >= 0 ? all / 12 : (all - 11) / 12;
  date.month = static_cast<unsigned>(all - date.year * 12) + 1;
  date.day = std::min(date.day, days_in_month(date.year, date.month));
  return days_from_civil(date);
}

std::optional<std::int32_t> zone_offset(std::string_view zone, std::int64_t utc_microseconds) {
  if (same_word(zone, "utc") || same_word(zone, "z") || same_word(zone, "gmt")) return 0;
  if (const auto offset = numeric_offset(zone)) return offset;
  if (zone.size() > 3 && same_word(zone.substr(0, 3), "utc"))
    if (const auto offset = numeric_offset(zone.substr(3))) return -*offset;  // POSIX signs
  const Zone* known = zone_named(zone);
  if (known == nullptr) return std::nullopt;
  const std::int64_t seconds =
      utc_microseconds / microseconds_per_second - (utc_microseconds % microseconds_per_second < 0);
  const auto after =
      std::upper_bound(known->transitions.begin(), known->transitions.end(), seconds);
  if (after == known->transitions.begin()) return known->first_offset;
  return known->offsets[static_cast<std::size_t>(after - known->transitions.begin()) - 1];
}

// Of a local time that there is twice the later instant counts, and one that there is not is read
// by the offset before it, as PostgreSQL has it: both by the smaller offset.
std::optional<std::int64_t> to_utc(std::string_view zone, std::int64_t local) {
  const auto before = zone_offset(zone, local - microseconds_per_day);
  const auto after = zone_offset(zone, local + microseconds_per_day);
  if (!before || !after) return std::nullopt;
  const std::int64_t early = local - std::max(*before, *after) * microseconds_per_second;
  const std::int64_t late = local - std::min(*before, *after) * microseconds_per_second;
  const bool late_holds = zone_offset(zone, late) == std::min(*before, *after);
  const bool early_holds = zone_offset(zone, early) == std::max(*before, *after);
  return early_holds && !late_holds ? early : late;
}

void append_date(std::int64_t days, std::string& out) {
  const CivilDate date = civil_from_days(days);
  const bool bc = date.year <= 0;
  char text[48];
  std::snprintf(text, sizeof text, "%04lld-%02u-%02u%s",
                static_cast<long long>(bc ? 1 - date.year : date.year), date.month, date.day,
                bc ? " BC" : "");
  out += text;
}

void append_time(std::int64_t microseconds, std::string& out) {
  char text[32];
  const auto seconds = static_cast<unsigned long long>(microseconds / microseconds_per_second);
  const auto fraction = static_cast<unsigned long long>(microseconds % microseconds_per_second);
  std::snprintf(text, sizeof text, "%02llu:%02llu:%02llu", seconds / 3600, seconds / 60 % 60,
                seconds % 60);
  out += text;
  if (fraction == 0) return;
  // None, three or six digits, as RisingWave has it.
  std::snprintf(text, sizeof text, ".%06llu", fraction);
  out += text;
  if (fraction % 1000 == 0) out.resize(out.size() - 3);
}

void append_timestamp(std::int64_t microseconds, std::string& out) {
  append_date(day_of(microseconds), out);
  const bool bc = out.ends_with(" BC");
  if (bc) out.resize(out.size() - 3);
  out += ' ';
  append_time(time_of_day(microseconds), out);
  if (bc) out += " BC";
}

void append_timestamptz(std::int64_t microseconds, std::string_view zone, std::string& out) {
  const std::int32_t offset = zone_offset(zone, microseconds).value_or(0);
  append_timestamp(microseconds + offset * microseconds_per_second, out);
  const bool bc = out.ends_with(" BC");
  if (bc) out.resize(out.size() - 3);
  char text[32];
  const std::int32_t size = std::abs(offset);
  std::snprintf(text, sizeof text, "%c%02d:%02d", offset < 0 ? '-' : '+', size / 3600,
                size / 60 % 60);
  out += text;
  if (bc) out += " BC";
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  const auto moment = read_moment(text);
  if (!moment) return std::nullopt;
  return day_of(moment->local);
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  Cursor at{text};
  at.skip_blanks();
  const auto time = read_time(at);
  at.skip_blanks();
  if (!time || !at.text.empty()) return std::nullopt;
  return time;
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  const auto moment = read_moment(text);
  if (!moment) return std::nullopt;
  if (moment->zone && !zone_offset(*moment->zone, moment->local)) return std::nullopt;
  return moment->local;
}

std::optional<std::int64_t> parse_timestamptz(std::string_view text, std::string_view zone) {
  const auto moment = read_moment(text);
  if (!moment) return std::nullopt;
  return to_utc(moment->zone.value_or(zone), moment->local);
}

}  // namespace levada::query
