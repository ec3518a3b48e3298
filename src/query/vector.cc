#include "query/vector.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/endian.h"
#include "query/function_table.h"
#include "query/text.h"

namespace levada::query {

namespace {

using Arguments = std::span<const Datum>;

constexpr std::string_view not_finite = "NaN and infinite values are not allowed in vector";

std::size_t dimensions_of(const Datum& vector) { return vector.size / sizeof(float); }

// Elements are written so that their bytes compare as they do: the sign in front, of negative
// ones all bits turned, the highest byte first.
constexpr std::uint32_t sign_bit = 0x8000'0000;

void append_element(float element, std::string& bytes) {
  const auto bits = std::bit_cast<std::uint32_t>(element == 0 ? 0.0F : element);  // -0 equals 0
  const std::uint32_t key = (bits & sign_bit) != 0 ? ~bits : bits | sign_bit;
  std::byte written[sizeof key];
  store_be(written, key);
  bytes.append(reinterpret_cast<const char*>(written), sizeof key);
}

float element_of(const Datum& vector, std::size_t i) {
  const auto key = load_be<std::uint32_t>(
      reinterpret_cast<const std::byte*>(vector.bytes + i * sizeof(std::uint32_t)));
  return std::bit_cast<float>((key & sign_bit) != 0 ? key & ~sign_bit : ~key);
}

// What `term` of each pair of elements adds up to.
template <class Term>
double sum_of_pairs(const Datum& a, const Datum& b, Term term) {
  double total = 0;
  for (std::size_t i = 0; i < dimensions_of(a); ++i)
    total += term(static_cast<double>(element_of(a, i)), static_cast<double>(element_of(b, i)));
  return total;
}

double product(double a, double b) { return a * b; }

using Distance = double (*)(const Datum&, const Datum&);

double l2(const Datum& a, const Datum& b) {
  return std::sqrt(sum_of_pairs(a, b, [](double x, double y) { return (x - y) * (x - y); }));
}
double l1(const Datum& a, const Datum& b) {
  return sum_of_pairs(a, b, [](double x, double y) { return std::abs(x - y); });
}
double inner(const Datum& a, const Datum& b) { return sum_of_pairs(a, b, product); }
double negative_inner(const Datum& a, const Datum& b) { return -inner(a, b); }
double cosine(const Datum& a, const Datum& b) {
  return 1 - inner(a, b) / std::sqrt(inner(a, a) * inner(b, b));
}

template <Distance distance>
Datum distance_of(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].size != a[1].size)
    return evaluation.fail("22000", "different vector dimensions " +
                                        std::to_string(dimensions_of(a[0])) + " and " +
                                        std::to_string(dimensions_of(a[1])));
  return Datum::of(distance(a[0], a[1]));
}

Datum joined_vectors(Evaluation& evaluation, const CallSite&, Arguments a) {
  return evaluation.text(std::string(a[0].text()) + std::string(a[1].text()));
}

using enum TypeKind;
constinit const Function vector_rows[] = {
    {"l2_distance", {vector, vector}, float8, distance_of<l2>},
    {"l1_distance", {vector, vector}, float8, distance_of<l1>},
    {"cosine_distance", {vector, vector}, float8, distance_of<cosine>},
    {"inner_product", {vector, vector}, float8, distance_of<inner>},
    {"<->", {vector, vector}, float8, distance_of<l2>},
    {"<+>", {vector, vector}, float8, distance_of<l1>},
    {"<=>", {vector, vector}, float8, distance_of<cosine>},
    {"<#>", {vector, vector}, float8, distance_of<negative_inner>},
    {"||", {vector, vector}, vector, joined_vectors},
};

tl::unexpected<SqlError> malformed_vector(std::string_view text) {
  return refuse(sqlstate::invalid_text_representation,
                "invalid input syntax for type vector: \"" + std::string(text) + "\"");
}

std::string wrong_dimensions(const Type& type, std::size_t count) {
  return "expected " + std::to_string(type.dimensions()) + " dimensions, not " +
         std::to_string(count);
}

}  // namespace

void append_vector_text(const Datum& vector, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < dimensions_of(vector); ++i) {
    if (i > 0) out += ',';
    out += to_text(float4, Datum::of(static_cast<double>(element_of(vector, i))));
  }
  out += ']';
}

SqlResult<Value> vector_from_text(const Type& type, std::string_view text) {
  std::string_view left = trimmed(text);
  if (!left.starts_with('[') || !left.ends_with(']')) return malformed_vector(text);
  left = left.substr(1, left.size() - 2);
  std::vector<float> elements;
  for (;;) {
    const std::size_t comma = left.find(',');
    const std::string_view part = trimmed(left.substr(0, comma));
    const std::size_t plus = part.starts_with('+') && !part.starts_with("+-") ? 1 : 0;
    float element = 0;
    const auto read = std::from_chars(part.data() + plus, part.data() + part.size(), element);
    if (read.ec == std::errc::invalid_argument || read.ptr != part.data() + part.size())
      return malformed_vector(text);
    if (read.ec == std::errc::result_out_of_range)  // 0 or an infinity
      element = std::strtof(std::string(part).c_str(), nullptr);
    elements.push_back(element);
    if (comma == std::string_view::npos) break;
    left.remove_prefix(comma + 1);
  }
  return vector_of_floats(type, elements);
}

std::vector<float> floats_of_vector(const Datum& vector) {
  std::vector<float> elements;
  for (std::size_t i = 0; i < dimensions_of(vector); ++i) elements.push_back(element_of(vector, i));
  return elements;
}

SqlResult<Value> vector_of_floats(const Type& type, std::span<const float> elements) {
  std::string bytes;
  for (const float element : elements) {
    if (!std::isfinite(element)) return refuse("22000", std::string(not_finite));
    append_element(element, bytes);
  }
  if (elements.size() != type.dimensions())
    return refuse("22000", wrong_dimensions(type, elements.size()));
  return Value(Datum::of(std::string_view(bytes)));
}

Datum vector_of(Evaluation& evaluation, const Type& type, Arguments elements) {
  if (elements.size() != type.dimensions())
    return evaluation.fail("22000", wrong_dimensions(type, elements.size()));
  std::string bytes;
  for (const Datum& element : elements) {
    if (element.is_null()) return evaluation.fail("22004", "array must not contain nulls");
    if (!std::isfinite(element.real)) return evaluation.fail("22000", std::string(not_finite));
    append_element(static_cast<float>(element.real), bytes);
  }
  return evaluation.text(bytes);
}

Datum elements_of_vector(Evaluation& evaluation, const Datum& vector) {
  std::vector<Datum> elements;
  for (std::size_t i = 0; i < dimensions_of(vector); ++i)
    elements.push_back(Datum::of(static_cast<double>(element_of(vector, i))));
  return evaluation.list(elements);
}

std::span<const Function> vector_functions() { return vector_rows; }

}  // namespace levada::query
