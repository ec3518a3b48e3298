#include "sql/definition_text.h"

#include <algorithm>

#include "base/ascii.h"
#include "sql/grammar.h"

namespace levada::sql {
namespace {

bool is_plain(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9') || name[0] == '$') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
  });
}

std::string qualified(const Name& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ".") + quoted_name(name);
  return out;
}

std::string list(const std::vector<std::string>& names) {
  std::string out = "(";
  for (const std::string& name : names) out += (out.size() > 1 ? ", " : "") + quoted_name(name);
  return out + ")";
}

class Writer {
 public:
  Writer(const Statement& statement, std::string_view text, IsSecret is_secret)
      : statement_(statement), text_(text), is_secret_(is_secret) {}

  std::string written() {
    std::visit([this](const auto& form) { write(form); }, statement_.form);
    return std::move(out_);
  }

 private:
  template <class Form>
  void write(const Form&) {
    out_ = text_.substr(statement_.begin, statement_.end - statement_.begin);
  }
  void write(const CreateTable& table);
  void write(const CreateView& view);
  void write(const CreateSink& sink);
  void write(const CreateIndex& index);
  void write(const CreateSecret& secret);

  std::string_view between(std::uint32_t begin, std::uint32_t end) const {
    if (end > text_.size() || begin > end) return {};
    return text_.substr(begin, end - begin);
  }
  // An operator's term stands where the operator does: its text begins with its leftmost part.
  static std::uint32_t begin_of(const Term& term) {
    std::uint32_t begin = term.position;
    for (const TermRef& part : term.arguments)
      if (part != nullptr) begin = std::min(begin, begin_of(*part));
    return begin;
  }
  std::string_view text_of(const Term& term) const { return between(begin_of(term), term.end); }

  void column(const ColumnDefinition& column);
  void elements(const CreateTable& table);
  void options(const Options& options);
  void with(const Options& given) {
    if (given.empty()) return;
    out_ += " WITH ";
    options(given);
  }
  void format(const std::optional<FormatClause>& clause);
  void create(std::string_view what, bool or_replace, bool if_not_exists, const Name& name) {
    out_ = or_replace ? "CREATE OR REPLACE " : "CREATE ";
    out_ += what;
    if (if_not_exists) out_ += " IF NOT EXISTS";
    out_ += " " + qualified(name);
  }

  const Statement& statement_;
  std::string_view text_;
  IsSecret is_secret_;
  std::string out_;
};

void Writer::options(const Options& options) {
  out_ += "(";
  bool first = true;
  for (const auto& [name, value] : options) {
    if (!first) out_ += ", ";
    first = false;
    std::string_view rest = name;  // aws.region: words between dots
    while (true) {
      const std::size_t dot = rest.find('.');
      // Any plain word is an option's name: fields.v.end.
      const std::string_view part = rest.substr(0, dot);
      out_ += is_plain(part) ? std::string(part) : quoted_name(part);
      if (dot == std::string_view::npos) break;
      out_ += ".";
      rest.remove_prefix(dot + 1);
    }
    constexpr std::string_view reference = "secret ";
    if (value.starts_with(reference))
      out_ += " = SECRET " + quoted_name(std::string_view(value).substr(reference.size()));
    else
      out_ += " = " + quoted_value(is_secret_(name) ? masked_value : std::string_view(value));
  }
  out_ += ")";
}

void Writer::format(const std::optional<FormatClause>& clause) {
  if (!clause) return;
  out_ += " FORMAT " + clause->format + " ENCODE " + clause->encode;
  if (!clause->options.empty()) {
    out_ += " ";
    options(clause->options);
  }
  if (!clause->key_encode.empty()) out_ += " KEY ENCODE " + clause->key_encode;
}

void Writer::column(const ColumnDefinition& column) {
  out_ += quoted_name(column.name);
  if (column.has_type) out_ += " " + type_text(column.type);
  if (column.not_null) out_ += " NOT NULL";
  if (column.primary_key) out_ += " PRIMARY KEY";
  if (column.default_value != nullptr)
    out_.append(" DEFAULT ").append(text_of(*column.default_value));
  if (column.generated != nullptr) out_.append(" AS ").append(text_of(*column.generated));
}

void Writer::elements(const CreateTable& table) {
  if (table.columns.empty() && table.primary_key.empty() && table.watermarks.empty() &&
      !table.has_wildcard)
    return;
  out_ += " (";
  bool first = true;
  const auto next = [&] {
    if (!first) out_ += ", ";
    first = false;
  };
  if (table.has_wildcard) {
    next();
    out_ += "*";
  }
  for (const ColumnDefinition& one : table.columns) {
    next();
    column(one);
  }
  if (!table.primary_key.empty()) {
    next();
    out_ += "PRIMARY KEY " + list(table.primary_key);
  }
  for (const Watermark& watermark : table.watermarks) {
    next();
    out_ += "WATERMARK FOR " + quoted_name(watermark.column) + " AS ";
    out_ += text_of(*watermark.term);
    if (watermark.with_ttl) out_ += " WITH TTL";
  }
  out_ += ")";
}

void Writer::write(const CreateTable& table) {
  create(table.is_source   ? "SOURCE"
         : table.temporary ? "TEMPORARY TABLE"
                           : "TABLE",
         table.or_replace, table.if_not_exists, table.name);
  elements(table);
  if (table.append_only) out_ += " APPEND ONLY";
  if (table.conflict) {
    constexpr std::string_view actions[] = {"OVERWRITE", "IGNORE", "DO UPDATE IF NOT NULL"};
    out_.append(" ON CONFLICT ").append(actions[static_cast<std::size_t>(*table.conflict)]);
  }
  if (!table.version_columns.empty()) out_ += " WITH VERSION COLUMN " + list(table.version_columns);
  for (const IncludeClause& include : table.includes) {
    out_ += " INCLUDE " + uppered(include.what);
    if (!include.alias.empty()) out_ += " AS " + quoted_name(include.alias);
  }
  with(table.options);
  format(table.format);
  if (table.query != nullptr)
    out_.append(" AS ").append(between(table.query->position, statement_.end));
}

void Writer::write(const CreateView& view) {
  create(view.materialized ? "MATERIALIZED VIEW" : "VIEW", view.or_replace, view.if_not_exists,
         view.name);
  if (!view.columns.empty()) out_ += " " + list(view.columns);
  with(view.options);
  out_.append(" AS ").append(between(view.query_begin, view.query_end));
  if (view.emit_on_window_close) out_ += " EMIT ON WINDOW CLOSE";
}

void Writer::write(const CreateSink& sink) {
  create(sink.is_subscription ? "SUBSCRIPTION" : "SINK", sink.replace, sink.if_not_exists,
         sink.name);
  if (!sink.columns.empty()) out_ += " " + list(sink.columns);
  if (!sink.into.empty()) out_ += " INTO " + qualified(sink.into);
  if (!sink.into_columns.empty()) out_ += " " + list(sink.into_columns);
  if (!sink.from.empty())
    out_ += " FROM " + qualified(sink.from);
  else
    out_.append(" AS ").append(between(sink.query_begin, sink.query_end));
  if (sink.emit_on_window_close) out_ += " EMIT ON WINDOW CLOSE";
  with(sink.options);
  format(sink.format);
}

void Writer::write(const CreateIndex& index) {
  out_ = index.if_not_exists ? "CREATE INDEX IF NOT EXISTS" : "CREATE INDEX";
  if (!index.name.empty()) out_ += " " + qualified(index.name);
  out_ += " ON " + qualified(index.table) + "(";
  for (std::size_t i = 0; i < index.columns.size(); ++i) {
    if (i > 0) out_ += ", ";
    out_ += text_of(*index.columns[i].term);
    if (index.columns[i].descending) out_ += " DESC";
  }
  out_ += ")";
  if (!index.include.empty()) out_ += " INCLUDE " + list(index.include);
  if (!index.distributed_by.empty()) out_ += " DISTRIBUTED BY " + list(index.distributed_by);
}

void Writer::write(const CreateSecret& secret) {
  create("SECRET", false, secret.if_not_exists, secret.name);
  if (secret.alters) out_.replace(0, std::string_view("CREATE").size(), "ALTER");
  with(secret.options);
  out_ += " AS " + quoted_value(masked_value);
}

}  // namespace

std::string quoted_name(std::string_view name) {
  if (is_plain(name) && !is_reserved(name)) return std::string(name);
  std::string out = "\"";
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string quoted_value(std::string_view value) {
  std::string out = "'";
  for (const char c : value) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

// RisingWave's spelling of types that have several.
std::string spelling(const std::string& name) {
  constexpr std::pair<std::string_view, std::string_view> spellings[] = {
      {"varchar", "CHARACTER VARYING"},
      {"bool", "BOOLEAN"},
      {"integer", "INT"},
      {"int4", "INT"},
      {"int8", "BIGINT"},
      {"int2", "SMALLINT"},
      {"float4", "REAL"},
      {"float8", "DOUBLE"},
      {"double precision", "DOUBLE"},
      {"decimal", "NUMERIC"},
      {"timestamptz", "TIMESTAMP WITH TIME ZONE"},
  };
  for (const auto& [from, to] : spellings)
    if (name == from) return std::string(to);
  return uppered(name);
}

std::string type_text(const TypeName& type) {
  std::string out;
  if (type.name == "struct") {
    for (const auto& [name, field] : type.fields)
      out += (out.empty() ? "" : ", ") + quoted_name(name) + " " + type_text(field);
    out = "STRUCT<" + out + ">";
  } else if (type.name == "map" && type.fields.size() == 2) {
    out = "MAP(" + type_text(type.fields[0].second) + ", " + type_text(type.fields[1].second) + ")";
  } else {
    // Words of a type's name may stand apart; all else needs quotes.
    const bool words = std::all_of(type.name.begin(), type.name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == ' ';
    });
    // (3) belongs to the first word of TIMESTAMP (3) WITH TIME ZONE.
    const std::size_t zone = type.name.find(" with time zone");
    out = words ? spelling(type.name.substr(0, zone)) : quoted_name(type.name);
    if (!type.modifiers.empty()) {
      out += "(";
      for (std::size_t i = 0; i < type.modifiers.size(); ++i)
        out += (i > 0 ? ", " : "") + std::to_string(type.modifiers[i]);
      out += ")";
    }
    if (words && zone != std::string::npos) out += " WITH TIME ZONE";
  }
  for (int i = 0; i < type.dimensions; ++i) out += "[]";
  return out;
}

std::string definition_text(const Statement& statement, std::string_view text, IsSecret is_secret) {
  return Writer(statement, text, is_secret).written();
}

}  // namespace levada::sql
