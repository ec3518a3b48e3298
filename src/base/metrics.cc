#include "base/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>
#include <tuple>
#include <utility>
#include <variant>

#include "base/check.h"

namespace levada {
namespace {

bool legal_name(std::string_view name) {
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, legal);
}

// Of a help text and of a label's value; a quote in a help text may stay as it is.
std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
  return out;
}

std::string label_text(MetricLabels labels) {
  std::string out;
  for (const MetricLabel& label : labels) {
    CHECK(legal_name(label.name), label.name);
    if (!out.empty()) out += ',';
    out += label.name + "=\"" + escaped(label.value, true) + '"';
  }
  return out;
}

std::string in_braces(const std::string& labels, const std::string& more = {}) {
  if (labels.empty() && more.empty()) return {};
  return "{" + labels + (labels.empty() || more.empty() ? "" : ",") + more + "}";
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

}  // namespace

Histogram::Histogram(HistogramScale scale) : scale_(scale) {
  CHECK(0 <= scale.first && scale.first <= scale.last && scale.last < 64);
  CHECK(bounds() <= bounds_max);
}

// One registration. Cells form a list that only grows, newest first, so pushing needs no lock.
struct MetricsRegistry::Cell {
  std::string name;
  std::string help;
  std::string labels;
  std::variant<Counter, Gauge, Histogram> metric;
  Cell* next = nullptr;

  template <class Metric, class... Arguments>
  Cell(std::string_view n, std::string_view h, MetricLabels l, std::in_place_type_t<Metric> type,
       Arguments... arguments)
      : name(n), help(h), labels(label_text(l)), metric(type, arguments...) {
    CHECK(legal_name(n), n);
  }

  std::string_view type() const {
    static constexpr std::array<std::string_view, 3> names{"counter", "gauge", "histogram"};
    return names[metric.index()];
  }
};

MetricsRegistry::~MetricsRegistry() {
  for (Cell* cell = newest_.load(); cell != nullptr;) delete std::exchange(cell, cell->next);
}

MetricsRegistry::Cell& MetricsRegistry::push(Cell* cell) {
  cell->next = newest_.load(std::memory_order_relaxed);
  while (!newest_.compare_exchange_weak(cell->next, cell, std::memory_order_release,
                                        std::memory_order_relaxed)) {
  }
  return *cell;
}

Counter& MetricsRegistry::counter(std::string_view name, std::string_view help,
                                  MetricLabels labels) {
  return std::get<Counter>(push(new Cell(name, help, labels, std::in_place_type<Counter>)).metric);
}

Gauge& MetricsRegistry::gauge(std::string_view name, std::string_view help, MetricLabels labels) {
  return std::get<Gauge>(push(new Cell(name, help, labels, std::in_place_type<Gauge>)).metric);
}

Histogram& MetricsRegistry::histogram(std::string_view name, std::string_view help,
                                      HistogramScale scale, MetricLabels labels) {
  return std::get<Histogram>(
      push(new Cell(name, help, labels, std::in_place_type<Histogram>, scale)).metric);
}

std::vector<const MetricsRegistry::Cell*> MetricsRegistry::sorted() const {
  std::vector<const Cell*> cells;
  for (const Cell* cell = newest_.load(std::memory_order_acquire); cell; cell = cell->next)
    cells.push_back(cell);
  std::ranges::sort(cells, [](const Cell* a, const Cell* b) {
    return std::tie(a->name, a->labels) < std::tie(b->name, b->labels);
  });
  return cells;
}

namespace {

// Cells of one name and the same labels, added up and written.
template <class Cells>
void render_simple(std::string& out, const Cells& cells) {
  std::uint64_t counted = 0;
  std::int64_t measured = 0;
  for (const auto* cell : cells) {
    if (const auto* counter = std::get_if<Counter>(&cell->metric)) counted += counter->value();
    if (const auto* gauge = std::get_if<Gauge>(&cell->metric)) measured += gauge->value();
  }
  const bool counter = std::holds_alternative<Counter>(cells.front()->metric);
  out += cells.front()->name + in_braces(cells.front()->labels) + ' ' +
         (counter ? std::to_string(counted) : std::to_string(measured)) + '\n';
}

template <class Cells>
void render_histogram(std::string& out, const Cells& cells) {
  const auto& first = std::get<Histogram>(cells.front()->metric);
  const std::string& name = cells.front()->name;
  const std::string& labels = cells.front()->labels;
  std::uint64_t cumulative = 0;
  for (std::size_t n = 0; n <= first.bounds(); ++n) {
    for (const auto* cell : cells) cumulative += std::get<Histogram>(cell->metric).in_bucket(n);
    const std::string bound =
        n == first.bounds()
            ? "+Inf"
            : number(std::ldexp(first.scale().unit, first.scale().first + static_cast<int>(n)));
    out += name + "_bucket" + in_braces(labels, "le=\"" + bound + '"') + ' ' +
           std::to_string(cumulative) + '\n';
  }
  double sum = 0;
  for (const auto* cell : cells)
    sum += static_cast<double>(std::get<Histogram>(cell->metric).sum()) * first.scale().unit;
  out += name + "_sum" + in_braces(labels) + ' ' + number(sum) + '\n';
  out += name + "_count" + in_braces(labels) + ' ' + std::to_string(cumulative) + '\n';
}

}  // namespace

std::string MetricsRegistry::render() const {
  const std::vector<const Cell*> cells = sorted();
  std::string out;
  for (auto begin = cells.begin(); begin != cells.end();) {
    const Cell& first = **begin;
    if (begin == cells.begin() || begin[-1]->name != first.name)
      out += "# HELP " + first.name + ' ' + escaped(first.help, false) + "\n# TYPE " + first.name +
             ' ' + std::string(first.type()) + '\n';
    const auto end = std::find_if(begin, cells.end(), [&](const Cell* cell) {
      return cell->name != first.name || cell->labels != first.labels;
    });
    const std::span same(begin, end);
    for (const Cell* cell : same) CHECK(cell->metric.index() == first.metric.index(), cell->name);
    if (std::holds_alternative<Histogram>(first.metric))
      render_histogram(out, same);
    else
      render_simple(out, same);
    begin = end;
  }
  return out;
}

}  // namespace levada
