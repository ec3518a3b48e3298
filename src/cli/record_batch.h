#pragma once
// The body of one PutRecords request, grown record by record in the encoding that it is sent in:
// CBOR, which Kinesis takes beside JSON and which carries data as it is, without base64.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "cli/document.h"

namespace levada::cli {

class RecordBatch {
 public:
  static constexpr std::string_view content_type = "application/x-amz-cbor-1.1";

  // `stream` holds StreamName, StreamARN or both.
  explicit RecordBatch(const Document& stream);

  std::size_t records() const { return begins_.size(); }
  bool is_empty() const { return begins_.empty(); }
  // Whether a record of that many bytes, data and key, goes with those that are there. The first
  // always does.
  bool has_room_for(std::size_t bytes) const;
  void add(std::string_view data, std::string_view key);
  void clear();

  // The body, to be sent; nothing is added until keep() or clear().
  std::string_view close();

  // What the service said of each record: those that it refused for a while stay, in their order,
  // to be sent again. Errors: an answer that does not tell of every record.
  struct Verdict {
    std::size_t taken = 0;
    std::string refusal;  // the last one's code and message
  };
  Result<Verdict> keep_refused(std::string_view answer);

 private:
  bool says_all_taken(std::string_view answer) const;

  std::size_t prefix_size_ = 0;  // of the body, before the first record
  Buffer body_;
  std::vector<std::size_t> begins_;  // where each record begins in the body
};

}  // namespace levada::cli
