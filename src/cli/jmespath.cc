#include "cli/jmespath.h"

#include <algorithm>

#include "cli/jmespath_tree.h"

namespace levada::cli {

namespace {

using Node = JmespathNode;
using Shared = std::shared_ptr<const Document>;

Shared share(Document document) { return std::make_shared<const Document>(std::move(document)); }
// A part of a whole, alive as long as the whole: nothing is copied.
Shared part_of(const Shared& whole, const Document& part) { return Shared(whole, &part); }
const Shared& nothing() {
  static const Shared null = share(Document());
  return null;
}

bool is_false(const Document& value) {
  switch (value.kind()) {
    case Document::Kind::null:
      return true;
    case Document::Kind::boolean:
      return !value.boolean();
    case Document::Kind::string:
      return value.string().empty();
    case Document::Kind::array:
      return value.items().empty();
    case Document::Kind::object:
      return value.members().empty();
    default:
      return false;  // numbers are true, zero too
  }
}

// Only numbers with numbers and strings with strings have an order; null otherwise.
Document compare(std::string_view operation, const Document& left, const Document& right) {
  if (operation == "eq") return Document::of_boolean(left == right);
  if (operation == "ne") return Document::of_boolean(!(left == right));
  int order = 0;
  if (left.is_number() && right.is_number()) {
    order = left.real() < right.real() ? -1 : left.real() > right.real() ? 1 : 0;
    if (left.is(Document::Kind::integer) && right.is(Document::Kind::integer))
      order = left.integer() < right.integer() ? -1 : left.integer() > right.integer() ? 1 : 0;
  } else if (left.is_string() && right.is_string()) {
    order = left.string().compare(right.string());
  } else {
    return Document();
  }
  if (operation == "lt") return Document::of_boolean(order < 0);
  if (operation == "lte") return Document::of_boolean(order <= 0);
  if (operation == "gt") return Document::of_boolean(order > 0);
  return Document::of_boolean(order >= 0);
}

// Python's list[start:end:step].
Result<Document> slice(const Node& node, const Document::Array& items) {
  const auto size = static_cast<std::int64_t>(items.size());
  const std::int64_t step = node.slice[2].value_or(1);
  if (step == 0) return fail(ErrorKind::invalid, "slice step cannot be zero");
  const std::int64_t lowest = step > 0 ? 0 : -1;
  const std::int64_t highest = step > 0 ? size : size - 1;
  const auto place = [&](std::optional<std::int64_t> asked, std::int64_t otherwise) {
    if (!asked) return otherwise;
    const std::int64_t from_front = *asked < 0 ? *asked + size : *asked;
    return std::clamp(from_front, lowest, highest);
  };
  const std::int64_t start = place(node.slice[0], step > 0 ? 0 : size - 1);
  const std::int64_t end = place(node.slice[1], step > 0 ? size : -1);
  Document::Array chosen;
  for (std::int64_t i = start; step > 0 ? i < end : i > end;) {
    chosen.push_back(items[static_cast<std::size_t>(i)]);
    if (step > size || step < -size) break;
    i += step;
  }
  return Document::of_array(std::move(chosen));
}

Result<Unit> collect(Document::Array& collected, const Node& through, const Shared& item) {
  const Shared value = TRY(evaluate_jmespath(through, item));
  if (!value->is_null()) collected.push_back(*value);
  return Unit{};
}

Result<Shared> project(const Node& node, const Shared& value) {
  const Shared base = TRY(evaluate_jmespath(node.children[0], value));
  Document::Array collected;
  if (node.type == Node::Type::value_projection) {
    if (!base->is_object()) return nothing();
    for (const Document::Member& member : base->members())
      TRY(collect(collected, node.children[1], part_of(base, member.value)));
    return share(Document::of_array(std::move(collected)));
  }
  if (!base->is_array()) return nothing();
  for (const Document& item : base->items()) {
    const Shared shared = part_of(base, item);
    if (node.type == Node::Type::filter &&
        is_false(*TRY(evaluate_jmespath(node.children[2], shared))))
      continue;
    TRY(collect(collected, node.children[1], shared));
  }
  return share(Document::of_array(std::move(collected)));
}

Result<Shared> flatten(const Node& node, const Shared& value) {
  const Shared base = TRY(evaluate_jmespath(node.children[0], value));
  if (!base->is_array()) return nothing();
  Document::Array merged;
  for (const Document& item : base->items()) {
    if (item.is_array()) {
      merged.insert(merged.end(), item.items().begin(), item.items().end());
    } else {
      merged.push_back(item);
    }
  }
  return share(Document::of_array(std::move(merged)));
}

Result<Shared> select_list(const Node& node, const Shared& value) {
  if (value->is_null()) return nothing();
  Document::Array list;
  for (const Node& child : node.children) list.push_back(*TRY(evaluate_jmespath(child, value)));
  return share(Document::of_array(std::move(list)));
}

Result<Shared> select_object(const Node& node, const Shared& value) {
  if (value->is_null()) return nothing();
  Document object = Document::of_object({});
  for (const Node& pair : node.children)
    object.set(pair.text, *TRY(evaluate_jmespath(pair.children[0], value)));
  return share(std::move(object));
}

Result<Shared> index(const Node& node, const Shared& value) {
  if (!value->is_array()) return nothing();
  const auto size = static_cast<std::int64_t>(value->items().size());
  const std::int64_t place = node.number < 0 ? node.number + size : node.number;
  if (place < 0 || place >= size) return nothing();
  return part_of(value, value->items()[static_cast<std::size_t>(place)]);
}

Result<Shared> call(const Node& node, const Shared& value) {
  std::vector<JmespathArgument> arguments;
  for (const Node& child : node.children) {
    if (child.type == Node::Type::expression) {
      arguments.push_back({nullptr, &child.children[0]});
    } else {
      arguments.push_back({TRY(evaluate_jmespath(child, value))});
    }
  }
  return share(TRY(call_jmespath_function(node.text, arguments)));
}

}  // namespace

Result<Shared> evaluate_jmespath(const Node& node, const Shared& value) {
  switch (node.type) {
    case Node::Type::identity:
      return value;
    case Node::Type::field: {
      const Document* const found = value->find(node.text);
      if (found == nullptr) return nothing();
      return part_of(value, *found);
    }
    case Node::Type::index:
      return index(node, value);
    case Node::Type::slice:
      if (!value->is_array()) return nothing();
      return share(TRY(slice(node, value->items())));
    case Node::Type::literal:
      return share(node.literal);
    case Node::Type::chain: {
      Shared result = value;
      for (const Node& child : node.children) result = TRY(evaluate_jmespath(child, result));
      return result;
    }
    case Node::Type::projection:
    case Node::Type::value_projection:
    case Node::Type::filter:
      return project(node, value);
    case Node::Type::flatten:
      return flatten(node, value);
    case Node::Type::select_list:
      return select_list(node, value);
    case Node::Type::select_object:
      return select_object(node, value);
    case Node::Type::pair:
      return evaluate_jmespath(node.children[0], value);
    case Node::Type::either: {
      const Shared left = TRY(evaluate_jmespath(node.children[0], value));
      if (!is_false(*left)) return left;
      return evaluate_jmespath(node.children[1], value);
    }
    case Node::Type::both: {
      const Shared left = TRY(evaluate_jmespath(node.children[0], value));
      if (is_false(*left)) return left;
      return evaluate_jmespath(node.children[1], value);
    }
    case Node::Type::negation:
      return share(
          Document::of_boolean(is_false(*TRY(evaluate_jmespath(node.children[0], value)))));
    case Node::Type::comparison: {
      const Shared left = TRY(evaluate_jmespath(node.children[0], value));
      const Shared right = TRY(evaluate_jmespath(node.children[1], value));
      return share(compare(node.text, *left, *right));
    }
    case Node::Type::function:
      return call(node, value);
    case Node::Type::expression:
      return fail(ErrorKind::invalid, "an expression reference is only for functions");
  }
  return nothing();
}

Jmespath::Jmespath(std::string expression, std::unique_ptr<JmespathNode> root)
    : expression_(std::move(expression)), root_(std::move(root)) {}
Jmespath::Jmespath(Jmespath&&) noexcept = default;
Jmespath& Jmespath::operator=(Jmespath&&) noexcept = default;
Jmespath::~Jmespath() = default;

Result<Jmespath> Jmespath::compile(std::string_view expression) {
  return Jmespath(std::string(expression),
                  std::make_unique<JmespathNode>(TRY(parse_jmespath(expression))));
}

Result<Document> Jmespath::search(const Document& document) const {
  // Not owned: `document` outlives the search, and the answer is copied out of it.
  const Shared root(Shared(), &document);
  return *TRY(evaluate_jmespath(*root_, root));
}

Document search_path(const Document& document, std::string_view path) {
  const Result<Jmespath> compiled = Jmespath::compile(path);
  if (!compiled) return {};
  return compiled->search(document).value_or(Document());
}

}  // namespace levada::cli
