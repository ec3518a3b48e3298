#pragma once
// `connector = 'nexmark'`: the events of nexmark_events.h as a source: all of them in the columns
// event_type, person, auction and bid, or one kind's (nexmark.table.type) in its own columns.

#include "streaming/generator_source.h"

namespace levada::streaming {

class NexmarkConnector final : public SourceConnector {
 public:
  explicit NexmarkConnector(io::Reactor& reactor) : reactor_(reactor) {}

  std::string_view name() const override { return "nexmark"; }
  Task<query::SqlResult<Unit>> validate(const SourceDefinition& definition) override;
  std::unique_ptr<SourceReader> start(SourceDefinition definition,
                                      std::map<std::string, std::string> positions) override;
  std::unique_ptr<RowGenerator> generator(const SourceDefinition& definition) const override;

 private:
  io::Reactor& reactor_;
};

}  // namespace levada::streaming
