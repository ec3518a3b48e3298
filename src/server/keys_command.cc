#include "server/keys_command.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

#include "io/real/real_clock.h"
#include "io/real/real_random.h"
#include "server/configuration.h"
#include "server/key_file.h"

namespace levada::server {
namespace {

constexpr std::string_view help =
    "levada keys: the master keys of encrypted streams\n"
    "\n"
    "  levada keys list                     every key: id, state, versions, owner, aliases\n"
    "  levada keys create [ALIAS]           a key of the account and region; alias/NAME to call "
    "it\n"
    "  levada keys alias KEY ALIAS          another name for it\n"
    "  levada keys rotate KEY               a new version; the old ones are kept for reading\n"
    "  levada keys disable KEY              its streams can be neither written nor read\n"
    "  levada keys enable KEY               also ends a deletion that is scheduled\n"
    "  levada keys delete-schedule KEY [DAYS]\n"
    "                                       after 7 to 30 days (30) it is gone with what it "
    "sealed\n"
    "\n"
    "  --key-store FILE    the file; else the server's: --data-dir DIR and --config FILE are read "
    "too\n"
    "  --account-id, --region    whose key; else the server's own settings\n"
    "\n"
    "KEY is an id, an ARN or an alias. A running server sees every change within a second.\n"
    "Keep a copy of the file apart from the data: without it, encrypted records are lost.\n";

// API_ScheduleKeyDeletion: "PendingWindowInDays".
constexpr int deletion_days_min = 7, deletion_days_max = 30;

struct Order {
  std::string_view verb;
  std::vector<std::string_view> operands;
  Configuration configuration;
  keys::KeyOwner owner() const { return {configuration.account.digits, configuration.region}; }
  std::string path() const {
    return configuration.key_store_file.value_or(configuration.data_dir + "/keys");
  }
};

// Verbs and operands are what belongs to no flag; the flags are the server's.
Result<Order> read_order(std::span<const std::string_view> arguments) {
  Order order;
  std::vector<std::string_view> flags;
  for (std::size_t n = 0; n < arguments.size(); ++n) {
    if (arguments[n].starts_with("--")) {
      flags.push_back(arguments[n]);
      const bool joined = arguments[n].find('=') != std::string_view::npos;
      if (!joined && n + 1 < arguments.size()) flags.push_back(arguments[++n]);
    } else if (order.verb.empty()) {
      order.verb = arguments[n];
    } else {
      order.operands.push_back(arguments[n]);
    }
  }
  const auto environment = [](const char* name) -> const char* { return std::getenv(name); };
  order.configuration = TRY(configure(flags, environment));
  return order;
}

std::string date_to_seconds(UnixMillis moment) {
  const std::time_t seconds = moment.count() / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string describe(const keys::MasterKey& key) {
  std::string line = key.id + "  ";
  switch (key.state) {
    case keys::KeyState::enabled:
      line += "enabled";
      break;
    case keys::KeyState::disabled:
      line += "disabled";
      break;
    case keys::KeyState::pending_deletion:
      line += "deletion " + date_to_seconds(key.deletion);
      break;
  }
  line += "  version " + std::to_string(key.newest().number) + " of " +
          date_to_seconds(key.newest().made);
  line += key.managed() ? "  server" : "  " + key.owner.account + ' ' + key.owner.region;
  for (const std::string& alias : key.aliases) line += "  " + alias;
  return line;
}

Result<keys::MasterKey*> named(keys::KeyStore& store, const Order& order) {
  if (order.operands.empty())
    return fail(ErrorKind::invalid, "levada keys " + std::string(order.verb) + " needs a KEY");
  const auto found = store.find(order.owner(), order.operands[0]);
  if (!found)
    return fail(ErrorKind::not_found, "there is no key \"" + std::string(order.operands[0]) +
                                          "\" in " + order.path() + " for account " +
                                          order.configuration.account.digits + " in " +
                                          order.configuration.region);
  return store.by_id((*found)->id);
}

Result<std::string> alias_for(const keys::KeyStore& store, const Order& order,
                              std::string_view alias) {
  if (!keys::is_alias_name(alias) || alias.starts_with("alias/aws/"))
    return fail(ErrorKind::invalid,
                "an alias is alias/ and letters, digits, / _ -, and does not "
                "begin with alias/aws/");
  if (store.find(order.owner(), alias))
    return fail(ErrorKind::exists, "there is a key with " + std::string(alias) + " already");
  return std::string(alias);
}

Result<Unit> not_the_servers(const keys::MasterKey& key, const Order& order) {
  if (!key.managed()) return Unit{};
  return fail(ErrorKind::denied, "levada keys " + std::string(order.verb) +
                                     " does not apply to the server's own key; it can be rotated");
}

Result<int> deletion_days(const Order& order) {
  if (order.operands.size() < 2) return deletion_days_max;
  const std::string text(order.operands[1]);
  char* end = nullptr;
  const long days = std::strtol(text.c_str(), &end, 10);
  if (*end != '\0' || days < deletion_days_min || days > deletion_days_max)
    return fail(ErrorKind::invalid, "a key is deleted after 7 to 30 days");
  return static_cast<int>(days);
}

// The key that was changed, or null after `list`.
Result<const keys::MasterKey*> carry_out(const Order& order, keys::KeyStore& store,
                                         io::Random& random, UnixMillis now) {
  if (order.verb == "list") return nullptr;
  if (order.verb == "create") {
    // Whoever makes the file makes the server's own key too, so that the server need not write it.
    const auto is_own = [](const keys::MasterKey& key) { return key.managed(); };
    if (std::ranges::none_of(store.keys(), is_own))
      store.create({}, std::string(keys::managed_alias), now, random);
    std::string alias;
    if (!order.operands.empty()) alias = TRY(alias_for(store, order, order.operands[0]));
    return &store.create(order.owner(), std::move(alias), now, random);
  }
  keys::MasterKey& key = *TRY(named(store, order));
  if (order.verb == "rotate") {
    TRY([&]() -> Result<Unit> {
      if (keys::usable(key, now)) return Unit{};
      return fail(ErrorKind::conflict, "key " + key.id + " is not enabled");
    }());
    keys::rotate(key, now, random);
    return &key;
  }
  TRY(not_the_servers(key, order));
  if (order.verb == "alias") {
    if (order.operands.size() < 2) return fail(ErrorKind::invalid, "levada keys alias KEY ALIAS");
    key.aliases.push_back(TRY(alias_for(store, order, order.operands[1])));
  } else if (order.verb == "disable") {
    key.state = keys::KeyState::disabled;
  } else if (order.verb == "enable") {
    key.state = keys::KeyState::enabled;
    key.deletion = {};
  } else {
    const int days = TRY(deletion_days(order));
    key.state = keys::KeyState::pending_deletion;
    key.deletion = now + std::chrono::hours(24 * days);
  }
  return &key;
}

Result<Unit> run(std::span<const std::string_view> arguments) {
  constexpr std::string_view verbs[] = {"list",    "create", "alias",          "rotate",
                                        "disable", "enable", "delete-schedule"};
  const Order order = TRY(read_order(arguments));
  if (std::ranges::find(verbs, order.verb) == std::end(verbs))
    return fail(ErrorKind::invalid, "there is no levada keys " + std::string(order.verb) +
                                        suggestion(order.verb, verbs) + "; see levada keys --help");
  io::RealClock clock;
  io::RealRandom random;
  KeyFile file = TRY(KeyFile::open(order.path()));
  if (!file.exists() && order.verb != "create")
    return fail(ErrorKind::not_found, "there is no key store " + order.path());
  const UnixMillis now = clock.now();
  file.store().bury(now);
  const keys::MasterKey* changed = TRY(carry_out(order, file.store(), random, now));
  if (changed != nullptr) {
    TRY(file.save());
    std::puts(describe(*changed).c_str());
  } else {
    for (const keys::MasterKey& key : file.store().keys()) std::puts(describe(key).c_str());
  }
  return Unit{};
}

}  // namespace

int run_keys(std::span<const std::string_view> arguments) {
  const auto asks = [](std::string_view word) { return word == "--help" || word == "-h"; };
  if (arguments.empty() || std::ranges::any_of(arguments, asks)) {
    std::fputs(std::string(help).c_str(), arguments.empty() ? stderr : stdout);
    return arguments.empty() ? 2 : 0;
  }
  const Result<Unit> done = run(arguments);
  if (done) return 0;
  std::fprintf(stderr, "levada: %s\n", done.error().message.c_str());
  return done.error().kind == ErrorKind::invalid ? 2 : 1;
}

}  // namespace levada::server
