#include "streaming/nexmark_source.h"

#include <charconv>
#include <optional>

#include "base/ascii.h"
#include "base/attempt.h"
#include "base/check.h"
#include "streaming/nexmark_events.h"

namespace levada::streaming {
namespace {

using query::Datum;
using query::Row;
using query::SqlResult;
using query::TypeKind;

constexpr std::uint64_t standard_gap_nanos = 100'000;
constexpr double nanos_of_second = 1e9;

enum class Field : std::uint8_t {
  none,
  event_type,
  person,
  auction,
  bid,
  id,
  name,
  email_address,
  credit_card,
  city,
  state,
  date_time,
  extra,
  item_name,
  description,
  initial_bid,
  reserve,
  expires,
  seller,
  category,
  bid_auction,
  bidder,
  price,
  channel,
  url,
};

struct NamedField {
  std::string_view name;
  Field field;
};
constexpr NamedField person_fields[] = {{"id", Field::id},
                                        {"name", Field::name},
                                        {"email_address", Field::email_address},
                                        {"credit_card", Field::credit_card},
                                        {"city", Field::city},
                                        {"state", Field::state},
                                        {"date_time", Field::date_time},
                                        {"extra", Field::extra}};
constexpr NamedField auction_fields[] = {{"id", Field::id},
                                         {"item_name", Field::item_name},
                                         {"description", Field::description},
                                         {"initial_bid", Field::initial_bid},
                                         {"reserve", Field::reserve},
                                         {"date_time", Field::date_time},
                                         {"expires", Field::expires},
                                         {"seller", Field::seller},
                                         {"category", Field::category},
                                         {"extra", Field::extra}};
constexpr NamedField bid_fields[] = {
    {"auction", Field::bid_auction}, {"bidder", Field::bidder}, {"price", Field::price},
    {"channel", Field::channel},     {"url", Field::url},       {"date_time", Field::date_time},
    {"extra", Field::extra}};
constexpr NamedField all_fields[] = {{"event_type", Field::event_type},
                                     {"person", Field::person},
                                     {"auction", Field::auction},
                                     {"bid", Field::bid},
                                     {"date_time", Field::date_time}};

Field field_of(std::span<const NamedField> fields, std::string_view name) {
  for (const NamedField& named : fields)
    if (named.name == name) return named.field;
  return Field::none;
}

std::span<const NamedField> fields_of(NexmarkKind kind) {
  switch (kind) {
    case NexmarkKind::person:
      return person_fields;
    case NexmarkKind::auction:
      return auction_fields;
    case NexmarkKind::bid:
      return bid_fields;
  }
  return {};
}

struct NexmarkSettings {
  std::optional<NexmarkKind> only;
  std::uint64_t gap_nanos = standard_gap_nanos;
  std::uint64_t events = ~std::uint64_t{0};
};

SqlResult<NexmarkSettings> nexmark_settings(const SourceDefinition& definition) {
  const auto refuse = [](std::string why) {
    return query::refuse(query::sqlstate::invalid_parameter_value, std::move(why));
  };
  NexmarkSettings settings;
  for (const auto& [name, value] : definition.options) {
    const auto number = [&]() -> SqlResult<std::uint64_t> {
      std::uint64_t read = 0;
      const char* end = value.data() + value.size();
      const auto parsed = std::from_chars(value.data(), end, read);
      if (parsed.ec != std::errc() || parsed.ptr != end)
        return refuse("invalid value for `" + name + "`: " + value);
      return read;
    };
    if (name == "connector") continue;
    if (name == "nexmark.table.type") {
      const std::string lower = lowered(value);
      if (lower == "person")
        settings.only = NexmarkKind::person;
      else if (lower == "auction")
        settings.only = NexmarkKind::auction;
      else if (lower == "bid")
        settings.only = NexmarkKind::bid;
      else
        return refuse("nexmark.table.type is Person, Auction or Bid, got " + value);
    } else if (name == "nexmark.event.num") {
      settings.events = ATTEMPT(number());
    } else if (name == "nexmark.min.event.gap.in.ns") {
      settings.gap_nanos = ATTEMPT(number());
    } else if (name == "nexmark.split.num" || name == "nexmark.max.chunk.size") {
      (void)ATTEMPT(number());  // one reader makes all events, in batches as they are taken
    } else {
      return refuse("Unknown fields in the WITH clause: {\"" + name + "\": \"" + value + "\"}");
    }
  }
  return settings;
}

class NexmarkGenerator final : public RowGenerator {
 public:
  NexmarkGenerator(const SourceDefinition& definition, NexmarkSettings settings)
      : settings_(settings),
        // As fast as they are taken, their own time goes on all the same.
        events_(settings.gap_nanos == 0 ? standard_gap_nanos : settings.gap_nanos) {
    for (const query::RelationColumn& column : definition.columns) {
      Column& made = columns_.emplace_back();
      made.field = field_of(settings.only ? fields_of(*settings.only) : all_fields, column.name);
      if (column.generated) made.field = Field::none;
      if (!column.type.is(TypeKind::structure)) continue;
      const NexmarkKind kind = made.field == Field::person    ? NexmarkKind::person
                               : made.field == Field::auction ? NexmarkKind::auction
                                                              : NexmarkKind::bid;
      for (const query::TypeField& field : column.type.fields())
        made.parts.push_back(field_of(fields_of(kind), field.name));
    }
    data_.resize(columns_.size());
  }

  std::span<const Datum> make(std::uint64_t number) override {
    const NexmarkEvent& event = events_.at(number);
    if (settings_.only && event.kind != *settings_.only) return {};
    for (std::size_t n = 0; n < columns_.size(); ++n) data_[n] = datum_of(event, columns_[n]);
    return data_;
  }

 private:
  struct Column {
    Field field = Field::none;
    std::vector<Field> parts;    // of a structure
    std::vector<Datum> scratch;  // what its datum looks at
  };

  Datum datum_of(const NexmarkEvent& event, Column& column) {
    const bool matches = (column.field == Field::person && event.kind == NexmarkKind::person) ||
                         (column.field == Field::auction && event.kind == NexmarkKind::auction) ||
                         (column.field == Field::bid && event.kind == NexmarkKind::bid);
    if (column.parts.empty()) return simple(event, column.field);
    if (!matches) return Datum::null();
    column.scratch.clear();
    for (const Field part : column.parts) column.scratch.push_back(simple(event, part));
    return Datum::of(std::span<const Datum>(column.scratch));
  }

  static Datum simple(const NexmarkEvent& event, Field field) {
    switch (field) {
      case Field::event_type:
        return Datum::of(static_cast<int>(event.kind));
      case Field::id:
        return Datum::of(event.id);
      case Field::name:
        return Datum::of(event.name);
      case Field::email_address:
        return Datum::of(event.email_address);
      case Field::credit_card:
        return Datum::of(event.credit_card);
      case Field::city:
        return Datum::of(event.city);
      case Field::state:
        return Datum::of(event.state);
      case Field::date_time:
        return Datum::of(event.micros);
      case Field::extra:
        return Datum::of(event.extra);
      case Field::item_name:
        return Datum::of(event.item_name);
      case Field::description:
        return Datum::of(event.description);
      case Field::initial_bid:
        return Datum::of(event.initial_bid);
      case Field::reserve:
        return Datum::of(event.reserve);
      case Field::expires:
        return Datum::of(event.expires_micros);
      case Field::seller:
        return Datum::of(event.seller);
      case Field::category:
        return Datum::of(event.category);
      case Field::bid_auction:
        return Datum::of(event.auction);
      case Field::bidder:
        return Datum::of(event.bidder);
      case Field::price:
        return Datum::of(event.price);
      case Field::channel:
        return Datum::of(event.channel);
      case Field::url:
        return Datum::of(event.url);
      default:
        return Datum::null();
    }
  }

  NexmarkSettings settings_;
  NexmarkEvents events_;
  std::vector<Column> columns_;
  std::vector<Datum> data_;
};

}  // namespace

Task<SqlResult<Unit>> NexmarkConnector::validate(const SourceDefinition& definition) {
  using Verdict = SqlResult<Unit>;
  const auto settings = nexmark_settings(definition);
  if (!settings) co_return Verdict(tl::unexpected(settings.error()));
  co_return Verdict(Unit{});
}

std::unique_ptr<SourceReader> NexmarkConnector::start(
    SourceDefinition definition, std::map<std::string, std::string> positions) {
  const auto settings = nexmark_settings(definition);
  CHECK(settings.has_value(), "a source's options were checked when it was made");
  GeneratorPace pace{.rows_max = settings->events};
  if (settings->gap_nanos > 0)
    pace.rows_per_second = nanos_of_second / static_cast<double>(settings->gap_nanos);
  return std::make_unique<GeneratorSource>(
      reactor_, std::make_unique<NexmarkGenerator>(definition, *settings), pace, positions);
}

std::unique_ptr<RowGenerator> NexmarkConnector::generator(
    const SourceDefinition& definition) const {
  const auto settings = nexmark_settings(definition);
  CHECK(settings.has_value(), "a source's options were checked when it was made");
  return std::make_unique<NexmarkGenerator>(definition, *settings);
}

}  // namespace levada::streaming
