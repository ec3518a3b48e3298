#include "streaming/object_kind.h"

namespace levada::streaming {

bool fits(sql::ObjectKind wanted, RelationKind kind) {
  switch (wanted) {
    case sql::ObjectKind::table:
      return kind == RelationKind::table;
    case sql::ObjectKind::source:
      return kind == RelationKind::source;
    case sql::ObjectKind::view:
      return kind == RelationKind::view;
    case sql::ObjectKind::materialized_view:
      return kind == RelationKind::materialized_view;
    case sql::ObjectKind::sink:
      return kind == RelationKind::sink;
    case sql::ObjectKind::index:
      return kind == RelationKind::index;
    default:
      return false;
  }
}

bool fits(sql::ObjectKind wanted, const Object& object) {
  if (wanted == sql::ObjectKind::subscription) return object.is_subscription();
  if (wanted == sql::ObjectKind::sink && object.is_subscription()) return false;
  return fits(wanted, object.relation->kind);
}

std::string_view word_of(sql::ObjectKind kind) {
  switch (kind) {
    case sql::ObjectKind::table:
      return "table";
    case sql::ObjectKind::source:
      return "source";
    case sql::ObjectKind::view:
      return "view";
    case sql::ObjectKind::materialized_view:
      return "materialized view";
    case sql::ObjectKind::sink:
      return "sink";
    case sql::ObjectKind::index:
      return "index";
    case sql::ObjectKind::schema:
      return "schema";
    case sql::ObjectKind::subscription:
      return "subscription";
    default:
      return "object";
  }
}

}  // namespace levada::streaming
