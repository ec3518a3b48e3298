#include "aws/kinesis/fast_put.h"

#include <algorithm>

#include "aws/kinesis/operations.h"
#include "aws/kinesis/put_answers.h"
#include "aws/kinesis/shapes.h"
#include "aws/validate.h"
#include "kinesis/stream_lookup.h"
#include "wire/put_records_cbor_scan.h"

namespace levada::aws::kinesis_api {
namespace {

bool fits(const Shape& shape, const std::optional<std::string_view>& text) {
  if (!text) return true;
  if (shape.min != no_min) {
    const auto size = static_cast<std::int64_t>(character_count(*text));
    if (size < shape.min || size > shape.max) return false;
  }
  return shape.pattern == nullptr || shape.pattern->matches(*text);
}

bool fits(const wire::ScannedRecord& record) {
  const std::size_t key_size = record.partition_key.size();
  if (key_size < 1) return false;
  if (key_size > static_cast<std::size_t>(partition_key.max) &&
      !fits(partition_key, record.partition_key))
    return false;
  return record.data.size() <= static_cast<std::size_t>(record_data.max) &&
         fits(hash_key, record.explicit_hash_key);
}

class FastPut final : public FastCall {
 public:
  FastPut(Planes& planes, PutMemories& memories, std::unique_ptr<PutMemory> memory, Coding coding,
          bool batch)
      : planes_(planes),
        memories_(memories),
        memory_(std::move(memory)),
        coding_(coding),
        batch_(batch) {}
  ~FastPut() override { memories_.give_back(std::move(memory_)); }

  bool holds() const override {
    const wire::ScannedPut& put = memory_->scanned;
    return (put.stream_name || put.stream_arn) && fits(name, put.stream_name) &&
           fits(stream_arn, put.stream_arn) &&
           fits(sequence_number, put.sequence_number_for_ordering) &&
           std::ranges::all_of(put.records, [](const auto& record) { return fits(record); });
  }

  std::string resource(const Caller& caller) const override {
    const wire::ScannedPut& put = memory_->scanned;
    if (put.stream_arn) return std::string(*put.stream_arn);
    return kinesis::stream_arn({caller.account, caller.region, *put.stream_name});
  }

  Task<Unit> run(const Caller& caller, http::Response& response) override {
    return batch_ ? put_many(caller, response.body) : put_one(caller, response.body);
  }

 private:
  kinesis::StreamRef stream() const {
    const wire::ScannedPut& put = memory_->scanned;
    return {put.stream_name.value_or(""), put.stream_arn.value_or("")};
  }

  static kinesis::PutEntry entry_of(const wire::ScannedRecord& record) {
    kinesis::PutEntry entry;
    entry.data = record.data;
    entry.partition_key = record.partition_key;
    entry.explicit_hash_key = record.explicit_hash_key.value_or("");
    return entry;
  }

  void hash_keys() {
    PutMemory& m = *memory_;
    m.entries.clear();
    m.keys.clear();
    for (const wire::ScannedRecord& record : m.scanned.records) {
      m.entries.push_back(entry_of(record));
      m.keys.push_back(record.partition_key);
    }
    m.digests.resize(m.keys.size());
    wire::md5_many(m.keys, m.digests);
    m.hashes.resize(m.keys.size());
    std::ranges::transform(m.digests, m.hashes.begin(), wire::as_number);
  }

  Task<Unit> put_many(const Caller& caller, Buffer& out) {
    hash_keys();
    kinesis::PutRecords command;
    command.stream = stream();
    command.records = memory_->entries;
    command.hashes = memory_->hashes;
    const kinesis::Caller who{caller.account, caller.region};
    const kinesis::PutRecordsAnswer answer = co_await planes_.data.put_records(who, command);
    if (coding_ == Coding::json)
      write_put_answer_json(out, answer, command);
    else
      write_put_answer_cbor(out, answer, command);
    co_return Unit{};
  }

  Task<Unit> put_one(const Caller& caller, Buffer& out) {
    kinesis::PutRecord command;
    command.stream = stream();
    command.record = entry_of(memory_->scanned.records.front());
    command.hash = wire::as_number(wire::md5(command.record.partition_key));
    command.sequence_number_for_ordering =
        memory_->scanned.sequence_number_for_ordering.value_or("");
    const kinesis::Caller who{caller.account, caller.region};
    const kinesis::PutRecordAnswer answer = co_await planes_.data.put_record(who, command);
    OutputWriter writer(coding_, out);
    write_put_answer(writer, answer);
    writer.finish();
    co_return Unit{};
  }

  Planes& planes_;
  PutMemories& memories_;
  std::unique_ptr<PutMemory> memory_;
  Coding coding_;
  bool batch_;
};

}  // namespace

std::unique_ptr<FastCall> read_fast_put(const Operation& operation, Coding coding, ByteView body,
                                        Planes& planes, PutMemories& memories) {
  const bool batch = operation.name == "PutRecords";
  if (!batch && operation.name != "PutRecord") return nullptr;
  const bool json = coding == Coding::json;
  std::unique_ptr<PutMemory> memory = memories.take(json ? body.size() : 0);  // CBOR needs no room
  const MutableByteView room(memory->room.get(), memory->room_size);
  wire::ScannedPut& put = memory->scanned;
  const bool usual = !json   ? (batch ? wire::scan_put_records_cbor(body, put)
                                      : wire::scan_put_record_cbor(body, put))
                     : batch ? wire::scan_put_records(as_text(body), room, put)
                             : wire::scan_put_record(as_text(body), room, put);
  if (!usual) {
    memories.give_back(std::move(memory));
    return nullptr;
  }
  return std::make_unique<FastPut>(planes, memories, std::move(memory), coding, batch);
}

}  // namespace levada::aws::kinesis_api
