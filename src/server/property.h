#pragma once
// Property: one thing that the operator may set. One row serves the flag (--tail-cache), the TOML
// key (tail-cache), the environment variable (LEVADA_TAIL_CACHE), the default, the help and the
// check of its value, so that none of them can disagree.
//
//   property<&Configuration::tail_cache>("tail-cache", "SIZE", "64MiB", "memory for …")

#include <string>
#include <string_view>

#include "base/result.h"
#include "server/property_value.h"

namespace levada::server {

struct Configuration;

struct Property {
  std::string_view name;      // in kebab-case
  std::string_view value;     // what the help calls it: "SIZE", "fsync|os"
  std::string_view standard;  // the default as one would write it; empty = not set
  std::string_view help;      // one sentence without a full stop
  Result<Unit> (*set)(Configuration&, std::string_view text);
  std::string_view not_yet = {};  // not empty: promised, not built; setting it says so
  bool without_harm = false;      // of what is not yet: the server starts all the same, and warns
};

namespace property_detail {
template <class Owner, class Value>
Value member_value(Value Owner::*);

template <auto member>
Result<Unit> parse_into(Configuration& configuration, std::string_view text) {
  using Value = decltype(member_value(member));
  configuration.*member = TRY(PropertyValue<Value>::parse(text));
  return Unit{};
}
}  // namespace property_detail

template <auto member>
constexpr Property property(std::string_view name, std::string_view value,
                            std::string_view standard, std::string_view help) {
  return {name, value, standard, help, &property_detail::parse_into<member>};
}

// A name that the documents promise and this version lacks.
constexpr Property promised(std::string_view name, std::string_view value, std::string_view help,
                            std::string_view not_yet, bool without_harm = false) {
  return {name, value, {}, help, nullptr, not_yet, without_harm};
}

std::string environment_name(std::string_view property);  // "tail-cache" → "LEVADA_TAIL_CACHE"

// The candidate nearest to a misspelt word; empty when none is near.
template <class Candidates>
std::string_view nearest(std::string_view word, const Candidates& candidates);
std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Candidates>
std::string_view nearest(std::string_view word, const Candidates& candidates) {
  std::string_view best;
  std::size_t distance_max = 1 + word.size() / 4;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance > distance_max || (!best.empty() && distance == distance_max)) continue;
    best = candidate;
    distance_max = distance;
  }
  return best;
}

// `; did you mean "x"?`, or nothing.
template <class Candidates>
std::string suggestion(std::string_view word, const Candidates& candidates) {
  const std::string_view best = nearest(word, candidates);
  return best.empty() ? std::string() : "; did you mean " + std::string(best) + "?";
}

}  // namespace levada::server
