#include "server/serve.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "console/console.h"
#include "io/real/process.h"
#include "server/audit_file.h"
#include "server/binding.h"
#include "server/build_faces.h"
#include "server/build_feeds.h"
#include "server/build_io.h"
#include "server/build_log.h"
#include "server/build_products.h"
#include "server/build_sql.h"
#include "server/build_tls.h"
#include "server/configuration.h"
#include "server/credential_book.h"
#include "server/health_watch.h"
#include "server/server_state.h"
#include "server/version.h"

namespace levada::server {
namespace {

// The console serves a scraper or two and a browser; it must never be what fills the memory.
http::Limits console_limits() {
  http::Limits limits;
  limits.connections = 64;
  limits.body = 1_MiB;  // of AWS requests that its pages make
  limits.idle = std::chrono::seconds(30);
  limits.drain = std::chrono::seconds(1);
  return limits;
}

io::EventLogOptions event_log_options(const Configuration& configuration) {
  io::EventLogOptions options;
  switch (configuration.log_level) {
    case LogLevel::debug:
      options.level = io::EventLevel::debug;
      break;
    case LogLevel::info:
      options.level = io::EventLevel::info;
      break;
    case LogLevel::warning:
      options.level = io::EventLevel::warning;
      break;
    case LogLevel::error:
      options.level = io::EventLevel::error;
      break;
  }
  options.format =
      configuration.log_format == LogFormat::json ? io::EventFormat::json : io::EventFormat::text;
  return options;
}

void reopen_audit(AuditFile& audit, io::EventLog& log) {
  if (const Result<Unit> reopened = audit.reopen(); !reopened)
    log.error("the audit log goes on in the old file", {{"why", reopened.error()}});
}

void connect_console(io::Reactors& reactors, console::Console& console, http::Handler* aws) {
  const auto connect = [](console::Console& to, http::Handler* handler) -> Task<Unit> {
    to.pass_requests_to(handler);
    co_return Unit{};
  };
  (void)reactors.run(io::ReactorIndex(0), [&] { return connect(console, aws); });
}

void say(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);  // whoever started us waits for these lines
}

int complain(const Error& error, int status) {
  std::fprintf(stderr, "levada: %s\n", error.message.c_str());
  return status;
}

// Builds the floors from the ground up, serves until a signal comes, and leaves in reverse order.
Result<Unit> live(const Configuration& configuration, CredentialBook* credentials,
                  tls::TlsContext* tls, AuditFile* audit, io::StopSignals& signals,
                  io::EventLog& log) {
  MetricsRegistry metrics;
  IoFloor ground = TRY(build_io(configuration, log));
  io::Reactors& reactors = *ground.reactors;
  ServerState state(configuration, reactors.size(), reactors.at(io::ReactorIndex(0)).clock().now());

  const char* const scheme = tls != nullptr ? "https://" : "http://";
  if (tls != nullptr) log.info("certificate in use", {{"certificate", tls->describe()}});
  const auto signatures =
      credentials == nullptr ? console::Signatures::taken : console::Signatures::verified;
  console::Console console(metrics, state, signatures);
  HttpFace console_face(reactors, {&console}, console_limits(), metrics, "console", tls);
  if (configuration.console_listen) {
    const io::Address address = TRY(console_face.open(*configuration.console_listen));
    state.listening("console", scheme + address.text());
    say(std::string("console  ") + scheme + address.text());
  }
  state.enter(Phase::recovering);
  const std::unique_ptr<LogFloor> logs = TRY(LogFloor::build(configuration, ground, log, metrics));
  const auto products = TRY(ProductFloor::build(configuration, ground, *logs, log, metrics));
  FeedFloor feeds(ground, *products, metrics);
  AwsFace aws(configuration, ground, *products, credentials, audit, metrics, tls);
  const io::Address address = TRY(aws.open(configuration.listen));
  state.listening("aws", scheme + address.text());
  say(std::string("aws      ") + scheme + address.text());
  std::unique_ptr<SqlFloor> sql;
  if (configuration.sql_listen) {
    sql = TRY(SqlFloor::build(configuration, ground, *logs, metrics, tls, credentials, *products));
    const std::string url =
        "postgresql://" + TRY(sql->listen(*configuration.sql_listen)).text() + "/dev";
    state.listening("sql", url);
    say("sql      " + url);
  }
  HealthWatch health(ground, *logs, state);
  connect_console(reactors, console, &aws.handler(io::ReactorIndex(0)));
  state.enter(Phase::ready);
  say("levada is ready");
  log.info("ready", {{"version", version()}, {"data_dir", configuration.data_dir}});

  int number = signals.wait();
  for (; number == SIGHUP; number = signals.wait()) {
    if (tls != nullptr) reload_tls(*tls, log);
    if (credentials != nullptr) reload_credentials(*credentials, reactors, log);
    if (audit != nullptr) reopen_audit(*audit, log);
  }
  signals.let_them_kill();
  state.enter(Phase::stopping);
  log.info("stopping; a second signal ends at once", {{"signal", number}});
  const Result<Unit> sql_closed = sql == nullptr ? Result<Unit>(Unit{}) : sql->close();
  aws.close();
  connect_console(reactors, console, nullptr);
  console_face.close();  // what it passed on asks the products
  health.stop();
  feeds.close();
  const Result<Unit> products_closed = products->close();
  const Result<Unit> logs_closed = logs->close();
  TRY(sql_closed);
  TRY(products_closed);
  TRY(logs_closed);
  log.info("stopped");
  return Unit{};
}

}  // namespace

int serve(std::span<const std::string_view> arguments) {
  for (const std::string_view argument : arguments)
    if (argument == "--help" || argument == "-h") {
      std::fputs(serve_help().c_str(), stdout);
      return 0;
    }
  const auto environment = [](const char* name) -> const char* { return std::getenv(name); };
  const Result<Configuration> configuration = configure(arguments, environment);
  if (!configuration) return complain(configuration.error(), 2);
  if (const auto bound = check_binding(*configuration); !bound) return complain(bound.error(), 2);
  std::unique_ptr<CredentialBook> credentials;
  if (configuration->credentials_file) {
    auto book =
        CredentialBook::open(*configuration->credentials_file, configuration->account.digits);
    if (!book) return complain(book.error(), 2);
    credentials = std::move(*book);
  }

  const auto tls = build_tls(*configuration);
  if (!tls) return complain(tls.error(), 2);

  io::tune_allocator(reactor_count(*configuration));
  io::raise_descriptor_limit();
  io::StopSignals signals(*tls != nullptr || credentials || configuration->audit_log_file);
  const auto log = io::open_event_log(event_log_options(*configuration));
  for (const std::string& warning : configuration->warnings) log->warning(warning);
  if (configuration->faults)
    log->warning("faults are injected because of --fault; this server is for tests",
                 {{"plan", configuration->faults->text}});
  std::unique_ptr<AuditFile> audit;
  if (configuration->audit_log_file) {
    auto opened = AuditFile::open(*configuration->audit_log_file, *log);
    if (!opened) return complain(opened.error(), 1);
    audit = std::move(*opened);
  }
  const Result<Unit> lived =
      live(*configuration, credentials.get(), tls->get(), audit.get(), signals, *log);
  return lived ? 0 : complain(lived.error(), 1);
}

}  // namespace levada::server
