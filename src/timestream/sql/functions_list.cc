// Functions of arrays.

#include <algorithm>
#include <unordered_set>

#include "timestream/sql/calendar.h"
#include "timestream/sql/expression.h"

namespace levada::timestream::sql {
namespace {

using Arguments = std::span<const Value>;
using Values = std::vector<Value>;

bool holds(const Values& list, const Value& value) {
  return std::ranges::any_of(list, [&](const Value& v) { return compare(v, value) == 0; });
}

Values sorted(const Values& list) {
  Values all = list;
  std::ranges::sort(all, [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  return all;
}

struct HashValue {
  std::size_t operator()(const Value& value) const { return hash_of(value); }
};
struct SameValue {
  bool operator()(const Value& a, const Value& b) const { return compare(a, b) == 0; }
};
using ValueSet = std::unordered_set<Value, HashValue, SameValue>;

Values distinct(const Values& list) {
  ValueSet seen;
  Values all;
  for (const Value& value : list)
    if (seen.insert(value).second) all.push_back(value);
  return all;
}

Value extreme(const Values& list, int sign) {
  Value best;
  for (const Value& value : list) {
    if (value.null()) return {};
    if (best.null() || compare(value, best) * sign > 0) best = value;
  }
  return best;
}

Values only(const Values& list, const Values& other, bool inside) {
  const ValueSet others(other.begin(), other.end());
  ValueSet seen;
  Values all;
  for (const Value& value : list)
    if (others.contains(value) == inside && seen.insert(value).second) all.push_back(value);
  return all;
}

Values joined(Arguments parts) {
  Values all;
  for (const Value& part : parts) all.insert(all.end(), part.list().begin(), part.list().end());
  return all;
}

Value sequence(Runtime& runtime, std::int64_t from, std::int64_t to, std::int64_t step) {
  if (step == 0 || (to > from && step < 0) || (to < from && step > 0))
    return runtime.fail(
        "sequence stop value should be greater than or equal to start value if step is greater "
        "than zero otherwise stop should be less than or equal to start");
  Values all;
  for (std::int64_t at = from; step > 0 ? at <= to : at >= to;) {
    if (all.size() == list_items_max)
      return runtime.fail("result of sequence function must not have more than 1000000 entries");
    all.emplace_back(at);
    if (__builtin_add_overflow(at, step, &at)) break;
  }
  return Value(std::move(all));
}

Value element_at(Runtime& runtime, Arguments a) {
  const Values& list = a[0].list();
  std::int64_t at = a[1].number();
  if (at == 0) return runtime.fail("SQL array indices start at 1");
  if (at < 0) at += static_cast<std::int64_t>(list.size()) + 1;
  if (at < 1 || at > static_cast<std::int64_t>(list.size())) return {};
  return list[static_cast<std::size_t>(at - 1)];
}

Value slice(Runtime& runtime, Arguments a) {
  const Values& list = a[0].list();
  const auto size = static_cast<std::int64_t>(list.size());
  std::int64_t from = a[1].number();
  if (from == 0 || a[2].number() < 0) return runtime.fail("SQL array indices start at 1");
  if (from < 0) from += size + 1;
  Values all;
  for (std::int64_t i = from; i >= 1 && i <= size && i - from < a[2].number(); ++i)
    all.push_back(list[static_cast<std::size_t>(i - 1)]);
  return Value(std::move(all));
}

Value join(const Values& list, const std::string& by, const std::string* null_text) {
  std::string all;
  bool first = true;
  for (const Value& value : list) {
    if (value.null() && null_text == nullptr) continue;
    if (all.size() > text_bytes_max) break;  // which the caller refuses
    if (!first) all += by;
    first = false;
    all += value.null() ? *null_text : value.text();
  }
  return Value(std::move(all));
}

constexpr Function list_rows[] = {
    {"array_distinct(array(T)) array(T)",
     [](Runtime&, Arguments a) { return Value(distinct(a[0].list())); }},
    {"array_except(array(T), array(T)) array(T)",
     [](Runtime&, Arguments a) { return Value(only(a[0].list(), a[1].list(), false)); }},
    {"array_intersect(array(T), array(T)) array(T)",
     [](Runtime&, Arguments a) { return Value(only(a[0].list(), a[1].list(), true)); }},
    {"array_union(array(T), array(T)) array(T)",
     [](Runtime&, Arguments a) { return Value(distinct(joined(a))); }},
    {"array_join(array(varchar), varchar) varchar",
     [](Runtime&, Arguments a) { return join(a[0].list(), a[1].text(), nullptr); }},
    {"array_join(array(varchar), varchar, varchar) varchar",
     [](Runtime&, Arguments a) { return join(a[0].list(), a[1].text(), &a[2].text()); }},
    {"array_max(array(T)) T", [](Runtime&, Arguments a) { return extreme(a[0].list(), 1); }},
    {"array_min(array(T)) T", [](Runtime&, Arguments a) { return extreme(a[0].list(), -1); }},
    {"array_position(array(T), T) bigint",
     [](Runtime&, Arguments a) {
       const Values& list = a[0].list();
       const auto at =
           std::ranges::find_if(list, [&](const Value& v) { return compare(v, a[1]) == 0; });
       return Value(at == list.end() ? std::int64_t{0} : std::int64_t{at - list.begin() + 1});
     }},
    {"array_remove(array(T), T) array(T)",
     [](Runtime&, Arguments a) {
       Values all = a[0].list();
       std::erase_if(all, [&](const Value& v) { return compare(v, a[1]) == 0; });
       return Value(std::move(all));
     }},
    {"array_sort(array(T)) array(T)",
     [](Runtime&, Arguments a) { return Value(sorted(a[0].list())); }},
    {"arrays_overlap(array(T), array(T)) boolean",
     [](Runtime&, Arguments a) {
       const ValueSet others(a[1].list().begin(), a[1].list().end());
       return Value(std::ranges::any_of(
           a[0].list(), [&](const Value& v) { return !v.null() && others.contains(v); }));
     }},
    {"cardinality(array(T)) bigint",
     [](Runtime&, Arguments a) { return Value(static_cast<std::int64_t>(a[0].list().size())); }},
    {"concat(array(T)...) array(T)", [](Runtime&, Arguments a) { return Value(joined(a)); }},
    {"contains(array(T), T) boolean",
     [](Runtime&, Arguments a) { return Value(holds(a[0].list(), a[1])); }},
    {"element_at(array(T), bigint) T", element_at},
    {"repeat(T, bigint) array(T)",
     [](Runtime& r, Arguments a) {
       if (a[1].number() > 10'000) return r.fail("count argument of repeat function is too large");
       return Value(
           Values(static_cast<std::size_t>(std::max<std::int64_t>(a[1].number(), 0)), a[0]));
     }},
    {"reverse(array(T)) array(T)",
     [](Runtime&, Arguments a) {
       Values all = a[0].list();
       std::ranges::reverse(all);
       return Value(std::move(all));
     }},
    {"sequence(bigint, bigint) array(bigint)",
     [](Runtime& r, Arguments a) {
       return sequence(r, a[0].number(), a[1].number(), a[1].number() < a[0].number() ? -1 : 1);
     }},
    {"sequence(bigint, bigint, bigint) array(bigint)",
     [](Runtime& r, Arguments a) {
       return sequence(r, a[0].number(), a[1].number(), a[2].number());
     }},
    {"sequence(timestamp, timestamp, interval) array(timestamp)",
     [](Runtime& r, Arguments a) {
       return sequence(r, a[0].number(), a[1].number(), a[2].number());
     }},
    {"sequence(timestamp, timestamp, months) array(timestamp)",
     [](Runtime& r, Arguments a) {
       const std::int64_t from = a[0].number(), to = a[1].number(), step = a[2].number();
       if (step == 0 || (to > from && step < 0) || (to < from && step > 0))
         return r.fail("sequence step does not lead to its stop value");
       Values all;
       for (std::int64_t n = 0, at = from; step > 0 ? at <= to : at >= to;
            at = add_months(from, ++n * step))
         all.emplace_back(at);
       return Value(std::move(all));
     }},
    {"sequence(date, date) array(date)",
     [](Runtime& r, Arguments a) {
       return sequence(r, a[0].number(), a[1].number(), a[1].number() < a[0].number() ? -1 : 1);
     }},
    {"sequence(date, date, interval) array(date)",
     [](Runtime& r, Arguments a) {
       if (a[2].number() % day != 0)
         return r.fail("sequence step must be a day interval if start and end values are dates");
       return sequence(r, a[0].number(), a[1].number(), a[2].number() / day);
     }},
    {"shuffle(array(T)) array(T)",
     [](Runtime& r, Arguments a) {
       Values all = a[0].list();
       for (std::size_t i = all.size(); i > 1; --i) {
         r.seed = r.seed * 6364136223846793005ull + 1442695040888963407ull;
         std::swap(all[i - 1], all[(r.seed >> 33) % i]);
       }
       return Value(std::move(all));
     }},
    {"slice(array(T), bigint, bigint) array(T)", slice},
};

}  // namespace

std::span<const Function> list_functions() { return list_rows; }

}  // namespace levada::timestream::sql
