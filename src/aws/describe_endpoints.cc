#include "aws/describe_endpoints.h"

namespace levada::aws {
namespace {

constexpr std::int64_t cache_minutes = 1440;

std::string_view without_port(std::string_view host) {
  const std::size_t bracket = host.rfind(']');  // of an IPv6 address
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos) return host;
  return bracket != std::string_view::npos && colon < bracket ? host : host.substr(0, colon);
}

}  // namespace

void write_endpoints(Call& call, std::string_view scheme) {
  const std::string_view host = call.head.header("host").value_or("localhost");
  const std::string_view agent = call.head.header("user-agent").value_or("");
  const std::string address = agent.starts_with("aws-sdk-js/")
                                  ? std::string(without_port(host))
                                  : std::string(scheme) + "://" + std::string(host);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_list("Endpoints", 1);
  out.begin_structure();
  out.string("Address", address);
  out.integer("CachePeriodInMinutes", cache_minutes);
  out.end_structure();
  out.end_list();
  out.end_structure();
}

}  // namespace levada::aws
