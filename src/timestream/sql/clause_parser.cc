// The grammar of what stands behind OVER and GROUP BY.

#include "timestream/sql/grammar.h"

namespace levada::timestream::sql {
namespace {

// Nested parts of what stands behind GROUP BY multiply; this many sets are enough.
constexpr std::size_t grouping_sets_max = 128;
constexpr std::size_t cube_columns_max = 7;

}  // namespace

Result<std::unique_ptr<Window>> Parser::window() {
  auto window = std::make_unique<Window>();
  TRY(need("("));
  if (take("partition")) {
    TRY(need("by"));
    do window->partition.push_back(TRY(expression()));
    while (take(","));
  }
  if (take("order")) {
    TRY(need("by"));
    window->order = TRY(order_items());
  }
  if (here().is("rows") || here().is("range") || here().is("groups")) {
    window->unit = here().is("rows")    ? FrameUnit::rows
                   : here().is("range") ? FrameUnit::range
                                        : FrameUnit::groups;
    ++at_;
    const Place place = here().place;
    const bool between = take("between");
    window->first = TRY(frame_end());
    if (between) {
      TRY(need("and"));
      window->last = TRY(frame_end());
    }
    const auto bad = [&](std::string_view why) { return refuse_at(place, why); };
    using End = FrameEnd::Kind;
    if (window->first.kind == End::following && !window->first.offset)
      return bad("Window frame start cannot be UNBOUNDED FOLLOWING");
    if (window->last.kind == End::preceding && !window->last.offset)
      return bad("Window frame end cannot be UNBOUNDED PRECEDING");
    if (window->first.kind == End::current && window->last.kind == End::preceding)
      return bad("Window frame starting from CURRENT ROW cannot end with PRECEDING");
    if (window->first.kind == End::following && window->last.kind == End::preceding)
      return bad("Window frame starting from FOLLOWING cannot end with PRECEDING");
    if (window->first.kind == End::following && window->last.kind == End::current)
      return bad("Window frame starting from FOLLOWING cannot end with CURRENT ROW");
    // From here on unbounded means the far end, whichever side it is on.
    if (!window->last.offset && window->last.kind == End::following)
      window->last.kind = End::unbounded;
    if (!window->first.offset && window->first.kind == End::preceding)
      window->first.kind = End::unbounded;
  }
  TRY(need(")"));
  return window;
}

Result<FrameEnd> Parser::frame_end() {
  using End = FrameEnd::Kind;
  FrameEnd end{End::current};
  if (take("current")) {
    TRY(need("row"));
    return end;
  }
  if (!take("unbounded")) end.offset = TRY(sum());
  end.kind = here().is("preceding") ? End::preceding : End::following;
  if (!take("preceding")) TRY(need("following"));
  return end;
}

// What stands behind GROUP BY: each part is a list of sets, and parts multiply.
Result<Unit> Parser::group_by(Select& select) {
  using Set = std::vector<std::size_t>;
  const auto place_of = [&select](NodePointer node) {
    const std::string wanted = signature_of(*node);
    for (std::size_t i = 0; i < select.group_by.size(); ++i)
      if (signature_of(*select.group_by[i]) == wanted) return i;
    select.group_by.push_back(std::move(node));
    return select.group_by.size() - 1;
  };
  const auto set_of = [&]() -> Result<Set> {  // (a, b), or one expression
    Set set;
    if (!take("(")) {
      set.push_back(place_of(TRY(expression())));
      return set;
    }
    if (take(")")) return set;
    do set.push_back(place_of(TRY(expression())));
    while (take(","));
    TRY(need(")"));
    return set;
  };
  std::vector<Set> all{{}};
  bool simple = true;
  do {
    std::vector<Set> sets;
    const bool rollup = here().is("rollup"), cube = here().is("cube");
    const bool listed = here().is("grouping") && here(1).is("sets");
    const Place place = here().place;
    if (listed || ((rollup || cube) && here(1).is("("))) {
      simple = false;
      at_ += listed ? 2 : 1;
      TRY(need("("));
      std::vector<Set> parts;
      do parts.push_back(TRY(set_of()));
      while (take(","));
      TRY(need(")"));
      const auto join = [&parts](const auto& wanted) {
        Set set;
        for (std::size_t i = 0; i < parts.size(); ++i)
          if (wanted(i)) set.insert(set.end(), parts[i].begin(), parts[i].end());
        return set;
      };
      if (listed) {
        sets = parts;
      } else if (rollup) {
        for (std::size_t n = parts.size() + 1; n-- > 0;)
          sets.push_back(join([n](std::size_t i) { return i < n; }));
      } else {
        if (parts.size() > cube_columns_max) return refuse_at(place, "too many columns in CUBE");
        for (std::size_t mask = std::size_t{1} << parts.size(); mask-- > 0;)
          sets.push_back(
              join([&](std::size_t i) { return (mask >> (parts.size() - 1 - i) & 1) != 0; }));
      }
    } else if (here().is("(") && here(1).is(")")) {
      simple = false;
      at_ += 2;
      sets.emplace_back();
    } else {
      NodePointer node = TRY(expression());
      Set set;
      if (node->kind == NodeKind::row)
        for (NodePointer& each : node->children) set.push_back(place_of(std::move(each)));
      else
        set.push_back(place_of(std::move(node)));
      sets.push_back(std::move(set));
    }
    std::vector<Set> product;
    for (const Set& a : all)
      for (const Set& b : sets) {
        Set both = a;
        both.insert(both.end(), b.begin(), b.end());
        product.push_back(std::move(both));
      }
    if (product.size() > grouping_sets_max) return refuse_at(place, "too many grouping sets");
    all = std::move(product);
  } while (take(","));
  if (!simple) select.grouping_sets = std::move(all);
  return Unit{};
}

}  // namespace levada::timestream::sql
