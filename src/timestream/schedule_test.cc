#include "timestream/schedule.h"

#include <gtest/gtest.h>

#include "timestream/sql/calendar.h"

namespace levada::timestream {
namespace {

UnixMillis at(std::string_view text) {
  return UnixMillis(*sql::parse_timestamp(text) / sql::millisecond);
}
std::string text(std::optional<UnixMillis> time) {
  return time ? sql::timestamp_text(time->count() * sql::millisecond).substr(0, 16) : "never";
}

struct Case {
  std::string_view expression, after, next;
};

// Computed by hand from a calendar: 2024-02-01 was a Thursday, and 2024 a leap year.
TEST(Schedule, runs_when_the_expression_says) {
  const Case cases[] = {
      {"rate(5 minutes)", "2024-02-01 10:07:30", "2024-02-01 10:10"},
      {"rate(1 minute)", "2024-02-01 10:07", "2024-02-01 10:08"},
      {"rate(2 hours)", "2024-02-01 10:07", "2024-02-01 12:00"},
      {"rate(1 day)", "2024-02-01 00:00", "2024-02-02 00:00"},
      {"cron(0/15 * * * ? *)", "2024-02-01 10:14:59", "2024-02-01 10:15"},
      {"cron(0 10 * * ? *)", "2024-02-01 10:00", "2024-02-02 10:00"},
      {"cron(15 12 ? * MON-FRI *)", "2024-02-02 12:15", "2024-02-05 12:15"},
      {"cron(0 18 ? * 2-6 *)", "2024-02-03 00:00", "2024-02-05 18:00"},
      {"cron(0 8 1 * ? *)", "2024-02-01 08:00", "2024-03-01 08:00"},
      {"cron(0 0 L * ? *)", "2024-02-10 00:00", "2024-02-29 00:00"},
      {"cron(0 0 LW 3 ? *)", "2024-02-10 00:00", "2024-03-29 00:00"},
      {"cron(0 0 3W 2 ? 2024)", "2024-01-10 00:00", "2024-02-02 00:00"},
      {"cron(0 0 ? * 5#2 *)", "2024-02-01 00:00", "2024-02-08 00:00"},
      {"cron(0 0 ? * 6L *)", "2024-02-01 00:00", "2024-02-23 00:00"},
      {"cron(0 0 29 2 ? *)", "2024-03-01 00:00", "2028-02-29 00:00"},
      {"cron(0 0 1 1 ? 2020-2023)", "2024-01-01 00:00", "never"},
      {"cron(10,40 8-9 ? JAN,FEB * *)", "2024-02-01 09:10", "2024-02-01 09:40"},
  };
  for (const Case& one : cases) {
    const Result<Schedule> schedule = Schedule::parse(one.expression);
    ASSERT_TRUE(schedule) << one.expression;
    const auto next = schedule->next(at(one.after), at("2024-01-01"));
    EXPECT_EQ(text(next), one.next) << one.expression;
  }
}

TEST(Schedule, refuses_what_is_no_expression) {
  for (const std::string_view expression :
       {"", "rate(5)", "rate(0 minutes)", "rate(5 weeks)", "rate(1 minute", "every(1 minute)",
        "cron(* * * * *)", "cron(* * * * * *)", "cron(60 * * * ? *)", "cron(0 0 32 * ? *)",
        "cron(0 0 ? * 8 *)", "cron(0 0 ? * MON#6 *)", "cron(5-1 * * * ? *)", "cron(0 24 * * ? *)"})
    EXPECT_FALSE(Schedule::parse(expression)) << expression;
}

}  // namespace
}  // namespace levada::timestream
