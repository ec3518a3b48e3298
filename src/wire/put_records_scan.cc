#include "wire/put_records_scan.h"

#include "wire/base64.h"
#include "wire/json_scan.h"

namespace levada::wire {

namespace {

// Every function returns whether the body is still of the usual shape. Names are known words, taken
// as such: that is faster than reading a name and asking which it is.
class Scanner : private JsonScan {
 public:
  using JsonScan::JsonScan;

  bool put_records(ScannedPut& out, std::size_t records_max) {
    bool has_records = false;
    skip_space();
    return taken_members([&] {
             if (take("\"Records\"")) {
               if (has_records) return false;
               has_records = true;
               return colon() && records(out.records, records_max);
             }
             return stream_member(out);
           }) &&
           has_records && at_end();
  }

  bool put_record(ScannedPut& out) {
    ScannedRecord record;
    skip_space();
    const bool usual = taken_members([&] {
      if (take("\"SequenceNumberForOrdering\"")) return text(out.sequence_number_for_ordering);
      if (record_member(record)) return true;
      return usual_ && stream_member(out);
    });
    if (!usual || !at_end() || !is_complete(record)) return false;
    out.records.push_back(record);
    return true;
  }

 private:
  bool records(std::vector<ScannedRecord>& out, std::size_t records_max) {
    if (!take('[')) return false;
    do {
      if (out.size() == records_max) return false;
      skip_space();
      ScannedRecord& record = out.emplace_back();
      if (!taken_members([&] { return record_member(record); }) || !is_complete(record))
        return false;
      skip_space();
    } while (take(','));
    return take(']');
  }

  static bool is_complete(const ScannedRecord& record) {
    return record.data.data() != nullptr && record.partition_key.data() != nullptr;
  }

  // False with usual_ still true: the member is not one of a record.
  bool record_member(ScannedRecord& record) {
    if (take("\"Data\"")) return usual_ = data(record.data);
    if (take("\"PartitionKey\"")) {
      usual_ = record.partition_key.data() == nullptr && colon() && string(record.partition_key);
      return usual_;
    }
    if (take("\"ExplicitHashKey\"")) return usual_ = text(record.explicit_hash_key);
    return false;
  }

  bool stream_member(ScannedPut& out) {
    if (take("\"StreamName\"")) return text(out.stream_name);
    if (take("\"StreamARN\"")) return text(out.stream_arn);
    return false;
  }

  bool text(std::optional<std::string_view>& out) {
    return !out.has_value() && colon() && string(out.emplace());
  }

  // The decoder stops by itself at the closing quote or at the last group, if that is padded.
  bool data(ByteView& out) {
    if (out.data() != nullptr || !colon() || !take('"')) return false;
    const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
    const auto [read, written] = base64_decode_prefix(rest, {room_, room_end_});
    at_ += read;
    std::size_t size = written;
    if (at_ != end_ && *at_ != '"') {
      constexpr std::size_t group = 4;
      if (static_cast<std::size_t>(end_ - at_) <= group) return false;
      const Base64Decoded last = base64_decode({at_, group}, {room_ + size, room_end_});
      if (!last.ok()) return false;
      at_ += group;
      size += last.size;
    }
    if (!take('"')) return false;
    out = {room_, size};
    room_ += size;
    return true;
  }

  bool usual_ = true;
};

void clear(ScannedPut& put) {
  put.records.clear();
  put.stream_name.reset();
  put.stream_arn.reset();
  put.sequence_number_for_ordering.reset();
}

}  // namespace

bool scan_put_records(std::string_view body, MutableByteView room, ScannedPut& out,
                      ScanLimits limits) {
  clear(out);
  return Scanner(body, room).put_records(out, limits.records_max);
}

bool scan_put_record(std::string_view body, MutableByteView room, ScannedPut& out) {
  clear(out);
  return Scanner(body, room).put_record(out);
}

}  // namespace levada::wire
