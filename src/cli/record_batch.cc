#include "cli/record_batch.h"

#include <algorithm>

#include "base/endian.h"
#include "cli/exit_code.h"
#include "wire/cbor_reader.h"
#include "wire/cbor_writer.h"

namespace levada::cli {

namespace {

// API_PutRecords: at most 500 records. It takes 10 MiB; a fortieth of that is as fast, keeps the
// commands small and lets many requests be under way.
constexpr std::size_t records_max = 500;
constexpr std::size_t batch_bytes_max = 256 << 10;

// A map of two, its members' names as they always stand.
constexpr std::string_view before_data =
    "\xa2\x64"
    "Data";
constexpr std::string_view before_key = "\x6cPartitionKey";
constexpr std::size_t length_max = 5;  // of a length in CBOR
constexpr std::size_t record_head_max = before_data.size() + before_key.size() + 2 * length_max;

constexpr std::byte open_array{0x9f};  // of indefinite length
constexpr std::byte break_code{0xff};

std::byte* put(std::string_view text, std::byte* to) {
  return std::copy_n(reinterpret_cast<const std::byte*>(text.data()), text.size(), to);
}

// The head of a string of bytes or of text.
std::byte* put_length(unsigned major, std::size_t length, std::byte* to) {
  const auto first = [&](unsigned info) { *to++ = static_cast<std::byte>(major << 5 | info); };
  if (length < 24) {
    first(static_cast<unsigned>(length));
  } else if (length <= UINT8_MAX) {
    first(24);
    *to++ = static_cast<std::byte>(length);
  } else if (length <= UINT16_MAX) {
    first(25);
    store_be(to, static_cast<std::uint16_t>(length));
    to += 2;
  } else {
    first(26);
    store_be(to, static_cast<std::uint32_t>(length));
    to += 4;
  }
  return to;
}

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
  constexpr unsigned bytes = 2, text = 3;
  const std::size_t begin = body_.size();
  begins_.push_back(begin);
  body_.resize(begin + record_head_max + data.size() + key.size());
  std::byte* to = put(before_data, body_.data() + begin);
  to = put(data, put_length(bytes, data.size(), to));
  to = put(before_key, to);
  to = put(key, put_length(text, key.size(), to));
  body_.resize(static_cast<std::size_t>(to - body_.data()));
}

void RecordBatch::clear() {
  body_.resize(prefix_size_);
  begins_.clear();
}

std::string_view RecordBatch::close() {
  body_.push_back(break_code);
  return as_text(body_);
}

// Whether the answer begins by saying that of so many records none was refused; what follows are
// their numbers, which nobody asked for. Another service may say so otherwise and is read whole.
bool RecordBatch::says_all_taken(std::string_view answer) const {
  Buffer expected;
  wire::CborWriter writer(expected);
  writer.string("FailedRecordCount");
  writer.integer(0);
  writer.string("Records");
  writer.begin_array(records());
  const bool map = !answer.empty() && static_cast<unsigned char>(answer[0]) >> 5 == 5;
  return map && answer.substr(1).starts_with(as_text(expected));
}

Result<RecordBatch::Verdict> RecordBatch::keep_refused(std::string_view answer) {
  if (says_all_taken(answer)) {
    const std::size_t taken = records();
    clear();
    return Verdict{taken, {}};
  }
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
