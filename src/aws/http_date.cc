#include "aws/http_date.h"

#include <chrono>

namespace levada::aws {
namespace {

constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";

void put_two(char* to, unsigned number) {
  to[0] = static_cast<char>('0' + number / 10 % 10);
  to[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::string_view HttpDate::at(UnixMillis time) {
  using namespace std::chrono;
  const auto since = floor<seconds>(time.since_origin());
  if (since.count() != second_) {
    second_ = since.count();
    const sys_seconds moment{since};
    const auto midnight = floor<days>(moment);
    const year_month_day day{midnight};
    const hh_mm_ss clock{moment - midnight};
    constexpr std::string_view form = "Sun, 00 Jan 0000 00:00:00 GMT";
    form.copy(text_.data(), form.size());
    char* to = text_.data();
    weekdays.substr(weekday{midnight}.c_encoding() * 3, 3).copy(to, 3);
    put_two(to + 5, static_cast<unsigned>(day.day()));
    months.substr((static_cast<unsigned>(day.month()) - 1) * 3, 3).copy(to + 8, 3);
    const auto year = static_cast<unsigned>(static_cast<int>(day.year()));
    put_two(to + 12, year / 100);
    put_two(to + 14, year % 100);
    put_two(to + 17, static_cast<unsigned>(clock.hours().count()));
    put_two(to + 20, static_cast<unsigned>(clock.minutes().count()));
    put_two(to + 23, static_cast<unsigned>(clock.seconds().count()));
  }
  return {text_.data(), text_.size()};
}

}  // namespace levada::aws
