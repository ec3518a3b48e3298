#pragma once
// TimestreamWriteFace: Timestream Write behind the pipeline. One on each reactor.

#include "aws/service_face.h"
#include "aws/timestream_write/fast_write.h"
#include "aws/timestream_write/handlers.h"

namespace levada::aws {

class TimestreamWriteFace : public ServiceFace {
 public:
  // `scheme`, "http" or "https", is that of this server's own address.
  TimestreamWriteFace(io::Reactor& here, timestream::Service& service, std::string_view scheme);

  const Service& service() const override;
  Task<Unit> run(Call& call) override;
  std::string resource(const Caller& caller, const Input& input) const override;
  bool transports(const Operation& operation) const override {
    return operation.name == "WriteRecords";
  }
  Fault fault_of(const Error& error) const override;
  std::unique_ptr<FastCall> read_fast(const Operation& operation, Coding coding,
                                      ByteView body) override;

 private:
  timestream_write_api::Doors doors_;
  timestream_write_api::WriteMemories memories_;
  std::vector<timestream_write_api::Handler> handlers_;  // by operation; null: not supported
};

}  // namespace levada::aws
