#pragma once
// The text of a definition in one canonical spelling (streaming spec 1.1): keywords in upper case,
// names quoted where they must be, option values quoted, what is secret masked. SHOW CREATE shows
// it. Parsing it again gives the same definition, masked values aside; queries and terms keep the
// words of their author.

#include <string>
#include <string_view>

#include "sql/statement.h"

namespace levada::sql {

inline constexpr std::string_view masked_value = "[REDACTED]";

// Asked with the folded name of an option.
using IsSecret = bool (*)(std::string_view option);

// `text` is what the statement was parsed from. Statements that define nothing come back as
// written.
std::string definition_text(const Statement& statement, std::string_view text, IsSecret is_secret);

// A name as it must be written to mean this: quoted if it is no plain word.
std::string quoted_name(std::string_view name);
std::string quoted_value(std::string_view value);
std::string type_text(const TypeName& type);

}  // namespace levada::sql
