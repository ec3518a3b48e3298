#include "sql/coercion.h"

#include <algorithm>

#include "base/attempt.h"
#include "query/map.h"
#include "query/vector.h"
#include "sql/binder.h"
#include "sql/token.h"

namespace levada::sql {
namespace {

using query::CastContext;
using query::ExpressionKind;

enum class Category : std::uint8_t { boolean, number, text, moment, span, list, structure, other };

Category category_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean:
      return Category::boolean;
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
    case TypeKind::int256:
    case TypeKind::float4:
    case TypeKind::float8:
    case TypeKind::numeric:
      return Category::number;
    case TypeKind::varchar:
      return Category::text;
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return Category::moment;
    case TypeKind::interval:
      return Category::span;
    case TypeKind::list:
    case TypeKind::any_list:
      return Category::list;
    case TypeKind::structure:
    case TypeKind::any_structure:
      return Category::structure;
    default:
      return Category::other;
  }
}

bool is_preferred(TypeKind kind) {
  return kind == TypeKind::float8 || kind == TypeKind::varchar || kind == TypeKind::timestamptz ||
         kind == TypeKind::boolean || kind == TypeKind::interval;
}

bool is_any(TypeKind kind) {
  return kind == TypeKind::any || kind == TypeKind::any_element || kind == TypeKind::any_list ||
         kind == TypeKind::any_structure;
}

bool implicit(const Type& from, const Type& to) {
  if (from == to) return true;
  const auto context = query::cast_context(from, to);
  return context && *context == CastContext::implicit;
}

// One signature held against the arguments' types.
class Fit {
 public:
  Fit(const Coercion::Signature& signature, const std::vector<Type>& types)
      : signature_(&signature), types_(&types) {}

  // Fills `wanted`; false: it does not fit.
  bool run() {
    for (std::size_t n = 0; n < types_->size(); ++n)
      if (!learn(n)) return false;
    for (std::size_t n = 0; n < types_->size(); ++n) {
      const auto to = wanted_of(n);
      if (!to) return false;
      wanted.push_back(*to);
      const Type& from = (*types_)[n];
      if (from == *to) {
        ++exact;
      } else if (from.is(TypeKind::unknown)) {
      } else if (!implicit(from, *to)) {
        return false;
      } else if (is_preferred(to->kind())) {
        ++preferred;
      }
    }
    return true;
  }

  std::vector<Type> wanted;
  std::size_t exact = 0;
  std::size_t preferred = 0;

  TypeKind kind(std::size_t n) const {
    return signature_->kinds[std::min(n, signature_->kinds.size() - 1)];
  }

 private:
  bool is_list(std::size_t n) const {
    return (signature_->lists >> std::min(n, signature_->kinds.size() - 1) & 1) != 0;
  }
  // What any_element stands for.
  bool learn(std::size_t n) {
    const Type& type = (*types_)[n];
    const TypeKind wants = kind(n);
    if (type.is(TypeKind::unknown)) return true;
    if (wants == TypeKind::any_structure) return type.is(TypeKind::structure);
    if (wants == TypeKind::vector) {
      if (type.is(TypeKind::vector)) vector_ = type;
      return type.is(TypeKind::vector);
    }
    const bool list = wants == TypeKind::any_list || (wants == TypeKind::any_element && is_list(n));
    if (list && !type.is(TypeKind::list)) return false;
    if (!list && wants != TypeKind::any_element) return true;
    const Type& element = list ? type.element() : type;
    if (element.is(TypeKind::unknown)) return true;
    if (!element_) {
      element_ = element;
      return true;
    }
    const auto both = common_type(*element_, element);
    if (!both) return false;
    element_ = *both;
    return true;
  }
  std::optional<Type> wanted_of(std::size_t n) const {
    const TypeKind wants = kind(n);
    switch (wants) {
      case TypeKind::any:
        return (*types_)[n].is(TypeKind::unknown) ? Type(TypeKind::varchar) : (*types_)[n];
      case TypeKind::any_structure:
        return (*types_)[n];
      case TypeKind::any_element: {
        const Type element = element_.value_or(Type(TypeKind::varchar));
        return is_list(n) ? Type::list(element) : element;
      }
      case TypeKind::any_list:
        return element_ ? std::optional(Type::list(*element_)) : std::nullopt;
      case TypeKind::vector:
        return (*types_)[n].is(TypeKind::vector) ? (*types_)[n] : vector_;
      default:
        return is_list(n) ? Type::list(wants) : Type(wants);
    }
  }

  const Coercion::Signature* signature_;
  const std::vector<Type>* types_;
  std::optional<Type> element_;
  std::optional<Type> vector_;  // an untyped argument beside a vector is one of its size
};

// The functions that ask whether values, or the elements of lists, are alike or which comes first.
bool compares(std::string_view name) {
  constexpr std::string_view names[] = {
      "=",
      "<>",
      "<",
      "<=",
      ">",
      ">=",
      "@>",
      "<@",
      "&&",
      "is_distinct_from",
      "is_not_distinct_from",
      "greatest",
      "least",
      "arraycontains",
      "arraycontained",
      "array_contains",
      "array_contained",
      "array_overlaps",
      "array_is_overlap",
      "array_is_intersect",
      "array_distinct",
      "array_max",
      "array_min",
      "array_position",
      "array_positions",
      "array_remove",
      "array_replace",
      "array_sort",
  };
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::vector<Type> types_of(const std::vector<ExpressionRef>& values) {
  std::vector<Type> types;
  for (const ExpressionRef& value : values) types.push_back(value->type);
  return types;
}

}  // namespace

std::optional<Type> common_type(const Type& a, const Type& b) {
  if (a == b || b.is(TypeKind::unknown)) return a;
  if (a.is(TypeKind::unknown)) return b;
  if (a.is(TypeKind::list) && b.is(TypeKind::list)) {
    const auto element = common_type(a.element(), b.element());
    return element ? std::optional(Type::list(*element)) : std::nullopt;
  }
  if (a.is(TypeKind::structure) && b.is(TypeKind::structure)) {
    if (a.fields().size() != b.fields().size()) return std::nullopt;
    std::vector<query::TypeField> fields;
    for (std::size_t n = 0; n < a.fields().size(); ++n) {
      const auto both = common_type(a.fields()[n].type, b.fields()[n].type);
      if (!both) return std::nullopt;
      fields.push_back({a.fields()[n].name, *both});
    }
    return Type::structure(std::move(fields));
  }
  if (a.is(TypeKind::map) && b.is(TypeKind::map)) {
    const auto key = common_type(a.key(), b.key()), value = common_type(a.value(), b.value());
    if (!key || !value || !query::check_map_key(*key)) return std::nullopt;
    return Type::map(*key, *value);
  }
  if (a.is(TypeKind::serial) && b.is_integer()) return Type(TypeKind::int8);
  if (b.is(TypeKind::serial) && a.is_integer()) return Type(TypeKind::int8);
  if (implicit(a, b)) return b;
  if (implicit(b, a)) return a;
  return std::nullopt;
}

std::string signature_text(std::string_view name, const std::vector<ExpressionRef>& arguments) {
  std::string text = std::string(name) + "(";
  for (std::size_t n = 0; n < arguments.size(); ++n)
    text += (n > 0 ? ", " : "") +
            (arguments[n]->type.is(TypeKind::unknown) ? "unknown" : arguments[n]->type.name());
  return text + ")";
}

ExpressionRef Coercion::literal(std::string_view value, std::uint32_t position) {
  ExpressionRef made = query::constant(TypeKind::unknown, query::Datum::of(value));
  literals_.emplace_back(made, position);
  return made;
}

SqlResult<ExpressionRef> Coercion::to(ExpressionRef value, const Type& type,
                                      CastContext context) const {
  if (value->type == type || type.is(TypeKind::unknown) || type.is(TypeKind::any)) return value;
  if (value->type.is(TypeKind::unknown)) {
    if (value->kind == ExpressionKind::constant) {
      if (value->value.is_null()) return query::null_constant(type);
      auto read = query::from_text(type, value->value.datum().text(), style_);
      if (read) return query::constant(type, read->datum());
      for (const auto& [literal, position] : literals_)
        if (literal == value && !text_.empty() && position <= text_.size())
          read.error().position = character_position(text_, position);
      return tl::unexpected(std::move(read).error());
    }
    if (value->kind == ExpressionKind::parameter) {
      Type& known = parameters_.at(value->index);
      if (known.is(TypeKind::unknown)) known = type;
      return to(query::parameter(value->index, known), type, context);
    }
    return query::cast(value, type, context == CastContext::is_explicit);
  }
  // ROW(…) and ARRAY[…] are cast part by part, so that untyped parts become what is asked.
  if (value->kind == ExpressionKind::make_row && type.is(TypeKind::structure) &&
      type.fields().size() == value->arguments.size()) {
    std::vector<ExpressionRef> parts;
    for (std::size_t n = 0; n < value->arguments.size(); ++n)
      parts.push_back(ATTEMPT(to(value->arguments[n], type.fields()[n].type, context)));
    return query::expression(ExpressionKind::make_row, type, std::move(parts));
  }
  if (value->kind == ExpressionKind::make_list && type.is(TypeKind::list)) {
    std::vector<ExpressionRef> parts;
    for (const ExpressionRef& item : value->arguments)
      parts.push_back(ATTEMPT(to(item, type.element(), context)));
    return query::expression(ExpressionKind::make_list, type, std::move(parts));
  }
  const auto needed = query::cast_context(value->type, type);
  if (!needed || *needed > context)
    return query::refuse(query::sqlstate::cannot_coerce,
                         "cannot cast type " + value->type.name() + " to " + type.name());
  return query::cast(std::move(value), type, context == CastContext::is_explicit);
}

SqlResult<ExpressionRef> Coercion::settled(ExpressionRef value) const {
  if (!value->type.is(TypeKind::unknown)) return value;
  return to(std::move(value), TypeKind::varchar, CastContext::implicit);
}

SqlResult<Type> Coercion::common(std::vector<ExpressionRef>& values, std::string_view what) const {
  Type type;
  for (const ExpressionRef& value : values) {
    const auto both = common_type(type, value->type);
    if (!both)
      return query::refuse(query::sqlstate::datatype_mismatch,
                           std::string(what) + " types " + type.name() + " and " +
                               value->type.name() + " cannot be matched");
    type = *both;
  }
  if (type.is(TypeKind::unknown)) type = TypeKind::varchar;
  for (ExpressionRef& value : values)
    value = ATTEMPT(to(std::move(value), type, CastContext::implicit));
  return type;
}

SqlResult<std::optional<std::size_t>> Coercion::choose(
    const std::vector<Signature>& signatures, std::vector<ExpressionRef>& arguments) const {
  const std::vector<Type> types = types_of(arguments);
  struct Candidate {
    std::size_t index;
    Fit fit;
  };
  std::vector<Candidate> candidates;
  for (std::size_t n = 0; n < signatures.size(); ++n) {
    Fit fit(signatures[n], types);
    if (fit.run()) candidates.push_back({n, std::move(fit)});
  }
  const auto keep_best = [&](auto measure) {
    std::size_t best = 0;
    for (const Candidate& candidate : candidates) best = std::max(best, measure(candidate));
    std::erase_if(candidates, [&](const Candidate& c) { return measure(c) < best; });
  };
  if (candidates.size() > 1) keep_best([](const Candidate& c) { return c.fit.exact; });
  if (candidates.size() > 1)
    keep_best([](const Candidate& c) { return c.fit.exact + c.fit.preferred; });
  // Of two arguments, an untyped one is what the other is.
  if (candidates.size() > 1 && types.size() == 2) {
    const bool first = types[0].is(TypeKind::unknown);
    const Type& known = types[first ? 1 : 0];
    if (first != types[1].is(TypeKind::unknown)) {
      const auto fits = [&](const Candidate& c) { return c.fit.wanted[first ? 0 : 1] == known; };
      if (std::any_of(candidates.begin(), candidates.end(), fits))
        std::erase_if(candidates, [&](const Candidate& c) { return !fits(c); });
    }
  }
  // Untyped arguments are text if any candidate takes text there, else of the one category that all
  // candidates take, preferred types first.
  for (std::size_t n = 0; n < types.size() && candidates.size() > 1; ++n) {
    if (!types[n].is(TypeKind::unknown)) continue;
    const auto category = [n](const Candidate& c) { return category_of(c.fit.wanted[n].kind()); };
    const bool text = std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& c) {
      return category(c) == Category::text;
    });
    const Category wanted = text ? Category::text : category(candidates.front());
    if (std::any_of(candidates.begin(), candidates.end(),
                    [&](const Candidate& c) { return category(c) == wanted; }))
      std::erase_if(candidates, [&](const Candidate& c) { return category(c) != wanted; });
    const auto likes = [n](const Candidate& c) { return is_preferred(c.fit.wanted[n].kind()); };
    if (std::any_of(candidates.begin(), candidates.end(), likes))
      std::erase_if(candidates, [&](const Candidate& c) { return !likes(c); });
  }
  // A row for one type beats one for any.
  if (candidates.size() > 1)
    keep_best([&](const Candidate& c) {
      std::size_t concrete = 0;
      for (std::size_t n = 0; n < types.size(); ++n) concrete += is_any(c.fit.kind(n)) ? 0 : 1;
      return concrete;
    });
  if (candidates.empty()) return std::optional<std::size_t>();
  // What is left differs only in how wide its numbers are: the first row is the narrowest.
  const Candidate& chosen = candidates.front();
  for (std::size_t n = 0; n < arguments.size(); ++n)
    arguments[n] =
        ATTEMPT(to(std::move(arguments[n]), chosen.fit.wanted[n], CastContext::implicit));
  return std::optional(chosen.index);
}

SqlResult<ExpressionRef> Coercion::call(std::string_view name, std::vector<ExpressionRef> arguments,
                                        bool is_operator) const {
  std::vector<const query::Function*> functions;
  std::vector<Signature> signatures;
  for (const query::Function* function : query::functions_named(name)) {
    if (!function->takes(arguments.size())) continue;
    functions.push_back(function);
    signatures.push_back({function->arguments, function->lists, function->variadic});
  }
  const std::vector<ExpressionRef> as_given = arguments;
  const auto chosen = ATTEMPT(choose(signatures, arguments));
  if (!chosen) {
    query::SqlError error;
    error.sqlstate = query::sqlstate::undefined_function;
    if (is_operator && as_given.size() == 2)
      error.message = "operator does not exist: " + as_given[0]->type.name() + " " +
                      std::string(name) + " " + as_given[1]->type.name();
    else if (is_operator)
      error.message =
          "operator does not exist: " + std::string(name) + " " + as_given[0]->type.name();
    else
      error.message = "function " + signature_text(name, as_given) + " does not exist";
    error.hint = is_operator && as_given.size() == 1
                     ? "No operator matches the given name and argument type. You might need to "
                       "add an explicit type cast."
                 : is_operator ? "No operator matches the given name and argument types. You might "
                                 "need to add explicit type casts."
                               : "No function matches the given name and argument types. You might "
                                 "need to add explicit type casts.";
    return tl::unexpected(std::move(error));
  }
  const query::Function& function = *functions[*chosen];
  const std::vector<Type> types = types_of(arguments);
  if (compares(function.name))
    for (const Type& type : types) ATTEMPT(check_comparable(type, "equality"));
  const auto result = query::result_type(function, types);
  if (!result)
    return query::refuse(query::sqlstate::undefined_function,
                         "could not determine polymorphic type of " + std::string(name));
  return query::call(function, *result, std::move(arguments));
}

SqlResult<Unit> check_comparable(const Type& type, std::string_view what) {
  if (type.is_comparable()) return Unit{};
  return query::refuse(
      query::sqlstate::undefined_function,
      "could not identify an " + std::string(what) + " operator for type " + type.name());
}

SqlResult<Type> type_of(const TypeName& name) {
  std::optional<Type> type;
  if (name.name == "map" && name.fields.size() == 2) {
    const Type key = ATTEMPT(type_of(name.fields[0].second));
    ATTEMPT(query::check_map_key(key));
    type = Type::map(key, ATTEMPT(type_of(name.fields[1].second)));
  } else if (name.name == "vector") {
    if (name.modifiers.size() != 1)
      return query::refuse(query::sqlstate::syntax_error,
                           "vector type requires dimensions: vector(3)");
    const int dimensions = name.modifiers[0];
    if (dimensions < 1 || dimensions > static_cast<int>(query::vector_dimensions_max))
      return query::refuse(query::sqlstate::invalid_parameter_value,
                           "dimensions of a vector must be between 1 and " +
                               std::to_string(query::vector_dimensions_max));
    type = Type::vector(static_cast<std::size_t>(dimensions));
  } else if (name.name == "struct") {
    std::vector<query::TypeField> fields;
    for (const auto& [field, field_type] : name.fields)
      fields.push_back({field, ATTEMPT(type_of(field_type))});
    type = Type::structure(std::move(fields));
  } else {
    type = query::type_of_name(name.name);
    constexpr int single_bits = 24;  // float(24) is the last that fits a float4
    if (name.name == "float" && !name.modifiers.empty() && name.modifiers[0] <= single_bits)
      type = TypeKind::float4;
  }
  if (!type) {
    query::SqlError error;
    error.sqlstate = query::sqlstate::undefined_object;
    error.message = "type \"" + name.name + "\" does not exist";
    return tl::unexpected(std::move(error));
  }
  for (int n = 0; n < name.dimensions; ++n) type = Type::list(*type);
  return *type;
}

SqlResult<query::TypeSize> size_of(const TypeName& name) {
  if (name.name == "struct" || name.name == "map" || name.name == "vector")
    return query::TypeSize{};
  return query::size_of_type(name.name, ATTEMPT(type_of(name)), name.modifiers);
}

}  // namespace levada::sql
