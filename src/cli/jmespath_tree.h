#pragma once
// What the JMESPath parser makes and the interpreter walks. Private to jmespath*.cc.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/document.h"

namespace levada::cli {

struct JmespathNode {
  enum class Type {
    field,             // text
    index,             // number
    slice,             // slice
    literal,           // literal
    identity,          // the value itself; `@` too
    chain,             // each child is asked of the answer of the one before: a.b, a[0], a | b
    projection,        // of the list that children[0] gives, each item through children[1]
    value_projection,  // the same over the values of an object
    filter,            // the same of items for which children[2] is true
    flatten,           // children[0]
    select_list,       // children
    select_object,     // children, each a `pair`
    pair,              // text, children[0]
    either,            // children[0] || children[1]
    both,              // children[0] && children[1]
    negation,          // !children[0]
    comparison,        // text is the token: eq ne lt lte gt gte
    function,          // text(children…)
    expression,        // &children[0]
  };

  Type type = Type::identity;
  std::string text = {};
  std::vector<JmespathNode> children = {};
  std::int64_t number = 0;
  std::array<std::optional<std::int64_t>, 3> slice = {};
  Document literal = {};
};

Result<JmespathNode> parse_jmespath(std::string_view expression);

// One call of a function whose arguments are known; `expression` arguments stay nodes.
struct JmespathArgument {
  std::shared_ptr<const Document> value;     // null for an expression
  const JmespathNode* expression = nullptr;  // asked again for each item
};
Result<Document> call_jmespath_function(const std::string& name,
                                        const std::vector<JmespathArgument>& arguments);

// Never null.
Result<std::shared_ptr<const Document>> evaluate_jmespath(
    const JmespathNode& node, const std::shared_ptr<const Document>& value);

}  // namespace levada::cli
