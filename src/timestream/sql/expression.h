#pragma once
// Expressions: from syntax to something that runs. The compiler resolves names, chooses functions
// and makes every conversion explicit; what it returns knows its type and looks at one row.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "timestream/sql/syntax.h"

namespace levada::timestream::sql {

// What all expressions of one run share. The first error ends the run; values after it mean
// nothing.
struct Runtime {
  std::int64_t now = 0;  // nanoseconds
  std::uint64_t seed = 1;
  std::optional<std::string> error = {};
  Value fail(std::string why) {
    if (!error) error = std::move(why);
    return {};
  }
};

struct Frame {
  std::span<const Value> row;
  Runtime& runtime;
  std::span<const Value> locals = {};  // of the innermost lambda
  const Frame* outer = nullptr;
};

using Run = std::function<Value(const Frame&)>;

struct Compiled {
  Type type;
  Run run;
  bool constant = false;  // looks at no row
};

struct ScopeColumn {
  std::string qualifier, name;
  Type type;
};
using Scope = std::vector<ScopeColumn>;

// The result of a subquery that ran before.
struct SubqueryResult {
  Type type;
  std::vector<Value> values;  // of its first column
};
using SubqueryResults = std::unordered_map<const Node*, SubqueryResult>;

class Compiler {
 public:
  // Asked first for every node; what it knows is taken.
  using Known = std::function<std::optional<Compiled>(const Node&)>;
  Compiler(const Scope& scope, Runtime& runtime, const SubqueryResults& subqueries,
           Known known = {})
      : scope_(scope), runtime_(runtime), subqueries_(subqueries), known_(std::move(known)) {}

  Result<Compiled> compile(const Node& node);
  Result<Compiled> compile_condition(const Node& node, std::string_view clause);
  // Column names must be part of the group (see executor.cc).
  void forbid_columns() { columns_forbidden_ = true; }

 private:
  struct Local {
    std::string name;
    Type type;
  };

  Result<Compiled> column(const Node& node);
  Result<Compiled> call(const Node& node);
  Result<Compiled> special(const Node& node, bool& found);
  Result<Compiled> binary(const Node& node);
  Result<Compiled> comparison(const Node& node, std::string_view sign, Compiled a, Compiled b);
  Result<Compiled> in_list(const Node& node);
  Result<Compiled> condition(const Node& node);
  Result<Compiled> conditional_if(const Node& node);
  Result<Compiled> lambda(const Node& node, std::vector<Type> types);
  Result<Compiled> member(const Node& node);
  Result<std::vector<Compiled>> children(const Node& node);

  const Scope& scope_;
  Runtime& runtime_;
  const SubqueryResults& subqueries_;
  Known known_;
  std::vector<std::vector<Local>> locals_;
  bool columns_forbidden_ = false;
};

Compiled constant_of(Type type, Value value);
// LIKE; `escape` 0: none. Linear but for what a % may try again.
bool like(std::string_view text, std::string_view pattern, char escape);

// Whether a value of `from` may stand where `to` is wanted, and how far that is.
std::optional<int> conversion_cost(const Type& from, const Type& to);
std::optional<Type> common_type(const Type& a, const Type& b);
Compiled convert(Compiled from, const Type& to);
Value cast(Runtime& runtime, const Value& value, const Type& from, const Type& to);
std::string text_of(const Value& value, const Type& type);  // of scalars, as answers print them

// The functions, as rows: "name(types) type"; T is any type, `...` repeats the last argument.
struct Function {
  std::string_view signature;
  Value (*run)(Runtime& runtime, std::span<const Value> arguments);  // no argument is null
};
std::span<const Function> math_functions();
std::span<const Function> text_functions();
std::span<const Function> time_functions();
std::span<const Function> list_functions();
std::span<const Function> series_functions();
std::span<const Function> regex_functions();

}  // namespace levada::timestream::sql
