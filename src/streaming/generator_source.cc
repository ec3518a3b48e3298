#include "streaming/generator_source.h"

#include <algorithm>
#include <charconv>

namespace levada::streaming {
namespace {

constexpr Nanos pause_least = std::chrono::milliseconds(1);

}  // namespace

std::uint64_t generator_position(const std::map<std::string, std::string>& positions) {
  std::uint64_t number = 0;
  if (const auto known = positions.find(std::string(generator_split)); known != positions.end())
    std::from_chars(known->second.data(), known->second.data() + known->second.size(), number);
  return number;
}

GeneratorSource::GeneratorSource(io::Reactor& reactor, std::unique_ptr<RowGenerator> generator,
                                 GeneratorPace pace,
                                 const std::map<std::string, std::string>& positions)
    : reactor_(reactor),
      generator_(std::move(generator)),
      pace_(pace),
      began_(reactor.clock().monotonic()),
      stop_signal_(reactor) {
  first_number_ = next_number_ = generator_position(positions);
  status_.state = "running";
  status_.splits = 1;
}

GeneratorSource::~GeneratorSource() = default;

std::uint64_t GeneratorSource::due() const {
  if (pace_.rows_per_second <= 0) return pace_.rows_max;
  const double seconds =
      std::chrono::duration<double>(reactor_.clock().monotonic() - began_).count();
  return std::min(pace_.rows_max,
                  first_number_ + static_cast<std::uint64_t>(seconds * pace_.rows_per_second));
}

Task<SourceBatch> GeneratorSource::next(std::size_t rows_max) {
  co_await io::yield(reactor_);
  while (!stopped_ && next_number_ >= due()) {
    const bool ended = next_number_ >= pace_.rows_max;
    if (ended) status_.state = "finished";
    const Deadline again = ended ? no_deadline : reactor_.clock().monotonic() + pause_least;
    (void)co_await outcome(stop_signal_.wait(again));
  }
  if (stopped_) co_return fail(ErrorKind::closed, "the source was stopped");
  const std::uint64_t end = due();
  SourceBatch batch;
  if (!makes_rows_) next_number_ += std::min<std::uint64_t>(end - next_number_, rows_max);
  for (; makes_rows_ && next_number_ < end && batch.rows.size() < rows_max; ++next_number_)
    if (const auto data = generator_->make(next_number_); !data.empty())
      batch.rows.push_back({query::Row::of(data)});
  batch.positions[std::string(generator_split)] = std::to_string(next_number_);
  status_.rows += batch.rows.size();
  co_return batch;
}

Task<std::optional<SourceBatch>> GeneratorSource::rest(std::size_t rows_max) {
  if (pace_.rows_max == ~std::uint64_t{0})
    co_return fail(ErrorKind::invalid, "a generator without a last row cannot be read to its end");
  if (next_number_ >= pace_.rows_max) co_return std::optional(SourceBatch());
  SourceBatch batch = co_await next(rows_max);
  co_return std::optional(std::move(batch));
}

SourceStatus GeneratorSource::status() const { return status_; }

void GeneratorSource::stop() {
  stopped_ = true;
  stop_signal_.notify_all();
}

}  // namespace levada::streaming
