// CREATE, in all its forms.

#include <algorithm>

#include "base/ascii.h"
#include "sql/grammar.h"

namespace levada::sql {

SqlResult<Statement> Grammar::create() {
  Statement made;
  const bool replace_sink = is("replace");  // REPLACE SINK …
  ++at_;
  if (replace_sink) {
    ATTEMPT(expect("sink"));
    made.form = ATTEMPT(create_sink(true));
    return made;
  }
  const bool or_replace = take({"or", "replace"});
  const bool temporary = take("temporary") || take("temp");
  take("unlogged");
  if (take("table")) {
    made.form = ATTEMPT(create_table(false, or_replace, temporary));
  } else if (take("source")) {
    made.form = ATTEMPT(create_table(true, or_replace, temporary));
  } else if (take({"materialized", "view"})) {
    made.form = ATTEMPT(create_view(true, or_replace));
  } else if (take("view")) {
    made.form = ATTEMPT(create_view(false, or_replace));
  } else if (take("sink")) {
    made.form = ATTEMPT(create_sink(or_replace));
  } else if (take({"unique", "index"}) || take("index")) {
    made.form = ATTEMPT(create_index());
  } else if (is("schema") || is("database")) {
    CreateSchema schema;
    schema.is_database = is("database");
    ++at_;
    schema.if_not_exists = take_if_not_exists();
    if (!is("authorization")) schema.name = ATTEMPT(qualified_name()).back();
    for (take("with"); peek().kind != TokenKind::end && !is_sign(";"); take("with")) {
      if (take("authorization")) {
        schema.owner = ATTEMPT(label());
        if (schema.name.empty()) schema.name = schema.owner;
        continue;
      }
      const std::string option = ATTEMPT(label());
      take_sign("=");
      std::string value = ATTEMPT(option_value());
      if (option == "owner")
        schema.owner = std::move(value);
      else
        schema.options.emplace_back(option, std::move(value));
    }
    made.form = std::move(schema);
  } else if (take("function")) {
    made.form = ATTEMPT(create_function(or_replace));
  } else if (take("secret")) {
    made.form = ATTEMPT(create_secret(false));
  } else if (take("subscription")) {
    made.form = ATTEMPT(create_subscription());
  } else if (is("user") || is("role")) {
    ++at_;
    CreateUser user;
    user.name = ATTEMPT(label());
    user.options = ATTEMPT(user_options());
    made.form = std::move(user);
  } else {
    return unexpected_token();
  }
  return made;
}

SqlResult<CreateTable> Grammar::create_table(bool is_source, bool or_replace, bool temporary) {
  CreateTable table;
  table.is_source = is_source;
  table.or_replace = or_replace;
  table.temporary = temporary;
  table.if_not_exists = take_if_not_exists();
  table.name = ATTEMPT(qualified_name());
  if (is_sign("(")) ATTEMPT(table_elements(table));
  for (;;) {
    if (take({"append", "only"})) {
      table.append_only = true;
    } else if (take({"on", "conflict"})) {
      if (take("overwrite"))
        table.conflict = ConflictAction::overwrite;
      else if (take("ignore") || take({"do", "nothing"}))
        table.conflict = ConflictAction::ignore;
      else {
        ATTEMPT(expect({"do", "update"}));
        const bool whole = take("full");
        if (!whole) ATTEMPT(expect({"if", "not", "null"}));
        table.conflict = whole ? ConflictAction::overwrite : ConflictAction::if_not_null;
      }
    } else if (is("with") && is("version", 1)) {
      at_ += 2;
      take("column");
      table.version_columns = ATTEMPT(names_in_parentheses());
    } else if (take("include")) {
      IncludeClause include;
      include.what = ATTEMPT(label());
      if (peek().kind == TokenKind::string) (void)ATTEMPT(string());  // of a header
      if (at_name() && !is("include") && !is("as") && !is("format")) (void)ATTEMPT(type_name());
      if (take("as")) include.alias = ATTEMPT(label());
      table.includes.push_back(std::move(include));
    } else if (is("with") && is_sign("(", 1)) {
      ++at_;
      table.options = ATTEMPT(options_in_parentheses());
    } else if (is("format") || is("row")) {
      if (take("row")) {  // ROW FORMAT JSON, the older form
        ATTEMPT(expect("format"));
        FormatClause format;
        format.format = "PLAIN";
        format.encode = uppered(ATTEMPT(label()));
        table.format = std::move(format);
      } else {
        table.format = ATTEMPT(format_clause());
      }
    } else if (take("as")) {
      const bool parenthesis = is_sign("(");
      (void)parenthesis;
      table.query = ATTEMPT(query());
    } else if (is("engine")) {
      return refuse("CREATE TABLE … ENGINE is not supported", here());
    } else {
      return table;
    }
  }
}

SqlResult<Unit> Grammar::table_elements(CreateTable& table) {
  ATTEMPT(expect_sign("("));
  if (take_sign(")")) return Unit{};
  do {
    if (take_sign("*")) {
      table.has_wildcard = true;
    } else if (is("constraint") || (is("primary") && is("key", 1))) {
      if (take("constraint")) (void)ATTEMPT(label());
      ATTEMPT(expect({"primary", "key"}));
      if (!table.primary_key.empty())
        return refuse(
            "multiple primary keys for table \"" + table.name.back() + "\" are not allowed",
            here());
      table.primary_key = ATTEMPT(names_in_parentheses());
    } else if (is("unique") || is("foreign") || is("check")) {
      return refuse("constraints other than PRIMARY KEY are not supported", here());
    } else if (is("watermark") && is("for", 1)) {
      at_ += 2;
      Watermark watermark;
      watermark.column = ATTEMPT(label());
      ATTEMPT(expect("as"));
      watermark.term = ATTEMPT(term());
      watermark.with_ttl = take({"with", "ttl"});
      table.watermarks.push_back(std::move(watermark));
    } else {
      table.columns.push_back(ATTEMPT(column_definition()));
    }
  } while (take_sign(",") && !is_sign(")"));
  return expect_sign(")");
}

SqlResult<ColumnDefinition> Grammar::column_definition() {
  ColumnDefinition column;
  column.position = here();
  column.name = ATTEMPT(name());
  // CREATE TABLE t (a, b) AS SELECT …
  column.has_type = !is_sign(",") && !is_sign(")") && !is("as") && !is("primary");
  if (column.has_type) column.type = ATTEMPT(type_name());
  ATTEMPT(column_constraints(column));
  return column;
}

SqlResult<Unit> Grammar::column_constraints(ColumnDefinition& column) {
  for (;;) {
    if (take({"primary", "key"})) {
      column.primary_key = true;
    } else if (take({"not", "null"})) {
      column.not_null = true;
    } else if (take("null")) {
      column.not_null = false;
    } else if (take("default")) {
      column.default_value = ATTEMPT(term());
    } else if (is("internal") && is("default", 1)) {
      at_ += 2;
      column.default_value = ATTEMPT(term());
    } else if (take("as")) {
      column.generated = ATTEMPT(term());
    } else if (take({"generated", "always", "as"})) {
      ATTEMPT(expect_sign("("));
      column.generated = ATTEMPT(term());
      ATTEMPT(expect_sign(")"));
      take("stored");
    } else if (is("collate")) {
      const std::uint32_t position = here();
      ++at_;
      const std::string collation = ATTEMPT(qualified_name_or_default()).back();
      if (collation != "C" && collation != "c" && collation != "default" && collation != "POSIX")
        return refuse("collation \"" + collation + "\" is not supported: text sorts by its bytes",
                      position);
    } else if (is("unique") || is("references") || is("check")) {
      return refuse("constraints other than PRIMARY KEY and NOT NULL are not supported", here());
    } else {
      return Unit{};
    }
  }
}

SqlResult<FormatClause> Grammar::format_clause() {
  FormatClause clause;
  ATTEMPT(expect("format"));
  clause.format = uppered(ATTEMPT(label()));
  ATTEMPT(expect("encode"));
  clause.encode = uppered(ATTEMPT(label()));
  if (is_sign("(")) clause.options = ATTEMPT(options_in_parentheses());
  if (take({"key", "encode"})) {
    clause.key_encode = uppered(ATTEMPT(label()));
    if (is_sign("(")) (void)ATTEMPT(options_in_parentheses());
  }
  return clause;
}

bool Grammar::take_emit_on_window_close() {
  if (take({"emit", "immediately"})) return false;  // as views do that say nothing
  return take({"emit", "on", "window", "close"});
}

SqlResult<CreateView> Grammar::create_view(bool materialized, bool or_replace) {
  CreateView view;
  view.materialized = materialized;
  view.or_replace = or_replace;
  view.if_not_exists = take_if_not_exists();
  view.name = ATTEMPT(qualified_name());
  if (is_sign("(")) view.columns = ATTEMPT(names_in_parentheses());
  if (is("with") && is_sign("(", 1)) {
    ++at_;
    view.options = ATTEMPT(options_in_parentheses());
  }
  ATTEMPT(expect("as"));
  view.query_begin = here();
  view.query = ATTEMPT(query());
  view.query_end = last_end();
  view.emit_on_window_close = take_emit_on_window_close();
  return view;
}

SqlResult<CreateSink> Grammar::create_sink(bool replace) {
  CreateSink sink;
  sink.replace = replace;
  sink.if_not_exists = take_if_not_exists();
  sink.name = ATTEMPT(qualified_name());
  if (is_sign("(")) sink.columns = ATTEMPT(names_in_parentheses());
  if (take("into")) {
    sink.into = ATTEMPT(qualified_name());
    if (is_sign("(")) sink.into_columns = ATTEMPT(names_in_parentheses());
  }
  if (take("from")) {
    sink.from = ATTEMPT(qualified_name());
  } else {
    ATTEMPT(expect("as"));
    sink.query_begin = here();
    sink.query = ATTEMPT(query());
    sink.query_end = last_end();
  }
  sink.emit_on_window_close = take_emit_on_window_close();
  if (is("with") && is_sign("(", 1)) {
    ++at_;
    sink.options = ATTEMPT(options_in_parentheses());
  }
  if (is("format")) sink.format = ATTEMPT(format_clause());
  return sink;
}

SqlResult<CreateSink> Grammar::create_subscription() {
  CreateSink made;
  made.is_subscription = true;
  made.if_not_exists = take_if_not_exists();
  made.name = ATTEMPT(qualified_name());
  ATTEMPT(expect("from"));
  made.from = ATTEMPT(qualified_name());
  if (take("with")) made.options = ATTEMPT(options_in_parentheses());
  return made;
}

SqlResult<CreateIndex> Grammar::create_index() {
  CreateIndex index;
  index.if_not_exists = take_if_not_exists();
  if (!is("on")) index.name = ATTEMPT(qualified_name());
  ATTEMPT(expect("on"));
  index.table = ATTEMPT(qualified_name());
  if (take("using")) (void)ATTEMPT(label());
  ATTEMPT(expect_sign("("));
  for (OrderItem& item : ATTEMPT(order_items()))
    index.columns.push_back({std::move(item.term), item.descending});
  ATTEMPT(expect_sign(")"));
  if (take("include")) index.include = ATTEMPT(names_in_parentheses());
  if (take({"distributed", "by"})) index.distributed_by = ATTEMPT(names_in_parentheses());
  if (take("with")) (void)ATTEMPT(options_in_parentheses());
  return index;
}

// "int" or "a int"
SqlResult<FunctionArgument> Grammar::function_argument() {
  FunctionArgument argument;
  const std::size_t begin = at_;
  argument.type = ATTEMPT(type_name());
  if (is_sign(",") || is_sign(")")) return argument;
  at_ = begin;
  argument.name = ATTEMPT(label());
  argument.type = ATTEMPT(type_name());
  return argument;
}

// (int, b text), of which the types matter; nothing: no parenthesis.
SqlResult<std::optional<std::vector<TypeName>>> Grammar::function_signature() {
  if (!take_sign("(")) return std::optional<std::vector<TypeName>>();
  std::vector<TypeName> types;
  while (!is_sign(")")) {
    types.push_back(ATTEMPT(function_argument()).type);
    if (!take_sign(",")) break;
  }
  ATTEMPT(expect_sign(")"));
  return std::optional(std::move(types));
}

SqlResult<CreateFunction> Grammar::create_function(bool or_replace) {
  CreateFunction function;
  function.or_replace = or_replace;
  function.if_not_exists = take_if_not_exists();
  function.name = ATTEMPT(qualified_name());
  ATTEMPT(expect_sign("("));
  while (!is_sign(")")) {
    function.arguments.push_back(ATTEMPT(function_argument()));
    if (!take_sign(",")) break;
  }
  ATTEMPT(expect_sign(")"));
  ATTEMPT(expect("returns"));
  function.returns = ATTEMPT(type_name());
  for (;;) {
    if (take("language")) {
      function.language = ATTEMPT(label());
    } else if (take("as")) {
      function.body = ATTEMPT(string());
    } else if (is("return")) {
      ++at_;
      const std::uint32_t begin = here();
      (void)ATTEMPT(term());
      function.body = "select " + std::string(text_of(begin, last_end()));
    } else if (take("immutable") || take("stable") || take("volatile") || take("strict")) {
    } else {
      break;
    }
  }
  if (function.language.empty()) return unexpected_token();
  return function;
}

// ALTER SECRET name WITH (…) AS value, or name AS value; not OWNER TO and its like.
bool Grammar::at_secret_value() const {
  if (!are({"alter", "secret"})) return false;
  std::size_t ahead = 3;
  while (is_sign(".", ahead)) ahead += 2;
  return is("with", ahead) || is("as", ahead);
}

SqlResult<CreateSecret> Grammar::create_secret(bool alters) {
  CreateSecret secret;
  secret.alters = alters;
  secret.if_not_exists = take_if_not_exists();
  secret.name = ATTEMPT(qualified_name());
  if (is("with") && is_sign("(", 1)) {
    ++at_;
    secret.options = ATTEMPT(options_in_parentheses());
  }
  ATTEMPT(expect("as"));
  secret.value = ATTEMPT(string());
  return secret;
}

}  // namespace levada::sql
