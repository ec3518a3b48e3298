#pragma once
// The bodies of WriteRecords of TSBS's cpu-only data (100 hosts, ten metrics of the processor every
// ten seconds, ten tags), as boto3 writes them, in order of time and each sent once: a point that
// is there already would cost the server nothing. For peers the same data as InfluxDB's line
// protocol.

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "io/random.h"

namespace levada::load {

struct WriteShape {
  std::string database = "bench", table = "cpu";
  std::uint32_t hosts = 100;
  double hours = 1;
  bool single = false;         // a host's ten metrics as records of their own, the rest in common
  std::uint32_t moments = 1;   // of a host that one request of single measures has, at most 10
  bool lines = false;          // line protocol, 5,000 lines a request, to /write
  bool reals = false;          // two decimals; else whole numbers
  std::uint32_t versions = 0;  // of a hundred points so many are sent again, with another value
};
inline constexpr std::uint32_t metrics_a_host = 10;

struct WriteBodies {
  std::vector<std::string> all;
  std::uint64_t points = 0;
  std::size_t lines_in_last = 0;
  std::vector<std::string> begun;  // of single measures, by host
  std::uint32_t moments_in_begun = 0;
};

// Piece after piece, so that a long time need not be in memory at once.
class WriteLoad {
 public:
  // The last moment is the last full ten seconds before `now`. `random` outlives the load.
  WriteLoad(const WriteShape& shape, UnixMillis now, io::Random& random);
  ~WriteLoad();

  // The bodies of the next `hours`; none are left: all were made.
  WriteBodies next(double hours);

 private:
  class Host;
  struct Moment;
  static void add(WriteBodies& to, const Moment& moment, const std::vector<Host>& hosts);

  const WriteShape shape_;
  io::Random& random_;
  std::vector<Host> hosts_;
  std::int64_t at_, end_;  // seconds
};

}  // namespace levada::load
