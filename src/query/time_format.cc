#include "query/time_format.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "base/ascii.h"
#include "query/calendar.h"
#include "query/interval.h"

namespace levada::query {

namespace {

constexpr std::string_view months[] = {"January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December"};
constexpr std::string_view roman_months[] = {"I",   "II",   "III", "IV", "V",  "VI",
                                             "VII", "VIII", "IX",  "X",  "XI", "XII"};
constexpr std::string_view days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                     "Thursday", "Friday", "Saturday"};

enum class Field : std::uint8_t {
  year4,
  year3,
  year2,
  year1,
  year_comma,
  month_number,
  month_name,
  month_short,
  day_of_month,
  day_of_year,
  day_name,
  day_short,
  day_of_week,
  iso_day_of_week,
  hour24,
  hour12,
  minute,
  second,
  milliseconds,
  microseconds,
  tenths,
  meridiem,
  meridiem_dots,
  quarter,
  week_of_year,
  century,
  julian,
  zone,
  zone_hours,
  zone_minutes,
  zone_offset,
  seconds_of_day,
  iso_year,
  iso_week,
  iso_day_of_year,
  era,
  era_dots,
  roman_month,
};

struct Keyword {
  std::string_view text;
  Field field;
};

// Longest first where one begins another.
constexpr Keyword keywords[] = {
    {"SSSSS", Field::seconds_of_day},
    {"SSSS", Field::seconds_of_day},
    {"Y,YYY", Field::year_comma},
    {"IYYY", Field::iso_year},
    {"YYYY", Field::year4},
    {"YYY", Field::year3},
    {"YY", Field::year2},
    {"Y", Field::year1},
    {"HH24", Field::hour24},
    {"HH12", Field::hour12},
    {"HH", Field::hour12},
    {"MI", Field::minute},
    {"SS", Field::second},
    {"MS", Field::milliseconds},
    {"US", Field::microseconds},
    {"NS", Field::microseconds},
    {"FF3", Field::milliseconds},
    {"FF6", Field::microseconds},
    {"FF1", Field::tenths},
    {"AM", Field::meridiem},
    {"PM", Field::meridiem},
    {"A.M.", Field::meridiem_dots},
    {"P.M.", Field::meridiem_dots},
    {"MONTH", Field::month_name},
    {"MON", Field::month_short},
    {"MM", Field::month_number},
    {"DAY", Field::day_name},
    {"DY", Field::day_short},
    {"DDD", Field::day_of_year},
    {"DD", Field::day_of_month},
    {"D", Field::day_of_week},
    {"IDDD", Field::iso_day_of_year},
    {"ID", Field::iso_day_of_week},
    {"IW", Field::iso_week},
    {"BC", Field::era},
    {"AD", Field::era},
    {"B.C.", Field::era_dots},
    {"A.D.", Field::era_dots},
    {"RM", Field::roman_month},
    {"WW", Field::week_of_year},
    {"CC", Field::century},
    {"J", Field::julian},
    {"Q", Field::quarter},
    {"TZH", Field::zone_hours},
    {"TZM", Field::zone_minutes},
    {"TZ", Field::zone},
    {"OF", Field::zone_offset},
};

const Keyword* keyword_at(std::string_view pattern) {
  const auto fits = [&](const Keyword& word) {
    return pattern.size() >= word.text.size() &&
           std::equal(word.text.begin(), word.text.end(), pattern.begin(),
                      [](char a, char b) { return a == to_upper(b); });
  };
  const auto* found = std::find_if(std::begin(keywords), std::end(keywords), fits);
  return found == std::end(keywords) ? nullptr : found;
}

// As the pattern's letters are: MONTH, Month, month.
std::string cased(std::string_view name, std::string_view pattern) {
  std::string out(name);
  if (to_upper(pattern[0]) != pattern[0])
    std::transform(out.begin(), out.end(), out.begin(), to_lower);
  else if (pattern.size() > 1 && to_upper(pattern[1]) == pattern[1])
    std::transform(out.begin(), out.end(), out.begin(), to_upper);
  return out;
}

std::string padded(std::string_view name, bool fill, std::size_t width = 9) {
  std::string out(name);
  if (!fill) out.resize(std::max(width, out.size()), ' ');
  return out;
}

std::string digits(std::int64_t value, int width, bool plain) {
  char text[32];
  std::snprintf(text, sizeof text, "%0*lld", plain ? 1 : width, static_cast<long long>(value));
  return text;
}

struct Parts {
  CivilDate date;
  std::int64_t day = 0, time = 0;
  std::int32_t offset = 0;
  std::string_view zone;
};

// The fields that moments and intervals have alike; nullopt: another one.
std::optional<std::string> year_or_clock(Field field, std::int64_t year, std::int64_t microseconds,
                                         bool plain) {
  const std::int64_t hour = microseconds / microseconds_per_hour;
  const std::int64_t fraction = microseconds % microseconds_per_second;
  switch (field) {
    case Field::year4:
      return digits(year, 4, plain);
    case Field::year3:
      return digits(year % 1000, 3, plain);
    case Field::year2:
      return digits(year % 100, 2, plain);
    case Field::year1:
      return digits(year % 10, 1, plain);
    case Field::year_comma:
      return digits(year / 1000, 1, true) + "," + digits(year % 1000, 3, false);
    case Field::hour24:
      return digits(hour, 2, plain);
    case Field::hour12:
      return digits(hour % 12 == 0 ? 12 : hour % 12, 2, plain);
    case Field::minute:
      return digits(microseconds / microseconds_per_minute % 60, 2, plain);
    case Field::second:
      return digits(microseconds / microseconds_per_second % 60, 2, plain);
    case Field::milliseconds:
      return digits(fraction / 1000, 3, plain);
    case Field::microseconds:
      return digits(fraction, 6, plain);
    case Field::tenths:
      return digits(fraction / 100000, 1, plain);
    case Field::seconds_of_day:
      return digits(microseconds / microseconds_per_second, 1, plain);
    default:
      return std::nullopt;
  }
}

std::string written(Field field, const Parts& at, std::string_view pattern, bool plain) {
  if (auto alike = year_or_clock(field, at.date.year, at.time, plain)) return *alike;
  const std::int64_t hour = at.time / microseconds_per_hour;
  const std::int64_t weekday = (at.day % 7 + 11) % 7;
  const std::int64_t year_day = at.day - days_from_civil({at.date.year, 1, 1});
  switch (field) {
    case Field::month_number:
      return digits(at.date.month, 2, plain);
    case Field::month_name:
      return padded(cased(months[at.date.month - 1], pattern), plain);
    case Field::month_short:
      return cased(months[at.date.month - 1].substr(0, 3), pattern);
    case Field::day_of_month:
      return digits(at.date.day, 2, plain);
    case Field::day_of_year:
      return digits(year_day + 1, 3, plain);
    case Field::day_name:
      return padded(cased(days[weekday], pattern), plain);
    case Field::day_short:
      return cased(days[weekday].substr(0, 3), pattern);
    case Field::day_of_week:
      return digits(weekday + 1, 1, plain);
    case Field::iso_day_of_week:
      return digits(weekday == 0 ? 7 : weekday, 1, plain);
    case Field::meridiem:
      return cased(hour < 12 ? "AM" : "PM", pattern);
    case Field::meridiem_dots:
      return cased(hour < 12 ? "A.M." : "P.M.", pattern.substr(0, 1));
    case Field::quarter:
      return digits((at.date.month - 1) / 3 + 1, 1, plain);
    case Field::week_of_year:
      return digits(year_day / 7 + 1, 2, plain);
    case Field::century:
      return digits((at.date.year + 99) / 100, 2, plain);
    case Field::julian:
      return digits(at.day + 2440588, 1, plain);
    case Field::zone:
      return cased(at.zone, pattern);
    case Field::zone_minutes:
      return digits(std::abs(at.offset) / 60 % 60, 2, false);
    case Field::zone_hours:
    case Field::zone_offset: {
      const std::int32_t size = std::abs(at.offset);
      std::string out = (at.offset < 0 ? "-" : "+") + digits(size / 3600, 2, false);
      if (field == Field::zone_offset && size / 60 % 60 != 0)
        out += ":" + digits(size / 60 % 60, 2, false);
      return out;
    }
    case Field::era:
      return cased(at.date.year > 0 ? "AD" : "BC", pattern);
    case Field::era_dots:
      return cased(at.date.year > 0 ? "A.D." : "B.C.", pattern.substr(0, 1));
    case Field::roman_month:
      return padded(cased(roman_months[at.date.month - 1], pattern.substr(0, 1)), plain, 4);
    case Field::iso_year:
    case Field::iso_day_of_year:
    case Field::iso_week: {
      const std::int64_t thursday = at.day - (at.day % 7 + 10) % 7 + 3;
      const std::int64_t year = civil_from_days(thursday).year;
      if (field == Field::iso_day_of_year) {
        const std::int64_t fourth = days_from_civil({year, 1, 4});  // in week 1
        const std::int64_t first = fourth - (fourth % 7 + 10) % 7;
        return digits(at.day - first + 1, 3, plain);
      }
      if (field == Field::iso_year) return digits(year, 4, plain);
      return digits((thursday - days_from_civil({year, 1, 1})) / 7 + 1, 2, plain);
    }
    default:  // answered above
      return {};
  }
}

// Of an interval; fields that it has not say nothing, as those of days and names.
std::string written(Field field, const Interval& of, bool plain) {
  const std::int64_t years = of.months / 12;
  if (auto alike = year_or_clock(field, years, of.microseconds, plain)) return *alike;
  const std::int64_t hour = of.microseconds / microseconds_per_hour;
  switch (field) {
    case Field::month_number:
      return digits(of.months % 12, 2, plain);
    case Field::day_of_month:
    case Field::day_of_year:
      return digits(of.days, field == Field::day_of_month ? 2 : 3, plain);
    case Field::meridiem:
      return hour % 24 < 12 ? "AM" : "PM";
    case Field::quarter:
      return digits(of.months % 12 / 3 + 1, 1, plain);
    case Field::century:
      return digits(years / 100, 2, plain);
    default:
      return {};
  }
}

struct Pieces {  // a pattern cut into keywords and literal text
  std::string_view pattern;

  template <class OnField, class OnLiteral>
  bool each(const OnField& on_field, const OnLiteral& on_literal) {
    while (!pattern.empty()) {
      bool plain = false;
      if (pattern.front() == '"') {
        const std::size_t end = pattern.find('"', 1);
        const std::string_view literal =
            pattern.substr(1, end == std::string_view::npos ? end : end - 1);
        pattern.remove_prefix(end == std::string_view::npos ? pattern.size() : end + 1);
        if (!on_literal(literal)) return false;
        continue;
      }
      if (pattern.size() > 2 && to_upper(pattern[0]) == 'F' && to_upper(pattern[1]) == 'M' &&
          keyword_at(pattern.substr(2)) != nullptr) {
        plain = true;
        pattern.remove_prefix(2);
      }
      if (const Keyword* word = keyword_at(pattern)) {
        const std::string_view spelled = pattern.substr(0, word->text.size());
        pattern.remove_prefix(word->text.size());
        if (!on_field(word->field, spelled, plain)) return false;
        continue;
      }
      if (!on_literal(pattern.substr(0, 1))) return false;
      pattern.remove_prefix(1);
    }
    return true;
  }
};

}  // namespace

std::string format_time(std::int64_t local, std::int32_t offset_seconds, std::string_view zone,
                        std::string_view pattern) {
  Parts at;
  at.day = day_of(local);
  at.time = time_of_day(local);
  at.date = civil_from_days(at.day);
  at.offset = offset_seconds;
  at.zone = zone;
  std::string out;
  Pieces{pattern}.each(
      [&](Field field, std::string_view spelled, bool plain) {
        out += written(field, at, spelled, plain);
        return true;
      },
      [&](std::string_view literal) {
        out += literal;
        return true;
      });
  return out;
}

std::string format_interval(const Interval& interval, std::string_view pattern) {
  std::string out;
  Pieces{pattern}.each(
      [&](Field field, std::string_view, bool plain) {
        out += written(field, interval, plain);
        return true;
      },
      [&](std::string_view literal) {
        out += literal;
        return true;
      });
  return out;
}

std::optional<ParsedTime> parse_time_by(std::string_view pattern, std::string_view text) {
  CivilDate date{1, 1, 1};
  std::int64_t hour = 0, minute = 0, second = 0, fraction = 0;
  std::optional<bool> afternoon;
  std::optional<std::int32_t> zone_hours;  // signed; the minutes have its sign
  std::int32_t zone_minutes = 0;
  bool zone_is_negative = false;
  const auto number = [&](std::size_t digits_max) -> std::optional<std::int64_t> {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    std::int64_t value = 0;
    std::size_t count = 0;
    while (count < digits_max && !text.empty() && text.front() >= '0' && text.front() <= '9') {
      value = value * 10 + (text.front() - '0');
      text.remove_prefix(1);
      ++count;
    }
    if (count == 0) return std::nullopt;
    return value;
  };
  const auto scaled_fraction = [&](std::size_t wanted) -> bool {
    std::int64_t unit = 100000;
    std::size_t count = 0;
    for (; count < wanted && !text.empty() && text.front() >= '0' && text.front() <= '9'; ++count) {
      fraction += (text.front() - '0') * unit;
      unit /= 10;
      text.remove_prefix(1);
    }
    return count == wanted;  // RisingWave takes no fewer
  };
  const auto two_digits = [&](std::int32_t& target) {
    if (text.size() < 2) return false;
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    if (!digit(0) || !digit(1)) return false;
    target = (text[0] - '0') * 10 + (text[1] - '0');
    text.remove_prefix(2);
    return true;
  };
  const auto name_of_month = [&](bool whole) {
    for (unsigned i = 0; i < 12; ++i) {
      const std::string_view name = whole ? months[i] : months[i].substr(0, 3);
      if (text.size() >= name.size() &&
          std::equal(name.begin(), name.end(), text.begin(),
                     [](char a, char b) { return to_lower(a) == to_lower(b); })) {
        date.month = i + 1;
        text.remove_prefix(name.size());
        return true;
      }
    }
    return false;
  };
  const auto into = [&](auto& target, std::size_t digits_max) {
    const auto value = number(digits_max);
    if (!value) return false;
    target = static_cast<std::decay_t<decltype(target)>>(*value);
    return true;
  };
  const bool fits = Pieces{pattern}.each(
      [&](Field field, std::string_view, bool) {
        switch (field) {
          case Field::year4:
            return into(date.year, 4);
          case Field::year2:
            if (!into(date.year, 2)) return false;
            date.year += date.year < 70 ? 2000 : 1900;
            return true;
          case Field::month_number:
            return into(date.month, 2);
          case Field::month_name:
            return name_of_month(true);
          case Field::month_short:
            return name_of_month(false);
          case Field::day_of_month:
            return into(date.day, 2);
          case Field::hour24:
          case Field::hour12:
            return into(hour, 2);
          case Field::minute:
            return into(minute, 2);
          case Field::second:
            return into(second, 2);
          case Field::milliseconds:
            return scaled_fraction(3);
          case Field::microseconds:
            return scaled_fraction(6);
          case Field::meridiem:
            if (text.size() < 2) return false;
            afternoon = to_lower(text[0]) == 'p';
            text.remove_prefix(2);
            return true;
          case Field::zone_hours: {
            while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
            if (text.empty() || (text.front() != '+' && text.front() != '-')) return false;
            zone_is_negative = text.front() == '-';
            text.remove_prefix(1);
            return two_digits(zone_hours.emplace());
          }
          case Field::zone_minutes:
            return two_digits(zone_minutes);
          default:
            return false;
        }
      },
      [&](std::string_view literal) {
        if (text.empty()) return true;
        text.remove_prefix(std::min(literal.size(), text.size()));
        return true;
      });
  if (afternoon && hour <= 12) hour = hour % 12 + (*afternoon ? 12 : 0);
  if (!fits || date.month < 1 || date.month > 12 || date.day < 1 ||
      date.day > days_in_month(date.year, date.month) || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  ParsedTime parsed;
  parsed.local = days_from_civil(date) * microseconds_per_day + hour * microseconds_per_hour +
                 minute * microseconds_per_minute + second * microseconds_per_second + fraction;
  if (zone_hours) {
    const std::int32_t size = *zone_hours * 3600 + zone_minutes * 60;
    parsed.offset_seconds = zone_is_negative ? -size : size;
  }
  return parsed;
}

}  // namespace levada::query
