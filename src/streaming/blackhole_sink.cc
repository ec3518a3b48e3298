#include "streaming/blackhole_sink.h"

namespace levada::streaming {

namespace {

class BlackholeSink final : public Sink {
 public:
  explicit BlackholeSink(std::uint64_t acknowledged) {
    status_.state = "running";
    status_.acknowledged_epoch = acknowledged;
  }
  void take(std::shared_ptr<const SinkEpoch> epoch) override {
    status_.acknowledged_epoch = epoch->epoch;
    status_.sent_records += epoch->changes.size();
    ++status_.calls;
  }
  std::uint64_t backlog() const override { return 0; }
  bool is_done_at_once() const override { return true; }
  std::uint64_t acknowledged() const override { return status_.acknowledged_epoch; }
  SinkStatus status() const override { return status_; }
  query::SqlResult<Unit> alter(const std::vector<std::pair<std::string, std::string>>&) override {
    return Unit{};
  }
  void pause(bool paused) override { status_.state = paused ? "paused" : "running"; }
  Task<Unit> stop() override { co_return Unit{}; }

 private:
  SinkStatus status_;
};

}  // namespace

Task<query::SqlResult<Unit>> BlackholeConnector::validate(const SinkDefinition&) {
  co_return query::SqlResult<Unit>(Unit{});
}

std::unique_ptr<Sink> BlackholeConnector::start(SinkDefinition, SinkStart where,
                                                std::function<void()>) {
  return std::make_unique<BlackholeSink>(where.acknowledged);
}

}  // namespace levada::streaming
