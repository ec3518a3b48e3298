#include "sql/conflict_plans.h"

#include "query/functions.h"

namespace levada::sql {

using query::ExpressionRef;
using query::Plan;
using query::Relation;
using query::Type;
using query::TypeKind;

bool has_declared_key(const Relation& relation) {
  return !relation.key.empty() && !relation.columns[relation.key.front()].hidden;
}

ExpressionRef same_key(const Relation& relation) {
  const std::size_t width = relation.columns.size();
  std::vector<ExpressionRef> parts;
  for (const std::size_t at : relation.key) {
    const Type& type = relation.columns[at].type;
    const Type types[] = {type, type};
    const query::Function* equal = query::exact_function("=", types);
    parts.push_back(query::call(*equal, TypeKind::boolean,
                                {query::column(at, type), query::column(width + at, type)}));
  }
  return query::conjunction(std::move(parts));
}

Plan stored_beside(const RelationRef& relation, const Plan& rows) {
  constexpr std::size_t lookups_max = 64;  // beyond, one scan of the table is as good
  const auto* values = std::get_if<query::Values>(&rows->node);
  if (values == nullptr || values->rows.size() > lookups_max) return query::scan(relation);
  std::vector<Plan> parts;
  for (const std::vector<ExpressionRef>& row : values->rows) {
    std::vector<ExpressionRef> conditions;
    for (const std::size_t at : relation->key) {
      if (query::is_volatile(*row[at])) return query::scan(relation);
      const Type& type = relation->columns[at].type;
      const Type types[] = {type, type};
      conditions.push_back(query::call(*query::exact_function("=", types), TypeKind::boolean,
                                       {query::column(at, type), row[at]}));
    }
    parts.push_back(
        query::filter(query::scan(relation), query::conjunction(std::move(conditions))));
  }
  if (parts.size() == 1) return parts.front();
  return query::set_operation(query::SetKind::union_, false, std::move(parts));
}

Plan without_conflicts(const RelationRef& relation, Plan rows) {
  if (!has_declared_key(*relation)) return rows;
  query::TopN first;
  for (const std::size_t at : relation->key)
    first.partition.push_back(query::column(at, relation->columns[at].type));
  first.limit = query::constant(TypeKind::int8, query::Datum::of(1));
  const Plan stored = stored_beside(relation, rows);
  first.input = query::join(query::JoinKind::anti, std::move(rows), stored, same_key(*relation));
  return query::top_n(std::move(first));
}

}  // namespace levada::sql
