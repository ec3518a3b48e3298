#include "aws/resource_policy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "aws/credentials.h"
#include "base/ascii.h"
#include "wire/json_reader.h"

namespace levada::aws {
namespace {

using wire::Value;
using wire::ValueKind;

// What may be shared (Developer Guide, "Sharing your data stream using a resource-based policy").
constexpr std::string_view shared_actions[] = {
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamConsumer",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:PutRecord",
    "kinesis:PutRecords",
    "kinesis:SubscribeToShard",
};

constexpr std::string_view operations[] = {
    "ArnEquals",    "ArnLike",         "ArnNotEquals",
    "ArnNotLike",   "IpAddress",       "NotIpAddress",
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase",
    "StringLike",   "StringNotLike",   "StringNotEqualsIgnoreCase",
};
constexpr std::string_view condition_keys[] = {"aws:principalaccount", "aws:principalarn",
                                               "aws:sourceip", "aws:username"};

// The account of "123456789012" or "arn:aws:iam::123456789012:root"; empty for other principals.
std::string_view whole_account(std::string_view principal) {
  constexpr std::string_view head = "arn:aws:iam::", tail = ":root";
  if (principal.starts_with(head) && principal.ends_with(tail))
    principal = principal.substr(head.size(), principal.size() - head.size() - tail.size());
  return is_account(principal) ? principal : std::string_view{};
}

bool is_principal(std::string_view text) {
  if (text == "*" || !whole_account(text).empty()) return true;
  constexpr std::string_view head = "arn:aws:iam::";
  if (!text.starts_with(head) || text.find('*') != text.npos) return false;
  text.remove_prefix(head.size());
  if (!is_account(text.substr(0, 12))) return false;
  text.remove_prefix(12);
  return (text.starts_with(":user/") && text.size() > 6) ||
         (text.starts_with(":role/") && text.size() > 6);
}

// An IPv4 or IPv6 address as bits, an IPv4 one as IPv6's picture of it.
bool address_bits(std::string_view text, std::array<unsigned char, 16>& bits) {
  const std::string zero_ended(text);
  bits = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return inet_pton(AF_INET, zero_ended.c_str(), bits.data() + 12) == 1 ||
         inet_pton(AF_INET6, zero_ended.c_str(), bits.data()) == 1;
}

struct Network {
  std::array<unsigned char, 16> bits;
  unsigned size;  // of the prefix, of 128
};
bool read_network(std::string_view text, Network& network) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  if (!address_bits(address, network.bits)) return false;
  const unsigned all = address.find(':') == address.npos ? 32 : 128;
  unsigned size = all;
  if (slash != text.npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (error != std::errc{} || end != digits.data() + digits.size() || size > all) return false;
  }
  network.size = 128 - all + size;
  return true;
}
bool in_network(std::string_view address, std::string_view text) {
  Network network;
  std::array<unsigned char, 16> bits;
  if (!read_network(text, network) || !address_bits(address, bits)) return false;
  for (unsigned n = 0; n < network.size; ++n) {
    const unsigned mask = 0x80u >> n % 8;
    if ((bits[n / 8] & mask) != (network.bits[n / 8] & mask)) return false;
  }
  return true;
}

bool compare(std::string_view operation, std::string_view asked, std::string_view written) {
  if (operation.ends_with("IpAddress")) return in_network(asked, written);
  if (operation.ends_with("IgnoreCase")) return lowered(asked) == lowered(written);
  if (operation.starts_with("String") && operation.ends_with("Equals")) return asked == written;
  return matches_wildcards(written, asked);  // ArnEquals is as ArnLike is
}

}  // namespace

bool ResourcePolicy::Condition::holds(const PolicyQuestion& question) const {
  const std::string_view asked = key == "aws:principalarn"       ? question.principal
                                 : key == "aws:principalaccount" ? question.account
                                 : key == "aws:username"         ? question.user
                                                                 : question.source;
  const bool any = std::ranges::any_of(
      values, [&](const std::string& value) { return compare(operation, asked, value); });
  const bool negated = operation.find("Not") != operation.npos;
  return any != negated;
}

PolicyVerdict ResourcePolicy::Statement::applies(const PolicyQuestion& question) const {
  const auto matches = [](const std::vector<std::string>& patterns, std::string_view text) {
    return std::ranges::any_of(
        patterns, [&](const std::string& pattern) { return matches_wildcards(pattern, text); });
  };
  const bool about = matches(actions, question.action) && matches(resources, question.resource) &&
                     std::ranges::all_of(conditions, [&](const Condition& condition) {
                       return condition.holds(question);
                     });
  if (!about) return PolicyVerdict::silent;
  bool account = false, itself = false;
  for (const std::string& principal : principals) {
    itself = itself || principal == "*" || principal == question.principal;
    account = account || whole_account(principal) == question.account;
  }
  if (!itself && !account) return PolicyVerdict::silent;
  if (!allow) return PolicyVerdict::denied;
  return itself ? PolicyVerdict::allowed : PolicyVerdict::delegated;
}

PolicyVerdict ResourcePolicy::judge(const PolicyQuestion& question) const {
  if (std::ranges::find(shared_actions, question.action) == std::end(shared_actions))
    return PolicyVerdict::silent;
  PolicyVerdict verdict = PolicyVerdict::silent;
  for (const Statement& statement : statements_)
    verdict = std::max(verdict, statement.applies(question));
  return verdict;
}

// From JSON to rules, or to the first thing that is wrong.
class PolicyReader {
 public:
  explicit PolicyReader(std::string_view resource) : resource_(resource) {}

  Result<ResourcePolicy> read(const Value& document) {
    ResourcePolicy policy;
    const Value* statements = nullptr;
    if (!document.is(ValueKind::object)) return invalid("it is no JSON object");
    for (const wire::Member& member : document.members()) {
      if (member.key == "Statement")
        statements = &member.value;
      else if (member.key == "Version")
        TRY(read_version(member.value));
      else if (member.key != "Id" || !member.value.is(ValueKind::string))
        return invalid("unknown member " + std::string(member.key));
    }
    if (statements == nullptr) return invalid("it has no Statement");
    if (statements->is(ValueKind::object)) {
      policy.statements_.push_back(TRY(read_statement(*statements)));
      return policy;
    }
    if (!statements->is(ValueKind::array) || statements->items().empty())
      return invalid("Statement must be a statement or a list of them");
    for (const Value& statement : statements->items())
      policy.statements_.push_back(TRY(read_statement(statement)));
    return policy;
  }

 private:
  static tl::unexpected<Error> invalid(const std::string& why) {
    return fail(ErrorKind::invalid, "The policy is not valid: " + why + ".");
  }

  static Result<Unit> read_version(const Value& version) {
    if (version.is(ValueKind::string) &&
        (version.string() == "2012-10-17" || version.string() == "2008-10-17"))
      return Unit{};
    return invalid("Version must be 2012-10-17 or 2008-10-17");
  }

  static Result<std::vector<std::string>> texts(std::string_view name, const Value& value) {
    std::vector<std::string> all;
    if (value.is(ValueKind::string)) {
      all.emplace_back(value.string());
      return all;
    }
    const auto is_text = [](const Value& item) { return item.is(ValueKind::string); };
    if (!value.is(ValueKind::array) || value.items().empty() ||
        !std::ranges::all_of(value.items(), is_text))
      return invalid(std::string(name) + " must be a string or a list of strings");
    for (const Value& item : value.items()) all.emplace_back(item.string());
    return all;
  }

  Result<ResourcePolicy::Statement> read_statement(const Value& value) const {
    ResourcePolicy::Statement statement;
    if (!value.is(ValueKind::object)) return invalid("a statement must be an object");
    bool effect = false;
    for (const auto& [key, member] : value.members()) {
      if (key == "Effect") {
        const std::string_view text = member.is(ValueKind::string) ? member.string() : "";
        if (text != "Allow" && text != "Deny") return invalid("Effect must be Allow or Deny");
        statement.allow = text == "Allow";
        effect = true;
      } else if (key == "Principal") {
        statement.principals = TRY(read_principal(member));
      } else if (key == "Action") {
        statement.actions = TRY(read_actions(member));
      } else if (key == "Resource") {
        statement.resources = TRY(read_resources(member));
      } else if (key == "Condition") {
        statement.conditions = TRY(read_conditions(member));
      } else if (key != "Sid" || !member.is(ValueKind::string)) {
        return invalid("a statement has the member " + std::string(key) +
                       ", which is not supported");
      }
    }
    if (!effect || statement.principals.empty() || statement.actions.empty() ||
        statement.resources.empty())
      return invalid("a statement needs Effect, Principal, Action and Resource");
    return statement;
  }

  static Result<std::vector<std::string>> read_principal(const Value& value) {
    std::vector<std::string> all;
    if (value.is(ValueKind::string) && value.string() == "*") return std::vector<std::string>{"*"};
    if (!value.is(ValueKind::object) || value.members().empty())
      return invalid("Principal must be \"*\" or an object");
    for (const auto& [key, member] : value.members()) {
      std::vector<std::string> some = TRY(texts("Principal", member));
      if (key == "Service") {  // AWS's own services never call here
        for (const std::string& service : some) all.push_back("service:" + service);
        continue;
      }
      if (key != "AWS") return invalid("Principal knows AWS and Service, not " + std::string(key));
      for (std::string& principal : some) {
        if (!is_principal(principal)) return invalid("no principal: " + principal);
        all.push_back(std::move(principal));
      }
    }
    return all;
  }

  static Result<std::vector<std::string>> read_actions(const Value& value) {
    std::vector<std::string> actions = TRY(texts("Action", value));
    for (const std::string& action : actions) {
      const auto covers = [&](std::string_view shared) {
        return matches_wildcards(action, shared);
      };
      if (!action.starts_with("kinesis:") || std::ranges::none_of(shared_actions, covers))
        return invalid("the action " + action + " cannot be shared by a resource policy");
    }
    return actions;
  }

  Result<std::vector<std::string>> read_resources(const Value& value) const {
    std::vector<std::string> resources = TRY(texts("Resource", value));
    for (const std::string& resource : resources)
      if (!matches_wildcards(resource, resource_))
        return invalid("the resource " + resource + " is not the one that the policy is put on");
    return resources;
  }

  static Result<std::vector<ResourcePolicy::Condition>> read_conditions(const Value& value) {
    std::vector<ResourcePolicy::Condition> conditions;
    if (!value.is(ValueKind::object)) return invalid("Condition must be an object");
    for (const auto& [operation, keys] : value.members()) {
      std::string_view name = operation;
      if (name.ends_with("IfExists")) name.remove_suffix(8);
      if (std::ranges::find(operations, name) == std::end(operations))
        return invalid("the condition operator " + std::string(operation) + " is not supported");
      if (!keys.is(ValueKind::object)) return invalid("a condition operator holds an object");
      for (const auto& [key, values] : keys.members()) {
        ResourcePolicy::Condition condition{std::string(name), lowered(key), {}};
        if (std::ranges::find(condition_keys, condition.key) == std::end(condition_keys))
          return invalid("the condition key " + std::string(key) + " is not supported");
        condition.values = TRY(texts(key, values));
        TRY(check_networks(condition.operation, condition.key, condition.values));
        conditions.push_back(std::move(condition));
      }
    }
    return conditions;
  }

  static Result<Unit> check_networks(std::string_view operation, std::string_view key,
                                     const std::vector<std::string>& values) {
    const bool networks = operation.ends_with("IpAddress");
    if (networks != (key == "aws:sourceip"))
      return invalid(
          "aws:SourceIp goes with IpAddress and NotIpAddress, and they with nothing else");
    Network network;
    for (const std::string& value : values)
      if (networks && !read_network(value, network)) return invalid("no network: " + value);
    return Unit{};
  }

  std::string_view resource_;
};

Result<ResourcePolicy> ResourcePolicy::read(std::string_view json, std::string_view resource) {
  if (json.size() > resource_policy_max)
    return fail(ErrorKind::invalid, "The policy is not valid: it is over 20 KB.");
  wire::ValueTree tree;
  const auto document = wire::read_json(json, tree);
  if (!document) return fail(ErrorKind::invalid, "The policy is not a valid JSON document.");
  return PolicyReader(resource).read(*document);
}

}  // namespace levada::aws
