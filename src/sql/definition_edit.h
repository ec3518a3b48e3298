#pragma once
// Changes to the text of a definition, for ALTER: names that are others now, columns that come and
// go. All other words stay their author's.

#include <string>
#include <string_view>
#include <vector>

#include "query/sql_error.h"
#include "sql/syntax.h"

namespace levada::sql {

// The name at `position` (a byte of the text) becomes another one. In a FROM clause the old name
// stays as the alias if nothing else was one.
struct NameEdit {
  std::uint32_t position = 0;
  std::string schema;  // only where the text says one
  std::string name;
  bool keeps_alias = false;
};
std::string with_names(std::string_view text, const std::vector<NameEdit>& edits);

// Where the name stands that CREATE gives; and the one behind a keyword that follows it (ON, FROM,
// INTO), if it is there.
std::optional<std::uint32_t> defined_name_position(std::string_view text);
std::optional<std::uint32_t> name_position_after(std::string_view text, std::string_view keyword);

// CREATE TABLE with one column more, in the words of ALTER TABLE … ADD COLUMN, or one less.
query::SqlResult<std::string> with_column(std::string_view create, std::string_view alter);
query::SqlResult<std::string> without_column(std::string_view create, std::string_view column);
// … with a primary key; with a column that ALTER TABLE … ALTER COLUMN or RENAME COLUMN changed, in
// canonical spelling.
query::SqlResult<std::string> with_primary_key(std::string_view create,
                                               const std::vector<std::string>& names);
query::SqlResult<std::string> with_changed_column(std::string_view create, std::string_view alter);

}  // namespace levada::sql
