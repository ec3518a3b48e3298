#include "streaming/definition_cipher.h"

#include <algorithm>
#include <array>

namespace levada::streaming {

bool may_hold_secret(std::string_view statement) {
  constexpr std::array<std::string_view, 4> words = {"secret", "token", "password", "credential"};
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return std::search(statement.begin(), statement.end(), word.begin(), word.end(), same) !=
           statement.end();
  });
}

}  // namespace levada::streaming
