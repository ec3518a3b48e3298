#pragma once
// ResourcePolicy: the JSON that PutResourcePolicy attaches to a stream or a consumer, as rules.
// What of IAM's language Levada knows is what AWS lets such a policy hold; anything else is refused
// when the policy is put, so that no rule is kept that would not be followed. docs/operations.md
// lists it.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace levada::aws {

inline constexpr std::size_t resource_policy_max = 20'480;  // API_PutResourcePolicy: 20 KB

// Who asks what of which resource. Views live as long as the call.
struct PolicyQuestion {
  std::string_view principal;  // "arn:aws:iam::123456789012:user/name"
  std::string_view account;    // of the principal
  std::string_view user;       // its name
  std::string_view source;     // the address it calls from, without a port
  std::string_view action;     // "kinesis:PutRecord"
  std::string_view resource;   // an ARN
};

enum class PolicyVerdict : std::uint8_t {
  silent,     // says nothing of this
  delegated,  // allows the principal's account; its own identity decides
  allowed,    // allows the principal itself
  denied,     // explicitly; nothing allows it any more
};

class ResourcePolicy {
 public:
  // Errors (invalid): what is wrong with it, for the one who puts it on this resource.
  static Result<ResourcePolicy> read(std::string_view json, std::string_view resource);

  PolicyVerdict judge(const PolicyQuestion& question) const;

 private:
  friend class PolicyReader;
  struct Condition {
    std::string operation;  // "StringLike", without IfExists
    std::string key;        // in small letters
    std::vector<std::string> values;
    bool holds(const PolicyQuestion& question) const;
  };
  struct Statement {
    bool allow = false;
    std::vector<std::string> principals, actions, resources;
    std::vector<Condition> conditions;
    PolicyVerdict applies(const PolicyQuestion& question) const;
  };
  std::vector<Statement> statements_;
};

}  // namespace levada::aws
