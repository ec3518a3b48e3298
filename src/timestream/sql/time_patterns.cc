#include "timestream/sql/time_patterns.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "timestream/sql/calendar.h"
#include "timestream/sql/lexer.h"

namespace levada::timestream::sql {
namespace {

enum class Part : std::uint8_t {
  literal,
  year,
  short_year,
  month,
  month_name,
  short_month_name,
  day,
  day_of_year,
  weekday_number,
  weekday_name,
  short_weekday_name,
  hour,        // 0 to 23
  hour_of_12,  // 1 to 12
  hour_from_1,
  hour_of_12_from_0,
  minute,
  second,
  fraction,
  half_of_day,
  week,
  week_year,
  zone,        // +0000
  zone_colon,  // +00:00
  zone_name,   // UTC
  era,
  century,
};

struct Field {
  Part part;
  std::size_t width = 1;  // the least number of digits
  std::string text = {};  // of literals
};

constexpr std::array<std::string_view, 12> months = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> weekdays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                      "Friday", "Saturday", "Sunday"};

void add_literal(std::vector<Field>& fields, std::string_view text) {
  if (fields.empty() || fields.back().part != Part::literal) fields.push_back({Part::literal, 0});
  fields.back().text += text;
}

Result<std::vector<Field>> mysql_fields(std::string_view pattern) {
  struct Letter {
    char letter;
    Part part;
    std::size_t width;
  };
  static constexpr Letter letters[] = {
      {'Y', Part::year, 4},         {'y', Part::short_year, 2},
      {'m', Part::month, 2},        {'c', Part::month, 1},
      {'M', Part::month_name, 1},   {'b', Part::short_month_name, 1},
      {'d', Part::day, 2},          {'e', Part::day, 1},
      {'H', Part::hour, 2},         {'k', Part::hour, 1},
      {'h', Part::hour_of_12, 2},   {'I', Part::hour_of_12, 2},
      {'l', Part::hour_of_12, 1},   {'i', Part::minute, 2},
      {'s', Part::second, 2},       {'S', Part::second, 2},
      {'f', Part::fraction, 6},     {'p', Part::half_of_day, 1},
      {'W', Part::weekday_name, 1}, {'a', Part::short_weekday_name, 1},
      {'j', Part::day_of_year, 3},  {'v', Part::week, 2},
      {'x', Part::week_year, 4}};
  std::vector<Field> fields;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      add_literal(fields, pattern.substr(i, 1));
      continue;
    }
    const char c = pattern[++i];
    if (c == 'T' || c == 'r') {  // shorthands of several fields
      std::vector<Field> all = TRY(mysql_fields(c == 'T' ? "%H:%i:%s" : "%h:%i:%s %p"));
      fields.insert(fields.end(), all.begin(), all.end());
      continue;
    }
    const auto* known = std::ranges::find(letters, c, &Letter::letter);
    if (known != std::end(letters))
      fields.push_back({known->part, known->width});
    else if (std::string_view("DUuVwX").find(c) != std::string_view::npos)
      return fail(ErrorKind::invalid,
                  std::string("%") + c + " not supported in date format string");
    else
      add_literal(fields, pattern.substr(i, 1));
  }
  return fields;
}

Result<std::vector<Field>> joda_fields(std::string_view pattern) {
  std::vector<Field> fields;
  for (std::size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (c == '\'') {  // quoted; '' is a quote
      std::size_t end = i + 1;
      std::string text;
      while (end < pattern.size() &&
             (pattern[end] != '\'' || pattern.substr(end).starts_with("''"))) {
        if (pattern[end] == '\'') ++end;
        text += pattern[end++];
      }
      if (pattern.substr(i).starts_with("''") && text.empty()) text = "'";
      add_literal(fields, text);
      i = std::min(end + 1, pattern.size());
      continue;
    }
    std::size_t n = 1;
    while (i + n < pattern.size() && pattern[i + n] == c) ++n;
    const std::string_view run = pattern.substr(i, n);
    i += n;
    const auto add = [&](Part part) { fields.push_back({part, n}); };
    switch (c) {
      case 'y':
      case 'Y':
        add(n == 2 ? Part::short_year : Part::year);
        break;
      case 'x':
        add(Part::week_year);
        break;
      case 'M':
        add(n > 3 ? Part::month_name : n == 3 ? Part::short_month_name : Part::month);
        break;
      case 'd':
        add(Part::day);
        break;
      case 'D':
        add(Part::day_of_year);
        break;
      case 'e':
        add(Part::weekday_number);
        break;
      case 'E':
        add(n > 3 ? Part::weekday_name : Part::short_weekday_name);
        break;
      case 'H':
        add(Part::hour);
        break;
      case 'h':
        add(Part::hour_of_12);
        break;
      case 'k':
        add(Part::hour_from_1);
        break;
      case 'K':
        add(Part::hour_of_12_from_0);
        break;
      case 'm':
        add(Part::minute);
        break;
      case 's':
        add(Part::second);
        break;
      case 'S':
        add(Part::fraction);
        break;
      case 'a':
        add(Part::half_of_day);
        break;
      case 'w':
        add(Part::week);
        break;
      case 'Z':
        add(n == 1 ? Part::zone : n == 2 ? Part::zone_colon : Part::zone_name);
        break;
      case 'z':
        add(Part::zone_name);
        break;
      case 'G':
        add(Part::era);
        break;
      case 'C':
        add(Part::century);
        break;
      default:
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
          return fail(ErrorKind::invalid, "Illegal pattern component: " + std::string(run));
        add_literal(fields, run);
    }
  }
  return fields;
}

Result<std::vector<Field>> fields_of(PatternStyle style, std::string_view pattern) {
  return style == PatternStyle::mysql ? mysql_fields(pattern) : joda_fields(pattern);
}

std::string padded(std::int64_t number, std::size_t width) {
  std::string text = std::to_string(number < 0 ? -number : number);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return number < 0 ? "-" + text : text;
}

std::string text_of(const Field& field, const Moment& m, std::int64_t nanos) {
  const std::int64_t days = floor_to(nanos, day) / day;
  const int of_week = weekday_of(days);
  const auto named = [](std::string_view name, bool whole) {
    return std::string(whole ? name : name.substr(0, 3));
  };
  switch (field.part) {
    case Part::literal:
      return field.text;
    case Part::year:
      return padded(m.year, field.width);
    case Part::short_year:
      return padded(m.year % 100, 2);
    case Part::month:
      return padded(m.month, field.width);
    case Part::month_name:
    case Part::short_month_name:
      return named(months[static_cast<std::size_t>(m.month - 1)], field.part == Part::month_name);
    case Part::day:
      return padded(m.day, field.width);
    case Part::day_of_year:
      return padded(days - days_from_civil(m.year, 1, 1) + 1, field.width);
    case Part::weekday_number:
      return padded(of_week, field.width);
    case Part::weekday_name:
    case Part::short_weekday_name:
      return named(weekdays[static_cast<std::size_t>(of_week - 1)],
                   field.part == Part::weekday_name);
    case Part::hour:
      return padded(m.hour, field.width);
    case Part::hour_of_12:
      return padded(m.hour % 12 == 0 ? 12 : m.hour % 12, field.width);
    case Part::hour_from_1:
      return padded(m.hour == 0 ? 24 : m.hour, field.width);
    case Part::hour_of_12_from_0:
      return padded(m.hour % 12, field.width);
    case Part::minute:
      return padded(m.minute, field.width);
    case Part::second:
      return padded(m.second, field.width);
    case Part::fraction: {
      std::string digits = padded(m.nanos, 9);
      digits.resize(field.width, '0');
      return digits;
    }
    case Part::half_of_day:
      return m.hour < 12 ? "AM" : "PM";
    case Part::week:
      return padded(iso_week_of(nanos).week, field.width);
    case Part::week_year:
      return padded(iso_week_of(nanos).year, field.width);
    case Part::zone:
      return "+0000";
    case Part::zone_colon:
      return "+00:00";
    case Part::zone_name:
      return "UTC";
    case Part::era:
      return m.year > 0 ? "AD" : "BC";
    case Part::century:
      return padded(m.year / 100, field.width);
  }
  return {};
}

// A text that is read field by field.
class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}
  bool done() const { return left_.empty(); }
  bool take(std::string_view literal) {
    if (!left_.starts_with(literal)) return false;
    left_.remove_prefix(literal.size());
    return true;
  }
  std::optional<std::int64_t> number(std::size_t digits_max, bool may_be_signed = false) {
    const bool negative = may_be_signed && take("-");
    std::size_t size = 0;
    std::int64_t value = 0;
    while (size < left_.size() && size < digits_max && left_[size] >= '0' && left_[size] <= '9')
      value = value * 10 + (left_[size++] - '0');
    if (size == 0) return std::nullopt;
    left_.remove_prefix(size);
    digits_ = size;
    return negative ? -value : value;
  }
  std::size_t digits() const { return digits_; }  // of the last number
  template <class Names>
  std::optional<int> name(const Names& names) {  // its place, from 1; also by its first letters
    for (const bool whole : {true, false})
      for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string_view name = whole ? names[i] : names[i].substr(0, 3);
        if (!same_name(left_.substr(0, name.size()), name)) continue;
        left_.remove_prefix(name.size());
        return static_cast<int>(i) + 1;
      }
    return std::nullopt;
  }
  std::optional<std::int64_t> zone() {  // seconds east
    if (take("Z") || take("UTC") || take("GMT")) return 0;
    const int sign = left_.starts_with('-') ? -1 : 1;
    if (!take("+") && !take("-")) return std::nullopt;
    const auto hours = number(2);
    take(":");
    const auto minutes = number(2);
    if (!hours) return std::nullopt;
    return sign * (*hours * 3600 + minutes.value_or(0) * 60);
  }

 private:
  std::string_view left_;
  std::size_t digits_ = 0;
};

struct Parsed {
  Moment moment;
  std::optional<std::int64_t> day_of_year;
  std::int64_t zone_seconds = 0;
  int half = -1;  // of the day

  bool read(const Field& field, Reader& from) {
    const auto number = [&from](auto& into, std::size_t digits, std::int64_t least,
                                std::int64_t most) {
      const auto n = from.number(digits);
      if (!n || *n < least || *n > most) return false;
      into = static_cast<std::remove_reference_t<decltype(into)>>(*n);
      return true;
    };
    switch (field.part) {
      case Part::literal:
        return from.take(field.text);
      case Part::year:
      case Part::week_year: {
        const auto year = from.number(4, true);
        if (!year) return false;
        moment.year = *year;
        return true;
      }
      case Part::short_year: {
        const auto year = from.number(4);
        if (!year) return false;
        moment.year = from.digits() > 2 ? *year : *year < 70 ? 2000 + *year : 1900 + *year;
        return true;
      }
      case Part::month:
        return number(moment.month, 2, 1, 12);
      case Part::month_name:
      case Part::short_month_name: {
        const auto month = from.name(months);
        moment.month = month.value_or(1);
        return month.has_value();
      }
      case Part::day:
        return number(moment.day, 2, 1, 31);
      case Part::day_of_year: {
        std::int64_t n = 0;
        if (!number(n, 3, 1, 366)) return false;
        day_of_year = n;
        return true;
      }
      case Part::weekday_name:
      case Part::short_weekday_name:
        return from.name(weekdays).has_value();
      case Part::hour:
        return number(moment.hour, 2, 0, 23);
      case Part::hour_from_1:
        if (!number(moment.hour, 2, 1, 24)) return false;
        moment.hour %= 24;
        return true;
      case Part::hour_of_12:
        return number(moment.hour, 2, 1, 12);
      case Part::hour_of_12_from_0:
        return number(moment.hour, 2, 0, 11);
      case Part::minute:
        return number(moment.minute, 2, 0, 59);
      case Part::second:
        return number(moment.second, 2, 0, 59);
      case Part::fraction: {
        if (!number(moment.nanos, 9, 0, 999'999'999)) return false;
        for (std::size_t n = from.digits(); n < 9; ++n) moment.nanos *= 10;
        return true;
      }
      case Part::half_of_day: {
        const auto at = from.name(std::array<std::string_view, 2>{"AM", "PM"});
        half = at.value_or(0) - 1;
        return at.has_value();
      }
      case Part::zone:
      case Part::zone_colon:
      case Part::zone_name: {
        const auto zone = from.zone();
        zone_seconds = zone.value_or(0);
        return zone.has_value();
      }
      case Part::week:
      case Part::weekday_number:
      case Part::era:
      case Part::century:
        return false;
    }
    return false;
  }
};

}  // namespace

int weekday_of(std::int64_t days) { return static_cast<int>(((days + 3) % 7 + 7) % 7) + 1; }

IsoWeek iso_week_of(std::int64_t nanos) {
  const std::int64_t days = floor_to(nanos, day) / day;
  const std::int64_t thursday = days - weekday_of(days) + 4;
  const std::int64_t year = moment_of(thursday * day).year;
  return {static_cast<int>((thursday - days_from_civil(year, 1, 1)) / 7) + 1, year};
}

Result<std::string> format_time(PatternStyle style, std::string_view pattern, std::int64_t nanos) {
  const Moment m = moment_of(nanos);
  std::string all;
  for (const Field& field : TRY(fields_of(style, pattern))) all += text_of(field, m, nanos);
  return all;
}

Result<std::int64_t> parse_time_by(PatternStyle style, std::string_view pattern,
                                   std::string_view text) {
  const std::vector<Field> fields = TRY(fields_of(style, pattern));
  Parsed parsed;
  Reader from(text);
  const auto bad = [&] {
    return fail(ErrorKind::invalid, "Invalid format: \"" + std::string(text) + "\"");
  };
  for (const Field& field : fields)
    if (!parsed.read(field, from)) return bad();
  if (!from.done()) return bad();
  Moment m = parsed.moment;
  if (parsed.half >= 0) m.hour = m.hour % 12 + 12 * parsed.half;
  if (m.day > days_in_month(m.year, m.month)) return bad();
  if (m.year < 1678 || m.year > 2261) return fail(ErrorKind::invalid, "timestamp out of range");
  std::int64_t nanos = nanos_of(m);
  if (parsed.day_of_year)
    nanos += (days_from_civil(m.year, 1, 1) + *parsed.day_of_year - 1) * day -
             days_from_civil(m.year, m.month, m.day) * day;
  return nanos - parsed.zone_seconds * second;
}

}  // namespace levada::timestream::sql
