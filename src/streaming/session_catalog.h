#pragma once
// SessionCatalog: the catalog as a session's search path sees it.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "streaming/objects.h"

namespace levada::streaming {

class SessionCatalog final : public query::RelationCatalog {
 public:
  SessionCatalog(const Catalog& catalog, std::vector<std::string> path)
      : catalog_(catalog), path_(std::move(path)) {}
  std::shared_ptr<const Relation> relation(std::string_view schema,
                                           std::string_view name) const override {
    if (!schema.empty()) return catalog_.relation(schema, name);
    for (const std::string& one : path_)
      if (auto found = catalog_.relation(one, name)) return found;
    if (auto found = catalog_.relation("pg_catalog", name)) return found;
    return catalog_.relation("rw_catalog", name);
  }
  const query::SqlFunction* function(std::string_view schema,
                                     std::string_view name) const override {
    if (!schema.empty()) return catalog_.function(schema, name);
    for (const std::string& one : path_)
      if (const auto* found = catalog_.function(one, name)) return found;
    return nullptr;
  }
  bool has_schema(std::string_view schema) const override { return catalog_.has_schema(schema); }

 private:
  const Catalog& catalog_;
  std::vector<std::string> path_;
};

}  // namespace levada::streaming
