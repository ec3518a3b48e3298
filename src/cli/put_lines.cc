#include "cli/put_lines.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <thread>
#include <vector>

#include "cli/api_client.h"
#include "cli/exit_code.h"
#include "cli/extra_arguments.h"
#include "cli/output_stream.h"
#include "cli/partition_key_source.h"
#include "cli/progress_bar.h"
#include "cli/record_batch.h"

namespace levada::cli {

namespace {

// Enough that the service always has requests to work on, a flush of its journal among them, while
// the next are put together; with batches this small they take no more memory than 12 large ones.
constexpr std::size_t lane_count = 24;
constexpr int attempts_max = 8;
constexpr std::chrono::milliseconds first_pause{100};
constexpr std::size_t record_bytes_max = 10 << 20;  // API_PutRecords: data and key

// What all lanes count together.
struct Progress {
  explicit Progress(std::uint64_t bytes_total) : bar(bytes_total) {}

  ProgressBar bar;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  // of the file
};

// One connection with one request under way, and the next one growing beside it.
class Lane {
 public:
  Lane(ApiClient client, const aws::Operation& operation, const Document& stream)
      : client_(std::move(client)), operation_(operation), growing_(stream), sent_(stream) {}

  bool has_room_for(std::size_t bytes) const { return growing_.has_room_for(bytes); }
  void add(std::string_view line, std::string_view key) { growing_.add(line, key); }

  // Waits for the request under way, then sends the one that grew.
  Result<Unit> launch(Progress& progress) {
    TRY(settle(progress));
    if (growing_.is_empty()) return Unit{};
    std::swap(growing_, sent_);
    growing_.clear();
    return send();
  }

  // Ends when every record of the request under way is taken.
  Result<Unit> settle(Progress& progress) {
    std::chrono::milliseconds pause = first_pause;
    for (int attempt = 1; !sent_.is_empty(); ++attempt) {
      const std::string answer = TRY(client_.finish());
      const RecordBatch::Verdict verdict = TRY(sent_.keep_refused(answer));
      progress.records += verdict.taken;
      progress.bar.show(progress.records, progress.bytes);
      if (sent_.is_empty()) break;
      if (attempt == attempts_max)
        return fail_as(ExitCode::refused, std::to_string(sent_.records()) +
                                              " records were refused " + std::to_string(attempt) +
                                              " times: " + verdict.refusal);
      std::this_thread::sleep_for(pause);
      pause *= 2;
      TRY(send());
    }
    return Unit{};
  }

 private:
  Result<Unit> send() {
    return client_.begin({operation_, RecordBatch::content_type, sent_.close()});
  }

  ApiClient client_;
  const aws::Operation& operation_;
  RecordBatch growing_;
  RecordBatch sent_;  // empty: nothing is under way
};

class LinePut {
 public:
  LinePut(std::vector<Lane> lanes, PartitionKeySource keys, std::uint64_t bytes_total)
      : lanes_(std::move(lanes)), keys_(std::move(keys)), progress_(bytes_total) {}

  Result<Unit> add(std::string_view line) {
    ++lines_;
    const Result<std::string_view> key = keys_.key(line);
    if (!key) return in_line(key.error().message);
    const std::size_t size = line.size() + key->size();
    if (size > record_bytes_max) return in_line("a record has 10 MiB at most");
    Lane* lane = &lane_of(*key);
    if (!lane->has_room_for(size)) {
      TRY(lane->launch(progress_));
      if (keys_.is_random()) lane = &next_lane();
    }
    lane->add(line, *key);
    progress_.bytes += line.size() + 1;
    return Unit{};
  }

  Result<Unit> end() {
    for (Lane& lane : lanes_) TRY(lane.launch(progress_));
    for (Lane& lane : lanes_) TRY(lane.settle(progress_));
    return Unit{};
  }

  std::uint64_t records() const { return progress_.records; }

 private:
  unexpected<Error> in_line(const std::string& message) const {
    return usage_error("line " + std::to_string(lines_) + ": " + message);
  }

  Lane& lane_of(std::string_view key) {
    if (keys_.is_random()) return lanes_[turn_];
    return lanes_[std::hash<std::string_view>{}(key) % lanes_.size()];
  }
  Lane& next_lane() {
    turn_ = (turn_ + 1) % lanes_.size();
    return lanes_[turn_];
  }

  std::vector<Lane> lanes_;
  PartitionKeySource keys_;
  Progress progress_;
  std::uint64_t lines_ = 0;
  std::size_t turn_ = 0;
};

Result<std::vector<Lane>> open_lanes(const aws::Service& service, const Session& session,
                                     const GlobalOptions& globals, const Document& stream) {
  const aws::Operation& operation = *find_operation(service, "PutRecords");
  std::vector<Lane> lanes;
  ApiClient first = TRY(ApiClient::make(service, session, globals));
  for (std::size_t i = 1; i < lane_count; ++i) {
    ApiClient client = TRY(first.another());
    lanes.emplace_back(std::move(client), operation, stream);
  }
  lanes.emplace_back(std::move(first), operation, stream);
  return lanes;
}

}  // namespace

bool is_put_from_file(const aws::Operation& operation, std::span<const std::string> arguments) {
  return operation.name == "PutRecords" &&
         std::ranges::any_of(arguments, [](const std::string& argument) {
           return argument == "--from-file" || argument.starts_with("--from-file=");
         });
}

Result<Unit> put_from_file(const aws::Service& service, std::span<const std::string> arguments,
                           GlobalOptions& globals) {
  const Option options[] = {text_option("--stream-name", "stream_name"),
                            text_option("--stream-arn", "stream_arn"),
                            text_option("--from-file", "from_file", true),
                            text_option("--partition-key-from", "partition_key_from")};
  const ParsedArguments parsed = TRY(parse_only(arguments, options, {}));
  const Document stream = TRY(stream_parameters(parsed));
  const std::string* const key_text = parsed.value("partition_key_from");
  PartitionKeySource keys =
      TRY(PartitionKeySource::parse(key_text == nullptr ? "random" : *key_text));

  const std::string& path = *parsed.value("from_file");
  std::ifstream file;
  std::uint64_t size = 0;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return usage_error("Unable to load paramfile " + path + ": it cannot be opened");
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) size = static_cast<std::uint64_t>(status.st_size);
  } else {
    std::ios::sync_with_stdio(false);  // or every character of a line is asked for by itself
  }
  std::istream& input = path == "-" ? std::cin : file;
  const Session session = TRY(Session::open(globals));
  std::vector<Lane> lanes = TRY(open_lanes(service, session, globals, stream));
  LinePut put(std::move(lanes), std::move(keys), size);
  for (std::string line; std::getline(input, line);) TRY(put.add(line));
  TRY(put.end());
  print_to_stdout(std::to_string(put.records()) + " records\n");
  return Unit{};
}

}  // namespace levada::cli
