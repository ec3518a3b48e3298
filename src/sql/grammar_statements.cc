// Statements that are no definitions: queries, changes of rows, ALTER, DROP, SHOW, transactions,
// COPY.

#include "sql/grammar.h"

namespace levada::sql {

SqlResult<Statement> Grammar::statement_form() {
  Statement made;
  if (is_sign("(") || is("select") || is("with") || is("values") || is("table")) {
    made.form = std::move(*ATTEMPT(query()));
    (void)take_emit_on_window_close();
    return made;
  }
  if (is("create") || (is("replace") && is("sink", 1))) return create();
  if (is("insert"))
    made.form = ATTEMPT(insert());
  else if (is("update"))
    made.form = ATTEMPT(update());
  else if (is("delete"))
    made.form = ATTEMPT(delete_());
  else if (is("truncate"))
    made.form = ATTEMPT(truncate());
  else if (is("drop"))
    made.form = ATTEMPT(drop());
  else if (at_secret_value()) {
    at_ += 2;
    made.form = ATTEMPT(create_secret(true));
  } else if (is("alter") && !is("system", 1))
    made.form = ATTEMPT(alter());
  else if (is("show"))
    made.form = ATTEMPT(show());
  else if (is("describe") || is("desc")) {
    ++at_;
    made.form = Describe{ATTEMPT(qualified_name())};
  } else if (is("explain"))
    made.form = ATTEMPT(explain());
  else if (is("set"))
    return set();
  else if (take("reset")) {
    ResetParameter reset;
    if (!take("all")) {
      reset.name = ATTEMPT(label());
      while (take_sign(".")) reset.name += "." + ATTEMPT(label());
    }
    made.form = std::move(reset);
  } else if (is("begin") || is("start") || is("commit") || is("end") || is("rollback") ||
             is("abort")) {
    Transaction transaction;
    transaction.kind = is("begin") || is("start")  ? Transaction::Kind::begin
                       : is("commit") || is("end") ? Transaction::Kind::commit
                                                   : Transaction::Kind::rollback;
    ++at_;
    if (!take("transaction")) take("work");
    if (transaction.kind == Transaction::Kind::rollback && take("to")) {
      take("savepoint");
      transaction.kind = Transaction::Kind::rollback_to;
      transaction.savepoint = ATTEMPT(label());
    }
    while (peek().kind == TokenKind::word || is_sign(",")) {
      if (are({"read", "only"})) transaction.read_only = true;
      ++at_;
    }
    made.form = std::move(transaction);
  } else if (is("savepoint") || is("release")) {
    Transaction transaction;
    transaction.kind = is("savepoint") ? Transaction::Kind::savepoint : Transaction::Kind::release;
    ++at_;
    if (transaction.kind == Transaction::Kind::release) take("savepoint");
    transaction.savepoint = ATTEMPT(label());
    made.form = std::move(transaction);
  } else if (are({"alter", "system"})) {
    made.form = ATTEMPT(alter_system());
  } else if (is("declare")) {
    made.form = ATTEMPT(declare());
  } else if (is("grant") || is("revoke"))
    made.form = ATTEMPT(grant());
  else if (is("fetch") || is("move"))
    made.form = ATTEMPT(fetch());
  else if (take("close")) {
    CloseCursor close;
    if (!take("all")) close.name = ATTEMPT(label());
    made.form = std::move(close);
  } else if (is("copy"))
    made.form = ATTEMPT(copy());
  else if (is("comment"))
    made.form = ATTEMPT(comment());
  else if (take("prepare")) {
    PrepareStatement prepare;
    prepare.name = ATTEMPT(label());
    if (take_sign("(")) {
      do {
        prepare.types.push_back(ATTEMPT(type_name()));
      } while (take_sign(","));
      ATTEMPT(expect_sign(")"));
    }
    ATTEMPT(expect("as"));
    prepare.statement = std::make_shared<Statement>(ATTEMPT(statement()));
    made.form = std::move(prepare);
  } else if (take("execute")) {
    ExecuteStatement execute;
    execute.name = ATTEMPT(label());
    if (take_sign("(")) {
      if (!is_sign(")")) execute.arguments = ATTEMPT(terms());
      ATTEMPT(expect_sign(")"));
    }
    made.form = std::move(execute);
  } else if (take("deallocate")) {
    take("prepare");
    Deallocate deallocate;
    if (!take("all")) deallocate.name = ATTEMPT(label());
    made.form = std::move(deallocate);
  } else {
    made.form = ATTEMPT(command());
  }
  return made;
}

SqlResult<Command> Grammar::command() {
  Command command;
  for (const char* known : {"flush", "wait", "recover", "vacuum", "analyze", "discard", "kill",
                            "use", "checkpoint", "listen", "unlisten", "lock"})
    if (is(known)) command.name = known;
  if (are({"cancel", "jobs"}) || are({"cancel", "job"})) {
    ++at_;
    command.name = "cancel jobs";
  }
  if (command.name.empty()) return unexpected_token();
  ++at_;
  while (peek().kind != TokenKind::end && !is_sign(";")) {
    if (!is_sign(",")) command.arguments.push_back(peek().text);
    ++at_;
  }
  return command;
}

SqlResult<ObjectKind> Grammar::object_kind() {
  if (take({"materialized", "view"})) return ObjectKind::materialized_view;
  const struct {
    const char* word;
    ObjectKind kind;
  } kinds[] = {{"table", ObjectKind::table},
               {"source", ObjectKind::source},
               {"view", ObjectKind::view},
               {"sink", ObjectKind::sink},
               {"index", ObjectKind::index},
               {"schema", ObjectKind::schema},
               {"database", ObjectKind::database},
               {"function", ObjectKind::function},
               {"secret", ObjectKind::secret},
               {"user", ObjectKind::user},
               {"role", ObjectKind::user},
               {"connection", ObjectKind::connection},
               {"subscription", ObjectKind::subscription}};
  for (const auto& [word, kind] : kinds)
    if (take(word)) return kind;
  return unexpected_token();
}

// [WITH] SUPERUSER NOCREATEDB PASSWORD '…' …
SqlResult<UserOptions> Grammar::user_options() {
  UserOptions options;
  take("with");
  while (peek().kind == TokenKind::word || peek().kind == TokenKind::quoted) {
    const std::uint32_t position = here();
    const std::string word = tokens_[at_++].text;
    const auto flag = [&](std::string_view name, std::optional<bool>& target) {
      const bool no = word.size() == name.size() + 2 && word.starts_with("no");
      if (word != name && !(no && word.ends_with(name))) return false;
      target = !no;
      return true;
    };
    if (flag("superuser", options.superuser) || flag("createdb", options.create_database) ||
        flag("createuser", options.create_user) || flag("createrole", options.create_user) ||
        flag("login", options.login))
      continue;
    std::optional<bool> ignored;  // what PostgreSQL has and Levada has nothing for
    if (flag("inherit", ignored) || flag("admin", ignored)) continue;
    const bool encrypted = word == "encrypted" && take("password");
    if (word != "password" && !encrypted)
      return refuse("unexpected user option: " + word, position);
    options.password = take("null") ? std::string() : ATTEMPT(string());
  }
  return options;
}

// GRANT SELECT, INSERT ON t, u TO a, b WITH GRANT OPTION; REVOKE … FROM …
SqlResult<Grant> Grammar::grant() {
  Grant made;
  made.revokes = is("revoke");
  ++at_;
  made.only_option = made.revokes && take({"grant", "option", "for"});
  if (take("all")) {
    take("privileges");
  } else {
    do {
      made.privileges.push_back(ATTEMPT(label()));
    } while (take_sign(","));
  }
  ATTEMPT(expect("on"));
  if (take("all")) {
    made.all_in_schemas = true;
    const struct {
      std::string_view word;
      ObjectKind kind;
    } many[] = {{"tables", ObjectKind::table},
                {"sources", ObjectKind::source},
                {"views", ObjectKind::view},
                {"sinks", ObjectKind::sink},
                {"functions", ObjectKind::function},
                {"secrets", ObjectKind::secret},
                {"connections", ObjectKind::connection},
                {"subscriptions", ObjectKind::subscription}};
    if (take({"materialized", "views"})) {
      made.kind = ObjectKind::materialized_view;
    } else {
      bool known = false;
      for (const auto& [word, kind] : many)
        if (take(word)) {
          made.kind = kind;
          known = true;
          break;
        }
      if (!known) return unexpected_token();
    }
    ATTEMPT(expect({"in", "schema"}));
  } else if (peek(1).kind == TokenKind::word && !is("to", 1) && !is("from", 1)) {
    made.kind = ATTEMPT(object_kind());
  }
  do {
    made.names.push_back(ATTEMPT(qualified_name()));
    if (is_sign("(")) {  // a function's arguments
      while (!is_sign(")") && peek().kind != TokenKind::end) ++at_;
      ATTEMPT(expect_sign(")"));
    }
  } while (take_sign(","));
  ATTEMPT(expect(made.revokes ? "from" : "to"));
  do {
    made.users.push_back(ATTEMPT(label()));
  } while (take_sign(","));
  made.with_option = take({"with", "grant", "option"});
  if (take({"granted", "by"})) (void)ATTEMPT(label());
  if (!take("cascade")) take("restrict");
  return made;
}

SqlResult<Drop> Grammar::drop() {
  ++at_;
  Drop made;
  made.kind = ATTEMPT(object_kind());
  made.if_exists = take_if_exists();
  do {
    if (made.kind == ObjectKind::user)
      made.names.push_back({ATTEMPT(label())});
    else
      made.names.push_back(ATTEMPT(qualified_name()));
    if (made.kind == ObjectKind::function) made.signatures.push_back(ATTEMPT(function_signature()));
  } while (take_sign(","));
  made.cascade = take("cascade");
  if (!made.cascade) take("restrict");
  return made;
}

// Of ALTER COLUMN: what shall be of it.
SqlResult<Unit> Grammar::column_change(Alter& made) {
  if (take({"set", "not", "null"})) {
    made.value = "set not null";
  } else if (take({"drop", "not", "null"})) {
    made.value = "drop not null";
  } else if (take({"drop", "default"})) {
    made.value = "drop default";
  } else if (take({"set", "default"})) {
    made.value = "set default";
    made.column.default_value = ATTEMPT(term());
  } else if (take({"set", "data", "type"}) || take("type")) {
    made.value = "type";
    made.column.type = ATTEMPT(type_name());
    if (take("using")) (void)ATTEMPT(term());
  } else {
    return unexpected_token();
  }
  return Unit{};
}

SqlResult<Alter> Grammar::alter() {
  ++at_;
  Alter made;
  made.kind = ATTEMPT(object_kind());
  take_if_exists();
  if (made.kind == ObjectKind::user)
    made.name = {ATTEMPT(label())};
  else
    made.name = ATTEMPT(qualified_name());
  using Action = Alter::Action;
  if (take("rename")) {
    if (take("to")) {
      made.action = Action::rename;
      made.text = ATTEMPT(label());
    } else {
      take("column");
      made.action = Action::rename_column;
      made.text = ATTEMPT(label());
      ATTEMPT(expect("to"));
      made.value = ATTEMPT(label());
    }
  } else if (take({"owner", "to"})) {
    made.action = Action::owner;
    made.text = ATTEMPT(label());
  } else if (take({"swap", "with"})) {
    made.action = Action::swap_with;
    made.other = ATTEMPT(qualified_name());
  } else if (take({"connector", "with"})) {
    made.action = Action::connector_with;
    made.options = ATTEMPT(options_in_parentheses());
  } else if (take("pause")) {
    made.action = Action::pause;
  } else if (take("resume")) {
    made.action = Action::resume;
  } else if (are({"add", "primary", "key"}) || are({"add", "constraint"})) {
    ++at_;
    if (take("constraint")) (void)ATTEMPT(label());
    if (!are({"primary", "key"}))
      return refuse("constraints other than PRIMARY KEY are not supported", here());
    at_ += 2;
    made.action = Action::add_primary_key;
    made.names = ATTEMPT(names_in_parentheses());
  } else if (take("alter")) {
    take("column");
    made.action = Action::alter_column;
    made.text = ATTEMPT(label());
    ATTEMPT(column_change(made));
  } else if (take("add")) {
    take("column");
    made.action = Action::add_column;
    made.if_exists = take_if_not_exists();
    made.column = ATTEMPT(column_definition());
  } else if (take("drop")) {
    take("column");
    made.action = Action::drop_column;
    made.if_exists = take_if_exists();
    made.text = ATTEMPT(label());
    made.cascade = take("cascade");
  } else if (take({"set", "schema"})) {
    made.action = Action::set_schema;
    made.text = ATTEMPT(label());
  } else if (take("set")) {
    made.action = Action::set_option;
    made.text = ATTEMPT(label());
    if (!take_sign("=")) take("to");
    made.value = take("default") ? "default" : ATTEMPT(option_value());
    take("deferred");
  } else if (take("reset")) {
    made.action = Action::set_option;
    made.text = ATTEMPT(label());
    made.value = "default";
    take("deferred");
  } else if (made.kind == ObjectKind::user) {
    made.action = Action::user_options;
    made.user = ATTEMPT(user_options());
  } else {
    made.action = Action::other;
    made.text = peek().text;
    while (peek().kind != TokenKind::end && !is_sign(";")) ++at_;
  }
  return made;
}

SqlResult<AlterSystem> Grammar::alter_system() {
  ATTEMPT(expect({"alter", "system", "set"}));
  AlterSystem made;
  made.name = ATTEMPT(label());
  if (!take_sign("=")) ATTEMPT(expect("to"));
  if (!take("default")) made.value = ATTEMPT(option_value());
  return made;
}

// a = 1, (b, c) = (2, DEFAULT)
SqlResult<std::vector<Assignment>> Grammar::assignments() {
  std::vector<Assignment> all;
  do {
    Assignment assignment;
    assignment.position = here();
    if (is_sign("("))
      assignment.columns = ATTEMPT(names_in_parentheses());
    else
      assignment.columns.push_back(ATTEMPT(label()));
    ATTEMPT(expect_sign("="));
    if (!take("default")) assignment.value = ATTEMPT(term());
    all.push_back(std::move(assignment));
  } while (take_sign(","));
  return all;
}

SqlResult<Insert> Grammar::insert() {
  ATTEMPT(expect({"insert", "into"}));
  Insert made;
  made.position = here();
  made.table = ATTEMPT(qualified_name());
  if (take("as")) made.alias = ATTEMPT(label());
  if (is_sign("(") && !is("select", 1) && !is("with", 1) && !is("values", 1) && !is_sign("(", 1))
    made.columns = ATTEMPT(names_in_parentheses(&made.column_positions));
  if (!take({"default", "values"})) made.source = ATTEMPT(query());
  if (take({"on", "conflict"})) {
    if (is_sign("(")) made.conflict_columns = ATTEMPT(names_in_parentheses());
    ATTEMPT(expect("do"));
    if (take("nothing")) {
      made.on_conflict_nothing = true;
    } else {
      ATTEMPT(expect({"update", "set"}));
      made.conflict_assignments = ATTEMPT(assignments());
      if (take("where")) made.conflict_where = ATTEMPT(term());
    }
  }
  if (take("returning")) made.returning = ATTEMPT(select_items());
  return made;
}

SqlResult<Update> Grammar::update() {
  ++at_;
  Update made;
  take("only");
  made.position = here();
  made.table = ATTEMPT(qualified_name());
  if (take("as"))
    made.alias = ATTEMPT(label());
  else if (at_name() && !is("set"))
    made.alias = ATTEMPT(name());
  ATTEMPT(expect("set"));
  made.assignments = ATTEMPT(assignments());
  if (take("from")) {
    do {
      made.from.push_back(ATTEMPT(table_ref()));
    } while (take_sign(","));
  }
  if (take("where")) made.where = ATTEMPT(term());
  if (take("returning")) made.returning = ATTEMPT(select_items());
  return made;
}

SqlResult<Delete> Grammar::delete_() {
  ATTEMPT(expect({"delete", "from"}));
  Delete made;
  take("only");
  made.position = here();
  made.table = ATTEMPT(qualified_name());
  if (take("as"))
    made.alias = ATTEMPT(label());
  else if (at_name())
    made.alias = ATTEMPT(name());
  if (take("using")) {
    do {
      made.from.push_back(ATTEMPT(table_ref()));
    } while (take_sign(","));
  }
  if (take("where")) made.where = ATTEMPT(term());
  if (take("returning")) made.returning = ATTEMPT(select_items());
  return made;
}

SqlResult<Truncate> Grammar::truncate() {
  ++at_;
  take("table");
  Truncate made;
  do {
    take("only");
    made.positions.push_back(here());
    made.tables.push_back(ATTEMPT(qualified_name()));
  } while (take_sign(","));
  if (take("restart") || take("continue")) ATTEMPT(expect("identity"));
  if (is("cascade"))
    return refuse("TRUNCATE … CASCADE is not supported: no table refers to others", here());
  take("restrict");
  return made;
}

SqlResult<Show> Grammar::show() {
  ++at_;
  Show made;
  if (take("create")) {
    made.what = "create";
    made.kind = ATTEMPT(object_kind());
    made.name = ATTEMPT(qualified_name());
    return made;
  }
  if (take({"materialized", "views"})) {
    made.what = "materialized views";
  } else if (take({"internal", "tables"})) {
    made.what = "internal tables";
  } else if (take({"subscription", "cursors"})) {
    made.what = "subscription cursors";
  } else if (take({"time", "zone"})) {
    made.what = "timezone";
  } else if (take({"transaction", "isolation", "level"})) {
    made.what = "transaction_isolation";
  } else if (take({"session", "authorization"})) {
    made.what = "session_authorization";
  } else {
    made.what = ATTEMPT(label());
    while (take_sign(".")) made.what += "." + ATTEMPT(label());
  }
  if (take("from") || take("in")) made.name = ATTEMPT(qualified_name());
  if (take("like") || take("ilike")) made.like = ATTEMPT(string());
  return made;
}

SqlResult<Explain> Grammar::explain() {
  ++at_;
  Explain made;
  made.analyze = take("analyze");
  take("verbose");
  if (is_sign("(") && peek(1).kind == TokenKind::word && !is("select", 1) && !is("with", 1) &&
      !is("values", 1)) {
    ++at_;
    do {
      std::string option = ATTEMPT(label());
      std::string value = "true";
      if (peek().kind == TokenKind::word) value = ATTEMPT(label());
      made.options.emplace_back(std::move(option), std::move(value));
    } while (take_sign(","));
    ATTEMPT(expect_sign(")"));
  }
  made.statement = std::make_shared<Statement>(ATTEMPT(statement()));
  return made;
}

SqlResult<Copy> Grammar::copy() {
  ++at_;
  Copy made;
  if (is_sign("(")) {
    ++at_;
    made.query = ATTEMPT(query());
    ATTEMPT(expect_sign(")"));
  } else {
    made.table = ATTEMPT(qualified_name());
    if (is_sign("(")) made.columns = ATTEMPT(names_in_parentheses());
  }
  if (take("from")) {
    made.from_stdin = true;
    if (!take("stdin")) return refuse("only COPY FROM STDIN is supported", here());
  } else {
    ATTEMPT(expect("to"));
    if (!take("stdout")) return refuse("only COPY TO STDOUT is supported", here());
  }
  if (take("with")) {
  }
  if (is_sign("(")) {
    ++at_;
    do {
      std::string option = ATTEMPT(label());
      std::string value = "true";
      if (is_sign("(") || is_sign("*")) {  // FORCE_QUOTE (…)
        while (!is_sign(",") && !is_sign(")")) ++at_;
        if (is_sign(")")) ++at_;
      } else if (!is_sign(",") && !is_sign(")")) {
        value = ATTEMPT(option_value());
      }
      made.options.emplace_back(std::move(option), std::move(value));
    } while (take_sign(","));
    ATTEMPT(expect_sign(")"));
    return made;
  }
  // The form of old: CSV HEADER DELIMITER ',' NULL ''
  for (;;) {
    if (take("binary"))
      made.options.emplace_back("format", "binary");
    else if (take("csv"))
      made.options.emplace_back("format", "csv");
    else if (take("header"))
      made.options.emplace_back("header", "true");
    else if (is("delimiter") || is("null") || is("quote") || is("escape")) {
      const std::string option = tokens_[at_++].text;
      take("as");
      made.options.emplace_back(option, ATTEMPT(string()));
    } else {
      return made;
    }
  }
}

SqlResult<Comment> Grammar::comment() {
  ATTEMPT(expect({"comment", "on"}));
  Comment made;
  made.is_column = take("column");
  if (!made.is_column) made.kind = ATTEMPT(object_kind());
  made.name = ATTEMPT(qualified_name());
  ATTEMPT(expect("is"));
  if (!take("null")) made.text = ATTEMPT(string());
  return made;
}

}  // namespace levada::sql
