// Functions on lists.

#include <algorithm>
#include <optional>

#include "query/function_table.h"
#include "query/text.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

constexpr std::size_t list_size_max = 16u << 20;  // elements

Datum element(Evaluation&, const CallSite&, Arguments a) {
  const std::int64_t index = a[1].integer;
  if (index < 1 || index > a[0].size) return Datum::null();
  return a[0].elements[index - 1];
}

Datum slice(Evaluation&, const CallSite&, Arguments a) {
  const std::int64_t first = std::max<std::int64_t>(a[1].integer, 1);
  const std::int64_t last = std::min<std::int64_t>(a[2].integer, a[0].size);
  if (first > last) return Datum::of(std::span<const Datum>());
  return Datum::of(a[0].list().subspan(static_cast<std::size_t>(first - 1),
                                       static_cast<std::size_t>(last - first + 1)));
}

Datum cardinality(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(std::int64_t{a[0].size});
}
Datum array_length(Evaluation&, const CallSite&, Arguments a) {
  return a[0].size == 0 ? Datum::null() : Datum::of(std::int64_t{a[0].size});
}
// The size of a list's dimension is that of its first list there; nullopt: it has no such.
std::optional<std::int64_t> size_of_dimension(const Type& type, Datum list, std::int64_t number) {
  if (number < 1) return std::nullopt;
  const Type* at = &type;
  for (; number > 1; --number) {
    if (!at->element().is(TypeKind::list) || list.size == 0) return std::nullopt;
    at = &at->element();
    list = list.elements[0];
    if (list.is_null()) return std::nullopt;
  }
  return list.size == 0 ? std::nullopt : std::optional<std::int64_t>(list.size);
}
Datum array_length_of(Evaluation&, const CallSite& site, Arguments a) {
  const auto size = size_of_dimension(site.arguments[0], a[0], a[1].integer);
  return size ? Datum::of(*size) : Datum::null();
}
Datum array_lower(Evaluation&, const CallSite& site, Arguments a) {
  const auto size = size_of_dimension(site.arguments[0], a[0], a[1].integer);
  return size ? Datum::of(1) : Datum::null();
}
Datum array_dims(Evaluation& evaluation, const CallSite& site, Arguments a) {
  std::string out;
  for (std::int64_t n = 1;; ++n) {
    const auto size = size_of_dimension(site.arguments[0], a[0], n);
    if (!size) break;
    out += "[1:" + std::to_string(*size) + "]";
  }
  return out.empty() ? Datum::null() : evaluation.text(out);
}
Datum trim_array(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::int64_t gone = a[1].integer, size = a[0].size;
  if (gone < 0 || gone > size)
    return evaluation.fail(
        sqlstate::array_subscript_error,
        "number of elements to trim must be between 0 and " + std::to_string(size));
  return Datum::of(a[0].list().first(static_cast<std::size_t>(size - gone)));
}
Datum array_flatten(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::vector<Datum> all;
  for (const Datum& inner : a[0].list())
    if (!inner.is_null()) all.insert(all.end(), inner.list().begin(), inner.list().end());
  return evaluation.list(all);
}
Datum array_ndims(Evaluation&, const CallSite& site, Arguments) {
  std::int64_t count = 0;
  for (const Type* type = &site.arguments[0]; type->is(TypeKind::list); type = &type->element())
    ++count;
  return Datum::of(count);
}

Datum joined(Evaluation& evaluation, Arguments first, Arguments second) {
  std::vector<Datum> all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  if (all.size() > list_size_max)
    return evaluation.fail(sqlstate::program_limit_exceeded,
                           "array size exceeds the maximum allowed");
  return evaluation.list(all);
}

Datum array_cat(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].is_null()) return a[1];
  if (a[1].is_null()) return a[0];
  return joined(evaluation, a[0].list(), a[1].list());
}
Datum array_append(Evaluation& evaluation, const CallSite&, Arguments a) {
  return joined(evaluation, a[0].is_null() ? Arguments() : a[0].list(), a.subspan(1, 1));
}
Datum array_prepend(Evaluation& evaluation, const CallSite&, Arguments a) {
  return joined(evaluation, a.subspan(0, 1), a[1].is_null() ? Arguments() : a[1].list());
}

Datum array_remove(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].is_null()) return Datum::null();
  std::vector<Datum> kept;
  for (const Datum& datum : a[0].list())
    if (!equal(datum, a[1])) kept.push_back(datum);
  return evaluation.list(kept);
}
Datum array_replace(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].is_null()) return Datum::null();
  std::vector<Datum> all(a[0].list().begin(), a[0].list().end());
  for (Datum& datum : all)
    if (equal(datum, a[1])) datum = a[2];
  return evaluation.list(all);
}
Datum array_position(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].is_null()) return Datum::null();
  if (a.size() > 2 && a[2].is_null())
    return evaluation.fail("22004", "initial position must not be null");
  const std::int64_t start = a.size() > 2 ? std::max<std::int64_t>(a[2].integer, 1) : 1;
  for (std::int64_t i = start; i <= a[0].size; ++i)
    if (equal(a[0].elements[i - 1], a[1])) return Datum::of(i);
  return Datum::null();
}
Datum array_positions(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].is_null()) return Datum::null();
  std::vector<Datum> all;
  for (std::size_t i = 0; i < a[0].size; ++i)
    if (equal(a[0].elements[i], a[1])) all.push_back(Datum::of(static_cast<std::int64_t>(i + 1)));
  return evaluation.list(all);
}
Datum array_sort(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::vector<Datum> all(a[0].list().begin(), a[0].list().end());
  std::stable_sort(all.begin(), all.end(),
                   [](const Datum& x, const Datum& y) { return compare(x, y) < 0; });
  return evaluation.list(all);
}
Datum array_reverse(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::vector<Datum> all(a[0].list().rbegin(), a[0].list().rend());
  return evaluation.list(all);
}
Datum array_distinct(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::vector<Datum> all;
  for (const Datum& datum : a[0].list())
    if (std::none_of(all.begin(), all.end(), [&](const Datum& x) { return equal(x, datum); }))
      all.push_back(datum);
  return evaluation.list(all);
}
template <bool greatest>
Datum array_extreme(Evaluation&, const CallSite&, Arguments a) {
  Datum best;
  for (const Datum& datum : a[0].list()) {
    if (datum.is_null()) continue;
    if (best.is_null() || (greatest ? compare(datum, best) > 0 : compare(datum, best) < 0))
      best = datum;
  }
  return best;
}

bool holds(const Datum& list, const Datum& wanted) {
  return !wanted.is_null() && std::any_of(list.list().begin(), list.list().end(),
                                          [&](const Datum& datum) { return equal(datum, wanted); });
}
Datum array_contains(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(std::all_of(a[1].list().begin(), a[1].list().end(),
                               [&](const Datum& datum) { return holds(a[0], datum); }));
}
Datum array_contained(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(std::all_of(a[0].list().begin(), a[0].list().end(),
                               [&](const Datum& datum) { return holds(a[1], datum); }));
}
Datum array_overlaps(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(std::any_of(a[1].list().begin(), a[1].list().end(),
                               [&](const Datum& datum) { return holds(a[0], datum); }));
}

void append_elements(Evaluation& evaluation, const Type& type, const Datum& list, Arguments a,
                     std::string& out, bool& any) {
  for (const Datum& datum : list.list()) {
    if (type.element().is(TypeKind::list)) {
      append_elements(evaluation, type.element(), datum, a, out, any);
      continue;
    }
    if (datum.is_null() && (a.size() < 3 || a[2].is_null())) continue;
    if (std::exchange(any, true)) out += a[1].text();
    if (datum.is_null())
      out += a[2].text();
    else
      out += to_text(type.element(), datum, {evaluation.facts().time_zone});
  }
}
Datum array_to_string(Evaluation& evaluation, const CallSite& site, Arguments a) {
  if (a[0].is_null() || a[1].is_null()) return Datum::null();
  std::string out;
  bool any = false;
  append_elements(evaluation, site.arguments[0], a[0], a, out, any);
  return evaluation.text(out);
}

Datum string_to_array(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].is_null()) return Datum::null();
  const std::string_view text = a[0].text();
  std::vector<Datum> parts;
  const auto add = [&](std::string_view part) {
    const bool null = a.size() > 2 && !a[2].is_null() && part == a[2].text();
    parts.push_back(null ? Datum::null() : Datum::of(part));
  };
  if (text.empty()) return evaluation.list(parts);
  if (a[1].is_null()) {
    for (std::size_t i = 0; i < text.size();) {
      std::size_t end = i + 1;
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
      add(text.substr(i, end - i));
      i = end;
    }
    return evaluation.list(parts);
  }
  const std::string_view between = a[1].text();
  if (between.empty()) {
    add(text);
    return evaluation.list(parts);
  }
  std::size_t at = 0;
  for (std::size_t end; (end = text.find(between, at)) != std::string_view::npos;
       at = end + between.size())
    add(text.substr(at, end - at));
  add(text.substr(at));
  return evaluation.list(parts);
}

// Sums of a list's elements: NULLs do not count, of nothing it is NULL.
template <bool to_numeric>
Datum sum_of_integers(Evaluation& evaluation, Arguments a) {
  Int128 sum = 0;
  bool any = false;
  for (const Datum& element : a[0].list()) {
    if (element.is_null()) continue;
    sum += element.integer;
    any = true;
  }
  if (!any) return Datum::null();
  if constexpr (to_numeric) return evaluation.decimal({sum, 0, Decimal::Special::none});
  return Datum::of(static_cast<std::int64_t>(sum));  // 16 million of int4 fit
}
Datum integer_sum(Evaluation& evaluation, const CallSite&, Arguments a) {
  return sum_of_integers<false>(evaluation, a);
}
Datum big_sum(Evaluation& evaluation, const CallSite&, Arguments a) {
  return sum_of_integers<true>(evaluation, a);
}
Datum numeric_sum(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::optional<Decimal> sum;
  for (const Datum& element : a[0].list()) {
    if (element.is_null()) continue;
    sum = sum ? add(*sum, Decimal::of(element)) : Decimal::of(element);
    if (!sum) return out_of_range(evaluation, "numeric");
  }
  return sum ? evaluation.decimal(*sum) : Datum::null();
}
Datum real_sum(Evaluation&, const CallSite&, Arguments a) {
  double sum = 0;
  bool any = false;
  for (const Datum& element : a[0].list()) {
    if (element.is_null()) continue;
    sum += element.real;
    any = true;
  }
  return any ? Datum::of(sum) : Datum::null();
}

// array_fill(x, {2, 3}): two lists of three.
Datum filled(Evaluation& evaluation, const CallSite&, Arguments a) {
  constexpr std::int64_t elements_max = 1 << 20;
  if (a[1].is_null())
    return evaluation.fail("22004", "dimension array or low bound array cannot be null");
  const auto sizes = a[1].list();
  if (sizes.empty()) return evaluation.list({});
  if (sizes.size() > 1)
    return evaluation.fail(sqlstate::feature_not_supported,
                           "array_fill makes lists of one dimension");
  if (sizes[0].is_null() || sizes[0].integer < 0 || sizes[0].integer > elements_max)
    return evaluation.fail(sqlstate::program_limit_exceeded,
                           "array size exceeds the maximum allowed");
  return evaluation.list(std::vector<Datum>(static_cast<std::size_t>(sizes[0].integer), a[0]));
}

constinit const Function list_rows[] = {
    {"array_fill",
     {any_element, int4},
     any_list,
     filled,
     false,
     false,
     Volatility::pure,
     list_argument(1)},
    {"element", {any_list, int4}, any_element, element},
    {"slice", {any_list, int4, int4}, any_list, slice},
    {"cardinality", {any_list}, int8, cardinality},
    {"array_length", {any_list}, int8, array_length},
    {"array_length", {any_list, int4}, int8, array_length_of},
    {"array_upper", {any_list, int4}, int4, array_length_of},
    {"array_lower", {any_list, int4}, int4, array_lower},
    {"array_ndims", {any_list}, int4, array_ndims},
    {"array_dims", {any_list}, varchar, array_dims},
    {"trim_array", {any_list, int4}, any_list, trim_array},
    {"array_flatten",
     {any_list},
     any_list,
     array_flatten,
     true,
     false,
     Volatility::pure,
     list_argument(0)},
    {"||", {any_list, any_list}, any_list, array_cat, false},
    {"||", {any_list, any_element}, any_list, array_append, false},
    {"||", {any_element, any_list}, any_list, array_prepend, false},
    {"array_cat", {any_list, any_list}, any_list, array_cat, false},
    {"array_append", {any_list, any_element}, any_list, array_append, false},
    {"array_prepend", {any_element, any_list}, any_list, array_prepend, false},
    {"array_remove", {any_list, any_element}, any_list, array_remove, false},
    {"array_replace", {any_list, any_element, any_element}, any_list, array_replace, false},
    {"array_position", {any_list, any_element}, int4, array_position, false},
    {"array_position", {any_list, any_element, int4}, int4, array_position, false},
    {"array_positions",
     {any_list, any_element},
     int4,
     array_positions,
     false,
     false,
     Volatility::pure,
     result_list},
    {"array_sort", {any_list}, any_list, array_sort},
    {"array_reverse", {any_list}, any_list, array_reverse},
    {"array_distinct", {any_list}, any_list, array_distinct},
    {"array_max", {any_list}, any_element, array_extreme<true>},
    {"array_min", {any_list}, any_element, array_extreme<false>},
    {"array_contains", {any_list, any_list}, boolean, array_contains},
    {"array_contained", {any_list, any_list}, boolean, array_contained},
    {"arraycontains", {any_list, any_list}, boolean, array_contains},
    {"arraycontained", {any_list, any_list}, boolean, array_contained},
    {"@>", {any_list, any_list}, boolean, array_contains},
    {"<@", {any_list, any_list}, boolean, array_contained},
    {"&&", {any_list, any_list}, boolean, array_overlaps},
    {"array_overlaps", {any_list, any_list}, boolean, array_overlaps},
    {"array_is_overlap", {any_list, any_list}, boolean, array_overlaps},
    {"array_is_intersect", {any_list, any_list}, boolean, array_overlaps},
    {"array_sum", {int2}, int8, integer_sum, true, false, Volatility::pure, list_argument(0)},
    {"array_sum", {int4}, int8, integer_sum, true, false, Volatility::pure, list_argument(0)},
    {"array_sum", {int8}, numeric, big_sum, true, false, Volatility::pure, list_argument(0)},
    {"array_sum", {numeric}, numeric, numeric_sum, true, false, Volatility::pure, list_argument(0)},
    {"array_sum", {float4}, float4, real_sum, true, false, Volatility::pure, list_argument(0)},
    {"array_sum", {float8}, float8, real_sum, true, false, Volatility::pure, list_argument(0)},
    {"array_to_string", {any_list, varchar}, varchar, array_to_string, false},
    {"array_to_string", {any_list, varchar, varchar}, varchar, array_to_string, false},
    {"array_join", {any_list, varchar}, varchar, array_to_string, false},
    {"array_join", {any_list, varchar, varchar}, varchar, array_to_string, false},
    {"string_to_array",
     {varchar, varchar},
     varchar,
     string_to_array,
     false,
     false,
     Volatility::pure,
     result_list},
    {"string_to_array",
     {varchar, varchar, varchar},
     varchar,
     string_to_array,
     false,
     false,
     Volatility::pure,
     result_list},
};

}  // namespace

std::span<const Function> list_functions() { return list_rows; }

}  // namespace levada::query
