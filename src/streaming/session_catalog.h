#pragma once
// SessionCatalog: the catalog as a session's search path sees it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "streaming/objects.h"

namespace levada::streaming {

class SessionCatalog final : public query::RelationCatalog {
 public:
  // What a name with another database in front of it means: its tables and materialized views;
  // nothing, for definitions; or the same name here, for definitions that were made when that was
  // so.
  enum class Elsewhere : std::uint8_t { read, refuse, here };
  SessionCatalog(const Catalog& catalog, std::string database, std::vector<std::string> path,
                 Elsewhere elsewhere = Elsewhere::read)
      : catalog_(catalog),
        database_(std::move(database)),
        path_(std::move(path)),
        elsewhere_(elsewhere) {}
  std::shared_ptr<const Relation> relation(std::string_view schema,
                                           std::string_view name) const override {
    if (!schema.empty()) return catalog_.relation(database_, schema, name);
    for (const std::string& one : path_)
      if (auto found = catalog_.relation(database_, one, name)) return found;
    if (auto found = catalog_.relation(database_, "pg_catalog", name)) return found;
    return catalog_.relation(database_, "rw_catalog", name);
  }
  std::shared_ptr<const Relation> relation_in(std::string_view database, std::string_view schema,
                                              std::string_view name) const override {
    if (is_here(database)) return relation(schema, name);
    if (elsewhere_ == Elsewhere::refuse) return nullptr;
    auto found = catalog_.relation(database, schema, name);
    const bool has_rows = found != nullptr && (found->kind == RelationKind::table ||
                                               found->kind == RelationKind::materialized_view);
    return has_rows ? found : nullptr;
  }
  bool is_here(std::string_view database) const override {
    return database == database_ || elsewhere_ == Elsewhere::here;
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
  Elsewhere elsewhere_;
};

}  // namespace levada::streaming
