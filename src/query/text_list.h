#pragma once
// Lists and structures as PostgreSQL writes them: {1,NULL,"a b"}, (1,,"a b"); maps.

#include "query/text.h"

namespace levada::query {

void append_list_text(const Type& type, const Datum& datum, const TextStyle& style,
                      std::string& out);
void append_structure_text(const Type& type, const Datum& datum, const TextStyle& style,
                           std::string& out);
// {a:1,b:NULL}, its entries in their order, as RisingWave writes it.
void append_map_text(const Type& type, const Datum& datum, const TextStyle& style,
                     std::string& out);
SqlResult<Value> list_from_text(const Type& type, std::string_view text, const TextStyle& style);
SqlResult<Value> structure_from_text(const Type& type, std::string_view text,
                                     const TextStyle& style);

}  // namespace levada::query
