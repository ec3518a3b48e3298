#include "server/configuration.h"

#include <algorithm>

#include "aws/kinesis/operations.h"
#include "server/toml_file.h"

namespace levada::server {
namespace {

Result<Unit> set_config_file(Configuration& configuration, std::string_view text) {
  configuration.config_file = TRY(PropertyValue<std::string>::parse(text));
  return Unit{};
}

Result<Unit> set_credentials_file(Configuration& configuration, std::string_view text) {
  configuration.credentials_file = TRY(PropertyValue<std::string>::parse(text));
  return Unit{};
}

Result<Unit> set_key_store_file(Configuration& configuration, std::string_view text) {
  configuration.key_store_file = TRY(PropertyValue<std::string>::parse(text));
  return Unit{};
}

Result<Unit> set_audit_log_file(Configuration& configuration, std::string_view text) {
  configuration.audit_log_file = TRY(PropertyValue<std::string>::parse(text));
  return Unit{};
}

Result<Unit> set_faults(Configuration& configuration, std::string_view text) {
  configuration.faults = TRY(aws::FaultPlan::parse(text, aws::kinesis_api::service));
  return Unit{};
}

Result<Unit> set_object_dir(Configuration& configuration, std::string_view text) {
  configuration.object_dir = TRY(PropertyValue<std::string>::parse(text));
  return Unit{};
}

Result<Unit> set_tls_certificate(Configuration& configuration, std::string_view text) {
  configuration.tls_certificate_file = TRY(PropertyValue<std::string>::parse(text));
  return Unit{};
}

Result<Unit> set_tls_key(Configuration& configuration, std::string_view text) {
  configuration.tls_key_file = TRY(PropertyValue<std::string>::parse(text));
  return Unit{};
}

constexpr Property config_property{"config", "FILE", "",
                                   "a TOML file of these settings, without the dashes in front",
                                   &set_config_file};

using C = Configuration;

constexpr Property where[] = {
    property<&C::data_dir>("data-dir", "DIR", "levada-data", "where everything durable is kept"),
    config_property,
    Property{"object-dir", "DIR", "",
             "what s3:// names of Timestream stand for; not set: objects/ in the data directory",
             &set_object_dir},
    property<&C::listen>("listen", "ADDRESS", "127.0.0.1:4567",
                         "the AWS APIs; port 0 takes a free one"),
    property<&C::console_listen>("console-listen", "ADDRESS|off", "127.0.0.1:4580",
                                 "metrics, health and the overview as JSON"),
    property<&C::connections_max>("connections-max", "N", "10000",
                                  "open connections to the AWS APIs; more are closed at once"),
    property<&C::sql_listen>("sql-listen", "ADDRESS|off", "127.0.0.1:4566",
                             "streaming SQL by the PostgreSQL wire protocol, on loopback only"),
    Property{"tls-cert", "FILE", "",
             "certificate chain in PEM: every listener takes TLS as well; SIGHUP reads it again",
             &set_tls_certificate},
    Property{"tls-key", "FILE", "", "its private key in PEM, without a passphrase", &set_tls_key},
    promised("cluster", "CONFIG", "the distributed engine instead of the local disk",
             "the distributed engine is not in this version"),
};

constexpr Property who[] = {
    Property{
        "credentials", "FILE", "",
        "access keys to verify, read again on SIGHUP; without it any signature is taken and only "
        "loopback is bound",
        &set_credentials_file},
    Property{"key-store", "FILE", "",
             "master keys of encrypted streams; not set: keys in the data directory",
             &set_key_store_file},
    Property{"audit-log", "FILE", "",
             "who did what, as JSON lines; SIGHUP begins a new file after a rename",
             &set_audit_log_file},
    property<&C::region>("region", "NAME", "us-east-1", "for requests that name none"),
    property<&C::account>("account-id", "DIGITS", "000000000000",
                          "of access keys that belong to no account"),
};

constexpr Property how_durable[] = {
    property<&C::durability>("durability", "fsync|os", "fsync",
                             "fsync: acknowledged is on stable storage; os: in the page cache"),
    property<&C::journal_segment>("journal-segment", "SIZE", "64MiB", "size of one journal file"),
    property<&C::journal_queue>("journal-queue", "SIZE", "64MiB",
                                "what may wait for the disk, a reactor; more is throttled"),
    property<&C::tail_cache>("tail-cache", "SIZE", "128MiB",
                             "newest records kept in memory for readers, all reactors together"),
    property<&C::timestream_cache>("timestream-cache", "SIZE|auto", "auto",
                                   "what Timestream's queries read of stored points, kept in "
                                   "memory; auto: an eighth of the memory, 128MiB to 1GiB"),
    property<&C::sql_memory>("sql-memory", "SIZE", "4GiB",
                             "rows and states of streaming SQL; beyond it INSERT and CREATE are "
                             "refused and sources wait"),
    property<&C::sql_outbox>("sql-outbox", "SIZE", "16GiB",
                             "on disk, what sinks have not delivered; beyond it INSERT is refused "
                             "and sources wait"),
};

constexpr Property kinesis_limits[] = {
    property<&C::shard_limits>("shard-limits", "aws|off|RECORDS,BYTES", "aws",
                               "a second of one shard; aws: 1,000 records and 1 MiB in, 2 MiB out"),
    property<&C::shard_limit>("shard-limit", "N", "10000",
                              "open shards of one account in one region"),
    property<&C::stream_limit>("stream-limit", "N", "10000",
                               "streams of one account in one region"),
    property<&C::on_demand_stream_limit>("on-demand-stream-limit", "N", "50",
                                         "of them in on-demand mode"),
    property<&C::stream_transition_delay>("stream-transition-delay", "TIME", "0",
                                          "how long CREATING, UPDATING and DELETING last"),
    property<&C::rolling_limits>("rolling-limits", "aws|off", "off",
                                 "aws: 10 UpdateShardCount and 2 UpdateStreamMode in 24 hours"),
    property<&C::on_demand_window>("on-demand-window", "TIME", "60s",
                                   "how long the load of on-demand streams is measured"),
    Property{"fault", "RULES", "",
             "for tests of clients only: refuses, delays or drops requests, as in "
             "put=throttle:5%,latency:20ms;get=drop:1%",
             &set_faults},
};

constexpr Property running[] = {
    property<&C::reactors>("reactors", "N|auto", "auto",
                           "threads that serve, each pinned; auto: one a core"),
    property<&C::io>("io", "auto|uring|epoll", "auto", "how the kernel is asked"),
    property<&C::log_level>("log-level", "debug|info|warning|error", "info",
                            "events on standard error from this level on"),
    property<&C::log_format>("log-format", "text|json", "text", "one event a line"),
};

constexpr PropertySection sections[] = {
    {"Where", where},
    {"Who may", who},
    {"Durability and memory", how_durable},
    {"Kinesis", kinesis_limits},
    {"Running", running},
};

// Sets one property from a source; the error names the source as the operator knows it.
Result<Unit> set(Configuration& configuration, const Property& property, std::string_view text,
                 std::string_view source) {
  if (!property.not_yet.empty()) {
    std::string why = std::string(source) + ": " + std::string(property.not_yet);
    if (!property.without_harm) return fail(ErrorKind::unsupported, std::move(why));
    configuration.warnings.push_back(std::move(why));
    return Unit{};
  }
  Result<Unit> done = property.set(configuration, text);
  if (!done) return fail(ErrorKind::invalid, std::string(source) + ": " + done.error().message);
  return done;
}

struct Flag {
  const Property* property;
  std::string_view text;
  std::string_view written;  // "--listen"
};

Result<std::vector<Flag>> read_flags(std::span<const std::string_view> arguments) {
  std::vector<Flag> flags;
  for (std::size_t n = 0; n < arguments.size(); ++n) {
    const std::string_view argument = arguments[n];
    if (!argument.starts_with("--"))
      return fail(ErrorKind::invalid, "unexpected argument \"" + std::string(argument) + '"');
    const std::size_t equals = argument.find('=');
    const std::string_view written = argument.substr(0, equals);
    const std::string_view name = written.substr(2);
    const Property* property = find_property(name);
    if (property == nullptr) {
      const std::string_view near = nearest(name, property_names());
      return fail(ErrorKind::invalid,
                  "unknown flag " + std::string(written) +
                      (near.empty() ? std::string("; see levada serve --help")
                                    : "; did you mean --" + std::string(near) + "?"));
    }
    if (equals != std::string_view::npos)
      flags.push_back({property, argument.substr(equals + 1), written});
    else if (n + 1 < arguments.size())
      flags.push_back({property, arguments[++n], written});
    else
      return fail(ErrorKind::invalid,
                  std::string(written) + " needs a value: " + std::string(property->value));
  }
  return flags;
}

Result<Unit> apply_file(Configuration& configuration, const std::string& path) {
  const std::vector<TomlSetting> settings = TRY(read_settings(path));
  for (const TomlSetting& setting : settings) {
    const std::string source = path + ':' + std::to_string(setting.line) + ": " + setting.key;
    const Property* property = find_property(setting.key);
    if (property == nullptr || property == find_property("config"))
      return fail(ErrorKind::invalid, path + ':' + std::to_string(setting.line) + ": unknown key " +
                                          setting.key + suggestion(setting.key, property_names()));
    TRY(set(configuration, *property, setting.text, source));
  }
  return Unit{};
}

}  // namespace

Bytes timestream_cache(const Configuration& configuration, Bytes memory) {
  return configuration.timestream_cache.value_or(
      std::clamp(Bytes{count(memory) / 8}, 128_MiB, 1_GiB));
}

std::span<const PropertySection> property_sections() { return sections; }

const Property* find_property(std::string_view name) {
  for (const PropertySection& section : sections)
    for (const Property& property : section.properties)
      if (property.name == name) return &property;
  return nullptr;
}

std::vector<std::string_view> property_names() {
  std::vector<std::string_view> names;
  for (const PropertySection& section : sections)
    for (const Property& property : section.properties) names.push_back(property.name);
  return names;
}

Result<Configuration> configure(std::span<const std::string_view> arguments,
                                const Environment& environment) {
  Configuration configuration{};
  for (const PropertySection& section : sections)
    for (const Property& property : section.properties)
      if (!property.standard.empty())
        TRY(set(configuration, property, property.standard, property.name));

  const std::vector<Flag> flags = TRY(read_flags(arguments));
  // Where the file lies comes from the flag or the environment; the file itself is weaker than
  // both.
  const std::string config_variable = environment_name("config");
  if (const char* text = environment(config_variable.c_str()))
    TRY(set(configuration, *find_property("config"), text, config_variable));
  for (const Flag& flag : flags)
    if (flag.property->name == "config")
      TRY(set(configuration, *flag.property, flag.text, flag.written));
  if (configuration.config_file) TRY(apply_file(configuration, *configuration.config_file));

  for (const std::string_view name : property_names()) {
    const std::string variable = environment_name(name);
    if (const char* text = environment(variable.c_str()); text != nullptr && name != "config")
      TRY(set(configuration, *find_property(name), text, variable));
  }
  for (const Flag& flag : flags) TRY(set(configuration, *flag.property, flag.text, flag.written));
  return configuration;
}

std::string serve_help() {
  std::string out =
      "levada serve: takes records in, keeps them, hands them out\n"
      "\n"
      "Every flag is also a key of the TOML file (listen = \"127.0.0.1:4567\") and an environment\n"
      "variable (LEVADA_LISTEN). A flag beats the environment, which beats the file.\n";
  constexpr std::size_t column = 38;
  for (const PropertySection& section : sections) {
    out += '\n' + std::string(section.title) + '\n';
    for (const Property& property : section.properties) {
      std::string line = "  --" + std::string(property.name) + ' ' + std::string(property.value);
      line.resize(std::max(column, line.size() + 2), ' ');
      out += line + std::string(property.help);
      if (!property.standard.empty()) out += " [" + std::string(property.standard) + ']';
      if (!property.not_yet.empty()) out += " (not in this version)";
      out += '\n';
    }
  }
  return out;
}

}  // namespace levada::server
