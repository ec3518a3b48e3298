#pragma once
// Expressions: from syntax to something that runs. The compiler resolves names, chooses functions
// and makes every conversion explicit; what it returns knows its type and looks at one row.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "timestream/refusal.h"
#include "timestream/sql/syntax.h"

namespace levada::timestream::sql {

// What all expressions of one run share. The first error ends the run; values after it mean
// nothing.
struct Compiled;
struct Runtime {
  std::int64_t now = 0;  // nanoseconds
  // What a column means that no table of this query has: one of a query around it. May be empty.
  std::function<std::optional<Compiled>(const Node&)> outer = {};
  // What @name stands for; while a query is only prepared, names that are met are noted instead.
  std::map<std::string, std::pair<Type, Value>> parameters = {};
  std::set<std::string>* noted_parameters = nullptr;
  std::uint64_t seed = 1;
  std::optional<Error> error = {};
  Value fail(Error why) {
    if (!error) error = std::move(why);
    return {};
  }
  Value fail(std::string why) {
    return fail(refuse(Refusal::query_execution, std::move(why)).value());
  }
  // Expressions cannot step aside: what they do to elements of lists is counted, and too much of it
  // since the run stepped aside last ends the run. No: it has ended.
  std::size_t steps = 0;
  bool spend(std::size_t more) {
    static constexpr std::size_t steps_max = 10'000'000;  // about half a second
    if ((steps += more) > steps_max) fail("The query does too much in one expression.");
    return !error;
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

// A column of the query around it that a subquery looks at.
struct Capture {
  std::string qualifier, name;
  Place place;
};
// What a subquery answered: once, or for each of the values that it looks at.
struct SubqueryResult {
  Type type;
  std::vector<Value> values;  // of its first column
  std::vector<Capture> captures = {};
  std::vector<Type> types = {};  // of the captures
  using Answers = std::unordered_map<std::vector<Value>, std::vector<Value>, RowHash, RowEqual>;
  std::shared_ptr<Answers> answers = {};  // of correlated ones
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
  // Column names must be part of the group (see select.cc).
  void forbid_columns() { columns_forbidden_ = true; }
  // What a subquery captures, in the order of its captures.
  Result<std::vector<Run>> captured(const SubqueryResult& subquery);

 private:
  struct Local {
    std::string name;
    Type type;
  };

  bool is_local(const Node& node) const;
  Result<Compiled> column(const Node& node);
  Result<Compiled> subquery(const Node& node);
  Result<Compiled> parameter(const Node& node);
  Result<Compiled> call(const Node& node);
  Result<Compiled> special(const Node& node, bool& found);
  Result<Compiled> binary(const Node& node);
  Result<Compiled> comparison(const Node& node, std::string_view sign, Compiled a, Compiled b);
  Result<Compiled> in_list(const Node& node);
  Result<Compiled> condition(const Node& node);
  Result<Compiled> conditional_if(const Node& node);
  Result<Compiled> zip(const Node& node);
  Result<Compiled> replace_by_lambda(const Node& node);
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

// What a function may make: larger texts and lists end the run.
inline constexpr std::size_t text_bytes_max = 16 << 20, list_items_max = 1'000'000;

Compiled constant_of(Type type, Value value);
bool is_window_function(const std::string& name);

// Where the scope has the column that the node names; nothing when it has none. Errors: ambiguous.
Result<std::optional<std::size_t>> find_column(const Scope& scope, const Node& node);
// The same text for expressions that mean the same to rows of the scope.
std::string signature_in(const Scope& scope, const Node& node);
std::string signature_of_column(std::size_t column);
// LIKE; `escape` 0: none. Linear but for what a % may try again.
bool like(std::string_view text, std::string_view pattern, char escape);
// What is wrong with LIKE `pattern` ESCAPE `escape`.
std::optional<std::string> wrong_escape(std::string_view pattern, std::string_view escape);

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

// `text` with each match of the pattern replaced by what `by` makes of its capturing groups; null
// when that is null.
Value replace_matches(Runtime& runtime, const std::string& text, const std::string& pattern,
                      const std::function<Value(const Value& groups)>& by);

}  // namespace levada::timestream::sql
