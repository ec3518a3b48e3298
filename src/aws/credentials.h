#pragma once
// Credentials: the port through which the pipeline asks who an access key is. server/ implements it
// over the credentials file; without one, no signature is verified.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace levada::aws {

struct Principal {
  std::string name;  // for messages and the audit log
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // of temporary credentials
  std::optional<UnixMillis> expires;
  std::string account;                      // 12 digits
  std::vector<std::string> actions{"*"};    // "kinesis:Put*"; `*` and `?` as IAM has them
  std::vector<std::string> resources{"*"};  // ARNs or names of streams, tables, …; likewise

  // `resource` is an ARN; a pattern without a colon is held against the name behind its last slash.
  // Who may do something to a stream may do it to its consumers.
  bool allows(std::string_view action, std::string_view resource) const;
};

class Credentials {
 public:
  virtual ~Credentials() = default;
  // Null when there is no such key. Valid until the caller next waits.
  virtual const Principal* find(std::string_view access_key) const = 0;
};

// Whether a text is the id of an account: twelve digits.
bool is_account(std::string_view text);

// `*` stands for any characters, `?` for one.
bool matches_wildcards(std::string_view pattern, std::string_view text);

}  // namespace levada::aws
