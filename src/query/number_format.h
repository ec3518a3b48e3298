#pragma once
// to_char and to_number of numbers: PostgreSQL's template patterns (9,999.99, FM000, RN, S9 …).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/decimal.h"
#include "query/sql_error.h"

namespace levada::query {

// A pattern, read once. The names of its parts are PostgreSQL's manual's (table 9.29).
class NumberPattern {
 public:
  // Errors: 42601 for patterns that contradict themselves.
  static SqlResult<NumberPattern> of(std::string_view text);

  std::string text_of(double value) const;
  std::string text_of(const Decimal& value) const;
  // nullopt: no number is in the text.
  std::optional<Decimal> number_in(std::string_view text) const;

 private:
  enum class Sign : unsigned char { usual, before, behind };  // S
  enum class Part : unsigned char {
    nine,
    zero,
    point,
    comma,
    currency,
    minus,
    plus,
    sign,
    ordinal,
    ordinal_upper,
    literal,
  };
  struct Piece {
    Part part;
    char character = 0;  // of a literal
  };
  class Writer;

  SqlResult<Unit> add_word(std::string_view& rest);
  SqlResult<bool> add_sign(std::string_view& rest);
  SqlResult<Unit> add_point(bool shifts);
  void add_digit(bool zero);
  // Of a size written with `behind` digits behind its point.
  std::string filled(bool negative, std::string digits, int behind) const;
  std::string scientific(double value) const;
  std::string roman(double value) const;
  std::string unknown() const;  // NaN and the infinities

  std::vector<Piece> pieces_;
  int before_ = 0, behind_ = 0;        // digits around the point
  int shift_ = 0;                      // digits behind V
  int zeros_from_ = 0, zeros_to_ = 0;  // the places whose digits are 0 rather than blank
  int sign_at_ = 0;                    // digits in front of S
  Sign sign_ = Sign::usual;
  bool has_zeros_ = false, has_point_ = false, has_shift_ = false;
  bool minus_ = false, plus_ = false, brackets_ = false;
  bool compact_ = false, roman_ = false, exponent_ = false;  // FM, RN, EEEE
};

}  // namespace levada::query
