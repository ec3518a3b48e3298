#pragma once
// KinesisSource: a stream read into a source, all shards side by side, a child only when its
// parents have been read to their end, so that a key keeps its order through reshards. Positions
// are sequence numbers; whoever starts a reader again gives the last ones back. After stop(), the
// `next` that says closed is the last word: nothing runs any more.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connect/kinesis_port.h"
#include "connect/source_decode.h"
#include "io/gate.h"
#include "io/reactor.h"
#include "io/signal.h"
#include "streaming/source.h"

namespace levada::connect {

struct SourceOptions {
  KinesisOptions kinesis;
  IteratorStart start;  // where shards begin that nothing is known of
  // At the end of a shard. Four reads a second leave one of AWS's five to others.
  Nanos poll = std::chrono::milliseconds(250);
  Nanos error_pause = std::chrono::milliseconds(200);
};
query::SqlResult<SourceOptions> read_source_options(const streaming::SourceDefinition& definition);

class KinesisSource final : public streaming::SourceReader {
 public:
  using Positions = std::map<std::string, std::string>;
  KinesisSource(io::Reactor& reactor, std::unique_ptr<KinesisPort> port, SourceOptions options,
                RecordDecoder decoder, Positions positions);
  ~KinesisSource() override;

  Task<streaming::SourceBatch> next(std::size_t rows_max) override;
  Task<std::optional<streaming::SourceBatch>> rest(std::size_t rows_max) override;
  streaming::SourceStatus status() const override;
  void stop() override;

 private:
  // What one shard has read and nobody has taken.
  struct Shard {
    std::string position;  // a sequence number, "@millis", or `finished`
    std::vector<streaming::SourceRow> rows;
    std::uint64_t skipped = 0;
    std::vector<std::string> errors;
    bool news = false;    // rows, skipped records or a new position
    bool at_tip = false;  // its last page had everything
    Millis behind{-1};
  };

  Task<Unit> run();
  Task<Unit> find_shards();
  Task<Unit> read_shard(std::string id);
  Task<std::string> iterator_of(std::string id);
  void take_page(Shard& shard, std::string_view id, const ReadPage& page);
  bool any_news() const;
  bool at_tip() const;  // nothing is left in any shard
  streaming::SourceBatch taken(std::size_t rows_max);
  void note_error(std::string text);

  io::Reactor& reactor_;
  std::unique_ptr<KinesisPort> port_;
  SourceOptions options_;
  RecordDecoder decoder_;
  std::map<std::string, Shard> shards_;  // begun ones
  std::set<std::string> readers_;        // shards with a reader under way
  streaming::SourceStatus status_;
  bool rescan_ = true;
  bool listed_ = false;  // the shards are known as of the last wish to know them
  io::Signal news_;      // something to take, or the end
  io::Signal room_;      // something was taken
  io::Gate gate_;
};

// `connector = 'kinesis'` in CREATE SOURCE and CREATE TABLE.
class KinesisSourceConnector final : public streaming::SourceConnector {
 public:
  KinesisSourceConnector(io::Reactor& reactor, KinesisPorts& ports)
      : reactor_(reactor), ports_(ports) {}

  std::string_view name() const override { return "kinesis"; }
  Task<query::SqlResult<Unit>> validate(const streaming::SourceDefinition& definition) override;
  std::unique_ptr<streaming::SourceReader> start(
      streaming::SourceDefinition definition,
      std::map<std::string, std::string> positions) override;

 private:
  io::Reactor& reactor_;
  KinesisPorts& ports_;
};

}  // namespace levada::connect
