#include "query/number_format.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/ascii.h"
#include "base/attempt.h"

namespace levada::query {

namespace {

constexpr int digits_of_double = 15;  // DBL_DIG
constexpr int roman_max = 3999;
constexpr std::size_t roman_width = 15;

bool takes(std::string_view& rest, std::string_view word) {
  if (rest.size() < word.size() || !std::equal(word.begin(), word.end(), rest.begin(),
                                               [](char a, char b) { return a == to_lower(b); }))
    return false;
  rest.remove_prefix(word.size());
  return true;
}

tl::unexpected<SqlError> contradiction(std::string message) {
  return refuse(sqlstate::syntax_error, std::move(message));
}

std::string ordinal_of(std::string_view digits, bool upper) {
  const char last = digits.back();
  const bool teen = digits.size() > 1 && digits[digits.size() - 2] == '1';
  const std::string_view ending = teen || last > '3' || last == '0' ? "th"
                                  : last == '1'                     ? "st"
                                  : last == '2'                     ? "nd"
                                                                    : "rd";
  std::string out(ending);
  if (upper)
    for (char& c : out) c = static_cast<char>(c - 32);
  return out;
}

std::string printed(double value, int behind) {
  std::string out(400, '\0');
  const int size = std::snprintf(out.data(), out.size(), "%.*f", behind, value);
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

// ---- reading a pattern ----

// S and what excludes it; false: the next word is none of them.
SqlResult<bool> NumberPattern::add_sign(std::string_view& rest) {
  const bool excluded = plus_ || minus_ || brackets_;
  if (takes(rest, "mi")) {
    minus_ = true;
    pieces_.push_back({Part::minus});
  } else if (takes(rest, "pl")) {
    plus_ = true;
    pieces_.push_back({Part::plus});
  } else if (takes(rest, "sg")) {
    minus_ = plus_ = true;
    pieces_.push_back({Part::sign});
  } else if (takes(rest, "pr")) {
    if (excluded || sign_ != Sign::usual)
      return contradiction("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together");
    brackets_ = true;
    return true;
  } else if (takes(rest, "s")) {
    if (sign_ != Sign::usual) return contradiction("cannot use \"S\" twice");
    if (excluded) return contradiction("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
    sign_ = has_point_ ? Sign::behind : Sign::before;
    sign_at_ = before_;
    return true;
  } else {
    return false;
  }
  if (sign_ != Sign::usual)
    return contradiction("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\" together");
  return true;
}

void NumberPattern::add_digit(bool zero) {
  if (zero && !has_zeros_ && !has_point_) {
    has_zeros_ = true;
    zeros_from_ = before_;
  }
  if (has_shift_)
    ++shift_;
  else
    ++(has_point_ ? behind_ : before_);
  if (zero) zeros_to_ = before_ + behind_;
  pieces_.push_back({zero ? Part::zero : Part::nine});
}

SqlResult<Unit> NumberPattern::add_point(bool shifts) {
  if (has_point_ && !shifts) return contradiction("multiple decimal points");
  if (has_point_ || has_shift_) return contradiction("cannot use \"V\" and decimal point together");
  (shifts ? has_shift_ : has_point_) = true;
  if (!shifts) pieces_.push_back({Part::point});
  return Unit{};
}

SqlResult<Unit> NumberPattern::add_word(std::string_view& rest) {
  if (takes(rest, "9")) {
    if (brackets_) return contradiction("\"9\" must be ahead of \"PR\"");
    add_digit(false);
  } else if (takes(rest, "0")) {
    if (brackets_) return contradiction("\"0\" must be ahead of \"PR\"");
    add_digit(true);
  } else if (takes(rest, ".") || takes(rest, "d")) {
    return add_point(false);
  } else if (takes(rest, "v")) {
    return add_point(true);
  } else if (takes(rest, ",") || takes(rest, "g")) {
    pieces_.push_back({Part::comma});
  } else if (takes(rest, "fm")) {
    compact_ = true;
  } else if (takes(rest, "eeee")) {
    exponent_ = true;
  } else if (rest.starts_with("th")) {
    rest.remove_prefix(2);
    pieces_.push_back({Part::ordinal});
  } else if (takes(rest, "th")) {
    pieces_.push_back({Part::ordinal_upper});
  } else if (takes(rest, "rn")) {
    roman_ = true;
  } else if (takes(rest, "l")) {
    pieces_.push_back({Part::currency});
  } else if (!takes(rest, "sp") && !takes(rest, "b") && !takes(rest, "c")) {
    if (ATTEMPT(add_sign(rest))) return Unit{};
    pieces_.push_back({Part::literal, rest.front()});
    rest.remove_prefix(1);
  }
  return Unit{};
}

SqlResult<NumberPattern> NumberPattern::of(std::string_view text) {
  NumberPattern made;
  std::string_view rest = text;
  while (!rest.empty()) {
    if (made.exponent_) return contradiction("\"EEEE\" must be the last pattern used");
    if (rest.front() != '"') {
      ATTEMPT(made.add_word(rest));
      continue;
    }
    rest.remove_prefix(1);
    for (; !rest.empty() && rest.front() != '"'; rest.remove_prefix(1))
      made.pieces_.push_back({Part::literal, rest.front()});
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return made;
}

// ---- writing a number ----

// One number on its way through the pattern's places; PostgreSQL's rules, as its NUM_processor has
// them, so that blanks come where its come.
class NumberPattern::Writer {
 public:
  Writer(const NumberPattern& pattern, bool negative, std::string digits, int blanks)
      : p_(pattern), negative_(negative), digits_(std::move(digits)), blanks_(blanks) {
    sign_ = p_.sign_;
    brackets_ = p_.brackets_;
    if (p_.plus_ || p_.minus_) {
      signed_ = !(p_.plus_ && !p_.minus_);
    } else {
      if (!negative_ && p_.compact_) brackets_ = false;
      signed_ = !negative_ && p_.compact_ && sign_ == Sign::usual;
      if (sign_ == Sign::before && p_.before_ + p_.shift_ == p_.sign_at_) sign_ = Sign::behind;
    }
    count_ = p_.before_ + p_.shift_ + p_.behind_ - 1;
    if (p_.compact_ && p_.has_point_) find_last();
    if (!signed_ && blanks_ == 0) ++count_;
  }

  std::string written() {
    for (const Piece& piece : p_.pieces_) write(piece);
    return std::move(out_);
  }

 private:
  // FM leaves out zeros at the end, but not those that a 0 of the pattern asks for.
  void find_last() {
    const std::size_t point = digits_.find('.');
    if (point == std::string::npos) return;
    const std::size_t digit = digits_.find_last_not_of('0');
    last_ = static_cast<int>(std::max(point, digit));
    if (p_.zeros_to_ <= blanks_) return;
    last_ =
        std::max(*last_, std::min(static_cast<int>(digits_.size()) - 1, p_.zeros_to_ - blanks_));
  }
  bool ends_with_point() const { return last_ && digits_[static_cast<std::size_t>(*last_)] == '.'; }
  bool at_end() const { return next_ >= digits_.size(); }
  // 0.1 by 9.9 is " .1".
  bool leading_zero() const {
    return !p_.has_zeros_ && next_ == 0 && digits_.starts_with('0') && p_.behind_ != 0;
  }
  void blank() {
    if (!p_.compact_) out_ += ' ';
  }

  void write(const Piece& piece) {
    switch (piece.part) {
      case Part::nine:
      case Part::zero:
      case Part::point:
        return place(piece.part == Part::zero);
      case Part::comma:
        return began_ ? void(out_ += ',') : blank();
      case Part::currency:  // the locale C has no sign
        out_ += ' ';
        return;
      case Part::minus:
        return negative_ ? void(out_ += '-') : blank();
      case Part::plus:
        return negative_ ? blank() : void(out_ += '+');
      case Part::sign:
        out_ += negative_ ? '-' : '+';
        return;
      case Part::ordinal:
      case Part::ordinal_upper:
        if (digits_.front() != '#' && !negative_ && !p_.has_point_)
          out_ += ordinal_of(digits_, piece.part == Part::ordinal_upper);
        return;
      case Part::literal:
        out_ += piece.character;
        return;
    }
  }

  void place_sign() {
    const bool zero_here = p_.has_zeros_ && p_.zeros_from_ == place_;
    if (signed_ || (place_ < blanks_ && !zero_here) || (leading_zero() && !ends_with_point()))
      return;
    if (sign_ != Sign::usual) {
      if (sign_ != Sign::before) return;
      out_ += negative_ ? '-' : '+';
    } else if (brackets_) {
      out_ += negative_ ? '<' : ' ';
    } else if (negative_) {
      out_ += '-';
    } else {
      blank();
    }
    signed_ = true;
  }

  void place(bool zero) {
    place_sign();
    began_ = false;
    const bool zeros_here = p_.has_zeros_ && p_.zeros_from_ <= place_;
    if (place_ < blanks_ && !zeros_here) {
      blank();
    } else if (place_ < blanks_) {
      out_ += '0';
      began_ = true;
    } else {
      digit(zero);
    }
    int end = count_ + (blanks_ > 0 ? 1 : 0) + (p_.has_point_ ? 1 : 0);
    if (last_ && static_cast<std::size_t>(*last_) == next_) end = place_;
    if (place_ + 1 == end) {
      if (signed_ && brackets_)
        out_ += negative_ ? '>' : ' ';
      else if (sign_ == Sign::behind)
        out_ += negative_ ? '-' : '+';
    }
    ++place_;
  }

  void digit(bool zero) {
    if (at_end()) return;
    const char c = digits_[next_];
    if (c == '.') {
      if (!ends_with_point() || p_.compact_) out_ += '.';
    } else if (last_ && static_cast<int>(next_) > *last_ && !zero) {
      // left out
    } else if (leading_zero()) {
      blank();
      if (p_.compact_ && ends_with_point()) out_ += '0';
    } else {
      out_ += c;
      began_ = true;
    }
    ++next_;
  }

  const NumberPattern& p_;
  bool negative_;
  std::string digits_;
  int blanks_;  // places in front of the first digit
  Sign sign_;
  bool brackets_;
  bool signed_ = false;      // the sign stands already, or stands elsewhere
  bool began_ = false;       // the last place was a digit
  int count_ = 0;            // places
  int place_ = 0;            // the current one
  std::size_t next_ = 0;     // the next of digits_
  std::optional<int> last_;  // of digits_, the last that means something
  std::string out_;
};

std::string NumberPattern::filled(bool negative, std::string digits, int behind) const {
  const int places = before_ + shift_;
  const int point = static_cast<int>(std::min(digits.find('.'), digits.size()));
  if (point > places) {  // does not fit
    digits.assign(static_cast<std::size_t>(places + 1 + behind), '#');
    digits[static_cast<std::size_t>(places)] = '.';
    return Writer(*this, negative, std::move(digits), 0).written();
  }
  return Writer(*this, negative, std::move(digits), places - point).written();
}

std::string NumberPattern::scientific(double value) const {
  char text[64];
  std::snprintf(text, sizeof text, "%+.*e", std::min(behind_, digits_of_double), value);
  if (text[0] == '+') text[0] = ' ';
  return text;
}

std::string NumberPattern::roman(double value) const {
  constexpr std::pair<int, std::string_view> letters[] = {
      {1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
      {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
  const double whole = std::nearbyint(value);
  if (!(whole >= 1 && whole <= roman_max)) return std::string(roman_width, '#');
  std::string out;
  int rest = static_cast<int>(whole);
  for (const auto& [size, text] : letters)
    for (; rest >= size; rest -= size) out += text;
  if (!compact_) out.insert(0, roman_width - out.size(), ' ');
  return out;
}

std::string NumberPattern::unknown() const {
  std::string digits(static_cast<std::size_t>(before_ + shift_ + 1 + behind_), '#');
  digits[static_cast<std::size_t>(before_ + shift_)] = '.';
  return Writer(*this, false, std::move(digits), 0).written();
}

std::string NumberPattern::text_of(double value) const {
  if (roman_) return roman(value);
  if (!std::isfinite(value)) return unknown();
  if (exponent_) return scientific(value);
  const double size = std::fabs(value) * std::pow(10, shift_);
  const int before = static_cast<int>(printed(size, 0).size());
  const int behind = std::clamp(digits_of_double - before, 0, behind_);
  return filled(std::signbit(value), printed(size, behind), behind);
}

std::string NumberPattern::text_of(const Decimal& value) const {
  if (roman_) return roman(value.to_double());
  if (value.is_special()) return unknown();
  if (exponent_) return scientific(value.to_double());
  auto size = std::optional(value.is_negative() ? negate(value) : value);
  for (int i = 0; i < shift_ && size; ++i) size = multiply(*size, Decimal::of(10));
  if (size) size = round(*size, behind_);
  if (!size) return unknown();
  std::string digits;
  size->append_text(digits);
  const std::size_t point = digits.find('.');
  const std::size_t there = point == std::string::npos ? 0 : digits.size() - point - 1;
  if (point == std::string::npos && behind_ > 0) digits += '.';
  digits.append(static_cast<std::size_t>(behind_) - std::min<std::size_t>(there, behind_), '0');
  const bool negative = value.is_negative() && digits.find_first_not_of("0.") != std::string::npos;
  return filled(negative, std::move(digits), behind_);
}

// ---- reading a number ----

std::optional<Decimal> NumberPattern::number_in(std::string_view text) const {
  std::string digits;
  bool negative = false, point = false;
  int behind = 0;
  for (const char c : text) {
    if (c == '-' || c == '<') {
      negative = true;
    } else if (c >= '0' && c <= '9') {
      if (point && behind++ >= behind_) continue;
      digits += c;
    } else if (c == '.' && has_point_ && !point) {
      point = true;
      digits += digits.empty() ? "0." : ".";
    }
  }
  if (digits.empty()) return std::nullopt;
  auto value = Decimal::parse(digits);
  for (int i = 0; i < shift_ && value; ++i) value = divide(*value, Decimal::of(10));
  if (value && negative) value = negate(*value);
  return value;
}

}  // namespace levada::query
