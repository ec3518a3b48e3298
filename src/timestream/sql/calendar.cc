#include "timestream/sql/calendar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

namespace levada::timestream::sql {
namespace {

template <class... Parts>
std::string format(const char* pattern, Parts... parts) {
  std::array<char, 96> text;
  const int size = std::snprintf(text.data(), text.size(), pattern, parts...);
  return {text.data(), static_cast<std::size_t>(size)};
}

struct Cursor {
  std::string_view rest;
  std::optional<int> digits(std::size_t least, std::size_t most) {
    std::size_t size = 0;
    int number = 0;
    while (size < most && size < rest.size() && rest[size] >= '0' && rest[size] <= '9')
      number = number * 10 + (rest[size++] - '0');
    if (size < least) return std::nullopt;
    rest.remove_prefix(size);
    return number;
  }
  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
};

std::optional<std::int64_t> read_clock(Cursor& in) {
  const auto hours = in.digits(1, 2);
  if (!hours || *hours > 23 || !in.take(':')) return std::nullopt;
  const auto minutes = in.digits(2, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  std::int64_t nanos = *hours * hour + *minutes * minute;
  if (!in.take(':')) return nanos;
  const auto seconds = in.digits(2, 2);
  if (!seconds || *seconds > 59) return std::nullopt;
  nanos += *seconds * second;
  if (!in.take('.')) return nanos;
  std::int64_t unit = second / 10;
  std::size_t digits = 0;
  for (; !in.rest.empty() && in.rest[0] >= '0' && in.rest[0] <= '9'; unit /= 10, ++digits) {
    nanos += (in.rest[0] - '0') * unit;
    in.rest.remove_prefix(1);
  }
  return digits == 0 ? std::nullopt : std::optional(nanos);
}

// Z, UTC, +hh:mm, +hhmm; nothing at the end of the text.
std::optional<std::int64_t> read_offset(Cursor& in) {
  while (in.take(' ')) {
  }
  if (in.rest.empty() || in.rest == "Z" || in.rest == "UTC") {
    in.rest = {};
    return 0;
  }
  const bool behind = in.rest.starts_with('-');
  if (!in.take('+') && !in.take('-')) return std::nullopt;
  const auto hours = in.digits(2, 2);
  in.take(':');
  const auto minutes = in.digits(2, 2);
  if (!hours || *hours > 14 || minutes.value_or(0) > 59 || !in.rest.empty()) return std::nullopt;
  const std::int64_t offset = *hours * hour + minutes.value_or(0) * minute;
  return behind ? -offset : offset;
}

template <int count, class Number>
char* write_digits(Number number, char* to) {
  for (int i = count; i-- > 0; number /= 10) to[i] = static_cast<char>('0' + number % 10);
  return to + count;
}

}  // namespace

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
std::int64_t days_from_civil(std::int64_t year, int month, int day_of_month) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day_of_month - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  std::int64_t floor = 0;
  if (__builtin_sub_overflow(value, rest < 0 ? rest + step : rest, &floor))
    return std::numeric_limits<std::int64_t>::min();  // nothing is earlier
  return floor;
}

Moment moment_of(std::int64_t nanos) {
  // Not from midnight: that of the earliest moment is no moment.
  std::int64_t days = nanos / day;
  std::int64_t clock = nanos % day;
  if (clock < 0) {
    clock += day;
    --days;
  }
  const std::int64_t z = days + 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const std::int64_t doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  Moment m;
  m.day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  m.month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  m.year = yoe + era * 400 + (m.month <= 2);
  m.hour = static_cast<int>(clock / hour);
  m.minute = static_cast<int>(clock / minute % 60);
  m.second = static_cast<int>(clock / second % 60);
  m.nanos = clock % second;
  return m;
}

std::int64_t nanos_of(const Moment& m) {
  return days_from_civil(m.year, m.month, m.day) * day + m.hour * hour + m.minute * minute +
         m.second * second + m.nanos;
}

int days_in_month(std::int64_t year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

std::int64_t add_months(std::int64_t nanos, std::int64_t months) {
  Moment m = moment_of(nanos);
  const std::int64_t total = m.year * 12 + (m.month - 1) + months;
  m.year = floor_to(total, 12) / 12;
  m.month = static_cast<int>(total - m.year * 12) + 1;
  m.day = std::min(m.day, days_in_month(m.year, m.month));
  return nanos_of(m);
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  Cursor in{text};
  const auto year = in.digits(4, 4);
  if (!year || *year < 1677 || *year > 2262 || !in.take('-')) return std::nullopt;
  const auto month = in.digits(1, 2);
  if (!month || *month < 1 || *month > 12 || !in.take('-')) return std::nullopt;
  const auto of_month = in.digits(1, 2);
  if (!of_month || *of_month < 1 || *of_month > days_in_month(*year, *month)) return std::nullopt;
  std::int64_t nanos = 0;
  if (__builtin_mul_overflow(days_from_civil(*year, *month, *of_month), day, &nanos))
    return std::nullopt;
  if (in.rest.empty()) return nanos;
  if (!in.take(' ') && !in.take('T')) return std::nullopt;
  const auto clock = read_clock(in);
  if (!clock) return std::nullopt;
  const auto offset = read_offset(in);
  if (!offset) return std::nullopt;
  std::int64_t result = 0;
  if (__builtin_add_overflow(nanos, *clock - *offset, &result)) return std::nullopt;
  return result;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  Cursor in{text};
  const auto clock = read_clock(in);
  return clock && in.rest.empty() ? clock : std::nullopt;
}

char* write_timestamp(std::int64_t nanos, char* to) {
  const Moment m = moment_of(nanos);  // of the years 1677 to 2262
  to = write_digits<4>(m.year, to);
  *to++ = '-';
  to = write_digits<2>(m.month, to);
  *to++ = '-';
  to = write_digits<2>(m.day, to);
  *to++ = ' ';
  to = write_digits<2>(m.hour, to);
  *to++ = ':';
  to = write_digits<2>(m.minute, to);
  *to++ = ':';
  to = write_digits<2>(m.second, to);
  *to++ = '.';
  return write_digits<9>(m.nanos, to);
}

char* TimestampWriter::write(std::int64_t nanos, char* to) {
  std::int64_t clock = 0;
  if (__builtin_sub_overflow(nanos, midnight_, &clock) || clock < 0 || clock >= day) {
    char* const end = write_timestamp(nanos, to);
    // The first day that there is has no midnight.
    const std::int64_t of_day = ((nanos % day) + day) % day;
    if (!__builtin_sub_overflow(nanos, of_day, &midnight_))
      std::memcpy(date_.data(), to, date_.size());
    else
      *this = {};
    return end;
  }
  std::memcpy(to, date_.data(), date_.size());
  to += date_.size();
  const auto seconds = static_cast<std::uint32_t>(clock / second);
  const auto rest = static_cast<std::uint32_t>(clock % second);
  to = write_digits<2>(seconds / 3600, to);
  *to++ = ':';
  to = write_digits<2>(seconds / 60 % 60, to);
  *to++ = ':';
  to = write_digits<2>(seconds % 60, to);
  *to++ = '.';
  to = write_digits<3>(rest / 1'000'000, to);
  return write_digits<6>(rest % 1'000'000, to);
}

std::string timestamp_text(std::int64_t nanos) {
  std::array<char, moment_text_max> text;
  return {text.data(), write_timestamp(nanos, text.data())};
}

std::string date_text(std::int64_t days) { return timestamp_text(days * day).substr(0, 10); }

std::string time_text(std::int64_t nanos) { return timestamp_text(nanos).substr(11); }

std::string interval_day_text(std::int64_t nanos) {
  const bool negative = nanos < 0;
  const auto size =
      negative ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  const auto part = [size](std::int64_t unit, std::uint64_t of) {
    return static_cast<unsigned long long>(size / static_cast<std::uint64_t>(unit) % of);
  };
  return format("%s%llu %02llu:%02llu:%02llu.%09llu", negative ? "-" : "",
                static_cast<unsigned long long>(size / static_cast<std::uint64_t>(day)),
                part(hour, 24), part(minute, 60), part(second, 60),
                static_cast<unsigned long long>(size % static_cast<std::uint64_t>(second)));
}

std::string interval_month_text(std::int64_t months) {
  const std::int64_t size = std::abs(months);
  return format("%s%lld-%lld", months < 0 ? "-" : "", static_cast<long long>(size / 12),
                static_cast<long long>(size % 12));
}

char* write_real(double number, char* to) {
  const auto put = [&to](std::string_view text) { return std::ranges::copy(text, to).out; };
  if (std::isnan(number)) return put("NaN");
  if (std::isinf(number)) return put(number < 0 ? "-Infinity" : "Infinity");
  const double size = std::abs(number);
  char* const begin = to;
  if (number == 0 || (size >= 1e-3 && size < 1e7)) {
    to = std::to_chars(to, to + real_text_max, number, std::chars_format::fixed).ptr;
    return std::find(begin, to, '.') == to ? put(".0") : to;
  }
  to = std::to_chars(to, to + real_text_max, number, std::chars_format::scientific).ptr;
  char* const e = std::find(begin, to, 'e');
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, to, exponent);
  to = e;
  if (std::find(begin, e, '.') == e) to = put(".0");
  *to++ = 'E';
  return std::to_chars(to, begin + real_text_max, exponent).ptr;
}

std::string real_text(double number) {
  std::array<char, real_text_max> text;
  return {text.data(), write_real(number, text.data())};
}

}  // namespace levada::timestream::sql
