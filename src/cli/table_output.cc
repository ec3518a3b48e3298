// --output table: sections of rows under the name of what holds them, as wide as the widest; where
// that is wider than the terminal, single rows become columns.

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "cli/east_asian_width.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

using TableRow = std::vector<std::string>;
using Widths = std::vector<std::ptrdiff_t>;

constexpr std::string_view color_of_values = "\x1b[1m\x1b[34m";
constexpr std::string_view color_of_edges = "\x1b[2m\x1b[33m";
constexpr std::string_view color_end = "\x1b[0m";
constexpr std::ptrdiff_t cell_padding = 4;

struct TableSection {
  std::string title;
  std::size_t indent = 0;
  TableRow headers;
  std::vector<TableRow> rows;
  std::optional<std::size_t> column_count;
  Widths widths_max;

  // The first row decides how many columns there are. Later headers that have more are refused as
  // Python does it.
  Result<Unit> widen(const TableRow& row) {
    if (widths_max.empty()) widths_max.resize(row.size());
    if (row.size() > widths_max.size())
      return fail_as(ExitCode::general, "list index out of range");
    for (std::size_t i = 0; i < row.size(); ++i)
      widths_max[i] =
          std::max(widths_max[i], static_cast<std::ptrdiff_t>(cli::column_count(row[i])));
    return Unit{};
  }
  Result<Unit> set_headers(const TableRow& names) {
    TRY(widen(names));
    if (!column_count) column_count = names.size();
    headers = names;
    return Unit{};
  }
  Result<Unit> add(TableRow row) {
    if (!column_count) column_count = row.size();
    if (row.size() != *column_count)
      return fail_as(ExitCode::general, "Row should have " + std::to_string(*column_count) +
                                            " elements, instead it has " +
                                            std::to_string(row.size()));
    TRY(widen(row));
    rows.push_back(std::move(row));
    return Unit{};
  }

  std::ptrdiff_t total_width() const {
    std::ptrdiff_t total = 2;
    for (const std::ptrdiff_t width : widths_max) total += width + cell_padding;
    const auto outer = static_cast<std::ptrdiff_t>(2 * indent);
    return std::max(static_cast<std::ptrdiff_t>(cli::column_count(title)) + 2, total) + outer;
  }

  // Scaled so that they add up to `width`.
  Widths column_widths(std::ptrdiff_t width) const {
    Widths scaled;
    std::ptrdiff_t sum = 0;
    for (const std::ptrdiff_t one : widths_max) sum += one + cell_padding;
    if (sum == 0) return scaled;
    const double scale = static_cast<double>(width) / static_cast<double>(sum);
    std::ptrdiff_t off_by = -width;
    for (const std::ptrdiff_t one : widths_max) {
      scaled.push_back(static_cast<std::ptrdiff_t>(
          std::nearbyint(scale * static_cast<double>(one + cell_padding))));
      off_by += scaled.back();
    }
    while (off_by != 0) {
      for (std::size_t i = 0; i < scaled.size() && off_by != 0; ++i) {
        if (off_by > 0) {
          --scaled[i];
          --off_by;
        } else {
          ++scaled[scaled.size() - 1 - i];
          ++off_by;
        }
      }
    }
    return scaled;
  }
};

std::string blanks(std::ptrdiff_t count) {
  return std::string(static_cast<std::size_t>(std::max<std::ptrdiff_t>(count, 0)), ' ');
}
std::string dashes(std::ptrdiff_t count) {
  return std::string(static_cast<std::size_t>(std::max<std::ptrdiff_t>(count, 0)), '-');
}

// Python's // rounds down; lengths here are not negative.
std::string centered(std::string_view text, std::ptrdiff_t length, std::string_view left_edge) {
  const auto width = static_cast<std::ptrdiff_t>(column_count(text));
  const std::ptrdiff_t before = length / 2 - width / 2 - 1;
  const auto left = static_cast<std::ptrdiff_t>(left_edge.size());
  return std::string(left_edge) + blanks(before) + std::string(text) +
         blanks(length - 1 - (left + before + width)) + '|';
}

class Table {
 public:
  explicit Table(const OutputOptions& options) : options_(options) {}

  Result<Unit> build(std::optional<std::string> title, const Document& value,
                     std::size_t indent = 0) {
    if (is_nothing(value)) return Unit{};
    if (title) {
      sections_.emplace_back();
      sections_.back().title = *title;
      sections_.back().indent = indent;
    }
    if (value.is_array()) return build_list(value.items(), title, indent);
    if (value.is_object()) return build_object(value, indent);
    return Unit{};
  }

  std::string render() {
    if (sections_.empty()) return "";
    std::ptrdiff_t width = width_max();
    if (width > options_.terminal_width) {
      stand_up();
      width = width_max();
    }
    std::string out = dashes(width) + '\n';
    out += write_end();
    for (const TableSection& section : sections_) render(out, section, width);
    return out;
  }

 private:
  // What Python takes for false.
  static bool is_nothing(const Document& value) {
    switch (value.kind()) {
      case Document::Kind::null:
        return true;
      case Document::Kind::boolean:
        return !value.boolean();
      case Document::Kind::string:
        return value.string().empty();
      case Document::Kind::array:
        return value.items().empty();
      case Document::Kind::object:
        return value.members().empty();
      default:
        return value.is_number() && value.real() == 0;
    }
  }

  TableSection& section() {
    if (sections_.empty()) sections_.emplace_back();
    return sections_.back();
  }

  Result<Unit> build_list(const Document::Array& items, const std::optional<std::string>& title,
                          std::size_t indent) {
    if (items.front().is_object()) return build_objects(items, indent, title);
    for (const Document& item : items) {
      if (item.is_scalar()) {
        TRY(section().add({python_text(item)}));
        continue;
      }
      // Python walks an object here by its keys.
      TableRow row;
      bool is_row = true;
      if (item.is_array()) {
        for (const Document& cell : item.items()) {
          is_row = is_row && cell.is_scalar();
          row.push_back(python_text(cell));
        }
      } else {
        for (const Document::Member& member : item.members()) row.push_back(member.name);
      }
      if (is_row) {
        TRY(section().add(std::move(row)));
      } else {
        TRY(build(std::nullopt, item));
      }
    }
    return Unit{};
  }

  static void group(const Document& object, std::set<std::string>& scalars,
                    std::set<std::string>& others) {
    for (const Document::Member& member : object.members())
      (member.value.is_scalar() ? scalars : others).insert(member.name);
  }

  Result<Unit> build_object(const Document& object, std::size_t indent) {
    std::set<std::string> scalars;
    std::set<std::string> others;
    group(object, scalars, others);
    if (scalars.size() == 1) {
      const std::string& name = *scalars.begin();
      TRY(section().add({name, python_text(*object.find(name))}));
    } else if (!scalars.empty()) {
      TRY(section().set_headers(TableRow(scalars.begin(), scalars.end())));
      TableRow row;
      for (const std::string& name : scalars) row.push_back(python_text(*object.find(name)));
      TRY(section().add(std::move(row)));
    }
    for (const std::string& name : others) TRY(build(name, *object.find(name), indent + 1));
    return Unit{};
  }

  Result<Unit> build_objects(const Document::Array& items, std::size_t indent,
                             const std::optional<std::string>& title) {
    std::set<std::string> scalars;
    std::set<std::string> others;
    for (const Document& item : items) {
      if (!item.is_object())
        return fail_as(ExitCode::general, "string indices must be integers, not 'str'");
      group(item, scalars, others);
    }
    const TableRow headers(scalars.begin(), scalars.end());
    TRY(section().set_headers(headers));
    for (const Document& item : items) {
      if (&item != &items.front() && !others.empty()) {
        sections_.emplace_back();
        sections_.back().title = title.value_or("");
        sections_.back().indent = indent;
        TRY(section().set_headers(headers));
      }
      TableRow row;
      for (const std::string& name : headers) {
        const Document* const value = item.find(name);
        row.push_back(value == nullptr ? "" : python_text(*value));
      }
      TRY(section().add(std::move(row)));
      for (const std::string& name : others)
        if (const Document* const value = item.find(name)) TRY(build(name, *value, indent + 1));
    }
    return Unit{};
  }

  std::ptrdiff_t width_max() const {
    std::ptrdiff_t width = 0;
    for (const TableSection& one : sections_) width = std::max(width, one.total_width());
    return width;
  }

  // A section of one row becomes one of two columns.
  void stand_up() {
    for (TableSection& one : sections_) {
      if (one.rows.size() != 1 || one.headers.empty()) continue;
      TableSection upright;
      upright.title = one.title;
      upright.indent = one.indent;
      for (std::size_t i = 0; i < one.headers.size(); ++i)
        (void)upright.add({one.headers[i], one.rows[0][i]});
      one = std::move(upright);
    }
  }

  std::string colored(std::string_view color, const std::string& text) const {
    if (!options_.color) return text;
    return std::string(color) + text + std::string(color_end);
  }

  // The AWS CLI's library ends every write, coloured or not, with a reset.
  std::string_view write_end() const { return options_.color ? color_end : std::string_view(); }

  void line(std::string& out, const TableSection& section, const std::string& text) const {
    std::string edges;
    for (std::size_t i = 0; i < section.indent; ++i) edges += colored(color_of_edges, "|");
    const std::string_view end = write_end();
    out.append(edges).append(end).append(text).append(end).append(edges).append(end);
    out.append("\n").append(end);
  }

  static std::string border(const Widths& widths) {
    std::string out;
    for (const std::ptrdiff_t width : widths)
      out += (out.empty() ? '+' + dashes(width - 2) : dashes(width - 1)) + '+';
    return out;
  }

  std::string left_aligned(const std::string& text, std::ptrdiff_t length,
                           std::string_view left_edge) const {
    const auto width = static_cast<std::ptrdiff_t>(column_count(text));
    const auto left = static_cast<std::ptrdiff_t>(left_edge.size());
    const std::ptrdiff_t padding = length - (width + 2 + left + 1) >= 0 ? 2 : 0;
    return std::string(left_edge) + blanks(padding) + colored(color_of_values, text) +
           blanks(length - (left + padding + width) - 1) + '|';
  }

  void render(std::string& out, const TableSection& one, std::ptrdiff_t width) const {
    width -= static_cast<std::ptrdiff_t>(2 * one.indent);
    if (!one.title.empty()) {
      line(out, one, centered(one.title, width, "|"));
      if (one.headers.empty() && one.rows.empty()) line(out, one, '+' + dashes(width - 2) + '+');
    }
    const Widths widths = one.column_widths(width);
    if (!one.headers.empty()) {
      std::string cells;
      for (std::size_t i = 0; i < std::min(widths.size(), one.headers.size()); ++i)
        cells += centered(one.headers[i], widths[i], i == 0 ? "|" : "");
      line(out, one, border(widths));
      line(out, one, cells);
    }
    if (one.rows.empty() || widths.empty()) return;
    line(out, one, border(widths));
    for (const TableRow& row : one.rows) {
      std::string cells;
      for (std::size_t i = 0; i < std::min(widths.size(), row.size()); ++i)
        cells += left_aligned(row[i], widths[i], i == 0 ? "|" : "");
      line(out, one, cells);
    }
    line(out, one, border(widths));
  }

  const OutputOptions& options_;
  std::vector<TableSection> sections_;
};

}  // namespace

Result<Unit> append_table(std::string& out, std::string_view title, const Document& document,
                          const OutputOptions& options) {
  Table table(options);
  TRY(table.build(std::string(title), document));
  out += table.render();
  return Unit{};
}

}  // namespace levada::cli
