#include "cli/stream_service.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "aws/kinesis/operations.h"
#include "cli/exit_code.h"
#include "cli/json_text.h"

namespace levada::cli {
namespace {

// A throttled shard gives again within a second, one that gave 10 MiB within five.
constexpr auto pause_first = std::chrono::milliseconds(100);
constexpr auto pause_last = std::chrono::milliseconds(1000);
constexpr int tries_max = 60;

bool throttled(const ServiceRefusal& refusal) {
  return refusal.code == "ProvisionedThroughputExceededException" ||
         refusal.code == "LimitExceededException";
}

}  // namespace

std::string text_of(const Document& object, std::string_view member) {
  const Document* value = object.find(member);
  if (value == nullptr) return {};
  if (value->is_string()) return value->string();
  return value->is_number() ? real_text(value->real()) : std::string();
}

Result<StreamService> StreamService::open(const Session& session, const GlobalOptions& globals,
                                          std::string stream) {
  ApiClient client = TRY(ApiClient::make(aws::kinesis_api::service, session, globals));
  return StreamService(std::move(client), std::move(stream));
}

Document::Object StreamService::of_stream() const {
  Document::Object members;
  const bool arn = stream_.starts_with("arn:");
  members.push_back({arn ? "StreamARN" : "StreamName", Document::of_string(stream_)});
  return members;
}

Result<Document> StreamService::ask(std::string_view name, Document::Object members) {
  const aws::Operation& operation = *aws::find_operation(aws::kinesis_api::service, name);
  const Document parameters = Document::of_object(std::move(members));
  auto pause = pause_first;
  for (int tried = 1;; ++tried) {
    Answer answer = TRY(client_.call(operation, parameters));
    if (!answer.refusal) return std::move(answer.document);
    if (!throttled(*answer.refusal) || tried == tries_max)
      return refusal_error(*answer.refusal, name);
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, pause_last);
  }
}

Result<std::string> StreamService::stream_arn() {
  const Document answer = TRY(ask("DescribeStreamSummary", of_stream()));
  const Document* summary = answer.find("StreamDescriptionSummary");
  return summary == nullptr ? std::string() : text_of(*summary, "StreamARN");
}

Result<std::vector<ShardOfStream>> StreamService::shards() {
  std::vector<ShardOfStream> shards;
  Document::Object members = of_stream();
  for (;;) {
    const Document answer = TRY(ask("ListShards", std::move(members)));
    if (const Document* page = answer.find("Shards"); page != nullptr)
      for (const Document& shard : page->items()) {
        const Document* range = shard.find("HashKeyRange");
        shards.push_back({text_of(shard, "ShardId"),
                          range ? text_of(*range, "StartingHashKey") : "",
                          range ? text_of(*range, "EndingHashKey") : ""});
      }
    const std::string token = text_of(answer, "NextToken");
    if (token.empty()) break;
    members = {};
    members.push_back({"NextToken", Document::of_string(token)});
  }
  std::ranges::sort(shards, {}, &ShardOfStream::id);
  return shards;
}

Result<std::string> StreamService::iterator(const std::string& shard, const std::string& behind) {
  Document::Object members = of_stream();
  members.push_back({"ShardId", Document::of_string(shard)});
  members.push_back(
      {"ShardIteratorType",
       Document::of_string(behind.empty() ? "TRIM_HORIZON" : "AFTER_SEQUENCE_NUMBER")});
  if (!behind.empty()) members.push_back({"StartingSequenceNumber", Document::of_string(behind)});
  const Document answer = TRY(ask("GetShardIterator", std::move(members)));
  return text_of(answer, "ShardIterator");
}

Result<PageOfRecords> StreamService::records(const std::string& iterator) {
  Document::Object members;
  members.push_back({"ShardIterator", Document::of_string(iterator)});
  Document answer = TRY(ask("GetRecords", std::move(members)));
  PageOfRecords page;
  if (Document* records = answer.find("Records"); records != nullptr)
    page.records = std::move(records->items());
  page.next_iterator = text_of(answer, "NextShardIterator");
  const Document* behind = answer.find("MillisBehindLatest");
  if (behind != nullptr && behind->is(Document::Kind::integer))
    page.behind_millis = behind->integer();
  return page;
}

Result<std::vector<bool>> StreamService::put(std::span<const ExportRecord> records) {
  Document::Array entries;
  for (const ExportRecord& record : records) {
    Document::Object entry;
    entry.push_back({"Data", Document::of_string(record.data)});
    if (!record.keyless)
      entry.push_back({"PartitionKey", Document::of_string(record.partition_key)});
    if (!record.explicit_hash_key.empty())
      entry.push_back({"ExplicitHashKey", Document::of_string(record.explicit_hash_key)});
    entries.push_back(Document::of_object(std::move(entry)));
  }
  Document::Object members = of_stream();
  members.push_back({"Records", Document::of_array(std::move(entries))});
  const Document answer = TRY(ask("PutRecords", std::move(members)));
  std::vector<bool> taken;
  if (const Document* outcomes = answer.find("Records"); outcomes != nullptr)
    for (const Document& outcome : outcomes->items())
      taken.push_back(!text_of(outcome, "SequenceNumber").empty());
  if (taken.size() != records.size())
    return fail_as(ExitCode::general, "an answer to PutRecords with other records than were sent");
  return taken;
}

Result<Unit> StreamService::tag(const std::string& key, const std::string& value) {
  Document::Object tags;
  tags.push_back({key, Document::of_string(value)});
  Document::Object members = of_stream();
  members.push_back({"Tags", Document::of_object(std::move(tags))});
  TRY(ask("AddTagsToStream", std::move(members)));
  return Unit{};
}

Result<Unit> StreamService::untag(const std::string& key) {
  Document::Array keys;
  keys.push_back(Document::of_string(key));
  Document::Object members = of_stream();
  members.push_back({"TagKeys", Document::of_array(std::move(keys))});
  TRY(ask("RemoveTagsFromStream", std::move(members)));
  return Unit{};
}

}  // namespace levada::cli
