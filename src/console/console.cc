#include "console/console.h"

#include "console/pages.h"
#include "wire/json_writer.h"

namespace levada::console {
namespace {

constexpr std::string_view plain_text = "text/plain; charset=utf-8";
constexpr std::string_view prometheus_text = "text/plain; version=0.0.4; charset=utf-8";

// What a page may load and who may show it: only itself.
constexpr std::string_view page_policy =
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

void text(http::Response& response, int status, std::string_view type, std::string_view body) {
  response.status = status;
  response.headers.add("Content-Type", type);
  response.headers.add("Cache-Control", "no-store");
  const ByteView bytes = as_bytes(body);
  response.body.assign(bytes.begin(), bytes.end());
}

// A name that only this machine or its neighbours give out: an address, or a name without a domain.
bool is_local_name(std::string_view host) {
  host = host.substr(0, host.find(':'));
  const bool is_address = host.find_first_not_of("0123456789.") == host.npos;
  return is_address || host.starts_with('[') || host.find('.') == host.npos ||
         host.ends_with(".localhost");
}

}  // namespace

// Where any signature is taken, what a browser may reach is all that there is to guard: the page of
// somebody else, whose name is made to lead to this machine, must not become a client.
bool Console::is_trusted(std::string_view host) const {
  return signatures_ == Signatures::verified || is_local_name(host);
}

Task<Unit> Console::handle(const http::Request& request, http::Response& response) {
  const bool aws_request = request.head.method == "POST" && request.head.path == "/";
  if (aws_request) {
    co_await pass_on(request, response);
  } else if (request.head.method == "GET") {
    answer(request.head.path, response);
  } else {
    text(response, 405, plain_text, "the console is for reading: GET\n");
    response.headers.add("Allow", "GET");
  }
  co_return Unit{};
}

// Signatures, permissions, limits and the audit log are those of the AWS listener: it is the same
// handler.
Task<Unit> Console::pass_on(const http::Request& request, http::Response& response) {
  if (!is_trusted(request.head.authority)) {
    text(response, 403, plain_text,
         "without --credentials the console answers to this machine's own names only\n");
    co_return Unit{};
  }
  if (aws_ == nullptr) {
    text(response, 503, plain_text, "the server is not ready; /readyz tells why\n");
    co_return Unit{};
  }
  co_await aws_->handle(request, response);
  if (response.source != nullptr) {  // it would outlive this listener's orderly end
    response.clear();
    text(response, 400, plain_text, "subscriptions are served by the AWS listener only\n");
  }
  co_return Unit{};
}

void Console::answer(std::string_view path, http::Response& response) const {
  if (const Page* const page = find_page(path)) {
    text(response, 200, page->type, page->content);
    response.headers.add("Content-Security-Policy", page_policy);
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.headers.add("Referrer-Policy", "no-referrer");
  } else if (path == "/metrics")
    text(response, 200, prometheus_text, metrics_.render());
  else if (path == "/healthz")
    text(response, 200, plain_text, "ok\n");
  else if (path == "/readyz")
    answer_health(response);
  else if (path == "/api/overview")
    answer_overview(response);
  else
    text(response, 404, plain_text,
         "there is no such page; there are /, /metrics, /healthz, /readyz and /api/overview\n");
}

void Console::answer_health(http::Response& response) const {
  const Health health = server_.health();
  if (health.ready)
    text(response, 200, plain_text, "ready\n");
  else
    text(response, 503, plain_text, health.reason + '\n');
}

void Console::answer_overview(http::Response& response) const {
  const Overview overview = server_.overview();
  const Health health = server_.health();
  text(response, 200, "application/json", "");
  wire::JsonWriter json(response.body);
  const auto member = [&json](std::string_view key, std::string_view value) {
    json.key(key);
    json.string(value);
  };
  json.begin_object();
  member("version", overview.version);
  json.key("started_at");
  json.integer(overview.started.count());
  json.key("ready");
  json.boolean(health.ready);
  member("reason", health.reason);
  member("region", overview.region);
  member("data_dir", overview.data_dir);
  member("durability", overview.durability);
  json.key("reactors");
  json.unsigned_integer(overview.reactors);
  json.key("listeners");
  json.begin_object();
  for (const Overview::Listener& listener : overview.listeners)
    member(listener.name, listener.address);
  json.end_object();
  json.end_object();
  json.finish();
}

}  // namespace levada::console
