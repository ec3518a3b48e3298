// Our reader and simdjson take the same texts and read the same from them, except for numbers
// beyond their range and the limits of our tree; what the writer makes of a string is read back.

#include <simdjson.h>

#include "base/check.h"
#include "wire/json_reader.h"
#include "wire/json_writer.h"

using namespace levada;
using namespace levada::wire;

namespace {

void check_same_json(const Value& ours, simdjson::dom::element theirs);

// simdjson keeps repeated keys: ours must be the last of them.
void check_same_object(const Value& ours, simdjson::dom::object theirs) {
  for (const Member& member : ours.members()) {
    simdjson::dom::element last;
    bool found = false;
    for (const auto& [key, value] : theirs) {
      if (key != member.key) continue;
      last = value;
      found = true;
    }
    CHECK(found);
    check_same_json(member.value, last);
  }
  for (const auto& [key, value] : theirs) CHECK(ours.find(key) != nullptr);
}

void check_same_json(const Value& ours, simdjson::dom::element theirs) {
  switch (theirs.type()) {
    case simdjson::dom::element_type::NULL_VALUE:
      CHECK(ours.is(ValueKind::null));
      break;
    case simdjson::dom::element_type::BOOL:
      CHECK(ours.boolean() == bool(theirs));
      break;
    case simdjson::dom::element_type::INT64:
      CHECK(ours.integer() == std::int64_t(theirs));
      break;
    case simdjson::dom::element_type::UINT64:
      CHECK(ours.real() == static_cast<double>(std::uint64_t(theirs)));
      break;
    case simdjson::dom::element_type::DOUBLE:
      CHECK(ours.real() == double(theirs));
      break;
    case simdjson::dom::element_type::STRING:
      CHECK(ours.string() == std::string_view(theirs));
      break;
    case simdjson::dom::element_type::ARRAY: {
      auto item = ours.items().begin();
      for (const simdjson::dom::element their_item : simdjson::dom::array(theirs)) {
        CHECK(item != ours.items().end());
        check_same_json(*item++, their_item);
      }
      CHECK(item == ours.items().end());
      break;
    }
    case simdjson::dom::element_type::OBJECT:
      check_same_object(ours, theirs);
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static ValueTree tree;
  static simdjson::dom::parser parser;
  const Result<Value> ours = read_json(text, tree);
  const auto theirs = parser.parse(text.data(), text.size());
  switch (theirs.error()) {
    case simdjson::SUCCESS:
      if (ours) {
        check_same_json(*ours, theirs.value_unsafe());
      } else {
        CHECK(ours.error().message.find("limit") != std::string::npos, ours.error().message);
      }
      break;
    case simdjson::NUMBER_ERROR:
      break;  // a number beyond its range, or malformed
    default:
      CHECK(!ours.has_value());
  }
  if (ours && ours->is(ValueKind::string)) {
    Buffer out;
    JsonWriter json(out);
    json.string(ours->string());
    json.finish();
    ValueTree again;
    CHECK(read_json(as_text(out), again)->string() == ours->string());
  }
  return 0;
}
