#pragma once
// Whose name a request is signed with, and where that comes from. Keys that end are fetched anew
// before they do.

#include <optional>
#include <string>

#include "base/task.h"
#include "base/time.h"

namespace levada::connect {

struct AwsKeys {
  std::string access_key;
  std::string secret_key;
  std::string session_token;          // empty: long-lived keys
  std::optional<UnixMillis> expires;  // nothing: they do not

  friend bool operator==(const AwsKeys&, const AwsKeys&) = default;
};

class KeySource {
 public:
  virtual ~KeySource() = default;
  // Errors: denied (there are none to be had, and why), and those of the way to them.
  virtual Task<AwsKeys> keys() = 0;
  virtual void shutdown() noexcept {}
};

class FixedKeys final : public KeySource {
 public:
  explicit FixedKeys(AwsKeys keys) : keys_(std::move(keys)) {}
  Task<AwsKeys> keys() override { co_return keys_; }

 private:
  AwsKeys keys_;
};

}  // namespace levada::connect
