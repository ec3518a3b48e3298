#include "server/sql_users.h"

#include <gtest/gtest.h>

#include "io/sim/sim_world.h"

namespace levada::server {
namespace {

Credential credential(std::string access_key, std::string name,
                      std::vector<std::string> actions = {}) {
  Credential made;
  made.access_key = std::move(access_key);
  made.secret_key = "secret of " + made.access_key;
  if (!name.empty()) made.name = std::move(name);
  made.actions = std::move(actions);
  return made;
}

TEST(SqlUsers, log_in_by_name_or_access_key_when_the_list_of_actions_lets_them) {
  io::SimWorld world(1);
  std::vector<Credential> all = {credential("AKIA1", "anna"),
                                 credential("AKIA2", "berta", {"kinesis:*"}),
                                 credential("AKIA3", "carla", {"kinesis:Get*", "sql:*"}),
                                 credential("AKIA4", "dora"),
                                 credential("AKIA5", "dora"),
                                 credential("ASIA6", "temporary"),
                                 credential("AKIA7", "past")};
  all[5].session_token = "token";
  all[6].expires = UnixMillis(1);
  const CredentialTable table(all, "000000000000");
  const SqlUsers users([&]() -> const CredentialTable& { return table; }, "us-east-1",
                       world.clock(), world.random());
  for (const char* const name : {"anna", "AKIA1", "carla", "AKIA4", "AKIA5"})
    EXPECT_NE(users.find(name), nullptr) << name;
  for (const char* const name : {"berta", "AKIA2", "dora", "temporary", "past", "", "nobody"})
    EXPECT_EQ(users.find(name), nullptr) << name;
  const wire::ScramVerifier* const anna = users.find("anna");
  EXPECT_EQ(anna, users.find("AKIA1"));
  EXPECT_EQ(anna->stored_key,
            wire::ScramVerifier::of_password("secret of AKIA1", anna->salt).stored_key);
}

}  // namespace
}  // namespace levada::server
