#pragma once
// DefinitionCipher: the port through which statements that name secrets are sealed before they lie
// in the journal and in checkpoints. The server implements it with its key store.

#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"

namespace levada::streaming {

class DefinitionCipher {
 public:
  virtual ~DefinitionCipher() = default;
  // Before the first seal(); makes the key where there is none yet.
  virtual Task<Unit> prepare() = 0;
  virtual std::string seal(std::string_view text) = 0;
  // nullopt: changed, or the key is not there any more.
  virtual std::optional<std::string> open(std::string_view sealed) = 0;
};

// Whether a statement may name something that nobody should read in a file. Rather once too often.
bool may_hold_secret(std::string_view statement);

}  // namespace levada::streaming
