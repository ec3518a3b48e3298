#include "console/console.h"

#include "wire/json_writer.h"

namespace levada::console {
namespace {

constexpr std::string_view plain_text = "text/plain; charset=utf-8";
constexpr std::string_view prometheus_text = "text/plain; version=0.0.4; charset=utf-8";

constexpr std::string_view index_page =
    "Levada's console. Web pages are not in this version; there are:\n"
    "  /metrics       Prometheus\n"
    "  /healthz       200 while the process lives\n"
    "  /readyz        200 when it may be sent work, else 503 and why\n"
    "  /api/overview  what this server is, as JSON\n";

void text(http::Response& response, int status, std::string_view type, std::string_view body) {
  response.status = status;
  response.headers.add("Content-Type", type);
  response.headers.add("Cache-Control", "no-store");
  const ByteView bytes = as_bytes(body);
  response.body.assign(bytes.begin(), bytes.end());
}

}  // namespace

Task<Unit> Console::handle(const http::Request& request, http::Response& response) {
  if (request.head.method == "GET") {
    answer(request.head.path, response);
  } else {
    text(response, 405, plain_text, "the console is for reading: GET\n");
    response.headers.add("Allow", "GET");
  }
  co_return Unit{};
}

void Console::answer(std::string_view path, http::Response& response) const {
  if (path == "/")
    text(response, 200, plain_text, index_page);
  else if (path == "/metrics")
    text(response, 200, prometheus_text, metrics_.render());
  else if (path == "/healthz")
    text(response, 200, plain_text, "ok\n");
  else if (path == "/readyz")
    answer_health(response);
  else if (path == "/api/overview")
    answer_overview(response);
  else
    text(response, 404, plain_text, "there is no such page; / lists what there is\n");
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
