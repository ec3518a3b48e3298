#include "query/json_path.h"

#include <algorithm>
#include <cmath>

#include "query/function_table.h"
#include "query/json_path_parser.h"

namespace levada::query {

namespace {

// SQLSTATEs of SQL/JSON (PostgreSQL's appendix A).
constexpr std::string_view array_not_found = "22039";
constexpr std::string_view member_not_found = "2203A";
constexpr std::string_view object_not_found = "2203C";
constexpr std::string_view invalid_subscript = "22033";
constexpr std::string_view non_numeric_item = "22036";
constexpr std::string_view singleton_required = "22038";

enum class Truth : std::uint8_t { no, yes, unknown };

Truth truth_of(bool value) { return value ? Truth::yes : Truth::no; }

// One run over one value. The first error that is not suppressed ends it.
class PathRun {
 public:
  PathRun(const Json& root, const Json& variables, bool strict)
      : root_(root), variables_(variables), lax_(!strict) {}

  using Items = std::vector<Json>;
  struct Place {
    const Json* current = nullptr;  // @
    std::int64_t last = -1;         // the highest subscript of the innermost array
  };

  // Appends what the node selects; false: an error ended it.
  bool select(const PathNode& node, const Place& place, Items& out) {
    switch (node.kind) {
      case PathKind::root:
        out.push_back(root_);
        return true;
      case PathKind::current:
        out.push_back(*place.current);
        return true;
      case PathKind::variable: {
        const Json* value = variables_.member(node.text);
        if (value == nullptr)
          return fail(sqlstate::undefined_object,
                      "could not find jsonpath variable \"" + node.text + '"');
        out.push_back(*value);
        return true;
      }
      case PathKind::last:
        if (place.last < 0 && !in_subscript_)
          return fail(sqlstate::syntax_error, "LAST is allowed only in array subscripts");
        out.push_back(Json::of_number(std::to_string(place.last)));
        return true;
      case PathKind::literal:
        out.push_back(node.value);
        return true;
      case PathKind::arithmetic:
        return calculate(node, place, out);
      default:
        break;
    }
    if (node.is_predicate()) {
      const Truth truth = test(node, place);
      if (error) return false;
      out.push_back(truth == Truth::unknown ? Json{} : Json::of_boolean(truth == Truth::yes));
      return true;
    }
    Items inputs;
    if (!select(*node.input, place, inputs)) return false;
    return std::all_of(inputs.begin(), inputs.end(),
                       [&](const Json& item) { return step(node, place, item, out); });
  }

  std::optional<SqlError> error;

 private:
  bool fail(std::string_view sqlstate, std::string message) {
    if (!error) {
      error.emplace();
      error->sqlstate = sqlstate;
      error->message = std::move(message);
    }
    return false;
  }
  // What is wrong with the structure counts in strict mode only.
  bool structural(std::string_view sqlstate, std::string message) {
    return lax_ || fail(sqlstate, std::move(message));
  }

  // In lax mode an array stands for its elements.
  template <class Visit>
  bool unwrapped(const Json& item, const Visit& visit) {
    if (lax_ && item.kind == Json::Kind::list)
      return std::all_of(item.items.begin(), item.items.end(), visit);
    return visit(item);
  }

  bool step(const PathNode& node, const Place& place, const Json& item, Items& out) {
    switch (node.kind) {
      case PathKind::member:
        return unwrapped(item, [&](const Json& one) {
          if (one.kind != Json::Kind::object)
            return structural(object_not_found,
                              "jsonpath member accessor can only be applied to an object");
          const Json* value = one.member(node.text);
          if (value == nullptr)
            return structural(member_not_found,
                              "JSON object does not contain key \"" + node.text + '"');
          out.push_back(*value);
          return true;
        });
      case PathKind::any_member:
        return unwrapped(item, [&](const Json& one) {
          if (one.kind != Json::Kind::object)
            return structural(object_not_found,
                              "jsonpath wildcard member accessor can only be applied to an object");
          for (const auto& [name, value] : one.members) out.push_back(value);
          return true;
        });
      case PathKind::any_element:
        if (item.kind == Json::Kind::list)
          out.insert(out.end(), item.items.begin(), item.items.end());
        else if (lax_)
          out.push_back(item);
        else
          return fail(array_not_found,
                      "jsonpath wildcard array accessor can only be applied to an array");
        return true;
      case PathKind::any_level:
        descend(item, 0, node, out);
        return true;
      case PathKind::subscripts:
        return subscripts(node, place, item, out);
      case PathKind::filter:
        return unwrapped(item, [&](const Json& one) {
          Place inside = place;
          inside.current = &one;
          const Truth truth = test(*node.parts.front(), inside);
          if (error) return false;
          if (truth == Truth::yes) out.push_back(one);
          return true;
        });
      default:
        return method(node, item, out);
    }
  }

  static void descend(const Json& item, std::int64_t level, const PathNode& node, Items& out) {
    const bool leaf = item.kind != Json::Kind::object && item.kind != Json::Kind::list;
    const bool leaves_only = node.low < 0;  // **{last}
    if (leaves_only ? leaf : level >= node.low && (node.high < 0 || level <= node.high))
      out.push_back(item);
    if (!leaves_only && node.high >= 0 && level >= node.high) return;
    for (const Json& one : item.items) descend(one, level + 1, node, out);
    for (const auto& [name, value] : item.members) descend(value, level + 1, node, out);
  }

  bool subscript(const PathNode& node, const Place& place, std::int64_t& index) {
    Items found;
    const bool outer = std::exchange(in_subscript_, true);
    const bool good = select(node, place, found);
    in_subscript_ = outer;
    if (!good) return false;
    if (found.size() != 1 || found.front().kind != Json::Kind::number)
      return fail(invalid_subscript, "jsonpath array subscript is not a single numeric value");
    const auto number = Decimal::parse(found.front().text);
    const auto whole = number ? round(*number, 0, Rounding::down) : std::nullopt;
    const auto value = whole ? whole->to_integer() : std::nullopt;
    if (!value) return fail(invalid_subscript, "jsonpath array subscript is out of integer range");
    index = *value;
    return true;
  }

  bool subscripts(const PathNode& node, const Place& place, const Json& item, Items& out) {
    if (item.kind != Json::Kind::list && !lax_)
      return fail(array_not_found, "jsonpath array accessor can only be applied to an array");
    const std::span<const Json> elements = item.kind == Json::Kind::list
                                               ? std::span<const Json>(item.items)
                                               : std::span<const Json>(&item, 1);
    const auto count = static_cast<std::int64_t>(elements.size());
    Place inside = place;
    inside.last = count - 1;
    for (std::size_t n = 0; n < node.parts.size(); n += 2) {
      std::int64_t from = 0;
      if (!subscript(*node.parts[n], inside, from)) return false;
      std::int64_t to = from;
      if (node.parts[n + 1] != nullptr && !subscript(*node.parts[n + 1], inside, to)) return false;
      if (!lax_ && (from < 0 || from > to || to >= count))
        return fail(invalid_subscript, "jsonpath array subscript is out of bounds");
      for (std::int64_t i = std::max<std::int64_t>(from, 0); i <= std::min(to, count - 1); ++i)
        out.push_back(elements[static_cast<std::size_t>(i)]);
    }
    return true;
  }

  bool method(const PathNode& node, const Json& item, Items& out) {
    const std::string& name = node.text;
    if (name == "type") {
      out.push_back(Json::of_text(item.type_name()));
      return true;
    }
    if (name == "size") {
      if (item.kind != Json::Kind::list && !lax_)
        return fail(array_not_found,
                    "jsonpath item method .size() can only be applied to an array");
      const std::size_t size = item.kind == Json::Kind::list ? item.items.size() : 1;
      out.push_back(Json::of_number(std::to_string(size)));
      return true;
    }
    return unwrapped(item, [&](const Json& one) {
      return name == "keyvalue" ? key_values(one, out) : number_method(name, one, out);
    });
  }
  bool key_values(const Json& item, Items& out) {
    if (item.kind != Json::Kind::object)
      return fail(object_not_found,
                  "jsonpath item method .keyvalue() can only be applied to an object");
    for (const auto& [key, value] : item.members) {
      Json pair;
      pair.kind = Json::Kind::object;
      pair.put("key", Json::of_text(key));
      pair.put("value", value);
      pair.put("id", Json::of_number("0"));
      out.push_back(std::move(pair));
    }
    return true;
  }
  bool number_method(const std::string& name, const Json& item, Items& out) {
    const bool text = name == "double" && item.kind == Json::Kind::text;
    if (item.kind != Json::Kind::number && !text)
      return fail(non_numeric_item, "jsonpath item method ." + name +
                                        "() can only be applied to a " +
                                        (name == "double" ? "string or " : "") + "numeric value");
    auto value = Decimal::parse(item.text);
    if (!value || value->is_special())
      return fail(non_numeric_item,
                  "string argument of jsonpath item method .double() is not a "
                  "valid representation of a double precision number");
    if (name == "ceiling")
      value = round(*value, 0, Rounding::ceiling);
    else if (name == "floor")
      value = round(*value, 0, Rounding::floor);
    else if (name == "abs" && value->is_negative())
      value = negate(*value);
    out.push_back(number(*value));
    return true;
  }

  static Json number(const Decimal& value) {
    std::string digits;
    value.append_text(digits);
    return Json::of_number(std::move(digits));
  }

  // Both sides of arithmetic are one number each; a sign goes over all.
  bool calculate(const PathNode& node, const Place& place, Items& out) {
    if (node.parts.size() == 1) {
      Items operands;
      if (!select(*node.parts.front(), place, operands)) return false;
      for (const Json& operand : operands) {
        const bool good = unwrapped(operand, [&](const Json& one) {
          if (one.kind != Json::Kind::number)
            return fail(non_numeric_item, "operand of unary jsonpath operator " + node.text +
                                              " is not a numeric value");
          const auto value = Decimal::parse(one.text);
          out.push_back(value && node.text == "-" ? number(negate(*value)) : one);
          return true;
        });
        if (!good) return false;
      }
      return true;
    }
    Decimal sides[2];
    for (std::size_t n = 0; n < 2; ++n) {
      Items found;
      if (!select(*node.parts[n], place, found)) return false;
      if (lax_ && found.size() == 1 && found.front().kind == Json::Kind::list) {
        const Items inner = std::move(found.front().items);
        found = inner;
      }
      const auto value = found.size() == 1 && found.front().kind == Json::Kind::number
                             ? Decimal::parse(found.front().text)
                             : std::nullopt;
      if (!value)
        return fail(singleton_required, std::string(n == 0 ? "left" : "right") +
                                            " operand of jsonpath operator " + node.text +
                                            " is not a single numeric value");
      sides[n] = *value;
    }
    const char sign = node.text[0];
    if ((sign == '/' || sign == '%') && sides[1].is_zero())
      return fail(sqlstate::division_by_zero, "division by zero");
    const auto result = sign == '+'   ? add(sides[0], sides[1])
                        : sign == '-' ? subtract(sides[0], sides[1])
                        : sign == '*' ? multiply(sides[0], sides[1])
                        : sign == '/' ? divide(sides[0], sides[1])
                                      : remainder(sides[0], sides[1]);
    if (!result)
      return fail(sqlstate::numeric_value_out_of_range, "value overflows numeric format");
    out.push_back(number(*result));
    return true;
  }

  // ---- predicates: an error inside makes them unknown ----

  Truth test(const PathNode& node, const Place& place) {
    switch (node.kind) {
      case PathKind::both: {
        const Truth left = test(*node.parts[0], place);
        if (left == Truth::no) return left;
        const Truth right = test(*node.parts[1], place);
        return right == Truth::yes ? left : right;
      }
      case PathKind::either: {
        const Truth left = test(*node.parts[0], place);
        if (left == Truth::yes) return left;
        const Truth right = test(*node.parts[1], place);
        return right == Truth::no ? left : right;
      }
      case PathKind::negation: {
        const Truth inner = test(*node.parts[0], place);
        return inner == Truth::unknown ? inner : truth_of(inner == Truth::no);
      }
      case PathKind::is_unknown:
        return truth_of(test(*node.parts[0], place) == Truth::unknown);
      case PathKind::exists: {
        Items found;
        if (!suppressed(*node.parts[0], place, found)) return Truth::unknown;
        return truth_of(!found.empty());
      }
      case PathKind::comparison:
      case PathKind::starts_with:
        return pairwise(node, place);
      case PathKind::like_regex:
        return like(node, place);
      default: {  // a term where a condition is wanted: its only item must be a boolean
        Items found;
        if (!suppressed(node, place, found) || found.size() != 1 ||
            found.front().kind != Json::Kind::boolean)
          return Truth::unknown;
        return truth_of(found.front().boolean);
      }
    }
  }
  bool suppressed(const PathNode& node, const Place& place, Items& out) {
    Items raw;
    const bool good = select(node, place, raw);
    if (error && error->sqlstate == sqlstate::undefined_object) return false;
    error.reset();
    out = std::move(raw);
    return good;
  }
  bool operand(const PathNode& node, const Place& place, Items& out) {
    Items raw;
    if (!suppressed(node, place, raw)) return false;
    for (const Json& item : raw)
      unwrapped(item, [&](const Json& one) {
        out.push_back(one);
        return true;
      });
    return true;
  }
  // Some pair of items for which it holds; in strict mode an unknown one decides.
  Truth pairwise(const PathNode& node, const Place& place) {
    Items left, right;
    if (!operand(*node.parts[0], place, left) || !operand(*node.parts[1], place, right))
      return Truth::unknown;
    bool unknown = false, found = false;
    for (const Json& a : left)
      for (const Json& b : right) {
        const Truth one =
            node.kind == PathKind::comparison ? compared(node.text, a, b) : begins_with(a, b);
        unknown |= one == Truth::unknown;
        found |= one == Truth::yes;
        if (lax_ && found) return Truth::yes;
        if (!lax_ && unknown) return Truth::unknown;
      }
    return found ? Truth::yes : unknown ? Truth::unknown : Truth::no;
  }
  static Truth begins_with(const Json& a, const Json& b) {
    if (a.kind != Json::Kind::text || b.kind != Json::Kind::text) return Truth::unknown;
    return truth_of(a.text.starts_with(b.text));
  }
  static Truth compared(std::string_view sign, const Json& a, const Json& b) {
    if (a.kind != b.kind) {
      const bool has_null = a.kind == Json::Kind::null || b.kind == Json::Kind::null;
      return has_null ? truth_of(sign == "!=") : Truth::unknown;
    }
    std::strong_ordering order = std::strong_ordering::equal;
    switch (a.kind) {
      case Json::Kind::null:
        break;
      case Json::Kind::boolean:
        order = a.boolean <=> b.boolean;
        break;
      case Json::Kind::number: {
        const auto x = Decimal::parse(a.text), y = Decimal::parse(b.text);
        if (!x || !y) return Truth::unknown;
        order = compare(*x, *y);
        break;
      }
      case Json::Kind::text:
        order = a.text <=> b.text;
        break;
      default:
        return Truth::unknown;
    }
    if (sign == "==") return truth_of(order == 0);
    if (sign == "!=") return truth_of(order != 0);
    if (sign == "<") return truth_of(order < 0);
    if (sign == "<=") return truth_of(order <= 0);
    return truth_of(sign == ">" ? order > 0 : order >= 0);
  }
  Truth like(const PathNode& node, const Place& place) {
    Items found;
    if (!operand(*node.parts[0], place, found)) return Truth::unknown;
    bool unknown = false;
    for (const Json& item : found) {
      const auto matches = item.kind == Json::Kind::text
                               ? regexp_test(item.text, node.text, node.flags)
                               : std::optional<bool>();
      if (matches && *matches) return Truth::yes;
      unknown |= !matches;
    }
    return unknown ? Truth::unknown : Truth::no;
  }

  const Json& root_;
  const Json& variables_;
  const bool lax_;
  bool in_subscript_ = false;
};

}  // namespace

SqlResult<JsonPath> JsonPath::parse(std::string_view text) {
  const ParsedPath parsed = ATTEMPT(parse_path(text));
  JsonPath path;
  path.root_ = parsed.root;
  path.strict_ = parsed.strict;
  return path;
}

JsonPath::Found JsonPath::run(const Json& root, const Json& variables) const {
  PathRun run(root, variables, strict_);
  Found found;
  run.select(*root_, {&root, -1}, found.items);
  found.error = std::move(run.error);
  return found;
}

}  // namespace levada::query
