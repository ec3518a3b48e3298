#include "cli/tail.h"

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "cli/api_client.h"
#include "cli/exit_code.h"
#include "cli/extra_arguments.h"
#include "cli/output_stream.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

// Five reads a second are what a shard allows.
constexpr std::chrono::milliseconds pause_when_idle{250};

// The shards that are read now, and those that wait for their parents: a record of a key never
// comes before an older one of the same key, through splits and merges too.
class ShardWalk {
 public:
  ShardWalk(const aws::Service& service, ApiClient& client, Document stream)
      : service_(service), client_(client), stream_(std::move(stream)) {}

  struct Cursor {
    std::string shard;
    std::string iterator;  // empty: read to its end
  };
  std::vector<Cursor>& cursors() { return cursors_; }

  // From the oldest record, of the oldest shards; or from now on, of those that are open.
  Result<Unit> begin(const std::string& from) {
    const std::vector<Document> shards = TRY(list_shards());
    std::set<std::string> listed;
    for (const Document& shard : shards) listed.insert(member(shard, "ShardId"));
    for (const Document& shard : shards) {
      const std::string id = member(shard, "ShardId");
      const bool has_parent = listed.contains(member(shard, "ParentShardId")) ||
                              listed.contains(member(shard, "AdjacentParentShardId"));
      const bool is_closed =
          !search_path(shard, "SequenceNumberRange.EndingSequenceNumber").is_null();
      if (from == "LATEST" ? is_closed : has_parent) continue;
      TRY(open(id, from));
    }
    return Unit{};
  }

  // A shard is read to its end, and the answer told of its children: each is read from its
  // beginning once no parent of it is still being read.
  Result<Unit> go_on_with_children(const Document& answer) {
    const Document* const children = answer.find("ChildShards");
    if (children == nullptr || !children->is_array()) return Unit{};
    for (const Document& child : children->items()) {
      const std::string id = member(child, "ShardId");
      const Document* const parents = child.find("ParentShards");
      const bool waits = parents != nullptr && parents->is_array() &&
                         std::ranges::any_of(parents->items(), [&](const Document& parent) {
                           return std::ranges::any_of(cursors_, [&](const Cursor& cursor) {
                             return !cursor.iterator.empty() && cursor.shard == python_text(parent);
                           });
                         });
      if (!waits && !seen_.contains(id)) TRY(open(id, "TRIM_HORIZON"));
    }
    return Unit{};
  }

 private:
  static std::string member(const Document& object, std::string_view name) {
    const Document* const value = object.find(name);
    return value == nullptr ? "" : python_text(*value);
  }

  Result<std::vector<Document>> list_shards() {
    std::vector<Document> shards;
    Document parameters = stream_;
    for (;;) {
      const Document answer = TRY(client_.ask(*find_operation(service_, "ListShards"), parameters));
      const Document* const page = answer.find("Shards");
      if (page != nullptr && page->is_array())
        shards.insert(shards.end(), page->items().begin(), page->items().end());
      const Document* const token = answer.find("NextToken");
      if (token == nullptr) return shards;
      parameters = Document::of_object({});  // the token names the stream
      parameters.set("NextToken", *token);
    }
  }

  Result<Unit> open(const std::string& shard, const std::string& from) {
    seen_.insert(shard);
    Document parameters = stream_;
    parameters.set("ShardId", Document::of_string(shard));
    parameters.set("ShardIteratorType", Document::of_string(from));
    const Document answer =
        TRY(client_.ask(*find_operation(service_, "GetShardIterator"), std::move(parameters)));
    cursors_.push_back({shard, member(answer, "ShardIterator")});
    return Unit{};
  }

  const aws::Service& service_;
  ApiClient& client_;
  Document stream_;
  std::vector<Cursor> cursors_;
  std::set<std::string> seen_;
};

void print_record(const Document& record, bool with_keys) {
  const Document* const data = record.find("Data");
  const Document* const key = record.find("PartitionKey");
  std::string line = with_keys && key != nullptr ? python_text(*key) + '\t' : "";
  if (data != nullptr && data->is_string()) line += lenient_base64(data->string()).value_or("");
  print_to_stdout(line + '\n');
}

}  // namespace

bool has_tail(const aws::Service& service) {
  return find_operation(service, "GetShardIterator") != nullptr;
}

Result<Unit> tail(const aws::Service& service, std::span<const std::string> arguments,
                  GlobalOptions& globals) {
  Option from = text_option("--from", "from");
  from.choices = {"LATEST", "TRIM_HORIZON"};
  const Option options[] = {flag_option("--no-follow", "no_follow"),
                            flag_option("--with-keys", "with_keys"), std::move(from)};
  const Positional stream_word[] = {{.name = "stream"}};
  const ParsedArguments parsed = TRY(parse_only(arguments, options, stream_word));
  Document stream = Document::of_object({});
  stream.set("StreamName", Document::of_string(*parsed.value("stream")));
  const bool follows = !parsed.has("no_follow");
  const std::string* const from_text = parsed.value("from");
  const std::string start = from_text != nullptr ? *from_text : follows ? "LATEST" : "TRIM_HORIZON";

  const Session session = TRY(Session::open(globals));
  ApiClient client = TRY(ApiClient::make(service, session, globals));
  ShardWalk walk(service, client, std::move(stream));
  TRY(walk.begin(start));
  const aws::Operation& get = *find_operation(service, "GetRecords");
  const bool with_keys = parsed.has("with_keys");
  while (!walk.cursors().empty()) {
    bool is_idle = true;
    for (std::size_t i = 0; i < walk.cursors().size(); ++i) {  // children join behind
      Document parameters = Document::of_object({});
      parameters.set("ShardIterator", Document::of_string(walk.cursors()[i].iterator));
      const Document answer = TRY(client.ask(get, std::move(parameters)));
      const Document* const records = answer.find("Records");
      if (records != nullptr && records->is_array())
        for (const Document& record : records->items()) print_record(record, with_keys);
      is_idle = is_idle && (records == nullptr || !records->is_array() || records->items().empty());
      const Document* const next = answer.find("NextShardIterator");
      const Document* const behind = answer.find("MillisBehindLatest");
      const bool is_at_tip = behind != nullptr && *behind == Document::of_integer(0);
      std::string& iterator = walk.cursors()[i].iterator;
      iterator = next == nullptr || (!follows && is_at_tip) ? "" : python_text(*next);
      if (next == nullptr) TRY(walk.go_on_with_children(answer));
    }
    std::erase_if(walk.cursors(),
                  [](const ShardWalk::Cursor& cursor) { return cursor.iterator.empty(); });
    if (is_idle && follows) std::this_thread::sleep_for(pause_when_idle);
  }
  return Unit{};
}

}  // namespace levada::cli
