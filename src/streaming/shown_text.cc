#include "streaming/shown_text.h"

#include "sql/definition_text.h"
#include "sql/parser.h"

namespace levada::streaming {

namespace {

bool is_secret(std::string_view option) {
  return option.ends_with("secret_access_key") || option.ends_with("session_token") ||
         option.ends_with("credentials.secret");
}

}  // namespace

std::string shown_text(const Object& object) {
  const auto statements = sql::parse(object.text);
  if (!statements || statements->size() != 1) return {};  // it was parsed once; so never
  return sql::definition_text(statements->front(), object.text, is_secret);
}

}  // namespace levada::streaming
