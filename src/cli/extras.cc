#include "cli/extras.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "cli/api_client.h"
#include "cli/argument_parser.h"
#include "cli/exit_code.h"
#include "cli/json_text.h"
#include "cli/output_stream.h"
#include "cli/progress_bar.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

// API_PutRecords: 500 records and 10 MiB with their keys; a mebibyte stays for the keys.
constexpr std::size_t batch_records_max = 500;
constexpr std::size_t batch_bytes_max = 9 << 20;
constexpr int batch_attempts_max = 8;
constexpr std::chrono::milliseconds first_pause{100};

Option text_option(std::string name, std::string destination, bool required = false) {
  return {.name = std::move(name), .destination = std::move(destination), .required = required};
}

Result<ParsedArguments> parse_only(std::span<const std::string> arguments,
                                   std::span<const Option> options,
                                   std::span<const Positional> positionals) {
  ParsedArguments parsed = TRY(parse_arguments(arguments, options, positionals));
  if (!parsed.rest.empty())
    return usage_error("usage: " + usage_text() + "\nUnknown options: " + join(parsed.rest, ", ") +
                       '\n');
  return parsed;
}

Result<Document> stream_parameters(const ParsedArguments& parsed) {
  Document parameters = Document::of_object({});
  if (const std::string* const name = parsed.value("stream_name"))
    parameters.set("StreamName", Document::of_string(*name));
  if (const std::string* const arn = parsed.value("stream_arn"))
    parameters.set("StreamARN", Document::of_string(*arn));
  if (parameters.members().empty())
    return usage_error("one of --stream-name and --stream-arn is needed");
  return parameters;
}

// ---- put-records --from-file ----

// Where the partition key of a line comes from.
class KeySource {
 public:
  static Result<KeySource> of(const std::string& text) {
    KeySource source;
    if (text == "random") return source;
    if (text == "line") {
      source.kind_ = Kind::line;
      return source;
    }
    if (text.starts_with("column:")) {
      source.kind_ = Kind::column;
      const std::string digits = text.substr(7);
      if (!digits.empty() && digits.size() < 5 &&
          digits.find_first_not_of("0123456789") == std::string::npos)
        source.column_ = std::stoul(digits);
      if (source.column_ > 0) return source;
    }
    if (text.starts_with("json:")) {
      source.kind_ = Kind::json;
      source.path_ = TRY(Jmespath::compile(text.substr(5)));
      return source;
    }
    return usage_error("--partition-key-from is random, line, column:N or json:PATH, not \"" +
                       text + '"');
  }

  Result<std::string> key(std::string_view line) {
    switch (kind_) {
      case Kind::random:
        return std::to_string(dice_());
      case Kind::line:
        return std::string(line.substr(0, 256));
      case Kind::column: {
        for (std::size_t i = 1; i < column_ && !line.empty(); ++i) {
          const std::size_t end = line.find_first_of("\t,");
          line = end == line.npos ? std::string_view() : line.substr(end + 1);
        }
        return std::string(line.substr(0, line.find_first_of("\t,")));
      }
      case Kind::json:
        break;
    }
    const Document value = TRY(read_json(line));
    return python_text(TRY(path_->search(value)));
  }

 private:
  enum class Kind { random, line, column, json };
  Kind kind_ = Kind::random;
  std::size_t column_ = 0;
  std::optional<Jmespath> path_;
  std::mt19937_64 dice_{std::random_device{}()};
};

class FilePut {
 public:
  FilePut(ApiClient& client, const aws::Operation& operation, Document stream,
          std::uint64_t bytes_total)
      : client_(client),
        operation_(operation),
        stream_(std::move(stream)),
        progress_(bytes_total) {}

  Result<Unit> add(std::string_view line, std::string key) {
    if (batch_.size() == batch_records_max ||
        batch_bytes_ + line.size() + key.size() > batch_bytes_max)
      TRY(flush());
    batch_bytes_ += line.size() + key.size();
    bytes_ += line.size() + 1;
    Document record = Document::of_object({});
    record.set("Data", Document::of_bytes(std::string(line)));
    record.set("PartitionKey", Document::of_string(std::move(key)));
    batch_.push_back(std::move(record));
    return Unit{};
  }

  // Sends what is there; records that were refused for a while are sent again, in their order.
  Result<Unit> flush() {
    std::chrono::milliseconds pause = first_pause;
    for (int attempt = 1; !batch_.empty(); ++attempt) {
      Document parameters = stream_;
      parameters.set("Records", Document::of_array(batch_));
      const Document answer = TRY(client_.ask(operation_, std::move(parameters)));
      const Document* const outcomes = answer.find("Records");
      if (outcomes == nullptr || !outcomes->is_array() || outcomes->items().size() != batch_.size())
        return fail_as(ExitCode::general, "the answer does not tell of every record");
      Document::Array again;
      std::string why;
      for (std::size_t i = 0; i < batch_.size(); ++i) {
        const Document* const code = outcomes->items()[i].find("ErrorCode");
        if (code == nullptr) {
          ++records_;
          continue;
        }
        const Document* const message = outcomes->items()[i].find("ErrorMessage");
        why = python_text(*code) + ": " + (message == nullptr ? "" : python_text(*message));
        again.push_back(std::move(batch_[i]));
      }
      batch_ = std::move(again);
      progress_.show(records_, bytes_);
      if (batch_.empty()) break;
      if (attempt == batch_attempts_max)
        return fail_as(ExitCode::refused, std::to_string(batch_.size()) + " records were refused " +
                                              std::to_string(attempt) + " times: " + why);
      std::this_thread::sleep_for(pause);
      pause *= 2;
    }
    batch_bytes_ = 0;
    return Unit{};
  }

  std::uint64_t records() const { return records_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  ApiClient& client_;
  const aws::Operation& operation_;
  Document stream_;
  ProgressBar progress_;
  Document::Array batch_;
  std::size_t batch_bytes_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
};

// ---- tail ----

struct ShardCursor {
  std::string shard;
  std::string iterator;
};

Result<std::vector<ShardCursor>> open_shards(const aws::Service& service, ApiClient& client,
                                             const Document& stream, const std::string& from) {
  const Document shards = TRY(client.ask(*find_operation(service, "ListShards"), stream));
  std::vector<ShardCursor> cursors;
  const Document ids = search_path(shards, "Shards[].ShardId");
  for (const Document& id : ids.is_array() ? ids.items() : Document::Array{}) {
    Document parameters = stream;
    parameters.set("ShardId", id);
    parameters.set("ShardIteratorType", Document::of_string(from));
    const Document answer =
        TRY(client.ask(*find_operation(service, "GetShardIterator"), std::move(parameters)));
    cursors.push_back({python_text(id), python_text(search_path(answer, "ShardIterator"))});
  }
  return cursors;
}

void print_record(const Document& record, bool with_keys) {
  const Document* const data = record.find("Data");
  const Document* const key = record.find("PartitionKey");
  std::string line = with_keys && key != nullptr ? python_text(*key) + '\t' : "";
  if (data != nullptr && data->is_string()) line += lenient_base64(data->string()).value_or("");
  print_to_stdout(line + '\n');
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
  Document stream = TRY(stream_parameters(parsed));
  const std::string* const key_text = parsed.value("partition_key_from");
  KeySource keys = TRY(KeySource::of(key_text == nullptr ? "random" : *key_text));

  const std::string& path = *parsed.value("from_file");
  std::ifstream file;
  std::uint64_t size = 0;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return usage_error("Unable to load paramfile " + path + ": it cannot be opened");
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) size = static_cast<std::uint64_t>(status.st_size);
  }
  std::istream& input = path == "-" ? std::cin : file;
  const Session session = TRY(Session::open(globals));
  ApiClient client = TRY(ApiClient::make(service, session, globals));
  FilePut put(client, *find_operation(service, "PutRecords"), std::move(stream), size);
  for (std::string line; std::getline(input, line);) {
    std::string key = TRY(keys.key(line));
    if (key.empty()) key = "-";  // a key has one character at least
    TRY(put.add(line, std::move(key)));
  }
  TRY(put.flush());
  print_to_stdout(std::to_string(put.records()) + " records\n");
  return Unit{};
}

bool has_tail(const aws::Service& service) {
  return find_operation(service, "GetShardIterator") != nullptr;
}

Result<Unit> tail(const aws::Service& service, std::span<const std::string> arguments,
                  GlobalOptions& globals) {
  Option once = text_option("--no-follow", "no_follow");
  once.arity = Option::Arity::flag;
  Option keys = text_option("--with-keys", "with_keys");
  keys.arity = Option::Arity::flag;
  Option from = text_option("--from", "from");
  from.choices = {"LATEST", "TRIM_HORIZON"};
  const Option options[] = {std::move(once), std::move(keys), std::move(from)};
  const Positional stream_word[] = {{.name = "stream"}};
  const ParsedArguments parsed = TRY(parse_only(arguments, options, stream_word));
  Document stream = Document::of_object({});
  stream.set("StreamName", Document::of_string(*parsed.value("stream")));
  const bool follows = !parsed.has("no_follow");
  const std::string* const from_text = parsed.value("from");
  const std::string start = from_text != nullptr ? *from_text : follows ? "LATEST" : "TRIM_HORIZON";

  const Session session = TRY(Session::open(globals));
  ApiClient client = TRY(ApiClient::make(service, session, globals));
  std::vector<ShardCursor> cursors = TRY(open_shards(service, client, stream, start));
  const aws::Operation& get = *find_operation(service, "GetRecords");
  // Five reads a second are what a shard allows.
  constexpr std::chrono::milliseconds pause_when_idle{250};
  while (!cursors.empty()) {
    bool is_idle = true;
    for (ShardCursor& cursor : cursors) {
      Document parameters = Document::of_object({});
      parameters.set("ShardIterator", Document::of_string(cursor.iterator));
      const Document answer = TRY(client.ask(get, std::move(parameters)));
      const Document* const records = answer.find("Records");
      if (records != nullptr && records->is_array())
        for (const Document& record : records->items())
          print_record(record, parsed.has("with_keys"));
      is_idle = is_idle && (records == nullptr || !records->is_array() || records->items().empty());
      const Document* const next = answer.find("NextShardIterator");
      const Document* const behind = answer.find("MillisBehindLatest");
      const bool is_at_end = behind != nullptr && *behind == Document::of_integer(0);
      cursor.iterator = next == nullptr || (!follows && is_at_end) ? "" : python_text(*next);
    }
    std::erase_if(cursors, [](const ShardCursor& cursor) { return cursor.iterator.empty(); });
    if (is_idle && follows) std::this_thread::sleep_for(pause_when_idle);
  }
  return Unit{};
}

std::string_view extras_help() {
  return "tail STREAM [--from LATEST|TRIM_HORIZON] [--no-follow] [--with-keys] prints records as "
         "they come. put-records --stream-name STREAM --from-file FILE|- [--partition-key-from "
         "random|line|column:N|json:PATH] puts the lines of a file, with a progress bar.";
}

}  // namespace levada::cli
