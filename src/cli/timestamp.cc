#include "cli/timestamp.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "base/ascii.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

constexpr std::string_view months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                       "jul", "aug", "sep", "oct", "nov", "dec"};

Timestamp of_epoch(double epoch) {
  double whole = 0;
  double fraction = std::modf(epoch, &whole);
  double micros = std::nearbyint(fraction * 1e6);
  if (micros < 0) {
    micros += 1e6;
    whole -= 1;
  }
  if (micros >= 1e6) {
    micros -= 1e6;
    whole += 1;
  }
  return {static_cast<std::int64_t>(whole), static_cast<std::int32_t>(micros)};
}

// A cursor over the text of a date; each `take` either moves on or leaves everything as it was.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : text_(text) {}

  std::optional<Timestamp> read() {
    if (!named_date() && !numeric_date()) return std::nullopt;
    if (take('T') || take('t') || take(' ')) {
      skip_spaces();
      if (!time()) return std::nullopt;
    }
    skip_spaces();
    if (!zone()) return std::nullopt;
    if (!text_.empty() || !is_real()) return std::nullopt;
    std::tm parts{};
    parts.tm_year = year_ - 1900;
    parts.tm_mon = month_ - 1;
    parts.tm_mday = day_;
    parts.tm_hour = hour_;
    parts.tm_min = minute_;
    parts.tm_sec = second_;
    return Timestamp{timegm(&parts) - offset_, micros_};
  }

 private:
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void skip_spaces() {
    while (take(' ')) {
    }
  }
  // Exactly `size` digits; a longer run is not touched where `alone` is asked.
  bool digits(std::size_t size, int& value) {
    if (text_.size() < size) return false;
    int number = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return false;
      number = number * 10 + (text_[i] - '0');
    }
    value = number;
    text_.remove_prefix(size);
    return true;
  }
  bool one_or_two(int& value) { return digits(2, value) || digits(1, value); }

  // 2023-01-02, 2023/01/02, 20230102
  bool numeric_date() {
    const std::string_view before = text_;
    if (digits(4, year_)) {
      if (digits(2, month_) && digits(2, day_)) return true;
      text_ = before.substr(4);
      const char divider = take('-') ? '-' : take('/') ? '/' : '\0';
      if (divider != '\0' && one_or_two(month_) && take(divider) && one_or_two(day_)) return true;
    }
    text_ = before;
    return false;
  }

  // Mon, 02 Jan 2023
  bool named_date() {
    const std::string_view before = text_;
    if (const std::size_t comma = text_.find(','); comma == 3) {
      text_.remove_prefix(4);
      skip_spaces();
    }
    if (one_or_two(day_) && (take(' ') || take('-')) && text_.size() > 4) {
      const std::string name = lowered(text_.substr(0, 3));
      for (int i = 0; i < 12; ++i) {
        if (name != months[i]) continue;
        text_.remove_prefix(3);
        month_ = i + 1;
        if ((take(' ') || take('-')) && digits(4, year_)) return true;
      }
    }
    text_ = before;
    return false;
  }

  // 03, 03:04, 03:04:05.678, 0304, 030405
  bool time() {
    if (!digits(2, hour_)) return false;
    const bool divided = take(':');
    if (!divided && (text_.empty() || text_[0] < '0' || text_[0] > '9')) return true;
    if (!digits(2, minute_)) return false;
    if (divided ? take(':') : !text_.empty() && text_[0] >= '0' && text_[0] <= '9') {
      if (!digits(2, second_)) return false;
      if (take('.') || take(',')) fraction();
    }
    return true;
  }
  void fraction() {
    int unit = 100000;
    for (; !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; text_.remove_prefix(1)) {
      micros_ += (text_[0] - '0') * unit;
      unit /= 10;
    }
  }

  bool zone() {
    if (text_.empty()) return true;
    if (take('Z') || take('z')) return true;
    if (text_ == "GMT" || text_ == "UTC") {
      text_ = {};
      return true;
    }
    const int sign = take('+') ? 1 : take('-') ? -1 : 0;
    int hours = 0;
    int minutes = 0;
    if (sign == 0 || !digits(2, hours)) return false;
    if (take(':') || !text_.empty()) {
      if (!digits(2, minutes)) return false;
    }
    offset_ = sign * (hours * 3600 + minutes * 60);
    return true;
  }

  bool is_real() const {
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year_ < 1 || month_ < 1 || month_ > 12 || day_ < 1) return false;
    const bool is_leap = year_ % 4 == 0 && (year_ % 100 != 0 || year_ % 400 == 0);
    const int last = days[month_ - 1] + (month_ == 2 && is_leap ? 1 : 0);
    return day_ <= last && hour_ < 24 && minute_ < 60 && second_ < 60;
  }

  std::string_view text_;
  int year_ = 0;
  int month_ = 0;
  int day_ = 0;
  int hour_ = 0;
  int minute_ = 0;
  int second_ = 0;
  int micros_ = 0;
  int offset_ = 0;
};

}  // namespace

std::optional<Timestamp> read_timestamp(const Document& value) {
  if (value.is(Document::Kind::integer)) return Timestamp{value.integer(), 0};
  if (value.is_number()) return of_epoch(value.real());
  if (!value.is_string()) return std::nullopt;
  const std::string text(trim(value.string()));
  if (text.empty()) return std::nullopt;
  char* end = nullptr;
  const double epoch = std::strtod(text.c_str(), &end);
  // The largest that Python takes is in the year 9999.
  constexpr double epoch_max = 253402300800;
  if (*end == '\0') {
    if (!(std::fabs(epoch) < epoch_max)) return std::nullopt;
    return of_epoch(epoch);
  }
  return DateReader(text).read();
}

std::string iso_timestamp(Timestamp time) {
  const std::time_t seconds = time.seconds;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 64> out;
  int size =
      std::snprintf(out.data(), out.size(), "%04d-%02d-%02dT%02d:%02d:%02d", parts.tm_year + 1900,
                    parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  std::string text(out.data(), static_cast<std::size_t>(size));
  if (time.micros != 0) {
    size = std::snprintf(out.data(), out.size(), ".%06d", time.micros);
    text.append(out.data(), static_cast<std::size_t>(size));
  }
  const long offset = std::labs(parts.tm_gmtoff);
  size = std::snprintf(out.data(), out.size(), "%c%02ld:%02ld", parts.tm_gmtoff < 0 ? '-' : '+',
                       offset / 3600, offset / 60 % 60);
  return text.append(out.data(), static_cast<std::size_t>(size));
}

}  // namespace levada::cli
