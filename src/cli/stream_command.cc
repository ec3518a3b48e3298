#include "cli/stream_command.h"

#include "cli/argument_parser.h"
#include "cli/exit_code.h"
#include "cli/global_options.h"
#include "cli/own_command.h"
#include "cli/stream_export.h"
#include "cli/stream_import.h"

namespace levada::cli {
namespace {

constexpr std::string_view help_text =
    "levada stream export STREAM DIRECTORY [--shard ID …]\n"
    "    writes the records of each shard into DIRECTORY/ID.jsonl, up to the newest; run again, "
    "it\n"
    "    goes on where it stopped\n"
    "levada stream import STREAM FILE|DIRECTORY … [--unordered]\n"
    "    puts exported records into a stream, in their order; FILE.imported remembers how far it\n"
    "    came. --unordered: faster, and records of one key may change places when throttled\n"
    "levada stream limits STREAM off|RECORDS/BYTES|server\n"
    "    what each shard of this stream takes in a second, instead of what the server says\n"
    "\n"
    "STREAM is a name or an ARN. Besides: --endpoint-url, --region, --profile, --no-verify-ssl "
    "and\n"
    "the other options of the AWS CLI.\n";

constexpr const char* limits_tag = "levada.shard-limits";

struct Words {
  std::string verb, stream;
  std::vector<std::string> rest;
  std::vector<std::string> shards;
  bool unordered = false;
};

Result<Words> read_words(const ParsedArguments& parsed) {
  Words words;
  const auto one = [&](std::string_view name) {
    const std::string* value = parsed.value(name);
    return value == nullptr ? std::string() : *value;
  };
  words.verb = one("verb");
  words.stream = one("stream");
  for (std::size_t n = 0; n < parsed.rest.size(); ++n) {
    const std::string& word = parsed.rest[n];
    if (word == "--unordered") {
      words.unordered = true;
    } else if (word == "--shard") {
      if (n + 1 == parsed.rest.size()) return usage_error("--shard: expected an id");
      words.shards.push_back(parsed.rest[++n]);
    } else if (word.starts_with("--")) {
      return usage_error("Unknown options: " + word);
    } else {
      words.rest.push_back(word);
    }
  }
  return words;
}

Result<Unit> set_limits(StreamService& service, const std::string& limits) {
  return limits == "server" ? service.untag(limits_tag) : service.tag(limits_tag, limits);
}

Result<int> run(std::span<const std::string> arguments) {
  const Positional positionals[] = {{.name = "verb", .choices = {"export", "import", "limits"}},
                                    {.name = "stream"}};
  const ParsedArguments parsed = TRY(parse_arguments(arguments, global_options(), positionals));
  GlobalOptions globals = TRY(read_global_options(parsed));
  globals.binary_format = BinaryFormat::base64;  // whatever the profile says
  const Words words = TRY(read_words(parsed));
  if (words.verb == "import" ? words.rest.empty() : words.rest.size() != 1)
    return usage_error(std::string(help_text));
  const Session session = TRY(Session::open(globals));
  StreamService service = TRY(StreamService::open(session, globals, words.stream));
  if (words.verb == "export")
    TRY(export_stream(service, words.rest[0], words.shards));
  else if (words.verb == "import")
    TRY(import_stream(service, {.paths = words.rest, .ordered = !words.unordered}));
  else
    TRY(set_limits(service, words.rest[0]));
  return 0;
}

}  // namespace

int run_stream(std::span<const std::string_view> arguments) {
  return run_own_command(arguments, help_text, run);
}

}  // namespace levada::cli
