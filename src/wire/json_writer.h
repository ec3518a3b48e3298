#pragma once
// Appends JSON to a Buffer. Commas come by themselves; that keys and values alternate and brackets
// match is the caller's promise. Strings are UTF-8 and pass through; only quotes, backslashes and
// control characters are escaped, as AWS does.
//
//   JsonWriter json(out);
//   json.begin_object();
//   json.key("ShardId");
//   json.string(id);
//   json.end_object();
//   json.finish();

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace levada::wire {

class JsonWriter {
 public:
  explicit JsonWriter(Buffer& out);
  ~JsonWriter() { finish(); }
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  // The number of items is of no use here; CborWriter needs it.
  void begin_array(std::size_t /*size*/ = 0) { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view key) {
    quoted(key);
    *at_++ = ':';
    needs_comma_ = false;
  }

  void string(std::string_view text) {
    quoted(text);
    needs_comma_ = true;
  }
  void integer(std::int64_t number);
  void unsigned_integer(std::uint64_t number);
  void real(double number);  // the shortest text that reads back the same; null if not finite
  void boolean(bool truth) { value(truth ? "true" : "false"); }
  void null() { value("null"); }
  // AWS's form of a time: seconds since 1970 with at most three decimals.
  void epoch_seconds(std::int64_t epoch_millis);
  // A value that is JSON already.
  void raw(std::string_view json) { value(json); }
  // A string of exactly `size` characters that the caller fills in at once and that need no
  // escapes: base64, digits.
  char* plain_string(std::size_t size);

  // Room for values, and commas between them, that the caller writes himself, `size` characters at
  // most; end_raw takes where they end.
  char* begin_raw(std::size_t size) {
    reserve(size + 1);
    comma();
    return at_;
  }
  void end_raw(char* end) {
    at_ = end;
    needs_comma_ = true;
  }

  // What there will be before the next value, with its comma if it needs one.
  std::size_t room() const { return written() + (needs_comma_ ? 1 : 0); }
  // Values with commas between them, in a buffer that begins with room() for what is before them.
  // That is copied there and the buffer becomes the output's: a large text is not copied. The
  // output's old one comes back.
  Buffer raw_in_place(Buffer json);

  // Makes room for so many characters at once, so that a large text is not moved as it grows.
  void expect(std::size_t size);

  // Cuts the buffer to what was written. Until then its size has no meaning.
  void finish();

 private:
  void open(char bracket) {
    reserve(2);
    comma();
    *at_++ = bracket;
    needs_comma_ = false;
  }
  void close(char bracket) {
    reserve(1);
    *at_++ = bracket;
    needs_comma_ = true;
  }
  void value(std::string_view text);
  void quoted(std::string_view text);  // leaves room for a colon
  // Room for `size` more characters and a comma.
  void reserve(std::size_t size) {
    if (static_cast<std::size_t>(end_ - at_) < size) grow(size);
  }
  void grow(std::size_t size);
  std::size_t written() const {  // what the buffer holds of it, and held before
    return static_cast<std::size_t>(at_ - reinterpret_cast<const char*>(out_.data()));
  }
  void comma() {
    if (needs_comma_) *at_++ = ',';
  }
  void put(std::string_view text);

  Buffer& out_;
  char* at_;
  char* end_;
  bool needs_comma_ = false;
};

}  // namespace levada::wire
