#pragma once
// Evaluation: running expressions. A Program is a compiled expression; an Evaluation is what one
// run of them shares: memory for results (freed together), the session's facts, the first error.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/decimal.h"
#include "query/expression.h"
#include "query/functions.h"
#include "query/sql_error.h"

namespace levada::query {

// Long computations draw breath now and then, which may let others use the thread. An error: the
// computation is not wanted any more.
class Breath {
 public:
  virtual std::optional<SqlError> draw() = 0;

 protected:
  ~Breath() = default;
};

// What stable functions may look at. In a view only the epoch's time differs from the defaults.
struct SessionFacts {
  std::int64_t now = 0;      // microseconds since 1970-01-01 UTC: statement or epoch
  std::int64_t started = 0;  // when the server was
  // Of relations by id: rows below never come again. nullptr: nobody keeps any.
  const std::map<std::uint32_t, Value>* watermarks = nullptr;
  std::uint64_t seed = 1;  // of random() and the like
  std::string time_zone = "UTC";
  std::string user = "root";
  std::string database = "dev";
  std::vector<std::string> search_path = {"public"};
  std::int32_t process_id = 0;
  std::vector<std::pair<std::string, std::string>> settings = {};
  // The text that made the object of this oid, for pg_get_viewdef and its like; empty: unknown.
  std::function<std::string(std::int64_t oid)> definition_of = {};
  // What its rows occupy; nullopt: unknown. And the oid of a relation's name.
  std::function<std::optional<std::int64_t>(std::int64_t oid)> size_of = {};
  std::function<std::optional<std::int64_t>(std::string_view name)> oid_of = {};
  std::function<std::optional<std::int64_t>(std::string_view schema)> schema_oid_of = {};
  std::uint64_t transaction = 0;  // its number: the epoch that it would be
  // has_…_privilege: user (empty: the session's), the thing's name or oid, privileges.
  std::function<SqlResult<bool>(std::string_view function, std::string_view user,
                                const Datum& thing, std::string_view privileges)>
      has_privilege = {};
  // SET, for set_config(); and what COMMENT ON said of an object, or of its n-th column.
  std::function<SqlResult<Unit>(std::string_view name, std::string_view value)> change_setting = {};
  std::function<std::optional<std::string>(std::int64_t oid, std::int64_t column)> comment_of = {};
  Breath* breath = nullptr;  // null: runs to its end
};

class Evaluation {
 public:
  // Strict: an error ends the statement. Lenient (views): the expression is NULL instead, counted.
  enum class Mode : std::uint8_t { strict, lenient };

  explicit Evaluation(const SessionFacts& facts, Mode mode = Mode::strict)
      : facts_(facts), mode_(mode), row_(++last_row_) {}
  Evaluation(const Evaluation&) = delete;

  const SessionFacts& facts() const { return facts_; }

  // Results; valid until reset().
  char* allocate(std::size_t bytes) {
    bytes = (bytes + 15) & ~std::size_t{15};
    if (bytes > static_cast<std::size_t>(end_ - next_)) grow(bytes);
    return std::exchange(next_, next_ + bytes);
  }
  Datum text(std::string_view text);
  Datum decimal(const Decimal& value);
  Datum interval(const Interval& value);
  Datum list(std::span<const Datum> elements);
  Datum copy(const Value& value);
  void reset() {
    row_ = ++last_row_;
    if (!spare_.empty() || next_ != begin_) rewind();
    breathe();
  }

  // Another one after each reset(), in all evaluations of this thread.
  std::uint64_t row() const { return row_; }

  // Every loop over rows of a circuit passes here. Ends the step by throwing Stopped, which
  // Circuit::step takes; elsewhere nobody breathes.
  void breathe() {
    if (--until_breath_ == 0) [[unlikely]]
      draw_breath();
  }
  struct Stopped {
    SqlError error;
  };
  void may_breathe(bool may) {
    until_breath_ = may && facts_.breath != nullptr ? steps_a_breath : 0;
  }

  // NULL; the first error of an evaluation counts.
  Datum fail(std::string_view sqlstate, std::string message);
  Datum fail(SqlError error);
  bool failed() const { return error_.has_value(); }
  const SqlError& error() const { return *error_; }
  void clear_error() { error_.reset(); }
  std::uint64_t suppressed_errors() const { return suppressed_; }

  // At the end of each whole expression.
  Datum settle(const Datum& result) {
    if (!error_.has_value()) [[likely]]
      return result;
    if (mode_ == Mode::strict) return Datum::null();
    error_.reset();
    ++suppressed_;
    return Datum::null();
  }

  std::uint64_t random();

 private:
  static inline constinit thread_local std::uint64_t last_row_ = 0;
  static constexpr std::uint64_t steps_a_breath = 512;  // some tens of microseconds

  void grow(std::size_t bytes);
  void rewind();
  void draw_breath();

  const SessionFacts& facts_;
  Mode mode_;
  std::uint64_t row_;
  char* begin_ = nullptr;
  char* next_ = nullptr;
  char* end_ = nullptr;
  std::unique_ptr<char[]> block_;
  std::vector<std::unique_ptr<char[]>> spare_;  // blocks that filled up since the last reset
  std::optional<SqlError> error_;
  std::uint64_t suppressed_ = 0;
  std::uint64_t random_state_ = 0;
  std::uint64_t until_breath_ = 0;  // from 0 it never comes
};

// Where a program's columns come from: those below `split` from `left`, the others from `right`.
struct Input {
  Evaluation& evaluation;
  const Datum* left;
  const Datum* right = nullptr;
};

class ProgramNode {
 public:
  virtual ~ProgramNode() = default;
  virtual Datum run(const Input& input) const = 0;
};

class Program {
 public:
  Program() = default;
  explicit Program(const ExpressionRef& expression, std::size_t split = SIZE_MAX);

  Datum evaluate(Evaluation& evaluation, const Datum* left, const Datum* right = nullptr) const {
    return evaluation.settle(run({evaluation, left, right}));
  }
  // As a part of another program: an error stays for the whole. What merely looks somewhere is
  // answered here, the rest by the node.
  Datum run(const Input& input) const {
    switch (kind_) {
      case Kind::column:
        return input.left[index_];
      case Kind::right_column:
        return input.right[index_];
      case Kind::part: {
        const Datum& whole = input.left[index_];
        return whole.is_null() || part_ >= whole.size ? Datum::null() : whole.elements[part_];
      }
      case Kind::constant:
        return constant_;
      case Kind::computed:
        break;
    }
    return node_->run(input);
  }
  explicit operator bool() const { return kind_ != Kind::computed || node_ != nullptr; }
  bool is_constant() const { return kind_ == Kind::constant; }

 private:
  friend class Compiler;
  enum class Kind : std::uint8_t {
    column,
    right_column,
    part /* of a column */,
    constant,
    computed
  };

  Kind kind_ = Kind::computed;
  std::uint32_t index_ = 0, part_ = 0;
  Datum constant_;  // looks into the node
  std::shared_ptr<const ProgramNode> node_;
};

// Programs over the same row: what several of them compute alike is computed once, and remembered
// until the evaluation is reset.
std::vector<Program> compiled_together(const std::vector<ExpressionRef>& expressions);

// Of an expression without columns (LIMIT, DEFAULT, VALUES).
SqlResult<Value> evaluate_constant(const ExpressionRef& expression, const SessionFacts& facts);

// casts.cc: a value that is not NULL.
Datum cast_datum(Evaluation& evaluation, const Type& from, const Type& to, bool is_explicit,
                 const Datum& datum);

}  // namespace levada::query
