#pragma once
// `connector = 'datagen'`: rows of sequences and chance, at a rate: fields.NAME.kind is sequence
// (start, end) or random (min, max; length of a varchar; max_past of a timestamp; seed). Parts of
// structures are fields.NAME.PART, elements of lists fields.NAME._ (and fields.NAME.length).

#include "streaming/generator_source.h"

namespace levada::streaming {

class DatagenConnector final : public SourceConnector {
 public:
  explicit DatagenConnector(io::Reactor& reactor) : reactor_(reactor) {}

  std::string_view name() const override { return "datagen"; }
  Task<query::SqlResult<Unit>> validate(const SourceDefinition& definition) override;
  std::unique_ptr<SourceReader> start(SourceDefinition definition,
                                      std::map<std::string, std::string> positions) override;

 private:
  io::Reactor& reactor_;
};

}  // namespace levada::streaming
