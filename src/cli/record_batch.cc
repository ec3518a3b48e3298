#include "cli/record_batch.h"

#include "cli/exit_code.h"
#include "wire/cbor_reader.h"
#include "wire/cbor_writer.h"

namespace levada::cli {

namespace {

// API_PutRecords: at most 500 records. It takes 10 MiB; a twentieth of that is as fast, keeps the
// commands small and lets several requests be under way.
constexpr std::size_t records_max = 500;
constexpr std::size_t batch_bytes_max = 512 << 10;
constexpr std::size_t record_head_max = 64;  // member names and lengths

constexpr std::byte open_array{0x9f};  // of indefinite length
constexpr std::byte break_code{0xff};

std::string_view text_of(const wire::Value& record, std::string_view member) {
  const wire::Value* const value = record.find(member);
  return value == nullptr || !value->is(wire::ValueKind::string) ? "" : value->string();
}

}  // namespace

RecordBatch::RecordBatch(const Document& stream) {
  body_.reserve(batch_bytes_max + (batch_bytes_max >> 4));
  wire::CborWriter writer(body_);
  // A map of the stream's members and the records; its head is one byte.
  constexpr unsigned map_head = 0xa0;
  body_.push_back(std::byte(map_head + stream.members().size() + 1));
  for (const Document::Member& member : stream.members()) {
    writer.string(member.name);
    writer.string(member.value.string());
  }
  writer.string("Records");
  body_.push_back(open_array);
  prefix_size_ = body_.size();
}

bool RecordBatch::has_room_for(std::size_t bytes) const {
  return is_empty() ||
         (records() < records_max && body_.size() + bytes + record_head_max <= batch_bytes_max);
}

void RecordBatch::add(std::string_view data, std::string_view key) {
  begins_.push_back(body_.size());
  wire::CborWriter writer(body_);
  constexpr std::byte map_of_two{0xa2};
  body_.push_back(map_of_two);
  writer.string("Data");
  writer.bytes(as_bytes(data));
  writer.string("PartitionKey");
  writer.string(key);
}

void RecordBatch::clear() {
  body_.resize(prefix_size_);
  begins_.clear();
}

std::string_view RecordBatch::close() {
  body_.push_back(break_code);
  return as_text(body_);
}

Result<RecordBatch::Verdict> RecordBatch::keep_refused(std::string_view answer) {
  const auto refuse = [] {
    return fail_as(ExitCode::general, "the answer does not tell of every record");
  };
  wire::ValueTree tree;
  const Result<wire::Value> root = wire::read_cbor(as_bytes(answer), tree);
  const wire::Value* const outcomes =
      root && root->is(wire::ValueKind::object) ? root->find("Records") : nullptr;
  if (outcomes == nullptr || !outcomes->is(wire::ValueKind::array) ||
      outcomes->items().size() != records())
    return refuse();

  body_.pop_back();  // the break code
  Verdict verdict;
  std::vector<std::size_t> kept;
  std::size_t end = prefix_size_;  // of what is kept
  for (std::size_t i = 0; i < outcomes->items().size(); ++i) {
    const wire::Value& outcome = outcomes->items()[i];
    if (!outcome.is(wire::ValueKind::object)) return refuse();
    const std::string_view code = text_of(outcome, "ErrorCode");
    if (code.empty()) {
      ++verdict.taken;
      continue;
    }
    verdict.refusal.assign(code).append(": ").append(text_of(outcome, "ErrorMessage"));
    const auto first = body_.begin() + static_cast<std::ptrdiff_t>(begins_[i]);
    const std::size_t next = i + 1 < begins_.size() ? begins_[i + 1] : body_.size();
    const std::size_t size = next - begins_[i];
    std::copy(first, first + static_cast<std::ptrdiff_t>(size),
              body_.begin() + static_cast<std::ptrdiff_t>(end));
    kept.push_back(end);
    end += size;
  }
  body_.resize(end);
  begins_ = std::move(kept);
  return verdict;
}

}  // namespace levada::cli
