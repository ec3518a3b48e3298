// Whatever the reader takes, the writer writes and the reader reads again as the same.

#include <cmath>

#include "base/check.h"
#include "wire/cbor_reader.h"
#include "wire/cbor_writer.h"

using namespace levada;
using namespace levada::wire;

namespace {

void write(const Value& value, CborWriter& cbor) {
  switch (value.kind()) {
    case ValueKind::null:
      return cbor.null();
    case ValueKind::boolean:
      return cbor.boolean(value.boolean());
    case ValueKind::integer:
      return cbor.integer(value.integer());
    case ValueKind::real:
      return cbor.real(value.real());
    case ValueKind::string:
      return cbor.string(value.string());
    case ValueKind::bytes:
      return cbor.bytes(value.bytes());
    case ValueKind::timestamp:
      return cbor.timestamp(value.epoch_millis());
    case ValueKind::array:
      cbor.begin_array(value.items().size());
      for (const Value& item : value.items()) write(item, cbor);
      return cbor.end_array();
    case ValueKind::object:
      cbor.begin_object();
      for (const auto& [key, member] : value.members()) {
        cbor.key(key);
        write(member, cbor);
      }
      return cbor.end_object();
  }
}

void check_same(const Value& a, const Value& b) {
  CHECK(a.kind() == b.kind());
  switch (a.kind()) {
    case ValueKind::null:
      break;
    case ValueKind::boolean:
      CHECK(a.boolean() == b.boolean());
      break;
    case ValueKind::integer:
      CHECK(a.integer() == b.integer());
      break;
    case ValueKind::real:
      CHECK(a.real() == b.real() || std::isnan(a.real()));
      break;
    case ValueKind::string:
      CHECK(a.string() == b.string());
      break;
    case ValueKind::bytes:
      CHECK(as_text(a.bytes()) == as_text(b.bytes()));
      break;
    case ValueKind::timestamp:
      CHECK(a.epoch_millis() == b.epoch_millis());
      break;
    case ValueKind::array:
      CHECK(a.items().size() == b.items().size());
      for (std::size_t i = 0; i < a.items().size(); ++i) check_same(a.items()[i], b.items()[i]);
      break;
    case ValueKind::object:
      CHECK(a.members().size() == b.members().size());
      for (std::size_t i = 0; i < a.members().size(); ++i) {
        CHECK(a.members()[i].key == b.members()[i].key);
        check_same(a.members()[i].value, b.members()[i].value);
      }
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static ValueTree tree;
  static ValueTree again_tree;
  const Result<Value> root = read_cbor({reinterpret_cast<const std::byte*>(data), size}, tree);
  if (!root) return 0;
  Buffer out;
  CborWriter cbor(out);
  write(*root, cbor);
  const Result<Value> again = read_cbor(out, again_tree);
  CHECK(again.has_value());
  check_same(*root, *again);
  return 0;
}
