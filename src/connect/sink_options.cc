#include "connect/sink_options.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/ascii.h"
#include "base/attempt.h"

namespace levada::connect {
namespace {

using query::SqlResult;
using query::TypeKind;
using streaming::SinkDefinition;
using streaming::SinkFormat;
using Options = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view bad_option = query::sqlstate::invalid_parameter_value;
constexpr std::string_view not_supported = query::sqlstate::feature_not_supported;

tl::unexpected<query::SqlError> refuse(std::string message) {
  return query::refuse(bad_option, std::move(message));
}

// Reads options one by one and remembers which were known.
class Reader {
 public:
  Reader(const Options& options, std::vector<std::string>& used) : options_(options), used_(used) {}

  std::optional<std::string> text(std::string_view name, std::string_view alias = {}) {
    std::optional<std::string> found;
    for (const auto& [key, value] : options_) {
      if (key != name && (alias.empty() || key != alias)) continue;
      used_.push_back(key);
      if (!found) found = value;
    }
    return found;
  }
  std::string text_or_empty(std::string_view name, std::string_view alias = {}) {
    return text(name, alias).value_or(std::string());
  }
  SqlResult<std::uint64_t> number(std::string_view name, std::uint64_t standard) {
    const auto written = text(name);
    if (!written) return standard;
    std::uint64_t value = 0;
    const char* end = written->data() + written->size();
    const auto read = std::from_chars(written->data(), end, value);
    if (read.ec != std::errc() || read.ptr != end)
      return refuse("invalid value for `" + std::string(name) + "`: expected a number, got " +
                    *written);
    return value;
  }
  SqlResult<bool> truth(std::string_view name, bool standard, std::string_view alias = {}) {
    auto written = text(name, alias);
    if (!written) return standard;
    *written = lowered(*written);
    if (*written == "true") return true;
    if (*written == "false") return false;
    return refuse("`" + std::string(name) + "` must be true or false, got " + *written);
  }
  template <class Mode>
  SqlResult<Mode> mode(std::string_view name,
                       std::initializer_list<std::pair<std::string_view, Mode>> modes,
                       Mode standard) {
    const auto written = text(name);
    if (!written) return standard;
    for (const auto& [text, mode] : modes)
      if (text == *written) return mode;
    return refuse("unrecognized " + std::string(name) + " value " + *written);
  }

 private:
  const Options& options_;
  std::vector<std::string>& used_;
};

SqlResult<Unit> refuse_unknown(const Options& options, const std::vector<std::string>& used) {
  std::string unknown;
  for (const auto& [key, value] : options) {
    if (std::find(used.begin(), used.end(), key) != used.end()) continue;
    if (!unknown.empty()) unknown += ", ";
    unknown += '"' + key + "\": \"" + value + '"';
  }
  if (unknown.empty()) return Unit{};
  return refuse("Unknown fields in the WITH clause: {" + unknown + "}");
}

bool fits_key_text(TypeKind kind) {
  return kind == TypeKind::varchar || kind == TypeKind::boolean || kind == TypeKind::int2 ||
         kind == TypeKind::int4 || kind == TypeKind::int8 || kind == TypeKind::serial ||
         kind == TypeKind::int256;
}

SqlResult<bool> read_key_encode(const SinkDefinition& definition) {
  const std::string& encode = definition.key_encode;
  if (encode.empty()) return false;
  if (encode == "BYTES")
    return query::refuse(not_supported,
                         "key encode bytes only works with kafka connector, but found kinesis");
  if (encode != "TEXT")
    return query::refuse(not_supported, "sink key encode unsupported: " + encode +
                                            ", only TEXT and BYTES supported");
  if (definition.format == SinkFormat::debezium)
    return query::refuse(not_supported,
                         "sink format/encode/key_encode unsupported: Debezium Json Some(Text)");
  if (definition.key.size() != 1)
    return refuse("KEY ENCODE TEXT expects only one primary key, but got " +
                  std::to_string(definition.key.size()));
  const query::OutputColumn& column = definition.columns[definition.key.front()];
  if (!fits_key_text(column.type.kind()))
    return refuse("The key encode is TEXT, but the primary key column " + column.name +
                  " has type " + column.type.name() +
                  ". The key encode TEXT requires the primary key column to be of type varchar, "
                  "bool, small int, int, big int, serial or rw_int256.");
  return true;
}

SqlResult<SinkEncoding> read_encoding(const SinkDefinition& definition) {
  std::vector<std::string> used;
  // The legacy form has the options of FORMAT … ENCODE … among those of WITH.
  Options options = definition.format_options;
  if (definition.legacy_format)
    options.insert(options.end(), definition.options.begin(), definition.options.end());
  Reader read(options, used);
  SinkEncoding encoding;
  const auto forced = read.text("force_append_only");
  const auto ignored = read.text("ignore_delete");
  if (forced && ignored)
    return refuse("`force_append_only` and `ignore_delete` cannot be specified together");
  encoding.ignore_delete = ATTEMPT(read.truth("force_append_only", false, "ignore_delete"));
  using Tz = TimestamptzMode;
  encoding.timestamptz =
      ATTEMPT(read.mode<Tz>("timestamptz.handling.mode",
                            {{"utc_string", Tz::utc_string},
                             {"utc_without_suffix", Tz::utc_without_suffix},
                             {"micro", Tz::micro},
                             {"milli", Tz::milli}},
                            definition.legacy_format ? Tz::utc_without_suffix : Tz::utc_string));
  encoding.jsonb = ATTEMPT(read.mode<JsonbMode>(
      "jsonb.handling.mode", {{"string", JsonbMode::string}, {"dynamic", JsonbMode::dynamic}},
      JsonbMode::string));
  encoding.date = ATTEMPT(read.mode<DateMode>("date.handling.mode",
                                              {{"from_ce", DateMode::from_ce},
                                               {"from_epoch", DateMode::from_epoch},
                                               {"string", DateMode::string}},
                                              DateMode::from_ce));
  encoding.time = ATTEMPT(read.mode<TimeMode>(
      "time.handling.mode", {{"milli", TimeMode::milli}, {"string", TimeMode::string}},
      TimeMode::milli));
  if (auto schemas = read.text("schemas.enable")) {
    *schemas = lowered(*schemas);
    if (*schemas != "true" && *schemas != "false")
      return refuse("schemas.enable is expected to be `true` or `false`, got " + *schemas);
    encoding.schemas = *schemas == "true";
    encoding.debezium_schema = encoding.schemas;
  }
  encoding.tombstone = ATTEMPT(read.truth("tombstone.enable", true));
  if (!definition.legacy_format) ATTEMPT(refuse_unknown(definition.format_options, used));

  if (definition.format == SinkFormat::debezium && encoding.ignore_delete)
    return refuse(
        "Retract sink type does not support `ignore_delete`. Please use `type = 'append-only'` or "
        "`type = 'upsert'` instead.");
  if (definition.format == SinkFormat::plain && !definition.append_only && !encoding.ignore_delete)
    return refuse(
        std::string("The sink of retract stream cannot be append-only. Please add "
                    "\"force_append_only='true'\" in ") +
        (definition.legacy_format ? "WITH options" : "FORMAT ENCODE options") +
        " to force the sink to be append-only. Notice that this will cause the sink executor to "
        "drop DELETE messages and convert UPDATE messages to INSERT.");
  encoding.key_as_text = ATTEMPT(read_key_encode(definition));
  return encoding;
}

SqlResult<std::vector<std::size_t>> read_columns(const SinkDefinition& definition,
                                                 std::string_view names) {
  std::vector<std::size_t> columns;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    std::string_view name = names.substr(0, comma);
    names.remove_prefix(std::min(comma + 1, names.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (name.empty()) continue;
    std::size_t n = 0;
    while (n < definition.columns.size() && definition.columns[n].name != name) ++n;
    if (n == definition.columns.size())
      return refuse("Sink partition key column not found: " + std::string(name) +
                    ". Please use ',' as the delimiter for different columns.");
    columns.push_back(n);
  }
  return columns;
}

}  // namespace

SqlResult<KinesisOptions> read_kinesis_options(const Options& options,
                                               std::vector<std::string>& used) {
  Reader read(options, used);
  KinesisOptions kinesis;
  const auto stream = read.text("stream", "kinesis.stream.name");
  if (!stream) return refuse("missing field `stream`");
  kinesis.stream = *stream;
  const auto region = read.text("aws.region", "kinesis.stream.region");
  if (!region) return refuse("missing field `aws.region`");
  kinesis.region = *region;
  kinesis.endpoint = read.text_or_empty("endpoint", "kinesis.endpoint");
  kinesis.access_key =
      read.text_or_empty("aws.credentials.access_key_id", "kinesis.credentials.access");
  kinesis.secret_key =
      read.text_or_empty("aws.credentials.secret_access_key", "kinesis.credentials.secret");
  kinesis.session_token =
      read.text_or_empty("aws.credentials.session_token", "kinesis.credentials.session_token");
  kinesis.role_arn = read.text_or_empty("aws.credentials.role.arn", "kinesis.assumerole.arn");
  kinesis.external_id =
      read.text_or_empty("aws.credentials.role.external_id", "kinesis.assumerole.external_id");
  if (kinesis.access_key.empty() != kinesis.secret_key.empty())
    return refuse(
        "aws.credentials.access_key_id and aws.credentials.secret_access_key belong together");
  constexpr std::uint64_t standard = 10'000;
  kinesis.connect_timeout =
      Millis(ATTEMPT(read.number("kinesis.sdk.connect_timeout_ms", standard)));
  kinesis.read_timeout = Millis(ATTEMPT(read.number("kinesis.sdk.read_timeout_ms", standard)));
  kinesis.operation_timeout =
      Millis(ATTEMPT(read.number("kinesis.sdk.operation_timeout_ms", standard)));
  (void)ATTEMPT(read.number("kinesis.sdk.operation_attempt_timeout_ms", standard));
  (void)ATTEMPT(read.number("kinesis.sdk.max_retry_limit", 3));
  (void)ATTEMPT(read.number("kinesis.sdk.init_backoff_ms", 1'000));
  (void)ATTEMPT(read.number("kinesis.sdk.max_backoff_ms", 20'000));
  return kinesis;
}

SqlResult<SinkOptions> read_sink_options(const SinkDefinition& definition) {
  std::vector<std::string> used = {"connector", "primary_key"};
  SinkOptions options;
  options.kinesis = ATTEMPT(read_kinesis_options(definition.options, used));
  if (definition.encode != "JSON") {
    const std::string_view format = definition.format == SinkFormat::plain    ? "Plain"
                                    : definition.format == SinkFormat::upsert ? "Upsert"
                                                                              : "Debezium";
    std::string encode = definition.encode;
    for (std::size_t n = 1; n < encode.size(); ++n)
      if (encode[n] >= 'A' && encode[n] <= 'Z') encode[n] = static_cast<char>(encode[n] + 32);
    return query::refuse(not_supported, "connector kinesis does not support format " +
                                            std::string(format) + " with encode " + encode);
  }
  Reader read(definition.options, used);
  options.exactly_once = ATTEMPT(read.truth("exactly_once", false));
  options.key_order = ATTEMPT(read.truth("key_order", true));
  options.rate_limit = ATTEMPT(read.number("sink_rate_limit", 0));
  options.skip_oversize =
      ATTEMPT(read.mode<bool>("oversize", {{"error", false}, {"skip", true}}, false));
  if (const auto names = read.text("partition_key"))
    options.partition_key = ATTEMPT(read_columns(definition, *names));
  (void)ATTEMPT(read.truth("snapshot", true));
  (void)ATTEMPT(read.truth("force_compaction", false));
  (void)ATTEMPT(read.number("backfill_rate_limit", 0));
  (void)ATTEMPT(read.number("commit_checkpoint_interval", 0));
  if (read.text("since_timestamp"))
    return query::refuse(not_supported, "since_timestamp is not supported");
  if (definition.legacy_format) {
    (void)read.text("type");
    for (const char* name :
         {"force_append_only", "ignore_delete", "timestamptz.handling.mode", "jsonb.handling.mode",
          "date.handling.mode", "time.handling.mode", "schemas.enable", "tombstone.enable"})
      (void)read.text(name);
  }
  ATTEMPT(refuse_unknown(definition.options, used));
  options.encoding = ATTEMPT(read_encoding(definition));

  if (!options.key_order && definition.format != SinkFormat::plain)
    return refuse("key_order = 'false' is for FORMAT PLAIN only");
  if (!options.key_order && options.exactly_once)
    return refuse("key_order = 'false' and exactly_once = 'true' exclude each other");
  if (definition.format == SinkFormat::upsert && !options.partition_key.empty() &&
      options.partition_key != definition.key)
    return refuse(
        "partition_key must equal the primary key with FORMAT UPSERT: a delete carries nothing "
        "else");
  const bool keyless = definition.key.empty() && !definition.has_stream_key;
  if (keyless && definition.format != SinkFormat::plain)
    return refuse("kinesis sink requires partition key (please define in `primary_key` field)");
  return options;
}

}  // namespace levada::connect
