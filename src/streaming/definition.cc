#include "streaming/definition.h"

#include <algorithm>

#include "query/evaluation.h"
#include "query/watermark.h"
#include "sql/binder.h"
#include "sql/parser.h"
#include "streaming/alteration.h"
#include "streaming/column_terms.h"
#include "streaming/engine.h"
#include "streaming/included_columns.h"
#include "streaming/name_definition.h"
#include "streaming/object_kind.h"
#include "streaming/own_source.h"
#include "streaming/role_definition.h"
#include "streaming/session_catalog.h"
#include "streaming/sink_definition.h"
#include "streaming/sql_function.h"
#include "streaming/stored_rows.h"
#include "streaming/subscription.h"
#include "streaming/table_feed.h"
#include "streaming/table_rules.h"
#include "streaming/view_definition.h"

namespace levada::streaming {

namespace {

using query::derived_key;
using query::Plan;
using query::refuse;
using query::RelationColumn;
using query::Type;
using query::TypeKind;
namespace sqlstate = query::sqlstate;

std::string option_of(const sql::Options& options, std::string_view name) {
  for (const auto& [key, value] : options)
    if (key == name) return value;
  return {};
}

class Definer : DefinitionScope {
 public:
  Definer(Engine& engine, const Definition& definition)
      : DefinitionScope(engine.catalog(), definition), engine_(engine) {}

  SqlResult<std::unique_ptr<Object>> only_table() const {
    auto statements = ATTEMPT(sql::parse(definition_.text));
    const auto* create =
        statements.size() == 1 ? std::get_if<sql::CreateTable>(&statements.front().form) : nullptr;
    if (create == nullptr) return refuse(sqlstate::syntax_error, "this makes no table");
    return table(*create, ATTEMPT(resolve(create->name)));
  }

  SqlResult<Change> change() {
    auto statements = ATTEMPT(sql::parse(definition_.text));
    if (statements.size() != 1) return refuse(sqlstate::syntax_error, "one definition at a time");
    Change made = ATTEMPT(
        std::visit([&](const auto& form) { return define(form); }, statements.front().form));
    made.database = definition_.database;
    return made;
  }

 private:
  // What the object puts out; streams that it reads come along, as its own.
  SqlResult<Change> running(std::unique_ptr<Object> made, const Plan& plan) const {
    OwnSources own = with_own_sources(catalog_, plan, made->relation->id);
    made->circuit = ATTEMPT(query::Circuit::build(own.plan, false));
    if (made->bag != nullptr) relation_of(*made).watermarks = query::watermarks_of(own.plan);
    made->plan = std::move(own.plan);
    for (const auto& source : own.sources) made->reads.push_back(source->relation->id);
    Change change;
    change.added.push_back(std::move(made));
    for (auto& source : own.sources) change.added.push_back(std::move(source));
    return change;
  }

  // ---- tables and sources ----

  SqlResult<Change> define(const sql::CreateTable& create) {
    const QualifiedName name = ATTEMPT(resolve(create.name));
    if (auto there = ATTEMPT(taken(name, create.if_not_exists))) return std::move(*there);
    Change change;
    change.added.push_back(ATTEMPT(table(create, name)));
    return change;
  }

  SqlResult<std::unique_ptr<Object>> table(const sql::CreateTable& create,
                                           const QualifiedName& name) const {
    auto made = object(name, create.is_source ? RelationKind::source : RelationKind::table);
    Relation& relation = relation_of(*made);
    std::vector<std::string> key = create.primary_key;
    if (create.query != nullptr) {
      const auto bound = ATTEMPT(sql::bind_query(*create.query, names_, {}, bind_options()));
      for (const query::OutputColumn& column : bound.plan->columns)
        if (!column.hidden) relation.columns.push_back({column.name, column.type});
    }
    const bool names_only = create.query != nullptr && !create.columns.empty();
    if (names_only && create.columns.size() > relation.columns.size())
      return refuse(sqlstate::syntax_error, "too many column names were specified");
    if (names_only && !create.columns.front().type.name.empty())
      return refuse(sqlstate::feature_not_supported,
                    "columns of CREATE TABLE AS have the types of their query");
    for (std::size_t i = 0; names_only && i < create.columns.size(); ++i)
      relation.columns[i].name = create.columns[i].name;
    for (const sql::ColumnDefinition& column : create.columns) {
      if (names_only) break;
      RelationColumn added{column.name, ATTEMPT(sql::type_of(column.type))};
      added.not_null = column.not_null;  // RisingWave's keys take NULL
      added.size = ATTEMPT(sql::size_of(column.type));
      if (column.primary_key) {
        if (!key.empty())
          return refuse(
              "42P16", "multiple primary keys for table " + quoted(name.name) + " are not allowed");
        key.push_back(column.name);
      }
      relation.columns.push_back(std::move(added));
    }
    ATTEMPT(check_columns(relation));
    ATTEMPT(add_column_terms(create, names_, bind_options(), relation));
    const std::string connector = option_of(create.options, "connector");
    if (create.is_source && connector.empty())
      return refuse(sqlstate::invalid_parameter_value, "missing field 'connector'");
    const std::size_t own_columns = relation.columns.size();
    ATTEMPT(add_included(create, connector, relation));
    for (const std::string& wanted : key) {
      const std::size_t at = ATTEMPT(column_index(relation, wanted));
      ATTEMPT(sql::check_comparable(relation.columns[at].type, "equality"));
      relation.key.push_back(at);
    }
    for (const std::size_t at : relation.key) {
      const RelationColumn& column = relation.columns[at];
      if (column.generated != nullptr &&
          query::text(*column.generated).find("proctime") != std::string::npos)
        return refuse(sqlstate::feature_not_supported,
                      "Generated columns with impure expressions should not be part of the primary "
                      "key. Here column " +
                          quoted(column.name) + " is defined as part of the primary key.");
    }
    if (relation.key.empty()) {
      relation.columns.push_back({"_row_id", TypeKind::serial, true, true});
      relation.key.push_back(relation.columns.size() - 1);
    }
    const bool upsert =
        create.format && create.format->format != "PLAIN" && create.format->format != "NATIVE";
    relation.append_only = create.append_only || (create.is_source && !upsert);
    if (create.conflict && create.append_only && *create.conflict != sql::ConflictAction::ignore)
      return refuse(sqlstate::syntax_error,
                    "When PRIMARY KEY constraint applied to an APPEND ONLY table, the ON CONFLICT "
                    "behavior must be DO NOTHING.");
    made->conflict = conflict_of(create);
    for (const std::string& version : create.version_columns)
      made->versions.push_back(ATTEMPT(column_index(relation, version)));
    // Changes by key need the rows that they change, also where nobody may read them.
    if (upsert && relation.columns.back().hidden)
      return refuse(sqlstate::invalid_parameter_value,
                    "FORMAT " + create.format->format + " needs a PRIMARY KEY");
    if (relation.watermark_term != nullptr)
      made->watermark = std::make_unique<WatermarkFilter>(relation);
    if (!create.is_source || upsert) made->rows = std::make_unique<KeyedStore>(relation.key);
    if (!connector.empty()) ATTEMPT(add_source(create, connector, own_columns, *made));
    return made;
  }

  SqlResult<Unit> add_source(const sql::CreateTable& create, const std::string& connector,
                             std::size_t own_columns, Object& object) const {
    if (engine_.source_connector(connector) == nullptr)
      return refuse(sqlstate::feature_not_supported,
                    "connector '" + connector + "' is not supported");
    object.source = std::make_unique<SourceFeed>();
    SourceDefinition& source = object.source->definition;
    source.id = object.relation->id.value();
    source.name = object.relation->name;
    source.database = definition_.database;
    for (const RelationColumn& column : object.relation->columns)
      if (!column.hidden) source.columns.push_back(column);
    source.key = object.relation->columns.back().name == "_row_id" ? std::vector<std::size_t>()
                                                                   : object.relation->key;
    if (create.format) {
      source.format = create.format->format;
      source.encode = create.format->encode;
      source.format_options = create.format->options;
    }
    for (std::size_t i = 0; i < create.includes.size(); ++i)
      source.includes.push_back({create.includes[i].what, own_columns + i});
    source.options = ATTEMPT(NameDefiner(catalog_, definition_).revealed(create.options));
    return Unit{};
  }

  // ---- views ----

  SqlResult<Change> define(const sql::CreateView& create) {
    const QualifiedName name = ATTEMPT(resolve(create.name));
    const Object* old = create.or_replace ? find(name.schema, name.name) : nullptr;
    if (old == nullptr || create.materialized)
      if (auto there = ATTEMPT(taken(name, create.if_not_exists))) return std::move(*there);
    std::vector<sql::Mention> mentions;
    auto bound = ATTEMPT(sql::bind_query(*create.query, names_, {}, bind_options(&mentions)));
    if (create.emit_on_window_close && !create.materialized)
      return refuse(sqlstate::feature_not_supported,
                    "EMIT ON WINDOW CLOSE is for materialized views and sinks");
    if (create.emit_on_window_close) bound.plan = ATTEMPT(query::emitting_on_close(bound.plan));
    if (!bound.parameters.empty())
      return refuse(sqlstate::undefined_parameter, "there is no parameter $1");
    auto made =
        object(name, create.materialized ? RelationKind::materialized_view : RelationKind::view);
    Relation& relation = relation_of(*made);
    ATTEMPT(add_view_columns(create, bound.plan, relation));
    set_views(*made, mentions);
    ATTEMPT(set_reads(*made, bound.plan));
    for (const query::Recursion& one : bound.recursions) {
      ATTEMPT(set_reads(*made, one.first));
      ATTEMPT(set_reads(*made, one.next));
    }
    if (!create.materialized) {
      relation.definition =
          definition_.text.substr(create.query_begin, create.query_end - create.query_begin);
    } else {
      relation.key = derived_key(bound.plan).value_or(std::vector<std::size_t>());
      relation.append_only = query::is_append_only(bound.plan);
      made->bag = std::make_unique<BagStore>(relation.key);
      ATTEMPT(engine_.check_memory());
      return running(std::move(made), bound.plan);
    }
    if (old != nullptr) return in_place_of(catalog_, *old, std::move(made));
    Change change;
    change.added.push_back(std::move(made));
    return change;
  }

  SqlResult<Change> define(const sql::CreateIndex& create) {
    const Object* table = ATTEMPT(existing(create.table));
    sql::Name given = create.name;
    if (given.empty()) given = {table->relation->name + "_idx"};
    QualifiedName name = ATTEMPT(resolve(given));
    name.schema = table->relation->schema;
    if (auto there = ATTEMPT(taken(name, create.if_not_exists))) return std::move(*there);
    if (table->rows == nullptr && table->bag == nullptr)
      return refuse(sqlstate::wrong_object_type, "cannot create index on " +
                                                     std::string(name_of(table->relation->kind)) +
                                                     " " + quoted(table->relation->name));
    auto made = object(name, RelationKind::index);
    made->indexed = table->relation->id;
    made->reads.push_back(table->relation->id);
    std::vector<std::size_t> columns;
    for (const sql::IndexColumn& column : create.columns) {
      const auto bound = ATTEMPT(sql::bind_term(*column.term, table->relation->columns,
                                                TypeKind::any, names_, bind_options()));
      ATTEMPT(sql::check_comparable(bound->type, "ordering"));
      const bool plain = column.term->kind == sql::TermKind::column;
      relation_of(*made).columns.push_back(
          {plain ? column.term->names.back() : "expr", bound->type});
      if (plain)
        columns.push_back(ATTEMPT(column_index(*table->relation, column.term->names.back())));
    }
    if (columns.size() == create.columns.size())
      made->index = std::make_unique<RowIndex>(std::move(columns));
    Change change;
    change.added.push_back(std::move(made));
    return change;
  }

  SqlResult<Change> define(const sql::CreateSink& create) {
    const QualifiedName name = ATTEMPT(resolve(create.name));
    const Object* old = nullptr;
    if (create.replace)
      old = ATTEMPT(replaced_sink(create, catalog_, find(name.schema, name.name), name.name));
    else if (auto there = ATTEMPT(taken(name, create.if_not_exists)))
      return std::move(*there);
    if (!create.into.empty()) return define_into(create, name);
    if (create.is_subscription) return define_subscription(create, name);
    Plan plan;
    std::vector<sql::Mention> mentions;
    std::string relation_name = name.name;
    if (create.query != nullptr) {
      plan = ATTEMPT(sql::bind_query(*create.query, names_, {}, bind_options(&mentions))).plan;
      if (create.emit_on_window_close) plan = ATTEMPT(query::emitting_on_close(plan));
    } else {
      const Object* from = ATTEMPT(existing(create.from));
      relation_name = from->relation->name;
      plan = ATTEMPT(plan_of(*from));
      mentions.push_back({0, from->relation->id});
    }
    auto made = object(name, RelationKind::sink);
    ATTEMPT(set_reads(*made, plan));
    set_views(*made, mentions);
    made->sink = std::make_unique<SinkFeed>(engine_.outboxes());
    made->sink->definition = ATTEMPT(sink_definition(create, plan, definition_.id, name.name,
                                                     relation_name, definition_.database));
    made->sink->definition.options = ATTEMPT(
        NameDefiner(catalog_, definition_).revealed(std::move(made->sink->definition.options)));
    if (engine_.sink_connector(option_of(create.options, "connector")) == nullptr)
      return refuse(sqlstate::feature_not_supported,
                    "connector '" + option_of(create.options, "connector") + "' is not supported");
    ATTEMPT(refuse_loop(catalog_, made->sink->definition, made->reads));
    for (const query::OutputColumn& column : made->sink->definition.columns)
      relation_of(*made).columns.push_back({column.name, column.type});
    relation_of(*made).key = made->sink->definition.key;
    if (old == nullptr) return running(std::move(made), plan);
    go_on_without_snapshot(made->sink->definition);
    Change change = ATTEMPT(running(std::move(made), plan));
    change.replaced = old->relation->id;
    change.removed.push_back(old->relation->id);
    return change;
  }

  SqlResult<Change> define_into(const sql::CreateSink& create, const QualifiedName& name) {
    PlannedFeed planned = ATTEMPT(table_feed(create, catalog_, names_, bind_options()));
    auto made = object(name, RelationKind::sink);
    ATTEMPT(set_reads(*made, planned.plan));
    made->into = std::make_unique<TableFeed>(planned.feed);
    return running(std::move(made), planned.plan);
  }

  SqlResult<Change> define_subscription(const sql::CreateSink& create, const QualifiedName& name) {
    const Object* from = ATTEMPT(existing(create.from));
    if (from->rows == nullptr && from->bag == nullptr)
      return refuse(sqlstate::wrong_object_type,
                    quoted(from->relation->name) + " is not a table or materialized view");
    const Plan plan = ATTEMPT(plan_of(*from));
    auto made = object(name, RelationKind::sink);
    ATTEMPT(set_reads(*made, plan));
    made->sink = std::make_unique<SinkFeed>(engine_.outboxes());
    made->sink->retention = ATTEMPT(retention_of(create.options));
    SinkDefinition& sink = made->sink->definition;
    sink.id = definition_.id;
    sink.name = name.name;
    sink.database = definition_.database;
    sink.relation = from->relation->name;
    sink.columns = plan->columns;
    sink.append_only = query::is_append_only(plan);
    const auto key = query::derived_key(plan);
    sink.has_stream_key = key.has_value();
    sink.key = key.value_or(std::vector<std::size_t>());
    sink.options = {{"snapshot", "false"}};
    for (const query::OutputColumn& column : plan->columns)
      relation_of(*made).columns.push_back({column.name, column.type});
    return running(std::move(made), plan);
  }

  // ---- DROP ----

  SqlResult<Change> define(const sql::Drop& drop) {
    Change change;
    for (const sql::Name& name : drop.names) {
      ATTEMPT(check_here(name));
      if (drop.kind == sql::ObjectKind::secret) {
        ATTEMPT(NameDefiner(catalog_, definition_).drop_secret(drop, name, change));
        continue;
      }
      if (drop.kind == sql::ObjectKind::user) {
        ATTEMPT(drop_role(catalog_, name.back(), drop.if_exists, change));
        continue;
      }
      if (drop.kind == sql::ObjectKind::function) {
        const auto number = static_cast<std::size_t>(&name - drop.names.data());
        ATTEMPT(NameDefiner(catalog_, definition_).drop_function(drop, number, change));
        continue;
      }
      if (drop.kind == sql::ObjectKind::schema || drop.kind == sql::ObjectKind::database) {
        const bool schema = drop.kind == sql::ObjectKind::schema;
        ATTEMPT(schema ? drop_schema(drop, name.back(), change)
                       : drop_database(drop, name.back(), change));
        continue;
      }
      const std::string schema = name.size() > 1 ? name[name.size() - 2] : definition_.schema;
      Object* object = find(schema, name.back());
      const std::string word(word_of(drop.kind));
      if (object == nullptr) {
        if (!drop.if_exists)
          return refuse(sqlstate::undefined_table,
                        word + " " + quoted(name.back()) + " does not exist");
        change.notice = word + " " + quoted(name.back()) + " does not exist, skipping";
        continue;
      }
      if (!fits(drop.kind, *object))
        return refuse(sqlstate::wrong_object_type, quoted(name.back()) + " is not a " + word);
      ATTEMPT(remove(*object, drop.cascade, change));
    }
    return change;
  }

  SqlResult<Unit> remove(Object& object, bool cascade, Change& change) {
    const RelationId id = object.relation->id;
    if (std::find(change.removed.begin(), change.removed.end(), id) != change.removed.end())
      return Unit{};
    std::string detail;
    for (Object* reader : catalog_.readers_of(id)) {
      const bool goes_along = cascade || reader->relation->kind == RelationKind::index;
      if (goes_along) {
        ATTEMPT(remove(*reader, cascade, change));
        continue;
      }
      detail += (detail.empty() ? "" : "\n") + std::string(name_of(reader->relation->kind)) + " " +
                reader->relation->name + " depends on " +
                std::string(name_of(object.relation->kind)) + " " + object.relation->name;
    }
    for (const auto& [other_id, other] : catalog_.objects()) {
      if (other->into != nullptr && other->into->target == id)
        ATTEMPT(remove(*other, cascade, change));
      if (other->reader == id) change.removed.push_back(other->relation->id);
    }
    if (!detail.empty()) {
      SqlError error;
      error.sqlstate = sqlstate::dependent_objects;
      error.message = "cannot drop " + std::string(name_of(object.relation->kind)) + " " +
                      object.relation->name + " because other objects depend on it";
      error.detail = std::move(detail);
      error.hint = "Use DROP ... CASCADE to drop the dependent objects too.";
      return tl::make_unexpected(std::move(error));
    }
    change.removed.push_back(id);  // after its readers
    change.edits.push_back([id](Catalog& made) {
      made.privileges().forget({sql::ObjectKind::table, id.value(), {}});
    });
    return Unit{};
  }

  SqlResult<Unit> drop_schema(const sql::Drop& drop, const std::string& name, Change& change) {
    if (!schemas().contains(name)) {
      if (!drop.if_exists)
        return refuse(sqlstate::invalid_schema_name, "schema " + quoted(name) + " does not exist");
      change.notice = "schema " + quoted(name) + " does not exist, skipping";
      return Unit{};
    }
    for (const auto& [id, object] : catalog_.objects()) {
      if (object->relation->schema != name || object->is_hidden() ||
          object->relation->database != definition_.database)
        continue;
      if (!drop.cascade)
        return refuse(sqlstate::dependent_objects,
                      "cannot drop schema " + name + " because other objects depend on it");
      ATTEMPT(remove(*object, true, change));
    }
    change.schemas_removed.push_back(name);
    return Unit{};
  }

  // With everything in it, as RisingWave does.
  SqlResult<Unit> drop_database(const sql::Drop& drop, const std::string& name, Change& change) {
    if (catalog_.database(name) == nullptr) {
      if (!drop.if_exists)
        return refuse(sqlstate::invalid_catalog_name,
                      "database " + quoted(name) + " does not exist");
      change.notice = "database " + quoted(name) + " does not exist, skipping";
      return Unit{};
    }
    if (name == definition_.database)
      return refuse("55006", "cannot drop the currently open database");
    if (name == engine_.options().database)
      return refuse("55006", "cannot drop the database that is always there");
    for (const auto& [id, object] : catalog_.objects())
      if (object->relation->database == name && !object->is_hidden())
        ATTEMPT(remove(*object, true, change));
    change.databases_removed.push_back(name);
    return Unit{};
  }

  // ---- ALTER ----

  SqlResult<Change> define(const sql::Alter& alter) {
    Change change;
    if (alter.kind == sql::ObjectKind::database && alter.action == sql::Alter::Action::rename &&
        alter.name.back() == engine_.options().database &&
        alter.name.back() != definition_.database)
      return refuse("55006", "cannot rename the database that is always there");
    if (alter.kind == sql::ObjectKind::database)
      return NameDefiner(catalog_, definition_).altered_database(alter);
    if (alter.kind == sql::ObjectKind::user) return role_change(catalog_, definition_, alter);
    if (alter.action == sql::Alter::Action::owner) ATTEMPT(check_role(catalog_, alter.text));
    if (alter.kind == sql::ObjectKind::schema)
      return NameDefiner(catalog_, definition_).altered_schema(alter);
    auto found = existing(alter.name);
    if (!found && alter.if_exists) {
      change.notice = found.error().message + ", skipping";
      return change;
    }
    Object* object = ATTEMPT(std::move(found));
    if (!fits(alter.kind, *object))
      return refuse(sqlstate::wrong_object_type, quoted(object->relation->name) + " is not a " +
                                                     std::string(word_of(alter.kind)));
    const Relation& relation = *object->relation;
    switch (alter.action) {
      case sql::Alter::Action::rename: {
        const QualifiedName to{relation.schema, alter.text};
        ATTEMPT(taken(to, false));
        change.renamed.push_back({relation.id, to.schema, to.name});
        change.retexted = retexted(catalog_, change.renamed, definition_);
        return change;
      }
      case sql::Alter::Action::add_column:
      case sql::Alter::Action::drop_column:
      case sql::Alter::Action::alter_column:
      case sql::Alter::Action::rename_column:
      case sql::Alter::Action::add_primary_key: {
        change.altered =
            std::make_unique<Altered>(ATTEMPT(altered(engine_, *object, alter, definition_)));
        if (change.altered->table == nullptr) change.altered.reset();
        return change;
      }
      case sql::Alter::Action::set_schema: {
        if (!schemas().contains(alter.text))
          return refuse(sqlstate::invalid_schema_name,
                        "schema " + quoted(alter.text) + " does not exist");
        const QualifiedName to{alter.text, relation.name};
        ATTEMPT(taken(to, false));
        change.renamed.push_back({relation.id, to.schema, to.name});
        change.retexted = retexted(catalog_, change.renamed, definition_);
        return change;
      }
      case sql::Alter::Action::swap_with: {
        const Object* other = ATTEMPT(existing(alter.other));
        const Relation& second = *other->relation;
        if (!fits(alter.kind, *other))
          return refuse(sqlstate::wrong_object_type,
                        quoted(second.name) + " is not a " + std::string(word_of(alter.kind)));
        change.renamed.push_back({relation.id, relation.schema, relation.name + " (swapping)"});
        change.renamed.push_back({second.id, relation.schema, relation.name});
        change.renamed.push_back({relation.id, second.schema, second.name});
        change.retexted = retexted(catalog_, change.renamed, definition_);
        return change;
      }
      case sql::Alter::Action::connector_with:
      case sql::Alter::Action::pause:
      case sql::Alter::Action::resume: {
        if (object->sink == nullptr)
          return refuse(sqlstate::wrong_object_type, quoted(relation.name) + " is not a sink");
        if (alter.action == sql::Alter::Action::connector_with)
          if (const auto* connector =
                  engine_.sink_connector(option_of(object->sink->definition.options, "connector")))
            ATTEMPT(connector->check_alter(object->sink->definition, alter.options));
        change.sink = relation.id;
        change.sink_options = alter.options;
        if (alter.action != sql::Alter::Action::connector_with)
          change.pause = alter.action == sql::Alter::Action::pause;
        return change;
      }
      case sql::Alter::Action::owner:
        change.edits.push_back([id = relation.id, owner = alter.text](Catalog& made) {
          if (Object* known = made.find(id)) known->owner = owner;
          for (Object* reader : made.readers_of(id))
            if (reader->relation->kind == RelationKind::index) reader->owner = owner;
        });
        return change;
      case sql::Alter::Action::set_option:
        return change;  // accepted; there is nothing to change
      default:
        return refuse(sqlstate::feature_not_supported, "this form of ALTER is not supported");
    }
  }

  SqlResult<Change> define(const sql::CreateUser& create) {
    return role_change(catalog_, definition_, create);
  }
  SqlResult<Change> define(const sql::Grant& grant) {
    return role_change(catalog_, definition_, grant);
  }

  SqlResult<Change> define(const sql::CreateFunction& create) {
    return NameDefiner(catalog_, definition_).change(create);
  }
  SqlResult<Change> define(const sql::CreateSchema& create) {
    return NameDefiner(catalog_, definition_).change(create);
  }
  SqlResult<Change> define(const sql::Comment& comment) {
    return NameDefiner(catalog_, definition_).change(comment);
  }
  SqlResult<Change> define(const sql::CreateSecret& create) {
    return NameDefiner(catalog_, definition_).change(create);
  }
  SqlResult<Change> define(const sql::AlterSystem& alter) {
    return NameDefiner(catalog_, definition_).change(alter);
  }

  template <class Other>
  SqlResult<Change> define(const Other&) {
    return refuse(sqlstate::feature_not_supported, "this statement is not supported");
  }

  Engine& engine_;
};

}  // namespace

SqlResult<std::unique_ptr<Object>> table_of(Engine& engine, const Definition& definition) {
  return Definer(engine, definition).only_table();
}

SqlResult<Change> change_of(Engine& engine, const Definition& definition) {
  return Definer(engine, definition).change();
}

}  // namespace levada::streaming
