#include "connect/kinesis_client.h"

#include <algorithm>
#include <array>

#include "wire/base64.h"
#include "wire/cbor_reader.h"
#include "wire/cbor_writer.h"
#include "wire/json_reader.h"
#include "wire/json_writer.h"

namespace levada::connect {
namespace {

using wire::Value;
using wire::ValueKind;

constexpr std::string_view json_type = "application/x-amz-json-1.1";
constexpr std::string_view cbor_type = "application/x-amz-cbor-1.1";
constexpr std::string_view target_prefix = "Kinesis_20131202.";
// Memory of bodies that is kept: that of a few lanes' full calls of records around 1 KiB.
constexpr std::size_t bodies_kept_max = 16;
constexpr std::size_t body_kept_max = 1u << 20;

std::string_view text(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->is(ValueKind::string) ? value->string() : std::string_view();
}

std::span<const Value> list(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->is(ValueKind::array) ? value->items()
                                                         : std::span<const Value>();
}

double number(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  if (value == nullptr) return 0;
  return value->is(ValueKind::integer) || value->is(ValueKind::real) ? value->real() : 0;
}

unexpected<Error> strange(ErrorKind kind, std::string_view operation) {
  return fail(kind, "the answer to " + std::string(operation) + " cannot be understood");
}

Result<Value> read_body(std::string_view body, wire::ValueTree& tree) {
  return is_cbor(body) ? wire::read_cbor(as_bytes(body), tree) : wire::read_json(body, tree);
}

template <class Fill>
void append_object(Buffer& out, const Fill& fill) {
  wire::JsonWriter json(out);
  json.begin_object();
  fill(json);
  json.end_object();
  json.finish();
}

template <class Fill>
Buffer object(const Fill& fill) {
  Buffer out;
  append_object(out, fill);
  return out;
}

// The base64 of both parts as if they were one.
void encode(const PutEntry& entry, char* to) {
  constexpr std::size_t group = 3;
  const std::size_t whole = entry.data.size() / group * group;
  to = wire::base64_encode(entry.data.first(whole), to);
  std::array<std::byte, group> seam;
  const ByteView left = entry.data.subspan(whole);
  const std::size_t taken = left.empty() ? 0 : std::min(group - left.size(), entry.data_end.size());
  std::copy(left.begin(), left.end(), seam.begin());
  std::copy_n(entry.data_end.begin(), taken, seam.begin() + left.size());
  to = wire::base64_encode(ByteView(seam).first(left.size() + taken), to);
  wire::base64_encode(entry.data_end.subspan(taken), to);
}

std::string_view kind_text(IteratorStart::Kind kind) {
  switch (kind) {
    case IteratorStart::Kind::trim_horizon:
      return "TRIM_HORIZON";
    case IteratorStart::Kind::latest:
      return "LATEST";
    case IteratorStart::Kind::at_timestamp:
      return "AT_TIMESTAMP";
    case IteratorStart::Kind::after_sequence_number:
      return "AFTER_SEQUENCE_NUMBER";
  }
  return {};
}

}  // namespace

void append_put_records(std::string_view stream, std::span<const PutEntry> entries, Buffer& out) {
  append_object(out, [&](wire::JsonWriter& json) {
    json.key("Records");
    json.begin_array(entries.size());
    for (const PutEntry& entry : entries) {
      json.begin_object();
      json.key("Data");
      const std::size_t size = entry.data.size() + entry.data_end.size();
      encode(entry, json.plain_string(wire::base64_encoded_size(size)));
      json.key("PartitionKey");
      json.string(entry.partition_key);
      json.end_object();
    }
    json.end_array();
    json.key("StreamName");
    json.string(stream);
  });
}

void append_put_records_cbor(std::string_view stream, std::span<const PutEntry> entries,
                             Buffer& out) {
  wire::CborWriter cbor(out);
  cbor.begin_object();
  cbor.key("Records");
  cbor.begin_array(entries.size());
  Buffer data;
  for (const PutEntry& entry : entries) {
    data.assign(entry.data.begin(), entry.data.end());
    data.insert(data.end(), entry.data_end.begin(), entry.data_end.end());
    cbor.begin_object();
    cbor.key("Data");
    cbor.bytes(data);
    cbor.key("PartitionKey");
    cbor.string(entry.partition_key);
    cbor.end_object();
  }
  cbor.end_array();
  cbor.key("StreamName");
  cbor.string(stream);
  cbor.end_object();
}

Result<PutOutcomes> read_put_outcomes(std::string body, std::size_t entries) {
  struct Texts {
    std::string body;
    wire::ValueTree tree;
  };
  const auto texts = std::make_shared<Texts>(Texts{std::move(body), wire::ValueTree()});
  const Result<Value> root = read_body(texts->body, texts->tree);
  if (!root || !root->is(ValueKind::object)) return strange(ErrorKind::unknown, "PutRecords");
  const std::span<const Value> records = list(*root, "Records");
  if (records.size() != entries)
    return fail(ErrorKind::unknown, "request record count " + std::to_string(entries) +
                                        " not match the response record count " +
                                        std::to_string(records.size()));
  PutOutcomes outcomes;
  outcomes.texts = texts;
  outcomes.each.reserve(entries);
  for (const Value& record : records) {
    if (!record.is(ValueKind::object)) return strange(ErrorKind::unknown, "PutRecords");
    PutOutcome& outcome = outcomes.each.emplace_back();
    outcome.shard = text(record, "ShardId");
    outcome.sequence_number = text(record, "SequenceNumber");
    outcome.error_code = text(record, "ErrorCode");
    outcome.error_message = text(record, "ErrorMessage");
    outcome.taken = outcome.error_code.empty() && !outcome.shard.empty();
  }
  return outcomes;
}

Result<std::vector<ShardInfo>> read_shards(std::string_view body, std::string& next) {
  wire::ValueTree tree;
  const Result<Value> root = read_body(body, tree);
  if (!root || !root->is(ValueKind::object)) return strange(ErrorKind::invalid, "ListShards");
  std::vector<ShardInfo> shards;
  for (const Value& item : list(*root, "Shards")) {
    const Value* range = item.is(ValueKind::object) ? item.find("HashKeyRange") : nullptr;
    const Value* numbers = item.is(ValueKind::object) ? item.find("SequenceNumberRange") : nullptr;
    if (range == nullptr || !range->is(ValueKind::object) || numbers == nullptr ||
        !numbers->is(ValueKind::object))
      return strange(ErrorKind::invalid, "ListShards");
    const auto first = parse_uint128(text(*range, "StartingHashKey"));
    const auto last = parse_uint128(text(*range, "EndingHashKey"));
    if (!first || !last) return strange(ErrorKind::invalid, "ListShards");
    shards.push_back({.id = std::string(text(item, "ShardId")),
                      .first_hash_key = *first,
                      .last_hash_key = *last,
                      .parent = std::string(text(item, "ParentShardId")),
                      .adjacent_parent = std::string(text(item, "AdjacentParentShardId")),
                      .open = text(*numbers, "EndingSequenceNumber").empty()});
  }
  next = text(*root, "NextToken");
  return shards;
}

Result<ReadPage> read_page(std::string_view body) {
  wire::ValueTree tree(
      {.depth_max = 8, .node_count_max = 200'000});  // 10,000 records of some eight nodes each
  const Result<Value> root = wire::read_json(body, tree);
  if (!root || !root->is(ValueKind::object)) return strange(ErrorKind::invalid, "GetRecords");
  ReadPage page;
  page.next_iterator = text(*root, "NextShardIterator");
  page.behind = Millis(static_cast<std::int64_t>(number(*root, "MillisBehindLatest")));
  for (const Value& item : list(*root, "Records")) {
    if (!item.is(ValueKind::object)) return strange(ErrorKind::invalid, "GetRecords");
    ReadRecord& record = page.records.emplace_back();
    record.partition_key = text(item, "PartitionKey");
    record.sequence_number = text(item, "SequenceNumber");
    record.arrived =
        UnixMillis(static_cast<std::int64_t>(number(item, "ApproximateArrivalTimestamp") * 1000));
    const std::string_view data = text(item, "Data");
    record.data.resize(wire::base64_decoded_size_max(data.size()));
    const wire::Base64Decoded decoded = wire::base64_decode(data, record.data);
    if (!decoded.ok()) return strange(ErrorKind::invalid, "GetRecords");
    record.data.resize(decoded.size);
  }
  return page;
}

Task<std::string> KinesisClient::call(std::string_view operation, Buffer body, Coding coding) {
  const std::string target = std::string(target_prefix) + std::string(operation);
  const std::string_view type = coding == Coding::cbor ? cbor_type : json_type;
  const AwsClient::Call call{.target = target, .content_type = type, .body = body};
  Result<std::string> answer = co_await outcome(aws_->call(call));
  keep_body(std::move(body));
  co_return answer;
}

Buffer KinesisClient::take_body() {
  if (bodies_.empty()) return {};
  Buffer body = std::move(bodies_.back());
  bodies_.pop_back();
  body.clear();
  return body;
}

void KinesisClient::keep_body(Buffer body) {
  if (bodies_.size() < bodies_kept_max && body.capacity() <= body_kept_max)
    bodies_.push_back(std::move(body));
}

Task<PutOutcomes> KinesisClient::put_records(std::span<const PutEntry> entries) {
  Buffer body = take_body();
  const Coding coding = coding_.value_or(Coding::json);
  if (coding == Coding::cbor)
    append_put_records_cbor(stream_, entries, body);
  else
    append_put_records(stream_, entries, body);
  std::string answer = co_await call("PutRecords", std::move(body), coding);
  co_return read_put_outcomes(std::move(answer), entries.size());
}

// Until the endpoint has answered in CBOR or understood JSON, both are tried.
Task<std::string> KinesisClient::ask_for_shards(std::string token) {
  const std::string_view name = token.empty() ? "StreamName" : "NextToken";
  const std::string_view value = token.empty() ? stream_ : token;  // it stands for the stream
  if (coding_ != Coding::json) {
    Buffer body;
    wire::CborWriter cbor(body);
    cbor.begin_object();
    cbor.key(name);
    cbor.string(value);
    cbor.end_object();
    Result<std::string> answer =
        co_await outcome(call("ListShards", std::move(body), Coding::cbor));
    if (answer) {
      coding_ = is_cbor(*answer) ? Coding::cbor : Coding::json;
      co_return std::move(*answer);
    }
    const ErrorKind kind = answer.error().kind;
    const bool understood =
        coding_.has_value() || (kind != ErrorKind::invalid && kind != ErrorKind::unavailable &&
                                kind != ErrorKind::unknown);
    if (understood) co_return unexpected<Error>(answer.error());
  }
  Buffer body = object([&](wire::JsonWriter& json) {
    json.key(name);
    json.string(value);
  });
  std::string answer = co_await call("ListShards", std::move(body));
  coding_ = Coding::json;
  co_return answer;
}

Task<std::vector<ShardInfo>> KinesisClient::list_shards() {
  std::vector<ShardInfo> all;
  std::string token;
  do {
    const std::string answer = co_await ask_for_shards(token);
    std::vector<ShardInfo> page = co_await read_shards(answer, token);
    std::move(page.begin(), page.end(), std::back_inserter(all));
  } while (!token.empty());
  co_return all;
}

Task<std::string> KinesisClient::shard_iterator(std::string shard, IteratorStart start) {
  Buffer body = object([&](wire::JsonWriter& json) {
    json.key("ShardId");
    json.string(shard);
    json.key("ShardIteratorType");
    json.string(kind_text(start.kind));
    if (start.kind == IteratorStart::Kind::after_sequence_number) {
      json.key("StartingSequenceNumber");
      json.string(start.sequence_number);
    }
    json.key("StreamName");
    json.string(stream_);
    if (start.kind == IteratorStart::Kind::at_timestamp) {
      json.key("Timestamp");
      json.epoch_seconds(start.timestamp.count());
    }
  });
  const std::string answer = co_await call("GetShardIterator", std::move(body));
  wire::ValueTree tree;
  const Value root = co_await wire::read_json(answer, tree);
  const bool whole = root.is(ValueKind::object) && !text(root, "ShardIterator").empty();
  if (!whole) co_return strange(ErrorKind::invalid, "GetShardIterator");
  co_return std::string(text(root, "ShardIterator"));
}

Task<ReadPage> KinesisClient::get_records(std::string iterator, std::uint32_t limit) {
  Buffer body = object([&](wire::JsonWriter& json) {
    json.key("Limit");
    json.integer(limit);
    json.key("ShardIterator");
    json.string(iterator);
  });
  const std::string answer = co_await call("GetRecords", std::move(body));
  co_return read_page(answer);
}

}  // namespace levada::connect
