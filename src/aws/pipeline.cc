#include "aws/pipeline.h"

#include <algorithm>
#include <array>

#include "aws/resource_policy.h"
#include "aws/validate.h"
#include "wire/base64.h"
#include "wire/cbor_reader.h"
#include "wire/hex.h"
#include "wire/json_reader.h"

namespace levada::aws {
namespace {

constexpr std::string_view json_1_0 = "application/x-amz-json-1.0";
constexpr std::string_view json_1_1 = "application/x-amz-json-1.1";
constexpr std::string_view cbor_1_1 = "application/x-amz-cbor-1.1";
constexpr std::string_view plain_json = "application/json";
constexpr std::string_view base32_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

constexpr std::string_view access_denied_xml =
    "<AccessDeniedException>\n"
    "  <Message>Unable to determine service/operation name to be authorized</Message>\n"
    "</AccessDeniedException>\n";
constexpr std::string_view unknown_operation_xml = "<UnknownOperationException/>\n";
constexpr std::string_view plain_json_broken =
    R"({"Output":{"__type":"com.amazon.coral.service#SerializationException"},"Version":"1.0"})";
constexpr std::string_view plain_json_unknown =
    R"({"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"})";
constexpr std::string_view exposed_headers =
    "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// The fifth part of an ARN.
std::string_view account_of(std::string_view arn) {
  for (int n = 0; n < 4; ++n) {
    const std::size_t colon = arn.find(':');
    if (colon == arn.npos) return {};
    arn.remove_prefix(colon + 1);
  }
  return arn.substr(0, arn.find(':'));
}

std::string claimed_access_key(const http::Request& request) {
  const auto header = request.head.header("authorization");
  constexpr std::string_view mark = "Credential=";
  const std::size_t at = header ? header->find(mark) : std::string_view::npos;
  if (at == std::string_view::npos) return {};
  const std::string_view key = header->substr(at + mark.size());
  return std::string(key.substr(0, key.find_first_of("/, ")));
}

void set_body(http::Response& response, int status, std::string_view text) {
  const ByteView bytes = as_bytes(text);
  response.status = status;
  response.body.assign(bytes.begin(), bytes.end());
}

}  // namespace

struct Pipeline::Memory {
  wire::ValueTree body;
  wire::ValueTree input;
};

struct Pipeline::Ledger {
  std::string action;  // "kinesis:PutRecord", for policies
  Counter& answered;
  Counter& refused;
  Counter& failed;
  Histogram& latency;
};

struct Pipeline::Walk {
  const http::Request& request;
  http::Response& response;
  UnixMillis now;
  std::unique_ptr<Memory> memory = nullptr;

  std::string_view content_type = {};  // without parameters
  Coding coding = Coding::json;        // of the answer
  std::string_view target_service = {}, target_operation = {};
  ServiceFace* service = nullptr;        // null: none has that name
  const Operation* operation = nullptr;  // null: unknown
  const Ledger* ledger = nullptr;        // of the operation

  wire::Value body = {};
  std::unique_ptr<FastCall> fast = nullptr;  // instead of a body
  wire::Value input = {};
  Authentication::Authenticated who = {};
  std::string resource = {};  // its ARN, where somebody asked

  std::array<char, 36> request_id_text = {};
  std::string_view request_id = {};  // in request_id_text
  enum class Barrier : std::uint8_t { none, authentication, policy } barrier = Barrier::none;
  std::string refused_as = {};  // the exception's name
};

struct Pipeline::Step {
  Next (Pipeline::*take)(Walk&);
};

// The order of checks that clients can see. Each step lets the request pass or answers it.
const Pipeline::Step Pipeline::steps[] = {
    {&Pipeline::find_operation},      {&Pipeline::answer_cors},
    {&Pipeline::refuse_method},       {&Pipeline::refuse_empty_body},
    {&Pipeline::refuse_content_type}, {&Pipeline::parse},
    {&Pipeline::refuse_plain_json},   {&Pipeline::refuse_unknown_operation},
    {&Pipeline::authenticate},        {&Pipeline::decode_input},
    {&Pipeline::check_constraints},   {&Pipeline::authorize},
};

Pipeline::Pipeline(io::Clock& clock, io::Random& random, MetricsRegistry& metrics,
                   std::vector<ServiceFace*> services, Options options)
    : clock_(clock),
      random_(random),
      services_(std::move(services)),
      authentication_(options.credentials, std::move(options.home)),
      audit_(options.audit),
      faults_(options.faults) {
  for (const ServiceFace* face : services_) {
    const Service& service = face->service();
    auto& ledgers = ledgers_.emplace_back();
    for (const Operation& operation : service.operations) {
      const std::string name(service.name), verb(operation.name);
      const auto counter = [&](const char* outcome) -> Counter& {
        return metrics.counter("levada_aws_requests_total", "Requests by operation and outcome.",
                               {{"service", name}, {"operation", verb}, {"outcome", outcome}});
      };
      ledgers.push_back(
          {name + ":" + verb, counter("ok"), counter("refused"), counter("failed"),
           metrics.histogram("levada_aws_request_seconds",
                             "From the whole request to the whole answer.", latency_scale,
                             {{"service", name}, {"operation", verb}})});
    }
  }
}

Pipeline::~Pipeline() = default;

Task<Unit> Pipeline::handle(const http::Request& request, http::Response& response) {
  const MonotonicNanos began = clock_.monotonic();
  Walk walk{.request = request, .response = response, .now = clock_.now()};
  bool answered = false;
  for (const Step& step : steps) {
    answered = (this->*step.take)(walk) == Next::answered;
    if (answered) break;
  }
  if (!answered) co_await run(walk);
  count(walk, began);
  if (audit_ != nullptr) audit(walk);
  if (walk.memory) give_back(std::move(walk.memory));
  co_return Unit{};
}

// A browser asks before it sends; every answer tells it what it may read.
Pipeline::Next Pipeline::answer_cors(Walk& walk) {
  const wire::RequestHead& head = walk.request.head;
  http::ResponseHeaders& headers = walk.response.headers;
  add_request_ids(walk);
  const auto origin = head.header("origin");
  const bool preflight = origin && head.method == "OPTIONS";
  if (origin) headers.add("Access-Control-Allow-Origin", "*");
  if (!preflight) {
    if (origin) headers.add("Access-Control-Expose-Headers", exposed_headers);
    return Next::step;
  }
  if (const auto asked = head.header("access-control-request-headers"))
    headers.add("Access-Control-Allow-Headers", *asked);
  if (const auto asked = head.header("access-control-request-method"))
    headers.add("Access-Control-Allow-Methods", *asked);
  headers.add("Access-Control-Max-Age", "172800");
  return Next::answered;
}

Pipeline::Next Pipeline::refuse_method(Walk& walk) {
  if (walk.request.head.method == "POST") return Next::step;
  set_body(walk.response, 403, access_denied_xml);
  return Next::answered;
}

// Only looks; who is not found is refused later.
Pipeline::Next Pipeline::find_operation(Walk& walk) {
  const wire::RequestHead& head = walk.request.head;
  const std::string_view type = head.header("content-type").value_or("");
  walk.content_type = trimmed(type.substr(0, type.find(';')));
  walk.coding = walk.content_type == cbor_1_1 ? Coding::cbor : Coding::json;

  const std::string_view target = head.header("x-amz-target").value_or("");
  const std::size_t dot = target.find('.');
  walk.target_service = target.substr(0, dot);
  if (dot != std::string_view::npos) walk.target_operation = target.substr(dot + 1);
  for (std::size_t i = 0; i < services_.size() && walk.operation == nullptr; ++i) {
    if (services_[i]->service().target_prefix != walk.target_service) continue;
    // Two services may share a prefix (Timestream's halves do).
    walk.service = services_[i];
    const Service& service = walk.service->service();
    walk.operation = aws::find_operation(service, walk.target_operation);
    if (walk.operation != nullptr)
      walk.ledger = &ledgers_[i][walk.operation - service.operations.data()];
  }
  return Next::step;
}

Pipeline::Next Pipeline::refuse_empty_body(Walk& walk) {
  if (!walk.request.body.empty()) return Next::step;
  const bool json = walk.content_type == json_1_1 || walk.content_type == json_1_0;
  walk.coding = json ? Coding::json : Coding::cbor;
  if (!json) walk.content_type = cbor_1_1;
  const bool known = walk.operation != nullptr;
  return refuse(walk, {400, known ? "SerializationException" : "UnknownOperationException"});
}

Pipeline::Next Pipeline::refuse_content_type(Walk& walk) {
  const std::string_view type = walk.content_type;
  const bool other_version = walk.service != nullptr && (type == json_1_0 || type == json_1_1) &&
                             !type.ends_with(walk.service->service().json_version);
  const bool no_cbor =
      walk.service != nullptr && type == cbor_1_1 && !walk.service->service().speaks_cbor;
  if (!other_version && !no_cbor &&
      (type == json_1_1 || type == json_1_0 || type == cbor_1_1 || type == plain_json))
    return Next::step;
  if (walk.target_service.empty() || walk.target_operation.empty())
    set_body(walk.response, 403, access_denied_xml);
  else
    set_body(walk.response, 404, unknown_operation_xml);
  return Next::answered;
}

Pipeline::Next Pipeline::parse(Walk& walk) {
  if (walk.operation != nullptr && walk.content_type != plain_json)
    walk.fast = walk.service->read_fast(*walk.operation, walk.coding, walk.request.body);
  return walk.fast ? Next::step : parse_by_tables(walk);
}

Pipeline::Next Pipeline::parse_by_tables(Walk& walk) {
  if (!walk.memory) walk.memory = take_memory();
  const auto body = walk.coding == Coding::json
                        ? wire::read_json(as_text(walk.request.body), walk.memory->body)
                        : wire::read_cbor(walk.request.body, walk.memory->body);
  if (body && body->is(wire::ValueKind::object)) {
    walk.body = *body;
    return Next::step;
  }
  if (walk.content_type != plain_json) return refuse(walk, {400, "SerializationException"});
  walk.response.headers.add("Content-Type", walk.content_type);
  set_body(walk.response, 400, plain_json_broken);
  return Next::answered;
}

Pipeline::Next Pipeline::refuse_plain_json(Walk& walk) {
  if (walk.content_type != plain_json) return Next::step;
  walk.response.headers.add("Content-Type", walk.content_type);
  set_body(walk.response, 404, plain_json_unknown);
  return Next::answered;
}

Pipeline::Next Pipeline::refuse_unknown_operation(Walk& walk) {
  if (walk.operation != nullptr) return Next::step;
  return refuse(walk, {400, "UnknownOperationException"});
}

Pipeline::Next Pipeline::authenticate(Walk& walk) {
  auto who = authentication_.authenticate(walk.request, {walk.now, clock_.monotonic()},
                                          walk.service->service().name);
  if (!who) {
    walk.barrier = Walk::Barrier::authentication;
    return refuse(walk, std::move(who).error());
  }
  walk.who = std::move(*who);
  return Next::step;
}

Pipeline::Next Pipeline::decode_input(Walk& walk) {
  if (walk.fast && walk.fast->holds()) return Next::step;
  if (walk.fast) {  // the tables shall word the message
    walk.fast.reset();
    if (parse_by_tables(walk) == Next::answered) return Next::answered;
  }
  const auto input = decode(walk.operation->input, walk.body, walk.coding, walk.memory->input);
  if (!input) return refuse(walk, {400, "SerializationException", input.error()});
  walk.input = *input;
  return Next::step;
}

Pipeline::Next Pipeline::check_constraints(Walk& walk) {
  if (walk.fast) return Next::step;
  auto message = validate(walk.service->service(), walk.operation->input, walk.input);
  if (!message) return Next::step;
  const std::string_view prefix = walk.service->service().constraint_prefix;
  return refuse(walk, {400, "ValidationException", std::move(message), prefix});
}

std::string Pipeline::resource_of(const Walk& walk) const {
  return walk.fast
             ? walk.fast->resource(walk.who.caller)
             : walk.service->resource(walk.who.caller, Input(walk.operation->input, walk.input));
}

// IAM's evaluation: an explicit deny wins; within one account the identity's or the resource's
// policy is enough; from another account it takes both.
std::optional<std::string> Pipeline::why_denied(Walk& walk) {
  const Principal& principal = *walk.who.principal;
  const std::string& action = walk.ledger->action;
  const std::string_view owner = account_of(walk.resource);
  PolicyVerdict verdict = PolicyVerdict::silent;
  if (const std::string text = walk.service->policy(walk.resource); !text.empty()) {
    const Result<ResourcePolicy> policy = ResourcePolicy::read(text, walk.resource);
    // Of an older version that kept any text: what it denies is not known.
    verdict = policy ? policy->judge({.principal = walk.who.caller.arn,
                                      .account = walk.who.caller.account,
                                      .user = principal.name,
                                      .source = walk.request.peer.host,
                                      .action = action,
                                      .resource = walk.resource})
                     : PolicyVerdict::denied;
  }
  if (verdict == PolicyVerdict::denied) return " with an explicit deny in a resource-based policy";
  const bool foreign = !owner.empty() && owner != walk.who.caller.account;
  const bool identity = principal.allows(action, walk.resource);
  if (!identity && (foreign || verdict != PolicyVerdict::allowed))
    return " because no identity-based policy allows the " + action + " action";
  if (foreign && verdict == PolicyVerdict::silent)
    return " because no resource-based policy allows the " + action + " action";
  // From here on the call is one of the owner's: names and tables are those of that account.
  if (foreign) walk.who.caller.account = owner;
  return std::nullopt;
}

Pipeline::Next Pipeline::authorize(Walk& walk) {
  const bool verified = walk.who.principal != nullptr;
  const bool told = audit_ != nullptr && !walk.service->transports(*walk.operation);
  if (!verified && !told) return Next::step;
  walk.resource = resource_of(walk);
  if (!verified) return Next::step;
  const std::optional<std::string> why = why_denied(walk);
  if (!why) return Next::step;
  walk.barrier = Walk::Barrier::policy;
  return refuse(walk, {400, "AccessDeniedException",
                       "User: " + walk.who.caller.arn +
                           " is not authorized to perform: " + walk.ledger->action +
                           (walk.resource.empty() ? "" : " on resource: " + walk.resource) + *why});
}

void Pipeline::audit(const Walk& walk) {
  using Barrier = Walk::Barrier;
  const bool told = walk.barrier == Barrier::none
                        ? walk.operation != nullptr && !walk.who.caller.access_key.empty() &&
                              !walk.service->transports(*walk.operation)
                        : walk.refused_as != "ThrottlingException";  // one line was enough
  if (!told) return;
  const bool unknown = walk.barrier == Barrier::authentication;
  std::string claimed;
  if (unknown) claimed = claimed_access_key(walk.request);
  audit_->write({.at = walk.now,
                 .event = unknown                           ? "authentication-failed"
                          : walk.barrier == Barrier::policy ? "denied"
                                                            : "call",
                 .source = walk.request.peer.host,
                 .access_key = claimed,
                 .principal = walk.who.caller.arn,
                 .action = walk.ledger->action,
                 .region = walk.who.caller.region,
                 .resource = walk.resource,
                 .request_id = walk.request_id,
                 .outcome = walk.refused_as.empty() ? "ok" : std::string_view(walk.refused_as)});
}

Task<Unit> Pipeline::run(Walk& walk) {
  http::Response& response = walk.response;
  if (faults_ != nullptr) {
    std::optional<Fault> fault = co_await faults_->before(walk.operation->name);
    if (fault) {
      refuse(walk, *std::move(fault));
      co_return Unit{};
    }
  }
  Result<Unit> result{Unit{}};
  if (walk.fast) {
    result = co_await outcome(walk.fast->run(walk.who.caller, response));
  } else {
    const Input input(walk.operation->input, walk.input);
    OutputWriter output(walk.coding, response.body);
    Call call{*walk.operation, walk.who.caller,  input, output, response,
              walk.now,        walk.request.head};
    result = co_await outcome(walk.service->run(call));
    output.finish();
  }
  if (!result) {
    response.body.clear();
    response.source.reset();
    refuse(walk, walk.service->fault_of(result.error()));
    co_return Unit{};
  }
  if (!response.source) response.headers.add("Content-Type", walk.content_type);
  co_return Unit{};
}

Pipeline::Next Pipeline::refuse(Walk& walk, Fault fault) {
  walk.response.status = fault.status;
  walk.response.headers.add("x-amzn-ErrorType", fault.type);
  walk.refused_as = fault.type;
  walk.response.headers.add("Content-Type", walk.content_type);
  walk.response.body.clear();
  if (walk.operation != nullptr && fault.prefix.empty())
    fault.prefix = walk.service->service().error_prefix;
  write_fault(fault, walk.coding, walk.response.body);
  return Next::answered;
}

using RequestIdBytes = std::array<std::byte, 16>;

// As a UUID of version 4.
static char* write_uuid(RequestIdBytes id, char* to) {
  id[6] = (id[6] & std::byte{0x0f}) | std::byte{0x40};
  id[8] = (id[8] & std::byte{0x3f}) | std::byte{0x80};
  const auto digits = wire::to_hex(id);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) *to++ = '-';
    *to++ = digits[i];
  }
  return to;
}

static char* write_base32(const RequestIdBytes& id, char* to) {
  unsigned held = 0, bits = 0;
  for (const std::byte byte : id) {
    held = held << 8 | std::to_integer<unsigned>(byte);
    for (bits += 8; bits >= 5; bits -= 5) *to++ = base32_digits[held >> (bits - 5) & 31];
  }
  *to++ = base32_digits[held << (5 - bits) & 31];
  return to;
}

// Most services: a UUID, and 72 random bytes in base64 but for a CORS preflight.
void Pipeline::add_request_ids(Walk& walk) {
  RequestIdBytes id;
  store_le(id.data(), random_.next());
  store_le(id.data() + 8, random_.next());
  const bool short_ids = walk.service != nullptr && walk.service->service().short_request_ids;
  char* const to = walk.request_id_text.data();
  walk.request_id = {to, short_ids ? write_base32(id, to) : write_uuid(id, to)};
  http::ResponseHeaders& headers = walk.response.headers;
  headers.add("x-amzn-RequestId", walk.request_id);

  const bool preflight =
      walk.request.head.method == "OPTIONS" && walk.request.head.header("origin");
  if (!preflight && !short_ids) {
    std::array<std::byte, 72> bytes;
    for (std::size_t i = 0; i < bytes.size(); i += 8) store_le(bytes.data() + i, random_.next());
    std::array<char, wire::base64_encoded_size(72)> text;
    wire::base64_encode(bytes, text.data());
    headers.add("x-amz-id-2", {text.data(), text.size()});
  }
  headers.add("Date", date_.at(walk.now));
}

void Pipeline::count(const Walk& walk, MonotonicNanos began) {
  if (walk.ledger == nullptr) return;
  const Ledger& ledger = *walk.ledger;
  const int status = walk.response.status;
  (status < 400 ? ledger.answered : status < 500 ? ledger.refused : ledger.failed).add();
  ledger.latency.observe(clock_.monotonic() - began);
}

std::unique_ptr<Pipeline::Memory> Pipeline::take_memory() {
  if (idle_.empty()) return std::make_unique<Memory>();
  std::unique_ptr<Memory> memory = std::move(idle_.back());
  idle_.pop_back();
  return memory;
}

void Pipeline::give_back(std::unique_ptr<Memory> memory) {
  constexpr std::size_t idle_max = 64;
  memory->body.clear();
  memory->input.clear();
  if (idle_.size() < idle_max) idle_.push_back(std::move(memory));
}

}  // namespace levada::aws
