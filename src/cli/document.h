#pragma once
// A value of the kind that command lines and answers are made of: JSON's kinds, and bytes. Owns all
// that it holds and keeps the order of its members. Everything that the commands read, ask with
// --query and print passes through this type. Not for hot paths: the server decodes otherwise.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace levada::cli {

class Document {
 public:
  struct Member;
  using Array = std::vector<Document>;
  using Object = std::vector<Member>;

  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,
    big_integer,  // beyond 64 bits, kept as its digits
    real,
    string,
    bytes,
    array,
    object,
  };

  Document() = default;
  static Document of_boolean(bool truth);
  static Document of_integer(std::int64_t number);
  static Document of_big_integer(std::string digits);
  static Document of_real(double number);
  static Document of_string(std::string_view text);
  static Document of_string(std::string&& text);
  static Document of_string(const char* text);
  static Document of_bytes(std::string bytes);
  static Document of_array(Array items);
  static Document of_object(Object members);

  Kind kind() const { return static_cast<Kind>(holder_.index()); }
  bool is(Kind kind) const { return this->kind() == kind; }
  bool is_null() const { return is(Kind::null); }
  bool is_string() const { return is(Kind::string); }
  bool is_array() const { return is(Kind::array); }
  bool is_object() const { return is(Kind::object); }
  bool is_integer() const { return is(Kind::integer) || is(Kind::big_integer); }
  bool is_number() const { return is_integer() || is(Kind::real); }
  bool is_scalar() const { return !is_array() && !is_object(); }

  // Each is only for the kind it names; asking another is a broken promise of the caller.
  bool boolean() const { return std::get<1>(holder_); }
  std::int64_t integer() const { return std::get<2>(holder_); }
  const std::string& digits() const { return std::get<3>(holder_).digits; }
  double real() const;  // of any number
  const std::string& string() const { return std::get<5>(holder_); }
  const std::string& bytes() const { return std::get<6>(holder_).bytes; }
  const Array& items() const { return std::get<7>(holder_); }
  Array& items() { return std::get<7>(holder_); }
  const Object& members() const { return std::get<8>(holder_); }
  Object& members() { return std::get<8>(holder_); }

  // The member of that name of an object; null when there is none, or when this is no object.
  const Document* find(std::string_view name) const;
  Document* find(std::string_view name);
  // Sets a member of an object, in place if it is there, else as the last.
  void set(std::string_view name, Document value);
  void erase(std::string_view name);

  // Equal kinds and equal values; numbers by value; members in any order.
  friend bool operator==(const Document& a, const Document& b);

 private:
  struct BigInteger {
    std::string digits;
  };
  struct Blob {
    std::string bytes;
  };
  using Holder = std::variant<std::monostate, bool, std::int64_t, BigInteger, double, std::string,
                              Blob, Array, Object>;
  explicit Document(Holder holder);

  Holder holder_;
};

struct Document::Member {
  std::string name;
  Document value;
};

// Below Member, which a holder must know whole.
inline Document::Document(Holder holder) : holder_(std::move(holder)) {}
inline Document Document::of_boolean(bool truth) {
  return Document(Holder(std::in_place_index<1>, truth));
}
inline Document Document::of_integer(std::int64_t number) {
  return Document(Holder(std::in_place_index<2>, number));
}
inline Document Document::of_real(double number) {
  return Document(Holder(std::in_place_index<4>, number));
}
inline Document Document::of_string(std::string_view text) {
  return Document(Holder(std::in_place_index<5>, text));
}
inline Document Document::of_string(std::string&& text) {
  return Document(Holder(std::in_place_index<5>, std::move(text)));
}
inline Document Document::of_string(const char* text) { return of_string(std::string_view(text)); }

}  // namespace levada::cli
