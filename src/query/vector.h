#pragma once
// Vectors: float4s, one behind the other in the bytes of a datum, which compare as they do;
// written [1,2.5,3].

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/evaluation.h"

namespace levada::query {

inline constexpr std::size_t vector_dimensions_max = 16'000;  // pgvector's

void append_vector_text(const Datum& vector, std::string& out);
std::vector<float> floats_of_vector(const Datum& vector);
// Errors: 22000 (another number of elements, NaN, infinities).
SqlResult<Value> vector_of_floats(const Type& type, std::span<const float> elements);
// Errors: 22P02, 22000.
SqlResult<Value> vector_from_text(const Type& type, std::string_view text);
// Of a list of float4, and back.
Datum vector_of(Evaluation& evaluation, const Type& type, std::span<const Datum> elements);
Datum elements_of_vector(Evaluation& evaluation, const Datum& vector);

}  // namespace levada::query
