#include "streaming/datagen_source.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <set>

#include "base/attempt.h"
#include "base/check.h"

namespace levada::streaming {
namespace {

using query::Datum;
using query::Row;
using query::SqlResult;
using query::Type;
using query::TypeKind;

constexpr double standard_rows_per_second = 10;
constexpr std::int64_t standard_min = -32'768, standard_max = 32'767, standard_last = 32'767;
constexpr std::size_t standard_length = 10;
constexpr std::size_t length_max = 65'536;
constexpr std::int64_t day_micros = 86'400'000'000;

tl::unexpected<query::SqlError> refuse(std::string why) {
  return query::refuse(query::sqlstate::invalid_parameter_value, std::move(why));
}

// The options by name, and which of them somebody asked for.
class Given {
 public:
  explicit Given(const std::vector<std::pair<std::string, std::string>>& options)
      : options_(options) {}
  const std::string* find(const std::string& name) {
    for (const auto& [key, value] : options_) {
      if (key != name) continue;
      used_.insert(key);
      return &value;
    }
    return nullptr;
  }
  template <class Number>
  SqlResult<Number> number(const std::string& name, Number otherwise) {
    const std::string* text = find(name);
    if (text == nullptr) return otherwise;
    Number read{};
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), read);
    if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size())
      return refuse("invalid value for `" + name + "`: " + *text);
    return read;
  }
  const std::string* unknown() const {
    for (const auto& [key, value] : options_)
      if (!used_.contains(key)) return &key;
    return nullptr;
  }

 private:
  const std::vector<std::pair<std::string, std::string>>& options_;
  std::set<std::string> used_;
};

struct GeneratedField {
  Type type;
  bool sequence = false;
  std::int64_t first = 0, last = standard_last;  // of a sequence
  double low = standard_min, high = standard_max;
  std::size_t length = standard_length;
  std::int64_t past_micros = day_micros;
  std::uint64_t seed = 0;
  std::vector<GeneratedField> parts;  // of a structure; the element of a list
};

bool is_integer(const Type& type) {
  return type.is(TypeKind::int2) || type.is(TypeKind::int4) || type.is(TypeKind::int8);
}
bool is_real(const Type& type) { return type.is(TypeKind::float4) || type.is(TypeKind::float8); }

// "90s", "5m", "2h", "1d"
SqlResult<std::int64_t> micros_of(const std::string& name, const std::string& text) {
  std::int64_t count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(parsed.ptr,
                              static_cast<std::size_t>(text.data() + text.size() - parsed.ptr));
  constexpr std::pair<std::string_view, std::int64_t> units[] = {
      {"ms", 1'000},       {"s", 1'000'000},     {"m", 60'000'000},
      {"min", 60'000'000}, {"h", 3'600'000'000}, {"d", day_micros}};
  for (const auto& [known, micros] : units)
    if (parsed.ec == std::errc() && unit == known && count >= 0) return count * micros;
  return refuse("invalid value for `" + name + "`: " + text);
}

SqlResult<GeneratedField> field_of(const std::string& path, const Type& type, Given& given,
                                   std::uint64_t number) {
  GeneratedField field;
  field.type = type;
  field.seed = ATTEMPT(given.number<std::uint64_t>(path + ".seed", number));
  if (type.is(TypeKind::structure)) {
    for (const query::TypeField& part : type.fields())
      field.parts.push_back(
          ATTEMPT(field_of(path + "." + part.name, part.type, given, ++number * 31)));
    return field;
  }
  field.length = ATTEMPT(given.number<std::size_t>(path + ".length", standard_length));
  if (field.length > length_max) return refuse("`" + path + ".length` is too large");
  if (type.is(TypeKind::list)) {
    field.parts.push_back(ATTEMPT(field_of(path + "._", type.element(), given, number * 37 + 1)));
    return field;
  }
  const std::string* kind = given.find(path + ".kind");
  if (kind != nullptr && *kind != "sequence" && *kind != "random")
    return refuse("`" + path + ".kind` is sequence or random, got " + *kind);
  field.sequence = kind != nullptr && *kind == "sequence";
  const bool number_type = is_integer(type) || is_real(type) || type.is(TypeKind::numeric);
  if (field.sequence && !number_type)
    return refuse("a field of type " + type.name() + " cannot be a sequence");
  if (field.sequence) {
    field.first = ATTEMPT(given.number<std::int64_t>(path + ".start", 0));
    field.last = ATTEMPT(given.number<std::int64_t>(path + ".end", standard_last));
    return field;
  }
  if (number_type) {
    field.low = ATTEMPT(given.number<double>(path + ".min", standard_min));
    field.high = ATTEMPT(given.number<double>(path + ".max", standard_max));
    if (field.low > field.high) return refuse("`" + path + ".min` is above `.max`");
    return field;
  }
  if (type.is(TypeKind::timestamp) || type.is(TypeKind::timestamptz)) {
    if (const std::string* past = given.find(path + ".max_past"))
      field.past_micros = ATTEMPT(micros_of(path + ".max_past", *past));
    (void)given.find(path + ".max_past_mode");
    return field;
  }
  if (type.is(TypeKind::varchar) || type.is(TypeKind::boolean)) return field;
  return refuse("datagen does not make values of type " + type.name());
}

struct DatagenSettings {
  std::vector<GeneratedField> fields;
  double rows_per_second = standard_rows_per_second;
};

SqlResult<DatagenSettings> read_settings(const SourceDefinition& definition) {
  if (!definition.format.empty() && definition.format != "PLAIN" && definition.format != "NATIVE") {
    std::string shown = definition.format;
    for (std::size_t i = 1; i < shown.size(); ++i)
      if (shown[i] >= 'A' && shown[i] <= 'Z') shown[i] = static_cast<char>(shown[i] + 32);
    return refuse("connector datagen does not support format " + shown);
  }
  Given given(definition.options);
  DatagenSettings settings;
  (void)given.find("connector");
  (void)ATTEMPT(given.number<std::uint64_t>("datagen.split.num", 1));
  settings.rows_per_second =
      ATTEMPT(given.number<double>("datagen.rows.per.second", standard_rows_per_second));
  if (settings.rows_per_second <= 0) return refuse("datagen.rows.per.second must be positive");
  for (const query::RelationColumn& column : definition.columns) {
    GeneratedField none;
    none.type = Type();
    settings.fields.push_back(column.generated != nullptr
                                  ? none
                                  : ATTEMPT(field_of("fields." + column.name, column.type, given,
                                                     settings.fields.size() + 1)));
  }
  if (const std::string* unknown = given.unknown())
    return refuse("Unknown fields in the WITH clause: {\"" + *unknown + "\"}");
  return settings;
}

// Numbers of rows until the first sequence ends.
std::uint64_t rows_of(const std::vector<GeneratedField>& fields) {
  std::uint64_t rows = ~std::uint64_t{0};
  for (const GeneratedField& field : fields) {
    if (field.sequence)
      rows = std::min(rows, field.last < field.first
                                ? 0
                                : static_cast<std::uint64_t>(field.last - field.first) + 1);
    if (field.type.is(TypeKind::structure)) rows = std::min(rows, rows_of(field.parts));
  }
  return rows;
}

class Datagen final : public RowGenerator {
 public:
  Datagen(io::Reactor& reactor, std::vector<GeneratedField> fields)
      : reactor_(reactor), fields_(std::move(fields)) {}

  std::span<const Datum> make(std::uint64_t number) override {
    texts_.clear();
    lists_.clear();
    data_.clear();
    for (const GeneratedField& field : fields_) data_.push_back(value(field, number));
    return data_;
  }

 private:
  // splitmix64: chance that is a function of the row's number.
  static std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  Datum value(const GeneratedField& field, std::uint64_t number) {
    const std::uint64_t dice = mixed(mixed(field.seed) ^ number);
    const double share = static_cast<double>(dice >> 11) / 9007199254740992.0;  // of 2^53
    if (field.sequence) {
      const auto at = field.first + static_cast<std::int64_t>(number);
      return is_real(field.type) ? Datum::of(static_cast<double>(at)) : integer(field.type, at);
    }
    switch (field.type.kind()) {
      case TypeKind::boolean:
        return Datum::of((dice & 1) != 0);
      case TypeKind::int2:
      case TypeKind::int4:
      case TypeKind::int8:
      case TypeKind::numeric: {
        const double span = std::floor(field.high) - std::ceil(field.low) + 1;
        return integer(field.type,
                       static_cast<std::int64_t>(std::ceil(field.low) + std::floor(share * span)));
      }
      case TypeKind::float4:
        return Datum::of(
            static_cast<double>(static_cast<float>(field.low + share * (field.high - field.low))));
      case TypeKind::float8:
        return Datum::of(field.low + share * (field.high - field.low));
      case TypeKind::timestamp:
      case TypeKind::timestamptz:
        return Datum::of(reactor_.clock().now().count() * 1000 -
                         static_cast<std::int64_t>(share * static_cast<double>(field.past_micros)));
      case TypeKind::varchar: {
        constexpr std::string_view letters =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        std::string& text = texts_.emplace_back();
        std::uint64_t state = dice;
        for (std::size_t i = 0; i < field.length; ++i, state = mixed(state))
          text += letters[state % letters.size()];
        return Datum::of(std::string_view(text));
      }
      case TypeKind::structure:
      case TypeKind::list: {
        std::vector<Datum> parts;
        if (field.type.is(TypeKind::structure))
          for (const GeneratedField& part : field.parts) parts.push_back(value(part, number));
        else
          for (std::size_t i = 0; i < field.length; ++i)
            parts.push_back(value(field.parts[0], number * length_max + i));
        return Datum::of(std::span<const Datum>(lists_.emplace_back(std::move(parts))));
      }
      default:
        return Datum::null();  // a generated column, which is filled later
    }
  }
  static Datum integer(const Type& type, std::int64_t value) {
    Datum datum = Datum::of(value);
    if (type.is(TypeKind::numeric)) datum.form = query::Form::decimal;
    return datum;
  }

  io::Reactor& reactor_;
  std::vector<GeneratedField> fields_;
  std::deque<std::string> texts_;
  std::deque<std::vector<Datum>> lists_;
  std::vector<Datum> data_;
};

}  // namespace

Task<SqlResult<Unit>> DatagenConnector::validate(const SourceDefinition& definition) {
  using Verdict = SqlResult<Unit>;
  const auto settings = read_settings(definition);
  if (!settings) co_return Verdict(tl::unexpected(settings.error()));
  co_return Verdict(Unit{});
}

std::unique_ptr<SourceReader> DatagenConnector::start(
    SourceDefinition definition, std::map<std::string, std::string> positions) {
  auto settings = read_settings(definition);
  CHECK(settings.has_value(), "a source's options were checked when it was made");
  GeneratorPace pace;
  pace.rows_max = rows_of(settings->fields);
  pace.rows_per_second = settings->rows_per_second;
  return std::make_unique<GeneratorSource>(
      reactor_, std::make_unique<Datagen>(reactor_, std::move(settings->fields)), pace, positions);
}

}  // namespace levada::streaming
