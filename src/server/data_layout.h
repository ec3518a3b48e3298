#pragma once
// DataLayout: how a data directory is laid out, decided when it is made and never changed: its
// format and its number of journals (docs/adr/0004). The file `layout` holds two lines of text,
// which docs/formats/layout.md describes.

#include <string>

#include "base/task.h"
#include "io/disk.h"

namespace levada::server {

inline constexpr std::uint32_t layout_format = 1;

struct DataLayout {
  std::uint32_t journals = 1;
};

std::string layout_text(const DataLayout& layout);
// Errors: corrupt (not a layout), unsupported (of a newer Levada).
Result<DataLayout> parse_layout(std::string_view text);

// Reads the directory's layout, or makes one with so many journals. The directory exists.
Task<DataLayout> open_layout(io::Disk& disk, std::string directory, std::uint32_t journals);

}  // namespace levada::server
