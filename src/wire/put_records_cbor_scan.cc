#include "wire/put_records_cbor_scan.h"

#include "base/endian.h"
#include "base/utf8.h"

namespace levada::wire {
namespace {

constexpr unsigned major_bytes = 2, major_text = 3, major_array = 4, major_map = 5;
constexpr std::byte break_stop{0xff};

// A map or array that is being read: how many items are left, or until the break.
struct Open {
  bool indefinite = false;
  std::uint64_t left = 0;
};

class Cursor {
 public:
  explicit Cursor(ByteView bytes) : bytes_(bytes) {}

  bool at_end() const { return at_ == bytes_.size(); }

  // The argument of an item of that major type with a length; false: something else is here.
  bool head(unsigned major, std::uint64_t& argument) {
    if (at_end()) return false;
    const auto first = static_cast<unsigned>(bytes_[at_]);
    const unsigned information = first & 0x1f;
    if (first >> 5 != major || information > 27) return false;
    ++at_;
    if (information < 24) {
      argument = information;
      return true;
    }
    const std::size_t size = std::size_t{1} << (information - 24);
    if (bytes_.size() - at_ < size) return false;
    const std::byte* const from = bytes_.data() + at_;
    argument = size == 1   ? static_cast<std::uint64_t>(*from)
               : size == 2 ? load_be<std::uint16_t>(from)
               : size == 4 ? load_be<std::uint32_t>(from)
                           : load_be<std::uint64_t>(from);
    at_ += size;
    return true;
  }

  bool open(unsigned major, Open& open) {
    if (at_end()) return false;
    if (bytes_[at_] == static_cast<std::byte>(major << 5 | 0x1f)) {
      ++at_;
      open.indefinite = true;
      return true;
    }
    return head(major, open.left);
  }

  // Whether one more item follows.
  bool more(Open& open) {
    if (!open.indefinite) return open.left > 0 && open.left-- > 0;
    if (at_end() || bytes_[at_] != break_stop) return true;  // the end is found by who reads on
    ++at_;
    return false;
  }

  bool string(unsigned major, ByteView& out) {
    std::uint64_t size = 0;
    if (!head(major, size) || size > bytes_.size() - at_) return false;
    out = bytes_.subspan(at_, size);
    at_ += size;
    return true;
  }
  bool text(std::string_view& out) {
    ByteView bytes;
    if (!string(major_text, bytes)) return false;
    out = as_text(bytes);
    return is_valid_utf8(out);
  }
  // A member that may stand here once.
  bool text_once(std::optional<std::string_view>& out) { return !out && text(out.emplace()); }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

// What a record's map holds, while it is read.
struct RecordMembers {
  std::optional<ByteView> data;
  std::optional<std::string_view> partition_key, explicit_hash_key;

  // Whether the key is one of a record's, and its value as it should be.
  bool take(std::string_view key, Cursor& from, bool& known) {
    known = true;
    if (key == "Data") return !data && from.string(major_bytes, data.emplace());
    if (key == "PartitionKey") return from.text_once(partition_key);
    if (key == "ExplicitHashKey") return from.text_once(explicit_hash_key);
    known = false;
    return true;
  }
  bool finish(ScannedPut& out) const {
    if (!data || !partition_key) return false;
    out.records.push_back({*data, *partition_key, explicit_hash_key});
    return true;
  }
};

bool take_stream(std::string_view key, Cursor& from, ScannedPut& out, bool& known) {
  known = true;
  if (key == "StreamName") return from.text_once(out.stream_name);
  if (key == "StreamARN") return from.text_once(out.stream_arn);
  known = false;
  return true;
}

bool read_record(Cursor& from, ScannedPut& out) {
  Open map;
  if (!from.open(major_map, map)) return false;
  RecordMembers members;
  while (from.more(map)) {
    std::string_view key;
    bool known = false;
    if (!from.text(key) || !members.take(key, from, known) || !known) return false;
  }
  return members.finish(out);
}

bool read_records(Cursor& from, ScannedPut& out, ScanLimits limits) {
  Open array;
  if (!out.records.empty() || !from.open(major_array, array)) return false;
  while (from.more(array))
    if (out.records.size() == limits.records_max || !read_record(from, out)) return false;
  return !out.records.empty();
}

void begin(ScannedPut& out) {
  out.records.clear();
  out.stream_name.reset();
  out.stream_arn.reset();
  out.sequence_number_for_ordering.reset();
}

}  // namespace

bool scan_put_records_cbor(ByteView body, ScannedPut& out, ScanLimits limits) {
  begin(out);
  Cursor from(body);
  Open map;
  if (!from.open(major_map, map)) return false;
  while (from.more(map)) {
    std::string_view key;
    bool known = false;
    if (!from.text(key) || !take_stream(key, from, out, known)) return false;
    if (known) continue;
    if (key != "Records" || !read_records(from, out, limits)) return false;
  }
  return from.at_end() && !out.records.empty();
}

bool scan_put_record_cbor(ByteView body, ScannedPut& out) {
  begin(out);
  Cursor from(body);
  Open map;
  if (!from.open(major_map, map)) return false;
  RecordMembers members;
  while (from.more(map)) {
    std::string_view key;
    bool known = false;
    if (!from.text(key) || !take_stream(key, from, out, known)) return false;
    if (known) continue;
    if (!members.take(key, from, known)) return false;
    if (known) continue;
    if (key != "SequenceNumberForOrdering" || !from.text_once(out.sequence_number_for_ordering))
      return false;
  }
  return from.at_end() && members.finish(out);
}

}  // namespace levada::wire
