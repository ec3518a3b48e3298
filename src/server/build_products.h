#pragma once
// Floors 2 and 4: the products, each put together by its own room over the journals.

#include <memory>

#include "aws/timestream_query/documents.h"
#include "base/metrics.h"
#include "kinesis/service.h"
#include "server/build_io.h"
#include "server/build_log.h"
#include "timestream/query_scheduler.h"
#include "timestream/service.h"

namespace levada::server {

class ProductFloor {
 public:
  // When this returns, every stream there is can be used, and what a restart interrupted goes on.
  static Result<std::unique_ptr<ProductFloor>> build(const Configuration& configuration,
                                                     IoFloor& ground, LogFloor& logs,
                                                     io::EventLog& log, MetricsRegistry& metrics);

  // A start that failed higher up leaves through here. What never opened is left as it was found.
  ~ProductFloor();
  ProductFloor(const ProductFloor&) = delete;
  ProductFloor& operator=(const ProductFloor&) = delete;

  kinesis::DataPlane& data(io::ReactorIndex index) { return kinesis_->data(index); }
  kinesis::ControlPlane& control(io::ReactorIndex index) { return kinesis_->control(index); }

  // From the reactor that asks: the key store has the server's own master key when it resolves.
  Task<Unit> make_own_key(io::Reactor& asking);

  timestream::Service& timestream() { return *timestream_; }
  timestream::QueryDesk& timestream_queries() { return *timestream_queries_; }
  timestream::QueryScheduler& timestream_scheduler() { return *timestream_scheduler_; }

  // Ends what runs beside requests; nothing may be asked after this.
  Result<Unit> close();

 private:
  ProductFloor(const Configuration& configuration, IoFloor& ground, LogFloor& logs,
               io::EventLog& log, MetricsRegistry& metrics);

  io::Reactors& reactors_;
  io::ReactorIndex home_;  // of the catalog
  std::unique_ptr<kinesis::Service> kinesis_;
  std::unique_ptr<timestream::Service> timestream_;
  aws::QueryDocuments timestream_documents_;
  std::unique_ptr<timestream::QueryDesk> timestream_queries_;
  std::unique_ptr<timestream::QueryScheduler> timestream_scheduler_;
  bool open_ = false, timestream_open_ = false;
};

}  // namespace levada::server
