#pragma once
// The kinds of objects as a statement names them, against those that there are.

#include <string_view>

#include "query/relation.h"
#include "sql/statement.h"

namespace levada::streaming {

using query::RelationKind;

bool fits(sql::ObjectKind wanted, RelationKind kind);
std::string_view word_of(sql::ObjectKind kind);

}  // namespace levada::streaming
