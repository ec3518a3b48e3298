#pragma once
// SessionTest: an engine in a simulated world, a session on it whose answers are text, and a sink
// that keeps what it got; for the tests of this folder.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/sim/sim_world.h"
#include "log/memory/memory_log.h"
#include "query/text.h"
#include "streaming/datagen_source.h"
#include "streaming/engine.h"
#include "streaming/nexmark_source.h"
#include "streaming/session.h"

namespace levada::streaming {

// What a sink was handed, with everything acknowledged when told so.
class RecordedSink final : public Sink {
 public:
  explicit RecordedSink(std::vector<std::shared_ptr<const SinkEpoch>>& epochs) : epochs_(epochs) {}
  void take(std::shared_ptr<const SinkEpoch> epoch) override {
    epochs_.push_back(std::move(epoch));
  }
  std::uint64_t backlog() const override { return 0; }
  std::uint64_t acknowledged() const override { return 0; }
  SinkStatus status() const override { return {}; }
  SqlResult<Unit> alter(const std::vector<std::pair<std::string, std::string>>&) override {
    return Unit{};
  }
  void pause(bool) override {}
  Task<Unit> stop() override { co_return Unit{}; }

 private:
  std::vector<std::shared_ptr<const SinkEpoch>>& epochs_;
};

class RecordingConnector final : public SinkConnector {
 public:
  std::string_view name() const override { return "kinesis"; }
  Task<SqlResult<Unit>> validate(const SinkDefinition&) override {
    co_return SqlResult<Unit>(Unit{});
  }
  SqlResult<Unit> check_alter(
      const SinkDefinition&,
      const std::vector<std::pair<std::string, std::string>>&) const override {
    return Unit{};
  }
  std::unique_ptr<Sink> start(SinkDefinition definition, SinkStart,
                              std::function<void()>) override {
    last = std::move(definition);
    return std::make_unique<RecordedSink>(epochs);
  }
  SinkDefinition last;
  std::vector<std::shared_ptr<const SinkEpoch>> epochs;
};

class SessionTest : public testing::Test {
 protected:
  void SetUp() override { start(); }
  void TearDown() override { stop(); }

  void start() {
    engine = std::make_unique<Engine>(
        log::Journal{world.reactor(), log, log}, world.disk(),
        EngineOptions{
            .checkpoint_path = "/sql", .cipher = cipher, .checkpoint_interval = interval});
    engine->add_connector(connector);
    engine->add_connector(nexmark);
    engine->add_connector(datagen);
    const auto opened = world.run(engine->open());
    ASSERT_TRUE(opened) << opened.error().message;
    session = std::make_unique<Session>(*engine, SessionOptions{});
  }
  void stop() {
    session.reset();
    if (engine != nullptr) {
      EXPECT_TRUE(world.run(engine->stop()));
    }
    engine.reset();
  }
  void restart() {
    stop();
    start();
  }

  // The rows of each statement, "a|b" a line, or the error as "SQLSTATE: message".
  std::string run(std::string_view text, std::vector<Value> parameters = {}) {
    const auto statements = session->parse(text);
    if (!statements) return error_text(statements.error());
    std::string out;
    for (const Statement& statement : *statements) {
      auto prepared = world.run(session->prepare(statement, {}));
      if (!prepared->has_value()) return error_text(prepared->error());
      auto cursor = world.run(session->open(**prepared, parameters));
      if (!cursor->has_value()) return error_text(cursor->error());
      auto fetched = world.run((*cursor)->fetch(0));
      if (!fetched->has_value()) return error_text(fetched->error());
      const auto& columns = (*cursor)->columns();
      std::vector<std::string> lines;
      for (const Row& row : (*fetched)->rows) {
        std::string line;
        for (std::size_t i = 0; i < columns.size(); ++i) {
          if (i > 0) line += '|';
          line += row[i].is_null() ? "NULL" : query::to_text(columns[i].type, row[i]);
        }
        lines.push_back(line);
      }
      for (const std::string& line : lines) out += line + "\n";
      tag = (*fetched)->tag;
    }
    return out;
  }
  // The same in a session of its own.
  std::string run_elsewhere(std::string_view text) {
    auto mine = std::exchange(session, std::make_unique<Session>(*engine, SessionOptions{}));
    std::string out = run(text);
    session = std::move(mine);
    return out;
  }
  // Sources and sinks go on meanwhile.
  void pass(Nanos time) { ASSERT_TRUE(world.run(io::sleep_for(world.reactor(), time))); }
  static std::string error_text(const SqlError& error) {
    return error.sqlstate + ": " + error.message;
  }

  io::SimWorld world{1};
  log::MemoryLog log{world.reactor()};
  Bytes interval = 256_MiB;
  DefinitionCipher* cipher = nullptr;
  RecordingConnector connector;
  NexmarkConnector nexmark{world.reactor()};
  DatagenConnector datagen{world.reactor()};
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Session> session;
  std::string tag;
};

}  // namespace levada::streaming
