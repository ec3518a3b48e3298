// Programs that are compiled together give what each gives alone, row by row.

#include <gtest/gtest.h>

#include "query/evaluation.h"
#include "query/test_expressions.h"

namespace levada::query {
namespace {

using enum TypeKind;

ExpressionRef text_column(std::size_t index) { return column(index, varchar); }
ExpressionRef text(std::string_view value) { return constant(varchar, Datum::of(value)); }
ExpressionRef whole_number(std::int64_t value) { return constant(int4, Datum::of(value)); }

class Programs : public ::testing::Test {
 protected:
  // Both ways, over rows of two columns; the evaluation is reset behind each row.
  void compare_both(const std::vector<ExpressionRef>& expressions,
                    const std::vector<std::vector<Datum>>& rows, Evaluation::Mode mode) {
    const std::vector<Program> together = compiled_together(expressions);
    std::vector<Program> alone;
    for (const ExpressionRef& expression : expressions) alone.emplace_back(expression);
    Evaluation one(facts_, mode), other(facts_, mode);
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < expressions.size(); ++i) {
        const Datum a = together[i].evaluate(one, row.data());
        const Datum b = alone[i].evaluate(other, row.data());
        EXPECT_TRUE(same_bytes(a, b)) << query::text(*expressions[i]);
      }
      EXPECT_EQ(one.failed(), other.failed());
      EXPECT_EQ(one.suppressed_errors(), other.suppressed_errors());
      one.clear_error();
      other.clear_error();
      one.reset();
      other.reset();
    }
  }

  SessionFacts facts_;
};

TEST_F(Programs, parts_of_one_text_are_those_of_split_part) {
  const auto part = [](std::string_view between, std::int64_t number_of) {
    return apply("split_part", {text_column(0), text(between), whole_number(number_of)});
  };
  const std::vector<ExpressionRef> parts = {part("/", 4),  part("/", 2),  part("/", 6),
                                            part("/", 1),  part("/", 4),  part("ab", 2),
                                            part("ab", 1), part("/", -1), part("", 1)};
  compare_both(parts,
               {{Datum::of("https://a.b/c/d/e?f"), Datum()},
                {Datum::of(""), Datum()},
                {Datum::null(), Datum()},
                {Datum::of("////"), Datum()},
                {Datum::of("xababy/abab"), Datum()},
                {Datum::of("https://a.b/c/d/e?f"), Datum()}},
               Evaluation::Mode::strict);
}

TEST_F(Programs, what_several_compute_is_told_anew_for_each_row) {
  const ExpressionRef match = apply("regexp_match", {text_column(0), text("(a+)(b*)")});
  const ExpressionRef first = apply("element", {match, whole_number(1)});
  const ExpressionRef second = apply("element", {match, whole_number(2)});
  const ExpressionRef lower = apply("lower", {text_column(1)});
  compare_both({first, second, apply("||", {first, second}), first, lower,
                expression(ExpressionKind::choose, varchar,
                           {apply("=", {lower, text("x")}), second, apply("=", {lower, text("y")}),
                            first, lower})},
               {{Datum::of("aabbb"), Datum::of("X")},
                {Datum::of("zab"), Datum::of("Y")},
                {Datum::of("none"), Datum::of("Y")},
                {Datum::null(), Datum::of("x")},
                {Datum::of("a"), Datum::null()}},
               Evaluation::Mode::lenient);
}

TEST_F(Programs, what_fails_fails_in_each_that_computes_it) {
  const ExpressionRef failing = apply("split_part", {text_column(0), text("/"), whole_number(0)});
  const ExpressionRef pattern = apply("regexp_match", {text_column(0), text_column(1)});
  compare_both(
      {failing, apply("||", {failing, text("x")}), failing,
       apply("element", {pattern, whole_number(1)}), apply("element", {pattern, whole_number(1)})},
      {{Datum::of("a/b"), Datum::of("(")}, {Datum::of("a/b"), Datum::of("a")}},
      Evaluation::Mode::lenient);
}

TEST_F(Programs, what_cannot_fail_is_asked_before_a_regular_expression) {
  const ExpressionRef broken = apply("regexp_like", {text_column(0), text("(")});
  const ExpressionRef equal = apply("=", {apply("lower", {text_column(1)}), text("x")});
  const ExpressionRef guarded = apply("=", {cast(text_column(0), int4, true), whole_number(1)});
  const auto answer = [&](ExpressionKind kind, std::vector<ExpressionRef> parts, Datum left,
                          Datum right) {
    const Datum row[] = {left, right};
    Evaluation evaluation(facts_);
    const Datum result =
        Program(expression(kind, boolean, std::move(parts))).evaluate(evaluation, row);
    return evaluation.failed() ? "fails" : result.is_null() ? "null" : result.boolean() ? "t" : "f";
  };
  using enum ExpressionKind;
  EXPECT_STREQ(answer(any, {broken, equal}, Datum::of("a"), Datum::of("X")), "t");
  EXPECT_STREQ(answer(any, {broken, equal}, Datum::of("a"), Datum::of("y")), "fails");
  EXPECT_STREQ(answer(all, {broken, equal}, Datum::of("a"), Datum::of("y")), "f");
  // One condition may guard the next: the order stays.
  const ExpressionRef digits = apply("regexp_like", {text_column(0), text("^[0-9]+$")});
  EXPECT_STREQ(answer(all, {digits, guarded}, Datum::of("a"), Datum::of("y")), "f");
  EXPECT_STREQ(answer(all, {guarded, digits}, Datum::of("a"), Datum::of("y")), "fails");
}

}  // namespace
}  // namespace levada::query
