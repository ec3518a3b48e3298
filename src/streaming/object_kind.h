#pragma once
// The kinds of objects as a statement names them, against those that there are.

#include <string_view>

#include "query/relation.h"
#include "sql/statement.h"
#include "streaming/objects.h"

namespace levada::streaming {

using query::RelationKind;

bool fits(sql::ObjectKind wanted, RelationKind kind);
bool fits(sql::ObjectKind wanted, const Object& object);
std::string_view word_of(sql::ObjectKind kind);

}  // namespace levada::streaming
