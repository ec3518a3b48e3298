#pragma once
// The handlers of scheduled queries and account settings: each makes a command of what the tables
// let through, runs it on the reactor that owns the data and writes the answer.

#include <span>

#include "aws/call.h"
#include "base/task.h"
#include "timestream/query_scheduler.h"

namespace levada::aws::timestream_query_api {

struct ScheduledDoors {
  io::Reactor& here;
  timestream::Service& service;
  timestream::QueryScheduler& scheduler;
};

struct ScheduledRow {
  std::string_view operation;
  Task<Unit> (*handler)(ScheduledDoors& doors, Call& call);
};
std::span<const ScheduledRow> scheduled_rows();

}  // namespace levada::aws::timestream_query_api
