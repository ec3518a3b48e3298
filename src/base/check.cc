#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace levada {

void check_failed(std::string_view expression, const char* file, int line,
                  std::string_view note) noexcept {
  std::fprintf(stderr, "levada: broken promise at %s:%d: %.*s%s%.*s\n", file, line,
               static_cast<int>(expression.size()), expression.data(), note.empty() ? "" : ": ",
               static_cast<int>(note.size()), note.data());
  std::abort();
}

}  // namespace levada
