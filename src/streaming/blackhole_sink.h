#pragma once
// connector = 'blackhole': takes every change and keeps none. For measuring, and for trying out
// what a sink would see; its status counts.

#include "streaming/sink.h"

namespace levada::streaming {

class BlackholeConnector final : public SinkConnector {
 public:
  std::string_view name() const override { return "blackhole"; }
  Task<query::SqlResult<Unit>> validate(const SinkDefinition& definition) override;
  query::SqlResult<Unit> check_alter(
      const SinkDefinition&,
      const std::vector<std::pair<std::string, std::string>>&) const override {
    return Unit{};
  }
  std::unique_ptr<Sink> start(SinkDefinition definition, SinkStart where,
                              std::function<void()> progressed) override;
};

}  // namespace levada::streaming
