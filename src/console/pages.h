#pragma once
// The files of web/, as they were when Levada was built; they lie in the binary.

#include <string_view>

namespace levada::console {

struct Page {
  std::string_view path;  // of the URL: "/", "/console.js"
  std::string_view type;  // Content-Type
  std::string_view content;
};

// Null: there is none. The content has no end before the program's.
const Page* find_page(std::string_view path);

}  // namespace levada::console
