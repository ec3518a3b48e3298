#pragma once
// The handlers of Timestream Write: each makes a command of what the tables let through, runs it on
// the reactor that owns the data and writes the answer.

#include "aws/call.h"
#include "base/task.h"
#include "timestream/service.h"

namespace levada::aws::timestream_write_api {

struct Doors {
  io::Reactor& here;
  timestream::Service& service;
  std::string_view scheme;  // of this server's own address
};

using Handler = Task<Unit> (*)(Doors& doors, Call& call);

Task<Unit> handle_create_batch_load_task(Doors& doors, Call& call);
Task<Unit> handle_create_database(Doors& doors, Call& call);
Task<Unit> handle_create_table(Doors& doors, Call& call);
Task<Unit> handle_delete_database(Doors& doors, Call& call);
Task<Unit> handle_delete_table(Doors& doors, Call& call);
Task<Unit> handle_describe_batch_load_task(Doors& doors, Call& call);
Task<Unit> handle_describe_database(Doors& doors, Call& call);
Task<Unit> handle_describe_endpoints(Doors& doors, Call& call);
Task<Unit> handle_describe_table(Doors& doors, Call& call);
Task<Unit> handle_list_batch_load_tasks(Doors& doors, Call& call);
Task<Unit> handle_list_databases(Doors& doors, Call& call);
Task<Unit> handle_list_tables(Doors& doors, Call& call);
Task<Unit> handle_list_tags_for_resource(Doors& doors, Call& call);
Task<Unit> handle_resume_batch_load_task(Doors& doors, Call& call);
Task<Unit> handle_tag_resource(Doors& doors, Call& call);
Task<Unit> handle_untag_resource(Doors& doors, Call& call);
Task<Unit> handle_update_database(Doors& doors, Call& call);
Task<Unit> handle_update_table(Doors& doors, Call& call);
Task<Unit> handle_write_records(Doors& doors, Call& call);

}  // namespace levada::aws::timestream_write_api
