#pragma once
// KinesisFace: Kinesis Data Streams behind the pipeline. One on each reactor, over the planes of
// that reactor.

#include "aws/kinesis/fast_put.h"
#include "aws/kinesis/handlers.h"
#include "aws/service_face.h"

namespace levada::aws {

class KinesisFace : public ServiceFace {
 public:
  KinesisFace(kinesis::DataPlane& data, kinesis::ControlPlane& control);

  const Service& service() const override;
  Task<Unit> run(Call& call) override;
  std::string resource(const Caller& caller, const Input& input) const override;
  std::string policy(std::string_view resource) const override;
  bool transports(const Operation& operation) const override;
  Fault fault_of(const Error& error) const override;
  std::unique_ptr<FastCall> read_fast(const Operation& operation, Coding coding,
                                      ByteView body) override;

 private:
  kinesis_api::Planes planes_;
  kinesis_api::PutMemories memories_;
  std::vector<kinesis_api::Handler> handlers_;  // by operation; null: not supported
};

}  // namespace levada::aws
