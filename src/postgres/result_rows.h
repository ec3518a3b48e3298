#pragma once
// Result columns and rows as messages, each column in the form that the client asked for.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "query/text.h"
#include "streaming/session.h"
#include "wire/pgwire_backend.h"

namespace levada::postgres {

class ResultRows {
 public:
  // `formats`: none (text), one for all, or one for each column; 0 text, 1 binary.
  ResultRows(std::vector<streaming::ResultColumn> columns, std::vector<std::uint16_t> formats);

  bool empty() const { return columns_.empty(); }
  std::size_t size() const { return columns_.size(); }
  void describe(wire::PgwireWriter& writer) const;
  void write(wire::PgwireWriter& writer, Buffer& out, const query::Row& row,
             const query::TextStyle& style);

 private:
  std::vector<streaming::ResultColumn> columns_;
  std::vector<std::uint16_t> formats_;  // one for each
  std::string text_;                    // reused from value to value
};

}  // namespace levada::postgres
