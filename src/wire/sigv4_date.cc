#include "wire/sigv4_date.h"

#include "base/check.h"

namespace levada::wire {
namespace {

using namespace std::chrono;

std::optional<int> read_number(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (const char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + (c - '0');
  }
  return value;
}

void write_number(char* to, int digits, int value) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

struct DateFields {
  std::optional<int> year, month, day, hour, minute, second;
};

std::optional<UnixMillis> moment(const DateFields& f) {
  if (!f.year || !f.month || !f.day || !f.hour || !f.minute || !f.second) return std::nullopt;
  const year_month_day date(year(*f.year), month(static_cast<unsigned>(*f.month)),
                            day(static_cast<unsigned>(*f.day)));
  if (!date.ok() || *f.hour > 23 || *f.minute > 59 || *f.second > 59) return std::nullopt;
  const auto since =
      sys_days(date).time_since_epoch() + hours(*f.hour) + minutes(*f.minute) + seconds(*f.second);
  return UnixMillis(duration_cast<Millis>(since));
}

}  // namespace

BasicDate format_basic_date(UnixMillis time) {
  const sys_time<Millis> at(time.since_origin());
  const auto midnight = floor<days>(at);
  const year_month_day date(midnight);
  const hh_mm_ss clock(floor<seconds>(at - midnight));
  CHECK(int(date.year()) >= 0 && int(date.year()) <= 9999, "four digits have to do");
  BasicDate text;
  write_number(&text[0], 4, int(date.year()));
  write_number(&text[4], 2, static_cast<int>(unsigned(date.month())));
  write_number(&text[6], 2, static_cast<int>(unsigned(date.day())));
  text[8] = 'T';
  write_number(&text[9], 2, static_cast<int>(clock.hours().count()));
  write_number(&text[11], 2, static_cast<int>(clock.minutes().count()));
  write_number(&text[13], 2, static_cast<int>(clock.seconds().count()));
  text[15] = 'Z';
  return text;
}

std::optional<UnixMillis> parse_basic_date(std::string_view text) {
  if (text.size() != BasicDate().size() || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return moment({.year = read_number(text, 0, 4),
                 .month = read_number(text, 4, 2),
                 .day = read_number(text, 6, 2),
                 .hour = read_number(text, 9, 2),
                 .minute = read_number(text, 11, 2),
                 .second = read_number(text, 13, 2)});
}

std::optional<UnixMillis> parse_http_date(std::string_view text) {
  constexpr std::string_view shape = "ddd, 00 mmm 0000 00:00:00 GMT";
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != shape.size() || text.substr(3, 2) != ", " || text[7] != ' ' ||
      text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':' ||
      text.substr(25) != " GMT")
    return std::nullopt;
  const std::size_t month_at = months.find(text.substr(8, 3));
  if (month_at == months.npos || month_at % 3 != 0) return std::nullopt;
  return moment({.year = read_number(text, 12, 4),
                 .month = static_cast<int>(month_at / 3 + 1),
                 .day = read_number(text, 5, 2),
                 .hour = read_number(text, 17, 2),
                 .minute = read_number(text, 20, 2),
                 .second = read_number(text, 23, 2)});
}

}  // namespace levada::wire
