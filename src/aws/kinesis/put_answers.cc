#include "aws/kinesis/put_answers.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>

#include "aws/kinesis/answers.h"
#include "kinesis/sequence_number.h"
#include "kinesis/shard_id.h"
#include "wire/cbor_writer.h"

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

// The entry of a good record in JSON: always the same text but for its digits. Most are the
// neighbour of the last one of their shard, from whose digits they are found by an addition.
class GoodEntries {
 public:
  static constexpr std::string_view pattern =
      R"({"SequenceNumber":"00000000000000000000000000000000000000000000000000000000",)"
      R"("ShardId":"shardId-000000000000"},)";

  void write(const kinesis::PutOutcome& outcome, char* to) {
    // Text that was just written is not read: that is done in larger pieces than it was written in,
    // for which the processor waits. So a shard's text is made when its second record comes, and
    // the digits of each go where they are wanted.
    Last& last = lasts_[outcome.shard.value() % lasts_.size()];
    if (last.shard == outcome.shard && last.number + kinesis::sequence_step == outcome.sequence) {
      if (!last.has_text) write(last, last.text.data());
      last.has_text = true;
      last.digits = last.digits + step_;
      std::memcpy(to, last.text.data(), pattern.size());
      rewrite_56_digits(last.text_digits, last.digits, to + sequence_at);
    } else {
      last.shard = outcome.shard;
      last.text_digits = last.digits = decimal_56(outcome.sequence);
      last.has_text = false;
      write(last, to);
    }
    last.number = outcome.sequence;
  }

 private:
  static constexpr std::size_t sequence_at = pattern.find('0');
  static constexpr std::size_t shard_at = pattern.find("shardId-");
  static_assert(pattern.substr(sequence_at).find('"') == sequence_digits);
  static_assert(pattern.substr(shard_at).find('"') == kinesis::shard_id_size);

  struct Last {
    std::optional<catalog::ShardIndex> shard;
    Uint192 number;
    Decimal56 digits;
    std::array<char, pattern.size()> text;  // of a neighbour before
    Decimal56 text_digits;                  // its digits
    bool has_text = false;
  };
  static void write(const Last& last, char* to) {
    pattern.copy(to, pattern.size());
    write_56_digits(last.text_digits, to + sequence_at);
    kinesis::write_shard_id(*last.shard, to + shard_at);
  }
  const Decimal56 step_ = decimal_56(kinesis::sequence_step);
  std::array<Last, 32> lasts_;
};

// Appends an entry of so many bytes for each outcome. The buffer zeroes what it grows by: in steps
// that are still in the nearest cache when the entries are written over the zeros.
template <class Write>
void append_entries(Buffer& out, std::span<const kinesis::PutOutcome> outcomes,
                    std::size_t entry_size, Write write) {
  constexpr std::size_t step_max = 64;
  while (!outcomes.empty()) {
    const auto step = outcomes.first(std::min(step_max, outcomes.size()));
    const std::size_t begin = out.size();
    out.resize(begin + step.size() * entry_size);
    char* to = reinterpret_cast<char*>(out.data() + begin);
    for (const kinesis::PutOutcome& outcome : step) {
      write(outcome, to);
      to += entry_size;
    }
    outcomes = outcomes.subspan(step.size());
  }
}

void append(Buffer& out, std::string_view text) {
  out.insert(out.end(), as_bytes(text).begin(), as_bytes(text).end());
}

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

void write_put_answer_json(Buffer& out, const kinesis::PutRecordsAnswer& answer,
                           const kinesis::PutRecords& command) {
  if (answer.failed > 0) {
    OutputWriter writer(Coding::json, out);
    write_put_answer(writer, answer, command);
    writer.finish();
    return;
  }
  constexpr std::string_view head = R"({"FailedRecordCount":0,"Records":[)";
  constexpr std::size_t entry_size = GoodEntries::pattern.size();
  const bool encrypted = answer.stream->encryption == catalog::Encryption::kms;
  const std::string_view tail = encrypted ? R"(],"EncryptionType":"KMS"})" : "]}";

  out.reserve(out.size() + head.size() + answer.outcomes.size() * entry_size + tail.size());
  append(out, head);
  GoodEntries entries;
  append_entries(
      out, answer.outcomes, entry_size,
      [&entries](const kinesis::PutOutcome& outcome, char* to) { entries.write(outcome, to); });
  if (!answer.outcomes.empty()) out.pop_back();  // the last comma
  append(out, tail);
}

void write_put_answer_cbor(Buffer& out, const kinesis::PutRecordsAnswer& answer,
                           const kinesis::PutRecords& command) {
  const bool encrypted = answer.stream->encryption == catalog::Encryption::kms;
  if (answer.failed > 0 || encrypted) {
    OutputWriter writer(Coding::cbor, out);
    write_put_answer(writer, answer, command);
    writer.finish();
    return;
  }
  constexpr std::string_view entry =
      "\xa2\x6eSequenceNumber\x78\x38"
      "00000000000000000000000000000000000000000000000000000000"
      "\x67ShardId\x74shardId-000000000000";
  constexpr std::size_t sequence_at = entry.find("00000000");
  constexpr std::size_t shard_at = entry.find("shardId-");
  wire::CborWriter writer(out);
  writer.begin_object();
  writer.key("FailedRecordCount");
  writer.integer(0);
  writer.key("Records");
  writer.begin_array(answer.outcomes.size());
  out.reserve(out.size() + answer.outcomes.size() * entry.size() + 1);
  append_entries(out, answer.outcomes, entry.size(),
                 [&](const kinesis::PutOutcome& outcome, char* to) {
                   std::memcpy(to, entry.data(), entry.size());
                   write_56_digits(outcome.sequence, to + sequence_at);
                   kinesis::write_shard_id(outcome.shard, to + shard_at);
                 });
  writer.end_array();
  writer.end_object();
  writer.finish();
}

}  // namespace levada::aws::kinesis_api
