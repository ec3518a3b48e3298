#include "timestream/sql/parser.h"

#include <charconv>

#include "timestream/sql/grammar.h"

namespace levada::timestream::sql {

Result<Statement> Parser::statement() {
  Statement statement;
  statement.place = here().place;
  if (take("show")) {
    TRY(show(statement));
  } else if (take("describe") || take("desc")) {
    statement.kind = Statement::Kind::describe;
    TRY(table_name(statement.database, statement.table));
  } else if (take("unload")) {
    TRY(unload(statement));
  } else {
    statement.query = TRY(query());
  }
  take(";");
  if (here().kind != TokenKind::end) return unexpected_here();
  return statement;
}

Result<Unit> Parser::table_name(std::string& database, std::string& table) {
  table = TRY(name());
  if (take(".")) {
    database = std::move(table);
    table = TRY(name());
  }
  return Unit{};
}

Result<Unit> Parser::show(Statement& statement) {
  if (take("databases")) {
    statement.kind = Statement::Kind::show_databases;
  } else if (take("tables")) {
    statement.kind = Statement::Kind::show_tables;
    if (take("from") || take("in")) statement.database = TRY(name());
  } else if (take("measures")) {
    statement.kind = Statement::Kind::show_measures;
    if (!take("from")) TRY(need("in"));
    TRY(table_name(statement.database, statement.table));
  } else {
    return unexpected_here();
  }
  if (!take("like")) return Unit{};
  statement.like = TRY(string());
  if (take("escape")) statement.escape = TRY(string());
  return Unit{};
}

// UNLOAD (SELECT …) TO 's3://bucket/prefix' [WITH (name = value, …)]
Result<Unit> Parser::unload(Statement& statement) {
  statement.kind = Statement::Kind::unload;
  TRY(need("("));
  statement.query = TRY(query());
  TRY(need(")"));
  TRY(need("to"));
  statement.destination = TRY(string());
  if (!take("with")) return Unit{};
  TRY(need("("));
  do {
    Statement::Option option;
    option.place = here().place;
    option.name = lower(TRY(name()));
    TRY(need("="));
    if (take("array")) {
      option.list = true;
      TRY(need("["));
      do option.values.push_back(TRY(string()));
      while (take(","));
      TRY(need("]"));
    } else if (here().kind == TokenKind::string || here().kind == TokenKind::name ||
               here().kind == TokenKind::whole || here().kind == TokenKind::duration) {
      option.values.push_back(tokens_[at_++].text);
    } else {
      return unexpected_here();
    }
    statement.options.push_back(std::move(option));
  } while (take(","));
  return need(")");
}

Result<std::unique_ptr<Query>> Parser::query() {
  const Deeper deeper(depth_);
  TRY(check_depth());
  auto query = std::make_unique<Query>();
  if (take("with")) {
    do {
      Query::Common common;
      common.name = TRY(name());
      if (take("(")) {
        do common.columns.push_back(TRY(name()));
        while (take(","));
        TRY(need(")"));
      }
      TRY(need("as"));
      TRY(need("("));
      common.query = std::shared_ptr<Query>(TRY(this->query()));
      TRY(need(")"));
      query->with.push_back(std::move(common));
    } while (take(","));
  }
  query->body = TRY(union_body());
  if (take("order")) {
    TRY(need("by"));
    query->order = TRY(order_items());
  }
  if (take("limit") && !take("all")) {
    std::uint64_t limit = 0;
    const std::string& text = here().text;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (here().kind != TokenKind::whole || end.ec != std::errc()) return unexpected_here();
    query->limit = limit;
    ++at_;
  }
  return query;
}

Result<std::vector<OrderItem>> Parser::order_items() {
  std::vector<OrderItem> items;
  do {
    OrderItem item;
    item.node = TRY(expression());
    if (take("desc"))
      item.descending = true;
    else
      take("asc");
    if (take("nulls")) {
      item.nulls_first = here().is("first");
      if (!take("first")) TRY(need("last"));
    }
    items.push_back(std::move(item));
  } while (take(","));
  return items;
}

Result<BodyPointer> Parser::union_body() {
  return set_operations({"union", "except"}, [this] {
    return set_operations({"intersect"}, [this] { return primary_body(); });
  });
}

Result<BodyPointer> Parser::primary_body() {
  auto body = std::make_unique<QueryBody>();
  body->place = here().place;
  if (take("(")) {
    body->nested = TRY(query());
    TRY(need(")"));
    return body;
  }
  body->select = TRY(select());
  return body;
}

Result<std::unique_ptr<Select>> Parser::select() {
  auto select = std::make_unique<Select>();
  select->place = here().place;
  if (take("values")) {
    do {
      std::vector<NodePointer> row;
      NodePointer one = TRY(expression());
      if (one->kind == NodeKind::row)
        row = std::move(one->children);
      else
        row.push_back(std::move(one));
      select->values.push_back(std::move(row));
    } while (take(","));
    return select;
  }
  TRY(need("select"));
  select->distinct = take("distinct");
  if (!select->distinct) take("all");
  do select->items.push_back(TRY(select_item()));
  while (take(","));
  if (take("from")) select->from = TRY(sources());
  if (take("where")) select->where = TRY(expression());
  if (take("group")) {
    TRY(need("by"));
    TRY(group_by(*select));
  }
  if (take("having")) select->having = TRY(expression());
  return select;
}

Result<SelectItem> Parser::select_item() {
  SelectItem item;
  item.place = here().place;
  if (take("*")) return item;
  if ((here().kind == TokenKind::name || here().kind == TokenKind::quoted) && here(1).is(".") &&
      here(2).is("*")) {
    item.qualifier = TRY(name());
    at_ += 2;
    return item;
  }
  item.node = TRY(expression());
  if (take("as")) {
    item.alias = TRY(name());
  } else if (here().kind == TokenKind::quoted ||
             (here().kind == TokenKind::name && !is_reserved(here()))) {
    item.alias = TRY(name());
  }
  return item;
}

Result<std::unique_ptr<Source>> Parser::sources() {
  std::unique_ptr<Source> left = TRY(joined());
  while (take(",")) {
    auto both = std::make_unique<Source>();
    both->kind = Source::Kind::join;
    both->place = here().place;
    both->left = std::move(left);
    both->right = TRY(joined());
    left = std::move(both);
  }
  return left;
}

Result<std::unique_ptr<Source>> Parser::joined() {
  std::unique_ptr<Source> left = TRY(source());
  for (;;) {
    auto both = std::make_unique<Source>();
    both->kind = Source::Kind::join;
    both->place = here().place;
    const bool natural = take("natural");
    if (!natural && take("cross")) {
      both->join = JoinKind::cross;
    } else if (take("left") || take("right") || take("full")) {
      const Token& side = tokens_[at_ - 1];
      both->join = side.is("left")    ? JoinKind::left
                   : side.is("right") ? JoinKind::right
                                      : JoinKind::full;
      take("outer");
    } else if (take("inner") || here().is("join")) {
      both->join = JoinKind::inner;
    } else if (natural) {
      return unexpected_here();
    } else {
      return left;
    }
    TRY(need("join"));
    both->left = std::move(left);
    both->right = TRY(source());
    both->natural = natural;
    if (both->join != JoinKind::cross && !natural) {
      if (take("using")) {
        TRY(need("("));
        do both->using_columns.push_back(TRY(name()));
        while (take(","));
        TRY(need(")"));
      } else {
        TRY(need("on"));
        both->condition = TRY(expression());
      }
    }
    left = std::move(both);
  }
}

Result<std::unique_ptr<Source>> Parser::source() {
  const Deeper deeper(depth_);
  TRY(check_depth());
  auto source = std::make_unique<Source>();
  source->place = here().place;
  if (++sources_ > sources_max) return refuse_at(source->place, "too many tables");
  if (take("unnest")) {
    source->kind = Source::Kind::unnest;
    TRY(need("("));
    do source->arguments.push_back(TRY(expression()));
    while (take(","));
    TRY(need(")"));
    if (take("with")) {
      TRY(need("ordinality"));
      source->ordinality = true;
    }
  } else if (here().is("lateral") && here(1).is("(")) {
    at_ += 2;
    source->kind = Source::Kind::query;
    source->lateral = true;
    source->query = TRY(query());
    TRY(need(")"));
  } else if (here().is("(")) {
    const bool is_query =
        here(1).is("select") || here(1).is("with") || here(1).is("values") || here(1).is("(");
    take("(");
    if (is_query) {
      source->kind = Source::Kind::query;
      source->query = TRY(query());
      TRY(need(")"));
    } else {
      source = TRY(sources());
      TRY(need(")"));
      return source;
    }
  } else {
    source->kind = Source::Kind::table;
    TRY(table_name(source->database, source->name));
  }
  const bool as = take("as");
  if (as || here().kind == TokenKind::quoted ||
      (here().kind == TokenKind::name && !is_reserved(here()))) {
    source->alias = TRY(name());
    if (take("(")) {
      do source->columns.push_back(TRY(name()));
      while (take(","));
      TRY(need(")"));
    }
  }
  return source;
}

Result<Statement> parse(std::string_view text) {
  std::vector<Token> tokens = TRY(tokens_of(text));
  return Parser(std::move(tokens)).statement();
}

}  // namespace levada::timestream::sql
