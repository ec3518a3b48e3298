#pragma once
// OutputWriter: how a handler writes its answer, in JSON or in CBOR by the same verbs. Members are
// written in the order of the calls; what has no value is not written at all. A handler that writes
// nothing answers with an empty body, as void operations do.

#include <optional>
#include <string_view>

#include "aws/decode.h"
#include "base/bytes.h"
#include "base/time.h"
#include "wire/cbor_writer.h"
#include "wire/json_writer.h"

namespace levada::aws {

class OutputWriter {
 public:
  OutputWriter(Coding coding, Buffer& out);

  Coding coding() const { return coding_; }
  wire::JsonWriter& json() { return *json_; }  // for fast paths that know the coding

  void begin_structure();  // the answer itself, or an item of a list
  void begin_structure(std::string_view name);
  void end_structure();
  void begin_list(std::string_view name, std::size_t size);
  void end_list();
  void item(std::string_view text);

  void string(std::string_view name, std::string_view text);
  void integer(std::string_view name, std::int64_t number);
  void real(std::string_view name, double number);
  void boolean(std::string_view name, bool truth);
  void timestamp(std::string_view name, UnixMillis time);
  void blob(std::string_view name, ByteView bytes);  // base64 in JSON, bytes in CBOR

  void expect_blobs(std::size_t bytes);  // about so many will come; only saves time
  void finish();                         // before the buffer is looked at

 private:
  void key(std::string_view name);

  Coding coding_;
  std::optional<wire::JsonWriter> json_;
  std::optional<wire::CborWriter> cbor_;
};

}  // namespace levada::aws
