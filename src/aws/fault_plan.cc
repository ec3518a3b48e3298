#include "aws/fault_plan.h"

#include <array>
#include <charconv>

namespace levada::aws {
namespace {

constexpr Nanos latency_max = std::chrono::minutes(1);

unexpected<Error> refuse(std::string_view word, std::string_view expected) {
  return fail(ErrorKind::invalid, "\"" + std::string(word) + "\" is not " + std::string(expected));
}

std::string_view take_until(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  const std::string_view word = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return word;
}

template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

Result<double> share(std::string_view text) {
  std::string_view rest = text;
  const auto percent = take_number<double>(rest);
  if (!percent || rest != "%" || *percent > 100) return refuse(text, "a share like 5% or 0.1%");
  return *percent / 100;
}

Result<Nanos> duration(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number<std::uint32_t>(rest);
  Nanos unit{0};
  if (rest == "us") unit = std::chrono::microseconds(1);
  if (rest == "ms") unit = std::chrono::milliseconds(1);
  if (rest == "s") unit = std::chrono::seconds(1);
  if (!number || unit.count() == 0 || std::int64_t{*number} > latency_max / unit)
    return refuse(text, "a time like 20ms, at most a minute");
  return *number * unit;
}

Result<Unit> add_effect(FaultRule& rule, std::string_view effect) {
  std::string_view rest = effect;
  const std::string_view name = take_until(rest, ':');
  if (name == "latency") {
    rule.latency = TRY(duration(take_until(rest, ':')));
    rule.delayed = 1;
    if (!rest.empty()) rule.delayed = TRY(share(rest));
    return Unit{};
  }
  constexpr std::array<std::pair<std::string_view, double FaultRule::*>, 4> shares = {
      {{"throttle", &FaultRule::throttle},
       {"error", &FaultRule::error},
       {"drop", &FaultRule::drop},
       {"partial", &FaultRule::partial}}};
  for (const auto& [known, member] : shares) {
    if (known != name) continue;
    rule.*member = TRY(share(rest));
    return Unit{};
  }
  return refuse(effect,
                "throttle:SHARE, error:SHARE, drop:SHARE, partial:SHARE or latency:TIME[:SHARE]");
}

bool fits(std::string_view who, std::string_view operation) {
  if (who == "put") return operation == "PutRecord" || operation == "PutRecords";
  if (who == "get") return operation == "GetRecords" || operation == "GetShardIterator";
  return who == "all" || who == operation;
}

Result<FaultRule> parse_rule(std::string_view text, const Service& service) {
  std::string_view rest = text;
  FaultRule rule;
  rule.who = take_until(rest, '=');
  const bool group = rule.who == "put" || rule.who == "get" || rule.who == "all";
  if (!group && find_operation(service, rule.who) == nullptr)
    return refuse(rule.who, "put, get, all or the name of an operation like PutRecords");
  if (rest.empty()) return refuse(text, "a rule like put=throttle:5%,latency:20ms");
  while (!rest.empty()) TRY(add_effect(rule, take_until(rest, ',')));
  if (rule.partial > 0 && !fits(rule.who, "PutRecords"))
    return fail(ErrorKind::invalid, "partial is for PutRecords, not for " + rule.who);
  if (rule.throttle + rule.error + rule.drop > 1)
    return refuse(text, "possible: its refusals are more than 100%");
  return rule;
}

}  // namespace

Result<FaultPlan> FaultPlan::parse(std::string_view text, const Service& service) {
  FaultPlan plan;
  plan.text = text;
  constexpr std::string_view seed = "seed=";
  if (text.starts_with(seed)) {
    std::string_view number = take_until(text, ';').substr(seed.size());
    const std::string_view written = number;
    plan.seed = take_number<std::uint64_t>(number);
    if (!plan.seed || !number.empty()) return refuse(written, "a seed: a number");
  }
  while (!text.empty()) plan.rules.push_back(TRY(parse_rule(take_until(text, ';'), service)));
  if (plan.rules.empty()) return refuse(plan.text, "a rule like put=throttle:5%,latency:20ms");
  return plan;
}

const FaultRule* FaultPlan::find(std::string_view operation) const {
  for (const FaultRule& rule : rules)
    if (fits(rule.who, operation)) return &rule;
  return nullptr;
}

}  // namespace levada::aws
