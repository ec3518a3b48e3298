#include "timestream/sql/syntax.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "timestream/sql/calendar.h"
#include "timestream/sql/parser.h"

namespace levada::timestream::sql {

std::optional<Duration> duration_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string unit = lower(text.substr(static_cast<std::size_t>(end - text.data())));
  struct Named {
    std::string_view name;
    bool months;
    std::int64_t size;
  };
  static constexpr std::array units = {Named{"ns", false, 1},
                                       Named{"nanosecond", false, 1},
                                       Named{"us", false, microsecond},
                                       Named{"microsecond", false, microsecond},
                                       Named{"ms", false, millisecond},
                                       Named{"millisecond", false, millisecond},
                                       Named{"s", false, second},
                                       Named{"second", false, second},
                                       Named{"m", false, minute},
                                       Named{"minute", false, minute},
                                       Named{"h", false, hour},
                                       Named{"hour", false, hour},
                                       Named{"d", false, day},
                                       Named{"day", false, day},
                                       Named{"w", false, 7 * day},
                                       Named{"week", false, 7 * day},
                                       Named{"month", true, 1},
                                       Named{"year", true, 12},
                                       Named{"mo", true, 1},
                                       Named{"y", true, 12}};
  for (const Named& named : units) {
    Duration duration{named.months, 0};
    if (unit != named.name && unit != std::string(named.name) + "s") continue;
    if (__builtin_mul_overflow(number, named.size, &duration.size)) return std::nullopt;
    return duration;
  }
  return std::nullopt;
}

int height_of(Node& node) {
  if (node.height > 0) return node.height;
  int below = 0;
  for (const NodePointer& child : node.children) below = std::max(below, height_of(*child));
  return node.height = below + 1;
}

std::string signature_of(const Node& node, const PlaceOf& place_of) {
  std::string all = std::to_string(static_cast<int>(node.kind)) + ":";
  if (node.kind == NodeKind::literal) {
    all += name_of(node.type) + std::to_string(hash_of(node.value));
    if (node.type.is(Kind::varchar)) all += node.value.text();
  } else if (node.kind == NodeKind::column) {
    const auto place = place_of ? place_of(node) : std::nullopt;
    all += place ? '#' + std::to_string(*place) : lower(node.qualifier) + "." + lower(node.text);
  } else {
    all += node.text;
  }
  if (node.negated) all += '!';
  if (node.distinct) all += 'd';
  if (node.star) all += '*';
  if (node.kind == NodeKind::cast) all += name_of(node.type);
  if (node.window || node.query)
    all += '@' + std::to_string(reinterpret_cast<std::uintptr_t>(&node));
  for (const std::string& name : node.names) all += name + ",";
  all += '(';
  for (const NodePointer& child : node.children) all += signature_of(*child, place_of) + ",";
  if (node.filter) all += "f" + signature_of(*node.filter, place_of);
  for (const OrderItem& item : node.order)
    all += (item.descending ? "v" : "^") + signature_of(*item.node, place_of);
  return all + ')';
}

}  // namespace levada::timestream::sql
