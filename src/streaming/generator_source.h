#pragma once
// GeneratorSource: a reader whose rows are made, not fetched: at a rate, up to a count, and the
// same ones again after a restart, since row n is a function of n.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "io/reactor.h"
#include "io/signal.h"
#include "streaming/source.h"

namespace levada::streaming {

// The only split of a generator; its position is the next number.
inline constexpr std::string_view generator_split = "0";
std::uint64_t generator_position(const std::map<std::string, std::string>& positions);

struct GeneratorPace {
  std::uint64_t rows_max = ~std::uint64_t{0};  // numbers from 0 up to this
  double rows_per_second = 0;                  // 0: as fast as they are taken
};

class GeneratorSource final : public SourceReader {
 public:
  GeneratorSource(io::Reactor& reactor, std::unique_ptr<RowGenerator> generator, GeneratorPace pace,
                  const std::map<std::string, std::string>& positions);
  ~GeneratorSource() override;

  Task<SourceBatch> next(std::size_t rows_max) override;
  Task<std::optional<SourceBatch>> rest(std::size_t rows_max) override;
  SourceStatus status() const override;
  void stop() override;
  void leave_rows_out() override { makes_rows_ = false; }

 private:
  std::uint64_t due() const;  // numbers that the rate allows by now

  io::Reactor& reactor_;
  std::unique_ptr<RowGenerator> generator_;
  GeneratorPace pace_;
  std::uint64_t next_number_ = 0;
  std::uint64_t first_number_ = 0;  // of this run
  MonotonicNanos began_;
  bool stopped_ = false;
  bool makes_rows_ = true;
  SourceStatus status_;
  io::Signal stop_signal_;
};

}  // namespace levada::streaming
