#pragma once
// INSERT … ON CONFLICT as plans: which stored rows have the key of a new one. Internal to sql/.

#include <memory>

#include "query/plan.h"
#include "query/relation.h"

namespace levada::sql {

using RelationRef = std::shared_ptr<const query::Relation>;

// A key that nobody declared (_row_id) never conflicts.
bool has_declared_key(const query::Relation& relation);
// Of a new row beside a stored one: whether they have one key.
query::ExpressionRef same_key(const query::Relation& relation);
// The stored rows that new ones may have the key of: of a few written out, a look-up for each.
query::Plan stored_beside(const RelationRef& relation, const query::Plan& rows);
// DO NOTHING: the first new row of each key that is not there.
query::Plan without_conflicts(const RelationRef& relation, query::Plan rows);

}  // namespace levada::sql
