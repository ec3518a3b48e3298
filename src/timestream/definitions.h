#pragma once
// Definitions: the fold of all databases and tables. A change says what the new value is, so that
// applying it twice is the same as once (docs/formats/timestream.md).

#include "base/bytes.h"
#include "state/fields.h"
#include "state/fold.h"
#include "timestream/definition.h"

namespace levada::timestream {

class Definitions final : public state::Folded {
 public:
  Result<Unit> apply(ByteView decision) override;
  Buffer checkpoint() const override;
  Result<Unit> restore(ByteView checkpoint) override;

  const std::map<DatabaseKey, Database>& databases() const { return databases_; }
  const Database* find(const DatabaseKey& key) const;
  const Table* find(const DatabaseKey& key, const std::string& table) const;
  TableId next_table() const { return TableId(next_table_); }

 private:
  std::map<DatabaseKey, Database> databases_;
  std::uint64_t next_table_ = 1;
};

// The bytes of each change. A database is put without its tables.
Buffer put_database(const Database& database);
Buffer remove_database(const DatabaseKey& key);
Buffer put_table(const DatabaseKey& database, const Table& table);
Buffer remove_table(const DatabaseKey& database, const std::string& table);

}  // namespace levada::timestream
