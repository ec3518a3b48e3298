#include "aws/kinesis/put_answers.h"

#include <array>
#include <cstring>

#include "aws/kinesis/answers.h"
#include "kinesis/sequence_number.h"
#include "kinesis/shard_id.h"

namespace levada::aws::kinesis_api {
namespace {

struct SequenceText {
  explicit SequenceText(const Uint192& number) { write_56_digits(number, text.data()); }
  operator std::string_view() const { return {text.data(), text.size()}; }
  std::array<char, sequence_digits> text;
};

struct ShardText {
  explicit ShardText(catalog::ShardIndex shard) { kinesis::write_shard_id(shard, text.data()); }
  operator std::string_view() const { return {text.data(), text.size()}; }
  std::array<char, kinesis::shard_id_size> text;
};

// Writes one sequence number after the other. Most are the neighbour of the last one of their
// shard, whose digits are found by an addition instead of a conversion.
class SequenceTexts {
 public:
  void write(const kinesis::PutOutcome& outcome, char* to) {
    Last& last = lasts_[outcome.shard.value() % lasts_.size()];
    if (last.number + kinesis::sequence_step == outcome.sequence)
      last.digits = last.digits + step_;
    else
      last.digits = decimal_56(outcome.sequence);
    last.number = outcome.sequence;
    write_56_digits(last.digits, to);
  }

 private:
  struct Last {
    Uint192 number;
    Decimal56 digits;
  };
  const Decimal56 step_ = decimal_56(kinesis::sequence_step);
  std::array<Last, 32> lasts_{};
};

void write_failure(OutputWriter& out, const kinesis::PutOutcome& outcome,
                   const kinesis::PutRecordsAnswer& answer, const kinesis::PutRecords& command) {
  out.string("ErrorCode", kinesis::PutRecordsAnswer::error_code(outcome.failure));
  out.string("ErrorMessage", answer.error_message(outcome, command));
}

}  // namespace

kinesis::PutEntry put_entry_of(const Input& record) {
  kinesis::PutEntry entry;
  entry.data = record.blob("Data");
  entry.partition_key = record.text("PartitionKey").value_or("");
  entry.explicit_hash_key = record.text("ExplicitHashKey").value_or("");
  entry.keyless = !record.has("PartitionKey");
  return entry;
}

void write_put_answer(OutputWriter& out, const kinesis::PutRecordAnswer& answer) {
  out.begin_structure();
  out.string("ShardId", ShardText(answer.shard));
  out.string("SequenceNumber", SequenceText(answer.sequence));
  write_encryption_type(out, answer.stream->encryption);
  out.end_structure();
}

void write_put_answer(OutputWriter& out, const kinesis::PutRecordsAnswer& answer,
                      const kinesis::PutRecords& command) {
  out.begin_structure();
  out.integer("FailedRecordCount", answer.failed);
  out.begin_list("Records", answer.outcomes.size());
  for (const kinesis::PutOutcome& outcome : answer.outcomes) {
    out.begin_structure();
    if (outcome.failure == kinesis::PutFailure::none) {
      out.string("SequenceNumber", SequenceText(outcome.sequence));
      out.string("ShardId", ShardText(outcome.shard));
    } else {
      write_failure(out, outcome, answer, command);
    }
    out.end_structure();
  }
  out.end_list();
  write_encryption_type(out, answer.stream->encryption);
  out.end_structure();
}

// A good record is always the same text but for its digits, so it is copied and written over.
void write_put_answer_json(Buffer& out, const kinesis::PutRecordsAnswer& answer,
                           const kinesis::PutRecords& command) {
  if (answer.failed > 0) {
    OutputWriter writer(Coding::json, out);
    write_put_answer(writer, answer, command);
    writer.finish();
    return;
  }
  constexpr std::string_view head = R"({"FailedRecordCount":0,"Records":[)";
  constexpr std::string_view entry =
      R"({"SequenceNumber":"00000000000000000000000000000000000000000000000000000000",)"
      R"("ShardId":"shardId-000000000000"},)";
  constexpr std::size_t sequence_at = entry.find('0');
  constexpr std::size_t shard_at = entry.find("shardId-");
  static_assert(entry.substr(sequence_at).find('"') == sequence_digits);
  static_assert(entry.substr(shard_at).find('"') == kinesis::shard_id_size);
  const bool encrypted = answer.stream->encryption == catalog::Encryption::kms;
  const std::string_view tail = encrypted ? R"(],"EncryptionType":"KMS"})" : "]}";

  const std::size_t begin = out.size();
  out.resize(begin + head.size() + answer.outcomes.size() * entry.size() + tail.size());
  char* to = reinterpret_cast<char*>(out.data() + begin);
  SequenceTexts sequences;
  to += head.copy(to, head.size());
  for (const kinesis::PutOutcome& outcome : answer.outcomes) {
    std::memcpy(to, entry.data(), entry.size());
    sequences.write(outcome, to + sequence_at);
    kinesis::write_shard_id(outcome.shard, to + shard_at);
    to += entry.size();
  }
  if (!answer.outcomes.empty()) --to;  // the last comma
  to += tail.copy(to, tail.size());
  out.resize(static_cast<std::size_t>(to - reinterpret_cast<char*>(out.data())));
}

}  // namespace levada::aws::kinesis_api
