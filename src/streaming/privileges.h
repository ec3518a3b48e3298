#pragma once
// Privileges: the users that CREATE USER made, and what GRANT gave them. A user that is not here
// (the configuration lets it in) may do everything; so may superusers, and owners with what is
// theirs.

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/sql_error.h"
#include "sql/statement.h"

namespace levada::streaming {

struct User {
  std::uint32_t id = 0;
  bool superuser = false, create_database = false, create_user = false, login = true;
  std::string password = {};
};

// What a privilege is about: a relation by its id, other things by their name.
struct Grantable {
  sql::ObjectKind kind = sql::ObjectKind::table;
  std::uint32_t relation = 0;
  std::string name = {};
  auto operator<=>(const Grantable&) const = default;
};

class Privileges {
 public:
  Privileges();  // root

  const std::map<std::string, User, std::less<>>& users() const { return users_; }
  const User* user(std::string_view name) const;
  void put(const std::string& name, User user) { users_.insert_or_assign(name, std::move(user)); }
  void rename(const std::string& name, const std::string& to);
  void rename_database(const std::string& from, const std::string& to);
  void remove(const std::string& name);

  void grant(const std::string& user, const Grantable& thing, const std::string& privilege,
             bool with_option);
  void revoke(const std::string& user, const Grantable& thing, const std::string& privilege,
              bool only_option);
  void forget(const Grantable& thing);
  bool has_any(std::string_view user) const;  // grants of anything
  bool is_granted(std::string_view user, const Grantable& thing, std::string_view privilege,
                  bool with_option) const;

 private:
  struct Key {
    std::string user;
    Grantable thing;
    std::string privilege;
    auto operator<=>(const Key&) const = default;
  };
  std::map<std::string, User, std::less<>> users_;
  std::map<Key, bool> grants_;  // whether with grant option
};

// Those that there are for a kind of thing, lower case.
std::vector<std::string> privileges_of(sql::ObjectKind kind);

// "SELECT, INSERT WITH GRANT OPTION", as has_…_privilege takes it; each must be one of `known`.
struct AskedPrivilege {
  std::string name;
  bool with_option = false;
};
query::SqlResult<std::vector<AskedPrivilege>> asked_privileges(
    std::string_view text, const std::vector<std::string>& known);

}  // namespace levada::streaming
