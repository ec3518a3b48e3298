#pragma once
// Appends CBOR (RFC 8949) to a Buffer, in the form every AWS SDK reads (spec kinesis 4.2): definite
// lengths, shortest integers, times as tag 1 + unsigned milliseconds. Same verbs as JsonWriter, so
// that one table can write both; the members of an object are counted here, the items of an array
// by the caller.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace levada::wire {

class CborWriter {
 public:
  explicit CborWriter(Buffer& out) : out_(out) {}

  void begin_object();
  void end_object();
  void begin_array(std::size_t size) { head(major_array, size); }
  void end_array() {}
  void key(std::string_view key);

  void string(std::string_view text);
  void bytes(ByteView bytes);
  void integer(std::int64_t number);
  void unsigned_integer(std::uint64_t number) { head(major_unsigned, number); }
  void real(double number);
  void boolean(bool truth) { out_.push_back(std::byte(truth ? 0xf5 : 0xf4)); }
  void null() { out_.push_back(std::byte{0xf6}); }
  void timestamp(std::int64_t epoch_millis);
  // Makes room for so many bytes at once, so that a large answer is not moved as it grows.
  void expect(std::size_t size) { out_.reserve(out_.size() + size); }
  void finish() {}

 private:
  static constexpr unsigned major_unsigned = 0;
  static constexpr unsigned major_negative = 1;
  static constexpr unsigned major_bytes = 2;
  static constexpr unsigned major_text = 3;
  static constexpr unsigned major_array = 4;
  static constexpr unsigned major_map = 5;

  struct OpenObject {
    std::size_t head;  // where its first byte stands
    std::uint64_t members;
  };

  void head(unsigned major, std::uint64_t argument);

  Buffer& out_;
  std::vector<OpenObject> open_;
};

}  // namespace levada::wire
