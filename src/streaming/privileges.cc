#include "streaming/privileges.h"

#include <algorithm>

#include "base/ascii.h"

namespace levada::streaming {

namespace {

constexpr std::uint32_t root_id = 10;  // as PostgreSQL numbers its first user
constexpr std::string_view option_words = " WITH GRANT OPTION";

}  // namespace

Privileges::Privileges() { users_.emplace("root", User{root_id, true, true, true, true}); }

const User* Privileges::user(std::string_view name) const {
  const auto found = users_.find(name);
  return found == users_.end() ? nullptr : &found->second;
}

void Privileges::rename(const std::string& name, const std::string& to) {
  auto user = users_.extract(name);
  user.key() = to;
  users_.insert(std::move(user));
  std::map<Key, bool> grants;
  for (const auto& [key, option] : grants_) {
    Key now = key;
    if (now.user == name) now.user = to;
    grants.emplace(std::move(now), option);
  }
  grants_ = std::move(grants);
}

// Databases by their name, schemas and functions by "database.…".
void Privileges::rename_database(const std::string& from, const std::string& to) {
  std::map<Key, bool> renamed;
  for (auto& [key, with_option] : grants_) {
    Key made = key;
    std::string& name = made.thing.name;
    if (made.thing.kind == sql::ObjectKind::database && name == from)
      name = to;
    else if (name.starts_with(from + '.'))
      name = to + name.substr(from.size());
    renamed.emplace(std::move(made), with_option);
  }
  grants_ = std::move(renamed);
}

void Privileges::remove(const std::string& name) {
  users_.erase(name);
  std::erase_if(grants_, [&](const auto& grant) { return grant.first.user == name; });
}

void Privileges::grant(const std::string& user, const Grantable& thing,
                       const std::string& privilege, bool with_option) {
  bool& option = grants_[{user, thing, privilege}];
  option = option || with_option;
}

void Privileges::revoke(const std::string& user, const Grantable& thing,
                        const std::string& privilege, bool only_option) {
  const auto found = grants_.find({user, thing, privilege});
  if (found == grants_.end()) return;
  if (only_option)
    found->second = false;
  else
    grants_.erase(found);
}

void Privileges::forget(const Grantable& thing) {
  std::erase_if(grants_, [&](const auto& grant) { return grant.first.thing == thing; });
}

bool Privileges::has_any(std::string_view user) const {
  return std::any_of(grants_.begin(), grants_.end(),
                     [&](const auto& grant) { return grant.first.user == user; });
}

bool Privileges::is_granted(std::string_view user, const Grantable& thing,
                            std::string_view privilege, bool with_option) const {
  const auto found = grants_.find({std::string(user), thing, std::string(privilege)});
  return found != grants_.end() && (found->second || !with_option);
}

std::vector<std::string> privileges_of(sql::ObjectKind kind) {
  switch (kind) {
    case sql::ObjectKind::database:
      return {"connect", "create"};
    case sql::ObjectKind::schema:
      return {"create", "usage"};
    case sql::ObjectKind::function:
      return {"execute"};
    case sql::ObjectKind::secret:
    case sql::ObjectKind::connection:
      return {"usage"};
    default:
      return {"select", "insert", "update", "delete"};
  }
}

query::SqlResult<std::vector<AskedPrivilege>> asked_privileges(
    std::string_view text, const std::vector<std::string>& known) {
  std::vector<AskedPrivilege> asked;
  while (true) {
    const std::size_t comma = text.find(',');
    std::string_view one = text.substr(0, comma);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    const std::string upper = uppered(one);
    AskedPrivilege made;
    made.with_option = upper.ends_with(option_words);
    made.name = lowered(one.substr(0, one.size() - (made.with_option ? option_words.size() : 0)));
    if (std::find(known.begin(), known.end(), made.name) == known.end())
      return query::refuse(
          query::sqlstate::invalid_parameter_value,
          "Invalid parameter privilege: unrecognized privilege type: \"" + std::string(one) + "\"");
    asked.push_back(std::move(made));
    if (comma == std::string_view::npos) return asked;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace levada::streaming
