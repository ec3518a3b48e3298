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
  SessionCatalog(const Catalog& catalog, std::string database, std::vector<std::string> path)
      : catalog_(catalog), database_(std::move(database)), path_(std::move(path)) {}
  std::shared_ptr<const Relation> relation(std::string_view schema,
                                           std::string_view name) const override {
    if (!schema.empty()) return catalog_.relation(database_, schema, name);
    for (const std::string& one : path_)
      if (auto found = catalog_.relation(database_, one, name)) return found;
    if (auto found = catalog_.relation(database_, "pg_catalog", name)) return found;
    return catalog_.relation(database_, "rw_catalog", name);
  }
  std::span<const query::SqlFunction> functions(std::string_view schema,
                                                std::string_view name) const override {
    if (!schema.empty()) return catalog_.functions(database_, schema, name);
    for (const std::string& one : path_)
      if (const auto found = catalog_.functions(database_, one, name); !found.empty()) return found;
    return {};
  }
  bool has_schema(std::string_view schema) const override {
    return catalog_.has_schema(database_, schema);
  }

 private:
  const Catalog& catalog_;
  std::string database_;
  std::vector<std::string> path_;
};

}  // namespace levada::streaming
