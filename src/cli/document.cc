#include "cli/document.h"

#include <cstdlib>

namespace levada::cli {

Document Document::of_big_integer(std::string digits) {
  return Document(Holder(std::in_place_index<3>, BigInteger{std::move(digits)}));
}

Document Document::of_bytes(std::string bytes) {
  return Document(Holder(std::in_place_index<6>, Blob{std::move(bytes)}));
}

Document Document::of_array(Array items) {
  return Document(Holder(std::in_place_index<7>, std::move(items)));
}

Document Document::of_object(Object members) {
  return Document(Holder(std::in_place_index<8>, std::move(members)));
}

double Document::real() const {
  if (is(Kind::integer)) return static_cast<double>(integer());
  if (is(Kind::big_integer)) return std::strtod(digits().c_str(), nullptr);
  return std::get<4>(holder_);
}

const Document* Document::find(std::string_view name) const {
  if (!is_object()) return nullptr;
  for (const Member& member : members())
    if (member.name == name) return &member.value;
  return nullptr;
}

Document* Document::find(std::string_view name) {
  return const_cast<Document*>(std::as_const(*this).find(name));
}

void Document::set(std::string_view name, Document value) {
  if (Document* const present = find(name)) {
    *present = std::move(value);
  } else {
    members().push_back({std::string(name), std::move(value)});
  }
}

void Document::erase(std::string_view name) {
  std::erase_if(members(), [&](const Member& member) { return member.name == name; });
}

bool operator==(const Document& a, const Document& b) {
  using Kind = Document::Kind;
  if (a.is_number() && b.is_number()) {
    if (a.is(Kind::integer) && b.is(Kind::integer)) return a.integer() == b.integer();
    if (a.is(Kind::big_integer) && b.is(Kind::big_integer)) return a.digits() == b.digits();
    return a.real() == b.real();
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return a.boolean() == b.boolean();
    case Kind::string:
      return a.string() == b.string();
    case Kind::bytes:
      return a.bytes() == b.bytes();
    case Kind::array:
      return a.items() == b.items();
    case Kind::object:
      if (a.members().size() != b.members().size()) return false;
      for (const Document::Member& member : a.members()) {
        const Document* const other = b.find(member.name);
        if (other == nullptr || !(*other == member.value)) return false;
      }
      return true;
    default:
      return false;  // numbers are above
  }
}

}  // namespace levada::cli
