#include "streaming/objects.h"

#include <algorithm>

#include "streaming/definition.h"

namespace levada::streaming {

namespace {

constexpr std::string_view system_schemas[] = {"pg_catalog", "information_schema", "rw_catalog",
                                               "levada"};

Database empty_database(std::uint32_t id, std::string owner) {
  return {id, owner, {}, {{"public", owner}}};
}

}  // namespace

Catalog::Catalog(std::string first_database) {
  databases_.emplace(std::move(first_database), empty_database(first_database_id, "root"));
}

std::shared_ptr<const Relation> Catalog::relation(std::string_view database,
                                                  std::string_view schema,
                                                  std::string_view name) const {
  const Key key{std::string(database), std::string(schema), std::string(name)};
  if (const auto found = by_name_.find(key); found != by_name_.end())
    return objects_.at(found->second)->relation;
  const auto system = system_.find({{}, key.schema, key.name});
  return system == system_.end() ? nullptr : system->second;
}

bool Catalog::has_schema(std::string_view database_name, std::string_view schema) const {
  const Database* known = database(database_name);
  return (known != nullptr && known->schemas.contains(schema)) ||
         std::find(std::begin(system_schemas), std::end(system_schemas), schema) !=
             std::end(system_schemas);
}

const Database* Catalog::database(std::string_view name) const {
  const auto found = databases_.find(name);
  return found == databases_.end() ? nullptr : &found->second;
}

Database* Catalog::database(std::string_view name) {
  const auto found = databases_.find(name);
  return found == databases_.end() ? nullptr : &found->second;
}

void Catalog::add_database(std::string name, Database database) {
  Database made = empty_database(database.id, database.owner);
  made.options = std::move(database.options);
  use_id(made.id);
  databases_.emplace(std::move(name), std::move(made));
  ++version_;
}

void Catalog::remove_database(const std::string& name) {
  databases_.erase(name);
  std::erase_if(functions_, [&](const auto& entry) { return entry.first.database == name; });
  ++version_;
}

void Catalog::rename_database(const std::string& from, const std::string& to) {
  auto database = databases_.extract(from);
  database.key() = to;
  databases_.insert(std::move(database));
  for (const auto& [id, object] : objects_) {
    if (object->relation->database != from) continue;
    auto relation = std::make_shared<Relation>(*object->relation);
    relation->database = to;
    object->relation = std::move(relation);
  }
  const auto move_keys = [&](auto& named) {
    const Key first{from, {}, {}};
    for (auto at = named.lower_bound(first); at != named.end() && at->first.database == from;) {
      auto moved = named.extract(at++);
      moved.key().database = to;
      named.insert(std::move(moved));
    }
  };
  move_keys(by_name_);
  move_keys(functions_);
  move_keys(secrets_);
  privileges_.rename_database(from, to);
  ++version_;
}

void Catalog::rename_owner(const std::string& from, const std::string& to) {
  const auto renamed = [&](std::string& owner) {
    if (owner == from) owner = to;
  };
  for (const auto& [id, object] : objects_) renamed(object->owner);
  for (auto& [name, database] : databases_) {
    renamed(database.owner);
    for (auto& [schema, owner] : database.schemas) renamed(owner);
  }
}

void Catalog::perform(Change& change) {
  for (query::SqlFunction& one : change.functions_added)
    add_function(change.database, std::move(one));
  for (const query::SqlFunction& one : change.functions_removed)
    remove_function(change.database, one);
  Database* home = database(change.database);
  for (auto& [schema, owner] : change.schemas_added) home->schemas.emplace(schema, owner);
  for (const std::string& schema : change.schemas_removed) home->schemas.erase(schema);
  for (auto& [name, added] : change.databases_added)
    add_database(std::move(name), std::move(added));
  for (const std::string& name : change.databases_removed) remove_database(name);
  for (const auto& edit : change.edits) edit(*this);
  if (!change.edits.empty()) ++version_;
  for (const Change::DatabaseOption& one : change.database_options) {
    auto& options = database(one.database)->options;
    if (one.name == owner_option)
      database(one.database)->owner = one.value.value_or("root");
    else if (one.value)
      options.insert_or_assign(one.name, *one.value);
    else
      options.erase(one.name);
  }
}

Object* Catalog::find(std::string_view database, std::string_view schema, std::string_view name) {
  const auto found = by_name_.find({std::string(database), std::string(schema), std::string(name)});
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
    if (std::find(object->reads.begin(), object->reads.end(), id) != object->reads.end() ||
        std::find(object->views.begin(), object->views.end(), id) != object->views.end())
      readers.push_back(object.get());
  return readers;
}

void Catalog::add(std::unique_ptr<Object> object) {
  const std::uint32_t id = object->relation->id.value();
  std::uint32_t& next = object->is_hidden() ? next_hidden_id_ : next_id_;
  next = std::max(next, id + 1);
  if (!object->is_hidden()) by_name_.emplace(key_of(*object->relation), id);
  objects_.emplace(id, std::move(object));
  ++version_;
}

std::unique_ptr<Object> Catalog::remove(RelationId id) {
  const auto found = objects_.find(id.value());
  if (found == objects_.end()) return nullptr;
  auto object = std::move(found->second);
  if (!object->is_hidden()) by_name_.erase(key_of(*object->relation));
  objects_.erase(found);
  ++version_;
  return object;
}

void Catalog::rename(RelationId id, std::string schema, std::string name) {
  Object* object = find(id);
  by_name_.erase(key_of(*object->relation));
  auto changed = std::make_shared<Relation>(*object->relation);
  changed->schema = std::move(schema);
  changed->name = std::move(name);
  by_name_.emplace(key_of(*changed), id.value());
  object->relation = std::move(changed);
  ++version_;
}

std::span<const query::SqlFunction> Catalog::functions(std::string_view database,
                                                       std::string_view schema,
                                                       std::string_view name) const {
  const auto found =
      functions_.find({std::string(database), std::string(schema), std::string(name)});
  if (found == functions_.end()) return {};
  return found->second;
}

void Catalog::add_function(const std::string& database, query::SqlFunction function) {
  remove_function(database, function);
  functions_[{database, function.schema, function.name}].push_back(std::move(function));
}

void Catalog::remove_function(const std::string& database, const query::SqlFunction& function) {
  const auto known = functions_.find({database, function.schema, function.name});
  if (known != functions_.end()) {
    std::erase_if(known->second, [&](const query::SqlFunction& one) {
      return query::same_arguments(one, function);
    });
    if (known->second.empty()) functions_.erase(known);
  }
  ++version_;
}

void Catalog::replace(std::shared_ptr<const Relation> relation) {
  find(relation->id)->relation = std::move(relation);
  ++version_;
}

void Catalog::add_system(std::shared_ptr<const Relation> relation, SystemRows rows) {
  system_rows_.emplace(relation->id.value(), std::move(rows));
  Key key = key_of(*relation);
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
