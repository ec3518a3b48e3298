#pragma once
// Settings: what SET and SHOW know in a session. Parameters that Levada does not use are kept and
// shown, because clients set and read them back.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/sql_error.h"

namespace levada::streaming {

class Settings {
 public:
  Settings();

  // Names in any case. An unknown one is refused as PostgreSQL does (42704).
  query::SqlResult<std::string> get(std::string_view name) const;
  query::SqlResult<Unit> set(std::string_view name, std::string value);
  void reset(std::string_view name);                             // empty: all
  std::vector<std::pair<std::string, std::string>> all() const;  // sorted, lower-case names

  const std::string& time_zone() const { return time_zone_; }
  std::vector<std::string> search_path() const;

  // Those that a PostgreSQL server reports, by the names it reports them.
  std::vector<std::pair<std::string, std::string>> reported() const;
  std::vector<std::pair<std::string, std::string>> take_changed();

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::string time_zone_ = "UTC";
  std::vector<std::string> changed_;
};

}  // namespace levada::streaming
