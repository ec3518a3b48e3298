#include "aws/output_writer.h"

#include "wire/base64.h"

namespace levada::aws {

OutputWriter::OutputWriter(Coding coding, Buffer& out) : coding_(coding) {
  if (coding == Coding::json)
    json_.emplace(out);
  else
    cbor_.emplace(out);
}

void OutputWriter::key(std::string_view name) {
  if (json_)
    json_->key(name);
  else
    cbor_->key(name);
}

void OutputWriter::begin_structure() {
  if (json_)
    json_->begin_object();
  else
    cbor_->begin_object();
}

void OutputWriter::begin_structure(std::string_view name) {
  key(name);
  begin_structure();
}

void OutputWriter::end_structure() {
  if (json_)
    json_->end_object();
  else
    cbor_->end_object();
}

void OutputWriter::begin_list(std::string_view name, std::size_t size) {
  key(name);
  if (json_)
    json_->begin_array(size);
  else
    cbor_->begin_array(size);
}

void OutputWriter::end_list() {
  if (json_)
    json_->end_array();
  else
    cbor_->end_array();
}

void OutputWriter::item(std::string_view text) {
  if (json_)
    json_->string(text);
  else
    cbor_->string(text);
}

void OutputWriter::string(std::string_view name, std::string_view text) {
  key(name);
  item(text);
}

void OutputWriter::integer(std::string_view name, std::int64_t number) {
  key(name);
  if (json_)
    json_->integer(number);
  else
    cbor_->integer(number);
}

void OutputWriter::real(std::string_view name, double number) {
  key(name);
  if (json_)
    json_->real(number);
  else
    cbor_->real(number);
}

void OutputWriter::boolean(std::string_view name, bool truth) {
  key(name);
  if (json_)
    json_->boolean(truth);
  else
    cbor_->boolean(truth);
}

void OutputWriter::timestamp(std::string_view name, UnixMillis time) {
  key(name);
  if (json_)
    json_->epoch_seconds(time.count());
  else
    cbor_->timestamp(time.count());
}

void OutputWriter::blob(std::string_view name, ByteView bytes) {
  key(name);
  if (json_)
    wire::base64_encode(bytes, json_->plain_string(wire::base64_encoded_size(bytes.size())));
  else
    cbor_->bytes(bytes);
}

void OutputWriter::expect_blobs(std::size_t bytes) {
  if (json_)
    json_->expect(wire::base64_encoded_size(bytes));
  else
    cbor_->expect(bytes);
}

void OutputWriter::finish() {
  if (json_)
    json_->finish();
  else
    cbor_->finish();
}

}  // namespace levada::aws
