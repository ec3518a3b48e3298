#include "connect/kinesis_source.h"

#include <algorithm>
#include <charconv>

#include "base/attempt.h"
#include "base/check.h"
#include "connect/sink_options.h"

namespace levada::connect {
namespace {

using namespace std::chrono_literals;
using query::SqlResult;
using streaming::SourceBatch;
using streaming::SourceDefinition;

constexpr std::uint32_t page_records_max = 10'000;
constexpr std::string_view finished = "finished";
constexpr Nanos rescan_every = 30s;
constexpr Nanos rest_pause = 100ms;
constexpr Nanos list_error_pause = 1s;
constexpr std::size_t errors_kept = 10;  // of one batch

std::string text_of(const std::vector<std::pair<std::string, std::string>>& options,
                    std::string_view name, std::vector<std::string>& used) {
  for (const auto& [key, value] : options) {
    if (key != name) continue;
    used.push_back(key);
    return value;
  }
  return {};
}

SqlResult<std::int64_t> number_of(std::string_view name, const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number < 0)
    return query::refuse(query::sqlstate::invalid_parameter_value,
                         "invalid value for `" + std::string(name) + "`: " + text);
  return number;
}

}  // namespace

SqlResult<SourceOptions> read_source_options(const SourceDefinition& definition) {
  const auto refuse = [](std::string why) {
    return query::refuse(query::sqlstate::invalid_parameter_value, std::move(why));
  };
  std::vector<std::string> used = {"connector"};
  SourceOptions options;
  options.kinesis = ATTEMPT(read_kinesis_options(definition.options, used));
  std::string mode = text_of(definition.options, "scan.startup.mode", used);
  const std::string alias = text_of(definition.options, "kinesis.scan.startup.mode", used);
  if (mode.empty()) mode = alias;
  const std::string millis = text_of(definition.options, "scan.startup.timestamp.millis", used);
  if (mode.empty() || mode == "earliest") {
    options.start.kind = IteratorStart::Kind::trim_horizon;
  } else if (mode == "latest") {
    options.start.kind = IteratorStart::Kind::latest;
  } else if (mode == "timestamp") {
    if (millis.empty()) return refuse("scan.startup.timestamp.millis is required");
    options.start.kind = IteratorStart::Kind::at_timestamp;
    options.start.timestamp =
        UnixMillis(ATTEMPT(number_of("scan.startup.timestamp.millis", millis)));
  } else {
    return refuse("invalid scan.startup.mode, accept earliest/latest/timestamp");
  }
  for (const auto& [name, value] :
       {std::pair<const char*, Nanos*>{"kinesis.reader.eof_retry_interval_ms", &options.poll},
        {"kinesis.reader.error_retry_interval_ms", &options.error_pause}}) {
    const std::string text = text_of(definition.options, name, used);
    if (!text.empty()) *value = Millis(ATTEMPT(number_of(name, text)));
  }
  std::string unknown;
  for (const auto& [key, value] : definition.options) {
    if (std::find(used.begin(), used.end(), key) != used.end()) continue;
    if (!unknown.empty()) unknown += ", ";
    unknown += '"' + key + "\": \"" + value + '"';
  }
  if (!unknown.empty()) return refuse("Unknown fields in the WITH clause: {" + unknown + "}");
  return options;
}

KinesisSource::KinesisSource(io::Reactor& reactor, std::unique_ptr<KinesisPort> port,
                             SourceOptions options, RecordDecoder decoder, Positions positions)
    : reactor_(reactor),
      port_(std::move(port)),
      options_(std::move(options)),
      decoder_(std::move(decoder)),
      news_(reactor),
      room_(reactor) {
  status_.state = "starting";
  for (auto& [id, position] : positions) shards_[id].position = std::move(position);
  gate_.spawn(run());
}

KinesisSource::~KinesisSource() = default;

void KinesisSource::stop() {
  gate_.stop();
  if (port_) port_->shutdown();
  news_.notify_all();
  room_.notify_all();
}

streaming::SourceStatus KinesisSource::status() const {
  streaming::SourceStatus status = status_;
  status.splits = readers_.size();
  for (const auto& [id, shard] : shards_)
    status.behind_millis = std::max(status.behind_millis, std::int64_t{shard.behind.count()});
  return status;
}

void KinesisSource::note_error(std::string text) { status_.last_error = std::move(text); }

bool KinesisSource::any_news() const {
  return std::any_of(shards_.begin(), shards_.end(),
                     [](const auto& entry) { return entry.second.news; });
}

bool KinesisSource::at_tip() const {
  return listed_ && !rescan_ && std::all_of(shards_.begin(), shards_.end(), [](const auto& entry) {
           const Shard& shard = entry.second;
           return !shard.news && (shard.at_tip || shard.position == finished);
         });
}

Task<SourceBatch> KinesisSource::next(std::size_t rows_max) {
  while (!gate_.stopping() && !any_news()) (void)co_await outcome(news_.wait());
  if (gate_.stopping()) {
    co_await gate_.close();
    co_return fail(ErrorKind::closed, "the source was stopped");
  }
  co_return taken(rows_max);
}

Task<std::optional<SourceBatch>> KinesisSource::rest(std::size_t rows_max) {
  if (!gate_.stopping() && !any_news() && !at_tip())
    (void)co_await outcome(news_.wait(reactor_.clock().monotonic() + rest_pause));
  if (gate_.stopping() || any_news()) {
    SourceBatch batch = co_await next(rows_max);
    co_return std::optional(std::move(batch));
  }
  if (status_.state == "failing") co_return fail(ErrorKind::unavailable, status_.last_error);
  if (at_tip()) co_return std::optional(SourceBatch());
  co_return std::optional<SourceBatch>();
}

SourceBatch KinesisSource::taken(std::size_t rows_max) {
  SourceBatch batch;
  for (auto& [id, shard] : shards_) {
    if (!shard.news || batch.rows.size() >= rows_max) continue;
    std::move(shard.rows.begin(), shard.rows.end(), std::back_inserter(batch.rows));
    shard.rows.clear();
    batch.positions[id] = shard.position;
    batch.skipped_rows += std::exchange(shard.skipped, 0);
    for (std::string& error : std::exchange(shard.errors, {}))
      batch.errors.push_back(std::move(error));
    shard.news = false;
  }
  status_.rows += batch.rows.size();
  room_.notify_all();
  return batch;
}

Task<Unit> KinesisSource::run() {
  while (!gate_.stopping()) {
    const bool wanted = std::exchange(rescan_, false);
    listed_ = false;
    const Result<Unit> found = co_await outcome(find_shards());
    if (gate_.stopping()) break;
    if (!found) {
      note_error("Kinesis error: failed to list shards: " + found.error().message);
      status_.state = "failing";
      rescan_ |= wanted;
    } else {
      listed_ = true;
      status_.state = "running";
    }
    news_.notify_all();
    const Deadline again = reactor_.clock().monotonic() + (found ? rescan_every : list_error_pause);
    while (!gate_.stopping() && !(found && rescan_)) {
      const Result<Unit> woken = co_await outcome(room_.wait(again));
      if (!woken) break;
    }
  }
  co_return Unit{};
}

// Begins what may begin: a shard whose parents, as far as they are still there, have been read.
Task<Unit> KinesisSource::find_shards() {
  const bool first = shards_.empty();
  const UnixMillis now = reactor_.clock().now();
  const std::vector<ShardInfo> listed = co_await port_->list_shards();
  std::set<std::string> present;
  for (const ShardInfo& shard : listed) present.insert(shard.id);
  if (first) {
    // Where everything begins is settled now, so that a restart before the first row begins there
    // as well.
    const bool from_the_start = options_.start.kind == IteratorStart::Kind::trim_horizon;
    const UnixMillis since =
        options_.start.kind == IteratorStart::Kind::latest ? now : options_.start.timestamp;
    for (const ShardInfo& listed_shard : listed) {
      Shard& shard = shards_[listed_shard.id];
      if (from_the_start) continue;
      shard.position = "@" + std::to_string(since.count());
      shard.news = true;
    }
    news_.notify_all();
  }
  const auto is_read = [&](const std::string& parent) {
    if (parent.empty() || !present.contains(parent)) return true;
    const auto known = shards_.find(parent);
    return known != shards_.end() && known->second.position == finished;
  };
  for (const ShardInfo& shard : listed) {
    if (readers_.contains(shard.id) || shards_[shard.id].position == finished) continue;
    if (!is_read(shard.parent) || !is_read(shard.adjacent_parent)) continue;
    readers_.insert(shard.id);
    gate_.spawn(read_shard(shard.id));
  }
  co_return Unit{};
}

Task<std::string> KinesisSource::iterator_of(std::string id) {
  const std::string position = shards_[id].position;
  IteratorStart start;
  if (position.starts_with('@')) {
    start.kind = IteratorStart::Kind::at_timestamp;
    std::int64_t millis = 0;
    std::from_chars(position.data() + 1, position.data() + position.size(), millis);
    start.timestamp = UnixMillis(millis);
  } else if (!position.empty()) {
    start.kind = IteratorStart::Kind::after_sequence_number;
    start.sequence_number = position;
  }
  std::string iterator = co_await port_->shard_iterator(id, start);
  co_return iterator;
}

Task<Unit> KinesisSource::read_shard(std::string id) {
  Shard& shard = shards_[id];  // nodes of a map stay where they are
  std::string iterator;
  while (!gate_.stopping()) {
    Result<ReadPage> page = fail(ErrorKind::expired, "no iterator yet");
    if (iterator.empty()) {
      Result<std::string> made = co_await outcome(iterator_of(id));
      if (made)
        iterator = std::move(*made);
      else
        page = unexpected<Error>(made.error());
    }
    if (!iterator.empty()) page = co_await outcome(port_->get_records(iterator, page_records_max));
    if (gate_.stopping()) break;
    if (!page) {
      if (page.error().kind == ErrorKind::not_found) {  // the shard is gone with all it had
        shard.position = finished;
        shard.news = true;
        break;
      }
      if (page.error().kind != ErrorKind::expired) note_error(page.error().message);
      iterator.clear();
      (void)co_await outcome(io::sleep_for(reactor_, options_.error_pause));
      continue;
    }
    take_page(shard, id, *page);
    const bool ended = page->next_iterator.empty();
    const bool full = page->records.size() == page_records_max;
    if (ended) {
      shard.position = finished;
      shard.news = true;
    }
    if (shard.news || shard.at_tip) news_.notify_all();
    if (ended) break;
    iterator = page->next_iterator;
    // The next page waits until this one was taken.
    while (!gate_.stopping() && shard.news) (void)co_await outcome(room_.wait());
    if (!full && !gate_.stopping()) (void)co_await outcome(io::sleep_for(reactor_, options_.poll));
  }
  readers_.erase(id);
  rescan_ = true;  // its children may begin
  news_.notify_all();
  room_.notify_all();
  co_return Unit{};
}

void KinesisSource::take_page(Shard& shard, std::string_view id, const ReadPage& page) {
  status_.state = "running";
  shard.behind = page.behind;
  shard.at_tip = page.records.size() < page_records_max && page.behind == Millis(0);
  for (const ReadRecord& record : page.records) {
    const std::size_t before = shard.rows.size();
    const auto decoded = decoder_.decode(record, id, shard.rows);
    if (!decoded) {
      shard.rows.resize(before);
      ++shard.skipped;
      ++status_.skipped_rows;
      if (shard.errors.size() < errors_kept)
        shard.errors.push_back(std::string(id) + " " + record.sequence_number + ": " +
                               decoded.error().message);
    }
    shard.position = record.sequence_number;
    shard.news = true;
  }
}

Task<SqlResult<Unit>> KinesisSourceConnector::validate(const SourceDefinition& definition) {
  using Verdict = SqlResult<Unit>;
  const auto options = read_source_options(definition);
  if (!options) co_return Verdict(tl::unexpected(options.error()));
  const auto decoder = RecordDecoder::make(definition);
  if (!decoder) co_return Verdict(tl::unexpected(decoder.error()));
  auto port = ports_.open(options->kinesis);
  if (!port)
    co_return Verdict(
        query::refuse(query::sqlstate::invalid_parameter_value, port.error().message));
  const auto shards = co_await outcome((*port)->list_shards());
  (*port)->shutdown();
  if (!shards)
    co_return Verdict(
        query::refuse(query::sqlstate::invalid_parameter_value,
                      "Kinesis error: failed to list shards: " + shards.error().message));
  co_return Verdict(Unit{});
}

std::unique_ptr<streaming::SourceReader> KinesisSourceConnector::start(
    SourceDefinition definition, std::map<std::string, std::string> positions) {
  auto options = read_source_options(definition);
  auto decoder = RecordDecoder::make(definition);
  CHECK(options && decoder, "a source's options were checked when it was made");
  auto port = ports_.open(options->kinesis);
  CHECK(port.has_value(), "a source's endpoint was checked when it was made");
  return std::make_unique<KinesisSource>(reactor_, std::move(*port), std::move(*options),
                                         std::move(*decoder), std::move(positions));
}

}  // namespace levada::connect
