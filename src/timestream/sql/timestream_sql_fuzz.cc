// Any text: the parser ends, refuses with a place, or makes a tree that its own walkers can walk.

#include "timestream/sql/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto statement = levada::timestream::sql::parse(text);
  if (statement && statement->query && statement->query->body->select)
    for (const auto& item : statement->query->body->select->items)
      if (item.node) (void)levada::timestream::sql::signature_of(*item.node);
  return 0;
}
