#pragma once
// The load scenarios of `levada bench`: what is sent, what is measured, how it is told. Each makes
// its own stream on the server and returns one line of figures.

#include <string>

#include "base/task.h"
#include "io/disk.h"
#include "load/kinesis_requests.h"
#include "load/replay.h"
#include "load/write_requests.h"

namespace levada::load {

// The doors of the one reactor that the generator runs on.
struct Doors {
  io::Reactor& reactor;
  io::Network& network;
  io::Disk& disk;
  io::Random& random;
};

struct BenchOptions {
  io::Address server{"127.0.0.1", 4567};
  SigningKeys keys;
  PutShape put;
  WriteShape write;
  std::uint32_t shards = 4;
  std::uint32_t connections = 8;
  std::uint32_t prepared = 64;  // different requests, sent round and round
  std::uint32_t consumers = 20;
  std::uint32_t fill_mebibytes = 8;  // in each shard, for those who read them back
  double seconds = 5;
  double requests_per_second = 0;  // 0: closed loop
  std::string directory = ".";     // where the bare path writes its blocks
  bool create_stream = true;
  bool encrypt = false;  // the stream that is made is encrypted
  bool tls = false;
  bool pushed_in_cbor = false;  // as the Java SDK's consumers ask for
};

using Line = std::string;

Task<Line> put_scenario(Doors doors, BenchOptions options);          // PutRecords or PutRecord
Task<Line> write_scenario(Doors doors, BenchOptions options);        // WriteRecords
Task<Line> catch_up_scenario(Doors doors, BenchOptions options);     // fill, then GetRecords
Task<Line> tail_scenario(Doors doors, BenchOptions options);         // put → polled reader
Task<Line> push_scenario(Doors doors, BenchOptions options);         // put → subscriber
Task<Line> fan_out_scenario(Doors doors, BenchOptions options);      // fill, then push to many
Task<Line> reshard_scenario(Doors doors, BenchOptions options);      // 1 → many, under a writer
Task<Line> bare_path_scenario(Doors doors, BenchOptions options);    // no server at all
Task<Line> flush_scenario(Doors doors, BenchOptions options);        // what one durable write takes
Task<Line> null_server_scenario(Doors doors, BenchOptions options);  // answers for a while
Task<Line> bare_server_scenario(Doors doors, BenchOptions options);  // stores puts for a while

}  // namespace levada::load
