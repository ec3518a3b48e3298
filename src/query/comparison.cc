// Comparisons, for every type alike, and the boolean tests.

#include "query/function_table.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

template <class Test>
Datum compared(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(Test()(compare(arguments[0], arguments[1])));
}

struct Less {
  bool operator()(std::strong_ordering order) const { return order < 0; }
};
struct LessEqual {
  bool operator()(std::strong_ordering order) const { return order <= 0; }
};
struct Greater {
  bool operator()(std::strong_ordering order) const { return order > 0; }
};
struct GreaterEqual {
  bool operator()(std::strong_ordering order) const { return order >= 0; }
};

Datum equals(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(equal(arguments[0], arguments[1]));
}
Datum differs(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(!equal(arguments[0], arguments[1]));
}
Datum is_distinct(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(!equal(arguments[0], arguments[1]));  // NULL equals NULL here
}
Datum is_not_distinct(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(equal(arguments[0], arguments[1]));
}
Datum negation(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(!arguments[0].boolean());
}
Datum is_true(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(!a[0].is_null() && a[0].boolean());
}
Datum is_not_true(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(a[0].is_null() || !a[0].boolean());
}
Datum is_false(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(!a[0].is_null() && !a[0].boolean());
}
Datum is_not_false(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(a[0].is_null() || a[0].boolean());
}
Datum is_unknown(Evaluation&, const CallSite&, Arguments a) { return Datum::of(a[0].is_null()); }
Datum is_not_unknown(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(!a[0].is_null());
}

template <bool greatest>
Datum extreme(Evaluation&, const CallSite&, Arguments arguments) {  // NULLs are passed over
  Datum best;
  for (const Datum& datum : arguments) {
    if (datum.is_null()) continue;
    if (best.is_null() || (greatest ? compare(datum, best) > 0 : compare(datum, best) < 0))
      best = datum;
  }
  return best;
}

// x OP ANY (list), x OP ALL (list)
template <class Test, bool all>
Datum over_list(Evaluation&, const CallSite&, Arguments arguments) {
  if (arguments[1].is_null()) return Datum::null();
  if (arguments[1].size == 0) return Datum::of(all);
  if (arguments[0].is_null()) return Datum::null();
  bool unknown = false;
  for (const Datum& element : arguments[1].list()) {
    if (element.is_null())
      unknown = true;
    else if (Test()(compare(arguments[0], element)) != all)
      return Datum::of(!all);
  }
  return unknown ? Datum::null() : Datum::of(all);
}
struct Equal {
  bool operator()(std::strong_ordering order) const { return order == 0; }
};
struct Unequal {
  bool operator()(std::strong_ordering order) const { return order != 0; }
};

constinit const Function comparison_rows[] = {
    {"=", {any_element, any_element}, boolean, equals},
    {"<>", {any_element, any_element}, boolean, differs},
    {"!=", {any_element, any_element}, boolean, differs},
    {"booleq", {boolean, boolean}, boolean, equals},
    {"boolne", {boolean, boolean}, boolean, differs},
    {"<", {any_element, any_element}, boolean, compared<Less>},
    {"<=", {any_element, any_element}, boolean, compared<LessEqual>},
    {">", {any_element, any_element}, boolean, compared<Greater>},
    {">=", {any_element, any_element}, boolean, compared<GreaterEqual>},
    {"is_distinct_from", {any_element, any_element}, boolean, is_distinct, false},
    {"is_not_distinct_from", {any_element, any_element}, boolean, is_not_distinct, false},
    {"not", {boolean}, boolean, negation},
    {"is_true", {boolean}, boolean, is_true, false},
    {"is_not_true", {boolean}, boolean, is_not_true, false},
    {"is_false", {boolean}, boolean, is_false, false},
    {"is_not_false", {boolean}, boolean, is_not_false, false},
    {"is_unknown", {boolean}, boolean, is_unknown, false},
    {"is_not_unknown", {boolean}, boolean, is_not_unknown, false},
    {"greatest", {any_element}, any_element, extreme<true>, false, true},
    {"least", {any_element}, any_element, extreme<false>, false, true},
    {"any=", {any_element, any_list}, boolean, over_list<Equal, false>, false},
    {"any<>", {any_element, any_list}, boolean, over_list<Unequal, false>, false},
    {"any<", {any_element, any_list}, boolean, over_list<Less, false>, false},
    {"any<=", {any_element, any_list}, boolean, over_list<LessEqual, false>, false},
    {"any>", {any_element, any_list}, boolean, over_list<Greater, false>, false},
    {"any>=", {any_element, any_list}, boolean, over_list<GreaterEqual, false>, false},
    {"all=", {any_element, any_list}, boolean, over_list<Equal, true>, false},
    {"all<>", {any_element, any_list}, boolean, over_list<Unequal, true>, false},
    {"all<", {any_element, any_list}, boolean, over_list<Less, true>, false},
    {"all<=", {any_element, any_list}, boolean, over_list<LessEqual, true>, false},
    {"all>", {any_element, any_list}, boolean, over_list<Greater, true>, false},
    {"all>=", {any_element, any_list}, boolean, over_list<GreaterEqual, true>, false},
};

}  // namespace

std::span<const Function> comparison_functions() { return comparison_rows; }

}  // namespace levada::query
