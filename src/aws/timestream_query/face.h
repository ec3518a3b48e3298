#pragma once
// TimestreamQueryFace: Timestream Query behind the pipeline. One on each reactor. DescribeEndpoints
// and the tags, which both of Timestream's services have, are answered by TimestreamWriteFace.

#include "aws/service_face.h"
#include "aws/timestream_query/pages_ahead.h"
#include "timestream/query_desk.h"
#include "timestream/query_scheduler.h"

namespace levada::aws {

class TimestreamQueryFace : public ServiceFace {
 public:
  TimestreamQueryFace(io::Reactor& here, timestream::Service& service, timestream::QueryDesk& desk,
                      timestream::QueryScheduler& scheduler)
      : here_(here), service_(service), desk_(desk), scheduler_(scheduler), pages_ahead_(here) {}

  // Nothing is asked after this.
  Task<Unit> stop() { return pages_ahead_.stop(); }

  const Service& service() const override;
  Task<Unit> run(Call& call) override;
  std::string resource(const Caller& caller, const Input& input) const override;
  bool transports(const Operation& operation) const override { return operation.name == "Query"; }
  Fault fault_of(const Error& error) const override;

 private:
  Task<Unit> query(Call& call);
  Task<Unit> cancel(Call& call);
  Task<Unit> prepare(Call& call);

  io::Reactor& here_;
  timestream::Service& service_;
  timestream::QueryDesk& desk_;
  timestream::QueryScheduler& scheduler_;
  timestream_query_api::PagesAhead pages_ahead_;
};

}  // namespace levada::aws
