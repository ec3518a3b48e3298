// Queries: SELECT, VALUES, set operations, FROM with everything that may stand in it.

#include "sql/grammar.h"

namespace levada::sql {
namespace {

constexpr int union_precedence = 1;  // also EXCEPT
constexpr int intersect_precedence = 2;
constexpr int query_depth_max = 100;

}  // namespace

SqlResult<std::shared_ptr<Query>> Grammar::query() {
  struct Depth {
    int& depth;
    explicit Depth(int& d) : depth(++d) {}
    ~Depth() { --depth; }
  } const deeper(query_depth_);
  if (query_depth_ > query_depth_max) return refuse("queries are nested too deeply", here());
  const std::uint32_t position = here();
  bool recursive = false;
  std::vector<CommonTable> with;
  if (is("with")) with = ATTEMPT(common_tables(recursive));
  std::shared_ptr<Query> made = ATTEMPT(set_query(0));
  // A query in parentheses that has an order or tables of its own stays a query of its own.
  const bool own = !made->order.empty() || made->limit || made->offset || !made->with.empty();
  const bool more = !with.empty() || is("order") || is("limit") || is("offset") || is("fetch");
  if (own && more) {
    auto outer = std::make_shared<Query>();
    Select all;
    all.position = position;
    TermRef star = make(TermKind::star, position);
    all.items.push_back({std::move(star), {}});
    auto table = std::make_unique<TableRef>();
    table->kind = TableRef::Kind::query;
    table->position = position;
    table->query = std::move(made);
    all.from.push_back(std::move(table));
    outer->body = std::move(all);
    made = std::move(outer);
  }
  made->position = position;
  if (!with.empty()) {
    made->recursive = recursive;
    made->with = std::move(with);
  }
  ATTEMPT(query_tail(*made));
  return made;
}

SqlResult<std::vector<CommonTable>> Grammar::common_tables(bool& recursive) {
  ATTEMPT(expect("with"));
  recursive = take("recursive");
  std::vector<CommonTable> all;
  do {
    CommonTable table;
    table.name = ATTEMPT(name());
    if (is_sign("(")) table.columns = ATTEMPT(names_in_parentheses());
    ATTEMPT(expect("as"));
    if (take({"changelog", "from"})) {
      table.changelog_of = ATTEMPT(qualified_name());
    } else {
      if (!take({"not", "materialized"})) take("materialized");
      ATTEMPT(expect_sign("("));
      table.query = ATTEMPT(query());
      ATTEMPT(expect_sign(")"));
    }
    all.push_back(std::move(table));
  } while (take_sign(","));
  return all;
}

// ORDER BY, LIMIT, OFFSET, FETCH, FOR UPDATE: in any order, as PostgreSQL takes them.
SqlResult<Unit> Grammar::query_tail(Query& query) {
  if (take({"order", "by"})) query.order = ATTEMPT(order_items());
  for (;;) {
    if (is("limit")) {
      ++at_;
      if (!take("all")) query.limit = ATTEMPT(term());
    } else if (is("offset")) {
      ++at_;
      query.offset = ATTEMPT(term());
      if (!take("rows")) take("row");
    } else if (is("fetch") && (is("first", 1) || is("next", 1))) {
      at_ += 2;
      if (is("row") || is("rows")) {
        query.limit = make(TermKind::number, here());
        query.limit->text.assign(1, '1');
      } else {
        query.limit = ATTEMPT(term());
      }
      if (!take("rows")) ATTEMPT(expect("row"));
      if (take({"with", "ties"}))
        query.with_ties = true;
      else
        ATTEMPT(expect("only"));
    } else if (is("with") && is("ties", 1)) {
      at_ += 2;
      query.with_ties = true;
    } else if (is("for") && (is("update", 1) || is("share", 1))) {
      at_ += 2;
    } else {
      return Unit{};
    }
  }
}

SqlResult<std::shared_ptr<Query>> Grammar::set_query(int precedence) {
  std::shared_ptr<Query> left = ATTEMPT(query_primary());
  for (;;) {
    const bool intersect = is("intersect");
    if (!intersect && !is("union") && !is("except")) return left;
    const int own = intersect ? intersect_precedence : union_precedence;
    if (own <= precedence) return left;
    SetQuery set;
    set.kind = intersect     ? SetOperator::intersect
               : is("union") ? SetOperator::union_
                             : SetOperator::except;
    ++at_;
    set.all = take("all");
    if (!set.all) take("distinct");
    if (take("corresponding")) {
      set.is_corresponding = true;
      if (take("by")) set.corresponding = ATTEMPT(names_in_parentheses());
    }
    auto made = std::make_shared<Query>();
    made->position = left->position;
    set.left = std::move(left);
    set.right = ATTEMPT(set_query(own));
    made->body = std::move(set);
    left = std::move(made);
  }
}

SqlResult<std::shared_ptr<Query>> Grammar::query_primary() {
  if (is_sign("(")) {
    ++at_;
    auto inside = ATTEMPT(query());
    ATTEMPT(expect_sign(")"));
    return inside;
  }
  auto made = std::make_shared<Query>();
  made->position = here();
  if (is("values")) {
    made->body = ATTEMPT(values());
  } else if (is("table") && !is_sign("(", 1)) {
    ++at_;
    Select all;
    all.position = made->position;
    all.items.push_back({make(TermKind::star, made->position), {}});
    auto table = std::make_unique<TableRef>();
    table->position = here();
    table->names = ATTEMPT(qualified_name());
    all.from.push_back(std::move(table));
    made->body = std::move(all);
  } else {
    made->body = ATTEMPT(select());
  }
  return made;
}

SqlResult<ValuesList> Grammar::values() {
  ATTEMPT(expect("values"));
  ValuesList list;
  do {
    ATTEMPT(expect_sign("("));
    auto& row = list.rows.emplace_back();
    do {
      if (take("default"))
        row.emplace_back();
      else
        row.push_back(ATTEMPT(term()));
    } while (take_sign(","));
    ATTEMPT(expect_sign(")"));
  } while (take_sign(","));
  return list;
}

SqlResult<std::vector<SelectItem>> Grammar::select_items() {
  std::vector<SelectItem> items;
  do {
    SelectItem item;
    item.term = ATTEMPT(term());
    if (item.term->kind == TermKind::star) {
      if (is("except") && is_sign("(", 1)) {
        at_ += 2;
        do {
          item.term->excepted.push_back(ATTEMPT(qualified_name_or_default()));
        } while (take_sign(","));
        ATTEMPT(expect_sign(")"));
      }
    } else if (take("as")) {
      item.alias = ATTEMPT(label());
    } else if (at_name() && !at_emit() && !(is("format") && peek(1).kind == TokenKind::word)) {
      item.alias = ATTEMPT(name());
    }
    items.push_back(std::move(item));
  } while (take_sign(","));
  return items;
}

SqlResult<Select> Grammar::select() {
  Select made;
  made.position = here();
  ATTEMPT(expect("select"));
  if (take("distinct")) {
    made.distinct = true;
    if (take("on")) {
      ATTEMPT(expect_sign("("));
      made.distinct_on = ATTEMPT(terms());
      ATTEMPT(expect_sign(")"));
    }
  } else {
    take("all");
  }
  // SELECT FROM t: no columns
  if (!is("from") && peek().kind != TokenKind::end && !is_sign(")") && !is_sign(";"))
    made.items = ATTEMPT(select_items());
  if (take("from")) {
    do {
      made.from.push_back(ATTEMPT(table_ref()));
    } while (take_sign(","));
  }
  if (take("where")) made.where = ATTEMPT(term());
  if (take({"group", "by"})) {
    made.group_distinct = take("distinct");
    if (!made.group_distinct) take("all");
    do {
      made.groups.push_back(ATTEMPT(group_item()));
    } while (take_sign(","));
  }
  if (take("having")) made.having = ATTEMPT(term());
  if (is("window")) {
    ++at_;
    do {
      std::string window = ATTEMPT(name());
      ATTEMPT(expect("as"));
      ATTEMPT(expect_sign("("));
      made.windows.emplace_back(std::move(window), ATTEMPT(window_clause()));
      ATTEMPT(expect_sign(")"));
    } while (take_sign(","));
  }
  return made;
}

SqlResult<GroupItem> Grammar::group_item() {
  GroupItem item;
  const bool rollup = is("rollup") && is_sign("(", 1);
  const bool cube = is("cube") && is_sign("(", 1);
  if (rollup || cube) {
    item.kind = rollup ? GroupItem::Kind::rollup : GroupItem::Kind::cube;
    at_ += 2;
    do {
      auto& element = item.lists.emplace_back();
      TermRef one = ATTEMPT(term());
      if (one->kind == TermKind::row)
        element = std::move(one->arguments);
      else
        element.push_back(std::move(one));
    } while (take_sign(","));
    ATTEMPT(expect_sign(")"));
    return item;
  }
  if (are({"grouping", "sets"})) {
    at_ += 2;
    item.kind = GroupItem::Kind::sets;
    ATTEMPT(expect_sign("("));
    do {
      item.sets.push_back(ATTEMPT(group_item()));
    } while (take_sign(","));
    ATTEMPT(expect_sign(")"));
    return item;
  }
  if (is_sign("(") && is_sign(")", 1)) {
    at_ += 2;
    item.kind = GroupItem::Kind::empty;
    return item;
  }
  item.term = ATTEMPT(term());
  return item;
}

SqlResult<std::vector<OrderItem>> Grammar::order_items() {
  std::vector<OrderItem> items;
  do {
    OrderItem item;
    item.term = ATTEMPT(term());
    if (take("desc"))
      item.descending = true;
    else if (is("using")) {
      ++at_;
      item.descending = is_sign(">");
      ++at_;
    } else {
      take("asc");
    }
    if (take({"nulls", "first"}))
      item.nulls_first = true;
    else if (take({"nulls", "last"}))
      item.nulls_first = false;
    items.push_back(std::move(item));
  } while (take_sign(","));
  return items;
}

SqlResult<std::optional<JoinType>> Grammar::join_type(bool& natural) {
  const std::size_t begin = at_;
  natural = take("natural");
  if (take({"cross", "join"})) return std::optional(JoinType::cross);
  if (take({"asof", "join"}) || take({"asof", "inner", "join"}))
    return std::optional(JoinType::asof);
  if (take({"asof", "left", "join"}) || take({"asof", "left", "outer", "join"}))
    return std::optional(JoinType::asof_left);
  std::optional<JoinType> type = JoinType::inner;
  if (take("left"))
    type = JoinType::left;
  else if (take("right"))
    type = JoinType::right;
  else if (take("full"))
    type = JoinType::full;
  else
    take("inner");
  if (*type != JoinType::inner) take("outer");
  if (take("join")) return type;
  if (at_ != begin) return unexpected_token();
  return std::optional<JoinType>();
}

SqlResult<TableRefPtr> Grammar::table_ref() {
  TableRefPtr left = ATTEMPT(table_primary());
  for (std::size_t joins = 0;; ++joins) {
    constexpr std::size_t joins_max = 500;
    if (joins > joins_max) return refuse("too many joins", here());
    bool natural = false;
    const std::optional<JoinType> type = ATTEMPT(join_type(natural));
    if (!type) return left;
    auto join = std::make_unique<TableRef>();
    join->kind = TableRef::Kind::join;
    join->position = left->position;
    join->join = *type;
    join->natural = natural;
    join->left = std::move(left);
    join->right = ATTEMPT(table_primary());
    if (*type != JoinType::cross && !natural) {
      if (take("on")) {
        join->condition = ATTEMPT(term());
      } else {
        // a JOIN b JOIN c ON … ON …: the inner one comes first.
        if (is("join") || is("inner") || is("left") || is("right") || is("full")) {
          bool inner_natural = false;
          const auto inner_type = ATTEMPT(join_type(inner_natural));
          auto inner = std::make_unique<TableRef>();
          inner->kind = TableRef::Kind::join;
          inner->position = join->right->position;
          inner->join = inner_type.value_or(JoinType::inner);
          inner->left = std::move(join->right);
          inner->right = ATTEMPT(table_primary());
          ATTEMPT(expect("on"));
          inner->condition = ATTEMPT(term());
          join->right = std::move(inner);
          ATTEMPT(expect("on"));
          join->condition = ATTEMPT(term());
        } else {
          ATTEMPT(expect("using"));
          join->has_using = true;
          join->using_columns = ATTEMPT(names_in_parentheses());
        }
      }
    }
    left = std::move(join);
  }
}

SqlResult<Unit> Grammar::table_alias(TableRef& table) {
  if (take("as"))
    table.alias = ATTEMPT(label());
  else if (at_name() && !at_emit() && !(is("asof")) &&
           !(is("format") && peek(1).kind == TokenKind::word) && !is("set"))
    table.alias = ATTEMPT(name());
  else
    return Unit{};
  if (!is_sign("(")) return Unit{};
  ++at_;
  do {
    table.columns.push_back(ATTEMPT(label()));
    if (!is_sign(",") && !is_sign(")")) table.column_types.push_back(ATTEMPT(type_name()));
  } while (take_sign(","));
  return expect_sign(")");
}

// TUMBLE(t, column, size), HOP(t, column, slide, size)
SqlResult<TableRefPtr> Grammar::window_table(std::string kind) {
  auto table = std::make_unique<TableRef>();
  table->kind = TableRef::Kind::window;
  table->position = here();
  table->window = std::move(kind);
  at_ += 2;
  table->left = ATTEMPT(table_primary());
  while (take_sign(",")) table->window_arguments.push_back(ATTEMPT(term()));
  ATTEMPT(expect_sign(")"));
  ATTEMPT(table_alias(*table));
  return table;
}

SqlResult<TableRefPtr> Grammar::table_primary() {
  if ((is("tumble") || is("hop")) && is_sign("(", 1)) return window_table(peek().text);
  auto table = std::make_unique<TableRef>();
  table->position = here();
  table->lateral = take("lateral");
  if (is_sign("(")) {
    const std::size_t begin = at_;
    if (at_query()) {
      ++at_;
      auto inside = query();
      if (inside && take_sign(")")) {
        table->kind = TableRef::Kind::query;
        table->query = std::move(*inside);
        ATTEMPT(table_alias(*table));
        return table;
      }
      if (tokens_[begin + 1].text != "(") {
        if (!inside) return tl::unexpected(inside.error());
        return unexpected_token();
      }
      no_query_at_.insert(begin);
      at_ = begin;
    }
    ++at_;
    const int before = ++query_depth_;
    if (before > query_depth_max) return refuse("joins are nested too deeply", here());
    TableRefPtr inside = ATTEMPT(table_ref());
    --query_depth_;
    ATTEMPT(expect_sign(")"));
    if (inside->alias.empty()) ATTEMPT(table_alias(*inside));
    return inside;
  }
  if (are({"rows", "from"}) && is_sign("(", 2)) {
    at_ += 3;
    table->kind = TableRef::Kind::functions;
    table->functions = ATTEMPT(terms());
    ATTEMPT(expect_sign(")"));
  } else {
    take("only");
    const std::uint32_t position = here();
    const bool word = peek().kind == TokenKind::word;
    Name names;
    if (word && is_sign("(", 1))
      names.push_back(ATTEMPT(label()));
    else
      names = ATTEMPT(qualified_name());
    if (is_sign("(")) {
      table->kind = TableRef::Kind::function;
      TermRef function = ATTEMPT(call(std::move(names), position, false));
      // unnest(a, b) is ROWS FROM (unnest(a), unnest(b)).
      const bool several = function->names.back() == "unnest" && function->arguments.size() > 1;
      while (several && function->arguments.size() > 1) {
        TermRef first = make(TermKind::call, position);
        first->names = function->names;
        first->call = std::make_unique<CallParts>();
        first->arguments.push_back(std::move(function->arguments.front()));
        function->arguments.erase(function->arguments.begin());
        table->functions.push_back(closed(std::move(first)));
      }
      table->functions.push_back(std::move(function));
    } else {
      take_sign("*");
      table->names = std::move(names);
    }
  }
  if (take({"with", "ordinality"})) table->ordinality = true;
  if (are({"for", "system_time", "as", "of"})) {
    at_ += 4;
    const TermRef moment = ATTEMPT(term());
    const bool now = moment->kind == TermKind::call &&
                     (moment->names.back() == "proctime" || moment->names.back() == "now");
    if (!now) return refuse("only FOR SYSTEM_TIME AS OF PROCTIME() is supported", moment->position);
    table->as_of_now = true;
  }
  ATTEMPT(table_alias(*table));
  if (are({"for", "system_time", "as", "of"})) {
    at_ += 4;
    (void)ATTEMPT(term());
    table->as_of_now = true;
  }
  return table;
}

}  // namespace levada::sql
