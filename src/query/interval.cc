#include "query/interval.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

namespace levada::query {

namespace {

struct Unit {
  std::string_view name;
  std::int32_t months;
  std::int32_t days;
  std::int64_t microseconds;
};

constexpr Unit units[] = {
    {"microsecond", 0, 0, 1},
    {"microseconds", 0, 0, 1},
    {"us", 0, 0, 1},
    {"usec", 0, 0, 1},
    {"usecs", 0, 0, 1},
    {"millisecond", 0, 0, 1000},
    {"milliseconds", 0, 0, 1000},
    {"ms", 0, 0, 1000},
    {"msec", 0, 0, 1000},
    {"msecs", 0, 0, 1000},
    {"second", 0, 0, microseconds_per_second},
    {"seconds", 0, 0, microseconds_per_second},
    {"s", 0, 0, microseconds_per_second},
    {"sec", 0, 0, microseconds_per_second},
    {"secs", 0, 0, microseconds_per_second},
    {"minute", 0, 0, microseconds_per_minute},
    {"minutes", 0, 0, microseconds_per_minute},
    {"m", 0, 0, microseconds_per_minute},
    {"min", 0, 0, microseconds_per_minute},
    {"mins", 0, 0, microseconds_per_minute},
    {"hour", 0, 0, microseconds_per_hour},
    {"hours", 0, 0, microseconds_per_hour},
    {"h", 0, 0, microseconds_per_hour},
    {"hr", 0, 0, microseconds_per_hour},
    {"hrs", 0, 0, microseconds_per_hour},
    {"day", 0, 1, 0},
    {"days", 0, 1, 0},
    {"d", 0, 1, 0},
    {"week", 0, 7, 0},
    {"weeks", 0, 7, 0},
    {"w", 0, 7, 0},
    {"month", 1, 0, 0},
    {"months", 1, 0, 0},
    {"mon", 1, 0, 0},
    {"mons", 1, 0, 0},
    {"year", 12, 0, 0},
    {"years", 12, 0, 0},
    {"y", 12, 0, 0},
    {"yr", 12, 0, 0},
    {"yrs", 12, 0, 0},
    {"decade", 120, 0, 0},
    {"decades", 120, 0, 0},
    {"century", 1200, 0, 0},
    {"centuries", 1200, 0, 0},
    {"millennium", 12000, 0, 0},
    {"millennia", 12000, 0, 0},
};

const Unit* unit_named(std::string_view name) {
  const auto* found = std::find_if(std::begin(units), std::end(units),
                                   [&](const Unit& unit) { return unit.name == name; });
  return found == std::end(units) ? nullptr : found;
}

// A sum that may leave the fields' ranges; checked at the end.
struct Sum {
  double months = 0, days = 0, microseconds = 0;
  Int128 whole_microseconds = 0;

  void add(double amount, const Unit& unit) {
    if (unit.months != 0) {
      const double all = amount * unit.months;
      const double whole = std::trunc(all);
      months += whole;
      if (unit.months == 1 || whole != all) days += (all - whole) * 30;
    } else if (unit.days != 0) {
      days += amount * unit.days;
    } else {
      const double whole = std::trunc(amount);
      whole_microseconds += static_cast<Int128>(whole) * unit.microseconds;
      microseconds += std::round((amount - whole) * static_cast<double>(unit.microseconds));
    }
  }

  std::optional<Interval> interval() const {
    const double whole_days = std::trunc(days);
    const double micros =
        microseconds + std::round((days - whole_days) * static_cast<double>(microseconds_per_day));
    if (std::abs(months) > std::numeric_limits<std::int32_t>::max() ||
        std::abs(whole_days) > std::numeric_limits<std::int32_t>::max() || std::abs(micros) > 9e18)
      return std::nullopt;
    const Int128 all = whole_microseconds + static_cast<Int128>(micros);
    if (all != static_cast<std::int64_t>(all)) return std::nullopt;
    return Interval{static_cast<std::int32_t>(months), static_cast<std::int32_t>(whole_days),
                    static_cast<std::int64_t>(all)};
  }
};

std::optional<Interval> parse_iso(std::string_view text) {  // P1Y2M3DT4H5M6.5S
  Sum sum;
  bool in_time = false, any = false;
  for (std::size_t i = 1; i < text.size();) {
    if (text[i] == 'T') {
      in_time = true;
      ++i;
      continue;
    }
    double amount = 0;
    const auto end = std::from_chars(text.data() + i, text.data() + text.size(), amount);
    if (end.ec != std::errc{} || end.ptr == text.data() + text.size()) return std::nullopt;
    std::string_view name;
    switch (*end.ptr) {
      case 'Y':
        name = "year";
        break;
      case 'M':
        name = in_time ? "minute" : "month";
        break;
      case 'W':
        name = "week";
        break;
      case 'D':
        name = "day";
        break;
      case 'H':
        name = "hour";
        break;
      case 'S':
        name = "second";
        break;
      default:
        return std::nullopt;
    }
    sum.add(amount, *unit_named(name));
    any = true;
    i = static_cast<std::size_t>(end.ptr - text.data()) + 1;
  }
  return any ? sum.interval() : std::nullopt;
}

// "04.5" as microseconds; halves beyond them go to the even one.
std::optional<std::int64_t> parse_seconds(std::string_view text) {
  std::int64_t whole = 0, micros = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (end.ec != std::errc{} || whole >= 60) return std::nullopt;
  std::string_view rest(end.ptr, static_cast<std::size_t>(text.data() + text.size() - end.ptr));
  if (rest.empty()) return whole * microseconds_per_second;
  if (rest.front() != '.' || rest.find_first_not_of("0123456789", 1) != std::string_view::npos)
    return std::nullopt;
  rest.remove_prefix(1);
  for (std::size_t i = 0; i < 6; ++i) micros = micros * 10 + (i < rest.size() ? rest[i] - '0' : 0);
  if (rest.size() > 6) {
    const bool tie = rest[6] == '5' && rest.find_first_not_of('0', 7) == std::string_view::npos;
    if (tie ? micros % 2 != 0 : rest[6] >= '5') ++micros;
  }
  return whole * microseconds_per_second + micros;
}

// "02:03", "02:03:04.5" as microseconds.
std::optional<Int128> parse_clock(std::string_view text) {
  std::int64_t parts[2] = {0, 0};
  std::int64_t seconds = 0;
  int count = 0;
  while (count < 3) {
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    if (part.empty() && count == 0) return std::nullopt;
    if (part.empty()) {  // "1:" has no minutes
    } else if (count < 2) {
      const auto end = std::from_chars(part.data(), part.data() + part.size(), parts[count]);
      if (end.ec != std::errc{} || end.ptr != part.data() + part.size()) return std::nullopt;
    } else {
      const auto read = parse_seconds(part);
      if (!read) return std::nullopt;
      seconds = *read;
    }
    ++count;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (count == 3) return std::nullopt;
  }
  if (parts[1] > 59) return std::nullopt;
  return Int128{parts[0]} * microseconds_per_hour + parts[1] * microseconds_per_minute + seconds;
}

}  // namespace

Int128 estimated_microseconds(const Interval& interval) {
  return (Int128{interval.months} * 30 + interval.days) * microseconds_per_day +
         interval.microseconds;
}

std::strong_ordering compare(const Interval& a, const Interval& b) {
  return estimated_microseconds(a) <=> estimated_microseconds(b);
}

std::uint64_t hash(const Interval& interval) {
  return static_cast<std::uint64_t>(estimated_microseconds(interval)) * 0x9e3779b97f4a7c15;
}

std::optional<Interval> add(const Interval& a, const Interval& b) {
  Interval sum;
  if (__builtin_add_overflow(a.months, b.months, &sum.months) ||
      __builtin_add_overflow(a.days, b.days, &sum.days) ||
      __builtin_add_overflow(a.microseconds, b.microseconds, &sum.microseconds))
    return std::nullopt;
  return sum;
}

std::optional<Interval> negate(const Interval& a) {
  Interval result;
  if (__builtin_sub_overflow(0, a.months, &result.months) ||
      __builtin_sub_overflow(0, a.days, &result.days) ||
      __builtin_sub_overflow(std::int64_t{0}, a.microseconds, &result.microseconds))
    return std::nullopt;
  return result;
}

// As PostgreSQL: what is left of months becomes days, what is left of days the clock's; the last
// half goes to the even microsecond.
std::optional<Interval> multiply(const Interval& a, double factor) {
  const long double scale = factor;
  const long double months = a.months * scale, days = a.days * scale;
  const long double whole_months = std::trunc(months), whole_days = std::trunc(days);
  const long double month_days = (months - whole_months) * 30;
  const long double all_days = whole_days + std::trunc(month_days);
  const long double seconds = (days - whole_days + month_days - std::trunc(month_days)) * 86400;
  const long double micros = std::nearbyint(
      static_cast<double>(static_cast<long double>(a.microseconds) * scale + seconds * 1e6L));
  constexpr long double field_max = std::numeric_limits<std::int32_t>::max();
  if (!std::isfinite(factor) || std::abs(whole_months) > field_max ||
      std::abs(all_days) > field_max || std::abs(micros) > 9.2e18L)
    return std::nullopt;
  return Interval{static_cast<std::int32_t>(whole_months), static_cast<std::int32_t>(all_days),
                  static_cast<std::int64_t>(micros)};
}

void append_text(const Interval& interval, std::string& out) {
  const std::size_t start = out.size();
  bool negative_before = false;
  const auto part = [&](std::int64_t amount, std::string_view one) {
    if (amount == 0) return;
    if (out.size() > start) out += ' ';
    if (negative_before && amount > 0) out += '+';
    out += std::to_string(amount);
    out += ' ';
    out += one;
    if (amount != 1) out += 's';
    negative_before = amount < 0;
  };
  part(interval.months / 12, "year");
  part(interval.months % 12, "mon");
  part(interval.days, "day");
  if (interval.microseconds == 0 && out.size() > start) return;
  if (out.size() > start) out += ' ';
  const bool negative = interval.microseconds < 0;
  auto rest = negative ? std::uint64_t{0} - static_cast<std::uint64_t>(interval.microseconds)
                       : static_cast<std::uint64_t>(interval.microseconds);
  if (negative)
    out += '-';
  else if (negative_before)
    out += '+';
  char text[64];
  const auto fraction = rest % 1000000;
  rest /= 1000000;
  std::snprintf(
      text, sizeof text, "%02llu:%02llu:%02llu", static_cast<unsigned long long>(rest / 3600),
      static_cast<unsigned long long>(rest / 60 % 60), static_cast<unsigned long long>(rest % 60));
  out += text;
  if (fraction != 0) {
    std::snprintf(text, sizeof text, ".%06llu", static_cast<unsigned long long>(fraction));
    out += text;
    while (out.back() == '0') out.pop_back();
  }
}

std::optional<Interval> parse_interval(std::string_view text, std::string_view default_unit) {
  if (text.starts_with('P')) return parse_iso(text);
  Sum sum;
  bool any = false, ago = false;
  std::size_t i = 0;
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == ','; };
  while (i < text.size()) {
    if (blank(text[i]) || text[i] == '@') {
      ++i;
      continue;
    }
    bool negative = false;
    if (text[i] == '-' || text[i] == '+') negative = text[i++] == '-';
    while (i < text.size() && blank(text[i])) ++i;
    std::size_t end = i;
    while (end < text.size() &&
           ((text[end] >= '0' && text[end] <= '9') || text[end] == '.' || text[end] == ':'))
      ++end;
    if (end == i) {  // a word without a number: only "ago"
      while (end < text.size() && !blank(text[end])) ++end;
      if (text.substr(i, end - i) != "ago" || !any) return std::nullopt;
      ago = true;
      i = end;
      continue;
    }
    const std::string_view number = text.substr(i, end - i);
    i = end;
    if (number.find(':') != std::string_view::npos) {
      const auto clock = parse_clock(number);
      if (!clock) return std::nullopt;
      sum.whole_microseconds += negative ? -*clock : *clock;
      any = true;
      continue;
    }
    double amount = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), amount);
    if (parsed.ec != std::errc{} || parsed.ptr != number.data() + number.size())
      return std::nullopt;
    if (i + 1 < text.size() && text[i] == '-' && text[i + 1] >= '0' && text[i + 1] <= '9') {
      std::int64_t months = 0;  // years-months, as the standard writes them
      const auto rest = std::from_chars(text.data() + i + 1, text.data() + text.size(), months);
      if (amount != std::trunc(amount) || months > 11) return std::nullopt;
      i = static_cast<std::size_t>(rest.ptr - text.data());
      const double all = amount * 12 + static_cast<double>(months);
      sum.add(negative ? -all : all, *unit_named("month"));
      any = true;
      continue;
    }
    while (i < text.size() && blank(text[i])) ++i;
    std::string name;
    while (i < text.size() &&
           ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z')))
      name += static_cast<char>(text[i] | 0x20), ++i;
    // A clock behind a bare number: the number counts days.
    const std::size_t next = text.find_first_not_of("0123456789.", i);
    const bool before_clock =
        i < text.size() && next != std::string_view::npos && next > i && text[next] == ':';
    const Unit* unit = unit_named(!name.empty()  ? std::string_view(name)
                                  : before_clock ? std::string_view("day")
                                                 : default_unit);
    if (unit == nullptr) return std::nullopt;
    sum.add(negative ? -amount : amount, *unit);
    any = true;
  }
  if (!any) return std::nullopt;
  const auto interval = sum.interval();
  return interval && ago ? negate(*interval) : interval;
}

}  // namespace levada::query
