#include "streaming/objects.h"

#include <algorithm>

namespace levada::streaming {

Catalog::Catalog() = default;

std::shared_ptr<const Relation> Catalog::relation(std::string_view schema,
                                                  std::string_view name) const {
  if (schema.empty()) {
    if (auto found = relation("public", name)) return found;
    return relation("pg_catalog", name);
  }
  const Key key{std::string(schema), std::string(name)};
  if (const auto found = by_name_.find(key); found != by_name_.end())
    return objects_.at(found->second)->relation;
  const auto system = system_.find(key);
  return system == system_.end() ? nullptr : system->second;
}

bool Catalog::has_schema(std::string_view schema) const {
  return schemas_.contains(schema) || schema == "pg_catalog" || schema == "information_schema" ||
         schema == "rw_catalog" || schema == "levada";
}

Object* Catalog::find(std::string_view schema, std::string_view name) {
  const auto found =
      by_name_.find({std::string(schema.empty() ? "public" : schema), std::string(name)});
  return found == by_name_.end() ? nullptr : objects_.at(found->second).get();
}

Object* Catalog::find(RelationId id) {
  const auto found = objects_.find(id.value());
  return found == objects_.end() ? nullptr : found->second.get();
}

const Object* Catalog::find(RelationId id) const {
  const auto found = objects_.find(id.value());
  return found == objects_.end() ? nullptr : found->second.get();
}

std::vector<Object*> Catalog::readers_of(RelationId id) {
  std::vector<Object*> readers;
  for (const auto& [key, object] : objects_)
    if (std::find(object->reads.begin(), object->reads.end(), id) != object->reads.end())
      readers.push_back(object.get());
  return readers;
}

void Catalog::add(std::unique_ptr<Object> object) {
  const std::uint32_t id = object->relation->id.value();
  std::uint32_t& next = object->is_hidden() ? next_hidden_id_ : next_id_;
  next = std::max(next, id + 1);
  if (!object->is_hidden())
    by_name_.emplace(Key{object->relation->schema, object->relation->name}, id);
  objects_.emplace(id, std::move(object));
  ++version_;
}

std::unique_ptr<Object> Catalog::remove(RelationId id) {
  const auto found = objects_.find(id.value());
  if (found == objects_.end()) return nullptr;
  auto object = std::move(found->second);
  if (!object->is_hidden()) by_name_.erase({object->relation->schema, object->relation->name});
  objects_.erase(found);
  ++version_;
  return object;
}

void Catalog::rename(RelationId id, std::string schema, std::string name) {
  Object* object = find(id);
  by_name_.erase({object->relation->schema, object->relation->name});
  auto changed = std::make_shared<Relation>(*object->relation);
  changed->schema = std::move(schema);
  changed->name = std::move(name);
  by_name_.emplace(Key{changed->schema, changed->name}, id.value());
  object->relation = std::move(changed);
  ++version_;
}

const query::SqlFunction* Catalog::function(std::string_view schema, std::string_view name) const {
  const auto found = functions_.find({std::string(schema), std::string(name)});
  return found == functions_.end() ? nullptr : &found->second;
}

void Catalog::add_function(query::SqlFunction function) {
  Key key{function.schema, function.name};
  functions_.insert_or_assign(std::move(key), std::move(function));
  ++version_;
}

void Catalog::remove_function(const std::string& schema, const std::string& name) {
  functions_.erase({schema, name});
  ++version_;
}

void Catalog::replace(std::shared_ptr<const Relation> relation) {
  find(relation->id)->relation = std::move(relation);
  ++version_;
}

void Catalog::add_system(std::shared_ptr<const Relation> relation, SystemRows rows) {
  system_rows_.emplace(relation->id.value(), std::move(rows));
  Key key{relation->schema, relation->name};
  system_.emplace(std::move(key), std::move(relation));
}

const SystemRows* Catalog::system_rows(RelationId id) const {
  const auto found = system_rows_.find(id.value());
  return found == system_rows_.end() ? nullptr : &found->second;
}

std::string_view name_of(RelationKind kind) {
  switch (kind) {
    case RelationKind::table:
      return "table";
    case RelationKind::source:
      return "source";
    case RelationKind::materialized_view:
      return "materialized view";
    case RelationKind::view:
      return "view";
    case RelationKind::index:
      return "index";
    case RelationKind::sink:
      return "sink";
    case RelationKind::system:
      return "system catalog";
  }
  return "";
}

}  // namespace levada::streaming
