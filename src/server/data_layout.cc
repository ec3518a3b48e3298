#include "server/data_layout.h"

#include <charconv>

#include "log/position.h"

namespace levada::server {
namespace {

constexpr Bytes layout_size_max = 4_KiB;
constexpr std::string_view format_word = "levada ";
constexpr std::string_view journals_word = "journals ";

// `word`, a number and a line's end from the front of `text`.
bool take_line(std::string_view& text, std::string_view word, std::uint32_t& number) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with('\n')) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string layout_text(const DataLayout& layout) {
  return std::string(format_word) + std::to_string(layout_format) + '\n' +
         std::string(journals_word) + std::to_string(layout.journals) + '\n';
}

Result<DataLayout> parse_layout(std::string_view text) {
  std::uint32_t format = 0;
  DataLayout layout;
  if (!take_line(text, format_word, format))
    return fail(ErrorKind::corrupt, "this is no layout of a Levada data directory");
  if (format != layout_format)
    return fail(ErrorKind::unsupported,
                "it was made by another version of Levada (format " + std::to_string(format) + ')');
  if (!take_line(text, journals_word, layout.journals) || !text.empty() || layout.journals == 0 ||
      layout.journals > log::container_count)
    return fail(ErrorKind::corrupt, "this is no layout of a Levada data directory");
  return layout;
}

Task<DataLayout> open_layout(io::Disk& disk, std::string directory, std::uint32_t journals) {
  const std::string path = directory + "/layout";
  const Result<Buffer> content = co_await outcome(io::read_file(disk, path, layout_size_max));
  if (content) {
    Result<DataLayout> layout = parse_layout(as_text(*content));
    if (!layout) co_return fail(layout.error().kind, path + ": " + layout.error().message);
    co_return *layout;
  }
  if (content.error().kind != ErrorKind::not_found) co_return unexpected<Error>(content.error());
  const DataLayout layout{.journals = journals};
  const std::string text = layout_text(layout);
  co_await io::replace_file(disk, path, as_bytes(text));
  co_return layout;
}

}  // namespace levada::server
