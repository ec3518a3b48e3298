#include "cli/timestream_command.h"

#include <cstdio>
#include <set>

#include "aws/timestream_write/operations.h"
#include "cli/argument_parser.h"
#include "cli/exit_code.h"
#include "cli/global_options.h"
#include "cli/own_command.h"
#include "cli/timestream_import.h"
#include "timestream/stream_feed.h"

namespace levada::cli {
namespace {

constexpr std::string_view help_text =
    "levada timestream import DATABASE TABLE DIRECTORY … [--measure COLUMN …]\n"
    "    writes what Amazon Timestream's UNLOAD left (CSV or CSV.gz with its metadata file) into "
    "a\n"
    "    table, which must exist and reach back far enough (magnetic-store writes enabled). "
    "Columns\n"
    "    of type VARCHAR are dimensions, but for those named by --measure. May be run again: "
    "points\n"
    "    that are there already stay as they are\n"
    "levada timestream map-stream STREAM DATABASE TABLE --model s3://BUCKET/KEY\n"
    "    from now on the JSON records of the server's own stream become points of the table, by a\n"
    "    data model as CreateBatchLoadTask takes it, which lies below the server's --object-dir\n"
    "levada timestream unmap-stream DATABASE TABLE\n"
    "\n"
    "Besides: --endpoint-url, --region, --profile, --no-verify-ssl and the other options of the "
    "AWS\n"
    "CLI.\n";

struct Words {
  std::string verb;
  std::vector<std::string> rest;
  std::set<std::string> measures;
  std::string model;
};

Result<Words> read_words(const ParsedArguments& parsed) {
  Words words;
  const std::string* verb = parsed.value("verb");
  words.verb = verb == nullptr ? "" : *verb;
  for (std::size_t n = 0; n < parsed.rest.size(); ++n) {
    const std::string& word = parsed.rest[n];
    if (word == "--measure" || word == "--model") {
      if (n + 1 == parsed.rest.size()) return usage_error(word + ": expected a value");
      const std::string& value = parsed.rest[++n];
      if (word == "--model")
        words.model = value;
      else
        words.measures.insert(value);
    } else if (word.starts_with("--")) {
      return usage_error("Unknown options: " + word);
    } else {
      words.rest.push_back(word);
    }
  }
  return words;
}

Document names(const std::string& database, const std::string& table) {
  Document::Object members;
  members.push_back({"DatabaseName", Document::of_string(database)});
  members.push_back({"TableName", Document::of_string(table)});
  return Document::of_object(std::move(members));
}

Document tag(std::string_view key, const std::string& value) {
  Document::Object members;
  members.push_back({"Key", Document::of_string(key)});
  members.push_back({"Value", Document::of_string(value)});
  return Document::of_object(std::move(members));
}

// TagResource or UntagResource of the table.
Result<Unit> change_tags(ApiClient& client, std::string_view operation, Document table,
                         const char* member, Document::Array tags) {
  const auto find = [](std::string_view name) -> const aws::Operation& {
    return *aws::find_operation(aws::timestream_write_api::service, name);
  };
  const Document described = TRY(client.ask(find("DescribeTable"), std::move(table)));
  const Document* is = described.find("Table");
  const Document* arn = is == nullptr ? nullptr : is->find("Arn");
  if (arn == nullptr)
    return fail_as(ExitCode::general, "an answer to DescribeTable without an ARN");
  Document::Object request;
  request.push_back({"ResourceARN", *arn});
  request.push_back({member, Document::of_array(std::move(tags))});
  TRY(client.ask(find(operation), Document::of_object(std::move(request))));
  return Unit{};
}

Result<int> run_import(ApiClient& client, const Words& words) {
  if (words.rest.size() < 3) return usage_error(std::string(help_text));
  UnloadImport import;
  import.database = words.rest[0];
  import.table = words.rest[1];
  import.directories.assign(words.rest.begin() + 2, words.rest.end());
  import.measures = words.measures;
  const ImportCounts counts = TRY(import_unloaded(client, import));
  std::printf("%llu records written, %llu rejected\n",
              static_cast<unsigned long long>(counts.written),
              static_cast<unsigned long long>(counts.rejected));
  return counts.rejected == 0 ? 0 : static_cast<int>(ExitCode::refused);
}

Result<int> map_stream(ApiClient& client, const Words& words) {
  if (words.rest.size() != 3 || words.model.empty()) return usage_error(std::string(help_text));
  Document::Array tags;
  tags.push_back(tag(timestream::feed_stream_tag, words.rest[0]));
  tags.push_back(tag(timestream::feed_model_tag, words.model));
  TRY(change_tags(client, "TagResource", names(words.rest[1], words.rest[2]), "Tags",
                  std::move(tags)));
  return 0;
}

Result<int> unmap_stream(ApiClient& client, const Words& words) {
  if (words.rest.size() != 2) return usage_error(std::string(help_text));
  Document::Array keys;
  keys.push_back(Document::of_string(timestream::feed_stream_tag));
  keys.push_back(Document::of_string(timestream::feed_model_tag));
  TRY(change_tags(client, "UntagResource", names(words.rest[0], words.rest[1]), "TagKeys",
                  std::move(keys)));
  return 0;
}

Result<int> run(std::span<const std::string> arguments) {
  const Positional positionals[] = {
      {.name = "verb", .choices = {"import", "map-stream", "unmap-stream"}}};
  const ParsedArguments parsed = TRY(parse_arguments(arguments, global_options(), positionals));
  const GlobalOptions globals = TRY(read_global_options(parsed));
  const Words words = TRY(read_words(parsed));
  const Session session = TRY(Session::open(globals));
  ApiClient client = TRY(ApiClient::make(aws::timestream_write_api::service, session, globals));
  if (words.verb == "import") return run_import(client, words);
  return words.verb == "map-stream" ? map_stream(client, words) : unmap_stream(client, words);
}

}  // namespace

int run_timestream(std::span<const std::string_view> arguments) {
  return run_own_command(arguments, help_text, run);
}

}  // namespace levada::cli
