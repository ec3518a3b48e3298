#include "cli/api_client.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <thread>

#include "cli/debug_log.h"
#include "cli/exit_code.h"
#include "cli/json_text.h"
#include "cli/parameters.h"
#include "cli/services.h"
#include "cli/signing.h"
#include "cli/text.h"
#include "cli/timestamp.h"
#include "wire/cbor_reader.h"
#include "wire/event_stream.h"
#include "wire/http_message.h"

namespace levada::cli {

namespace {

constexpr double backoff_max_seconds = 20;

// botocore's standard mode: what is worth another try.
bool is_transient_status(int status) {
  return status == 500 || status == 502 || status == 503 || status == 504;
}
bool is_retried_code(std::string_view code) {
  constexpr std::string_view codes[] = {"RequestTimeout",
                                        "RequestTimeoutException",
                                        "PriorRequestNotComplete",
                                        "Throttling",
                                        "ThrottlingException",
                                        "ThrottledException",
                                        "RequestThrottledException",
                                        "TooManyRequestsException",
                                        "ProvisionedThroughputExceededException",
                                        "TransactionInProgressException",
                                        "RequestLimitExceeded",
                                        "BandwidthLimitExceeded",
                                        "LimitExceededException",
                                        "RequestThrottled",
                                        "SlowDown",
                                        "EC2ThrottledException"};
  return std::ranges::find(codes, code) != std::end(codes);
}

void pause_before_retry(int attempt) {
  std::random_device dice;
  const double share = static_cast<double>(dice()) / static_cast<double>(dice.max());
  const double seconds = std::min(share * std::pow(2, attempt - 1), backoff_max_seconds);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

// What an error's body says, of either protocol: "__type", "message" or "Message".
struct RefusalBody {
  std::string type;
  std::string message;
  Document document = {};  // of JSON alone
};

std::optional<RefusalBody> read_json_refusal(std::string_view text) {
  const Result<Document> answer = read_json(text);
  if (!answer || !answer->is_object()) return std::nullopt;
  RefusalBody body;
  for (const std::string_view name : {"Message", "message"})
    if (const Document* const message = answer->find(name)) body.message = python_text(*message);
  if (const Document* const type = answer->find("__type"); type != nullptr && type->is_string())
    body.type = type->string();
  body.document = *answer;
  return body;
}

std::optional<RefusalBody> read_cbor_refusal(std::string_view bytes) {
  wire::ValueTree tree;
  const Result<wire::Value> answer = wire::read_cbor(as_bytes(bytes), tree);
  if (!answer || !answer->is(wire::ValueKind::object)) return std::nullopt;
  const auto text = [&](std::string_view name) {
    const wire::Value* const value = answer->find(name);
    return value == nullptr || !value->is(wire::ValueKind::string) ? std::string()
                                                                   : std::string(value->string());
  };
  RefusalBody body{.type = text("__type"), .message = text("Message")};
  if (body.message.empty()) body.message = text("message");
  return body;
}

ServiceRefusal read_refusal(const HttpResponse& response) {
  ServiceRefusal refusal{.code = std::to_string(response.status), .message = {}, .retry_info = {}};
  const std::string_view body = trim(response.body);
  if (response.status >= 500 && (body.empty() || body.starts_with("<html>"))) {
    refusal.message = wire::reason_phrase(response.status);
    return refusal;
  }
  const bool is_cbor = response.header("content-type").find("cbor") != std::string_view::npos;
  std::optional<RefusalBody> answer =
      is_cbor ? read_cbor_refusal(response.body) : read_json_refusal(response.body);
  if (!answer) {
    refusal.message = response.body;
    return refusal;
  }
  refusal.message = std::move(answer->message);
  if (!answer->type.empty()) refusal.code = std::move(answer->type);
  const std::string_view query_error = response.header("x-amzn-query-error");
  if (const std::size_t end = query_error.find(';'); end != query_error.npos && end > 0)
    refusal.code = query_error.substr(0, end);
  if (const std::size_t hash = refusal.code.rfind('#'); hash != std::string::npos)
    refusal.code.erase(0, hash + 1);
  refusal.document = std::move(answer->document);
  return refusal;
}

Document shape_timestamp(const Document& value, TimestampFormat format) {
  if (format == TimestampFormat::wire) return value;
  const std::optional<Timestamp> time = read_timestamp(value);
  return time ? Document::of_string(iso_timestamp(*time)) : value;
}

std::string user_agent(const aws::Service& service, const aws::Operation& operation) {
  return "levada-cli command/" + std::string(command_name(service)) + '.' +
         kebab_case(operation.name);
}

}  // namespace

Document shape_answer(const Document& answer, const aws::Shape& shape, TimestampFormat format) {
  switch (shape.type) {
    case aws::Type::structure: {
      if (!answer.is_object()) return answer;
      Document object = Document::of_object({});
      for (const aws::Field& field : shape.fields) {
        const Document* const value = answer.find(field.name);
        if (value == nullptr || value->is_null()) continue;
        object.members().push_back(
            {std::string(field.name), shape_answer(*value, *field.shape, format)});
      }
      return object;
    }
    case aws::Type::list: {
      if (!answer.is_array()) return answer;
      Document::Array items;
      items.reserve(answer.items().size());
      for (const Document& item : answer.items())
        items.push_back(shape_answer(item, *shape.element, format));
      return Document::of_array(std::move(items));
    }
    case aws::Type::map: {
      if (!answer.is_object()) return answer;
      Document object = Document::of_object({});
      for (const Document::Member& member : answer.members())
        object.members().push_back(
            {member.name, shape_answer(member.value, *shape.element, format)});
      return object;
    }
    case aws::Type::timestamp:
      return shape_timestamp(answer, format);
    default:
      return answer;
  }
}

unexpected<Error> refusal_error(const ServiceRefusal& refusal, std::string_view operation) {
  return fail_as(ExitCode::refused, "An error occurred (" + refusal.code + ") when calling the " +
                                        std::string(operation) + " operation" + refusal.retry_info +
                                        ": " + refusal.message);
}

class ApiClient::Caller {
 public:
  Caller(const aws::Service& service, const Session& session, const GlobalOptions& options,
         std::string region, Endpoint endpoint)
      : service_(service),
        session_(session),
        options_(options),
        region_(std::move(region)),
        connection_(std::move(endpoint), session.http_options()) {}

  Result<Unit> configure() {
    binary_format_ = TRY(session_.binary_format());
    timestamp_format_ = TRY(session_.timestamp_format());
    attempts_max_ = TRY(session_.attempts_max());
    return Unit{};
  }

  TimestampFormat timestamp_format() const { return timestamp_format_; }
  std::string_view operation_under_way() const { return under_way_->operation.name; }

  Result<std::unique_ptr<Caller>> another() {
    TRY(load_credentials());
    auto caller =
        std::make_unique<Caller>(service_, session_, options_, region_, connection_.endpoint());
    TRY(caller->configure());
    caller->credentials_ = credentials_;
    caller->discovered_ = discovered_;
    return caller;
  }

  using Outcome = std::pair<HttpResponse, std::optional<ServiceRefusal>>;

  // `sink` may be empty: the whole body is then in the response.
  Result<Outcome> send(const aws::Operation& operation, Document parameters, const BodySink& sink) {
    TRY(decode_blobs(parameters, operation.input, binary_format_));
    TRY(validate_parameters(parameters, operation.input));
    const std::string body = request_body(parameters, operation.input);
    const std::string content_type = "application/x-amz-json-" + std::string(service_.json_version);
    TRY(begin({operation, content_type, body}));
    return finish(sink);
  }

  Result<Unit> begin(const EncodedRequest& request) {
    TRY(load_credentials());
    TRY(discover_endpoint(request.operation));
    under_way_.emplace(request);
    attempt_ = 1;
    begin_attempt();
    return Unit{};
  }

  Result<Outcome> finish(const BodySink& sink) {
    for (;; ++attempt_) {
      Result<HttpResponse> response = finish_attempt(sink);
      const bool is_last = attempt_ >= attempts_max_;
      if (!response) {
        debug_log("Retry needed: " + response.error().message);
        if (is_last || response.error().code != 0) return unexpected<Error>(response.error());
      } else {
        if (debug_log_is_enabled())
          debug_log("Response status " + std::to_string(response->status) +
                    ", body: " + response->body);
        if (response->status == 200) return Outcome(std::move(*response), std::nullopt);
        ServiceRefusal refusal = read_refusal(*response);
        if (is_last)
          refusal.retry_info = " (reached max retries: " + std::to_string(attempt_ - 1) + ')';
        if (is_last || (!is_transient_status(response->status) && !is_retried_code(refusal.code)))
          return Outcome(std::move(*response), std::move(refusal));
      }
      pause_before_retry(attempt_);
      begin_attempt();
    }
  }

 private:
  Result<Unit> load_credentials() {
    if (!options_.sign_request || credentials_) return Unit{};
    credentials_ = TRY(session_.credentials(region_));
    if (!credentials_)
      return fail_as(ExitCode::configuration,
                     "Unable to locate credentials. You can configure credentials by running "
                     "\"aws configure\".");
    return Unit{};
  }

  // Timestream gives each account a cell of its own: DescribeEndpoints names its address. Not with
  // an endpoint of one's own.
  Result<Unit> discover_endpoint(const aws::Operation& operation) {
    constexpr std::string_view discovery = "DescribeEndpoints";
    if (discovered_ || operation.name == discovery || session_.has_custom_endpoint(service_))
      return Unit{};
    const aws::Operation* const describe = aws::find_operation(service_, discovery);
    if (describe == nullptr) return Unit{};
    discovered_ = true;
    const auto [response, refusal] = TRY(send(*describe, Document::of_object({}), nullptr));
    if (refusal) return refusal_error(*refusal, describe->name);
    const Document answer = TRY(read_json(response.body));
    const Document address = search_path(answer, "Endpoints[0].Address");
    if (address.is_string())
      connection_ = HttpConnection(TRY(Endpoint::parse("https://" + address.string())),
                                   session_.http_options());
    return Unit{};
  }

  // Signs and sends what is under way; what goes wrong is finish()'s to tell.
  void begin_attempt() {
    const aws::Operation& operation = under_way_->operation;
    HttpRequest request;
    request.headers = {
        {"Host", connection_.endpoint().authority},
        {"X-Amz-Target", std::string(service_.target_prefix) + '.' + std::string(operation.name)},
        {"Content-Type", std::string(under_way_->content_type)},
        {"User-Agent", user_agent(service_, operation)}};
    request.body = under_way_->body;
    if (credentials_)
      sign(request, connection_.endpoint(), *credentials_, region_, std::string(service_.name));
    if (debug_log_is_enabled())
      debug_log("Sending http request to " + connection_.endpoint().url + ": " +
                std::string(under_way_->body));
    const Result<Unit> begun = connection_.begin(request);
    failure_ = begun ? std::nullopt : std::optional(begun.error());
  }

  Result<HttpResponse> finish_attempt(const BodySink& sink) {
    if (failure_) return unexpected<Error>(*failure_);
    return sink ? connection_.finish(sink) : connection_.finish();
  }

  const aws::Service& service_;
  const Session& session_;
  const GlobalOptions& options_;
  std::string region_;
  HttpConnection connection_;
  std::optional<Credentials> credentials_;
  bool discovered_ = false;
  BinaryFormat binary_format_ = BinaryFormat::base64;
  TimestampFormat timestamp_format_ = TimestampFormat::iso8601;
  int attempts_max_ = 3;
  std::optional<EncodedRequest> under_way_;
  int attempt_ = 1;
  std::optional<Error> failure_;  // of sending the attempt
};

ApiClient::ApiClient(std::unique_ptr<Caller> caller) : caller_(std::move(caller)) {}
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient::~ApiClient() = default;

Result<ApiClient> ApiClient::make(const aws::Service& service, const Session& session,
                                  const GlobalOptions& options) {
  const std::string region = TRY(session.region());
  auto caller = std::make_unique<Caller>(service, session, options, region,
                                         TRY(session.endpoint(service, region)));
  TRY(caller->configure());
  return ApiClient(std::move(caller));
}

Result<Answer> ApiClient::call(const aws::Operation& operation, Document parameters) {
  auto [response, refusal] = TRY(caller_->send(operation, std::move(parameters), nullptr));
  Answer answer;
  answer.refusal = std::move(refusal);
  answer.document = Document::of_object({});
  if (answer.refusal || operation.output == nullptr) return answer;
  Result<Document> body =
      response.body.empty() ? Document::of_object({}) : read_json(response.body);
  if (!body)
    return fail_as(ExitCode::general, "Unable to parse response (" + body.error().message +
                                          "), invalid JSON received.");
  answer.document = shape_answer(*body, *operation.output, caller_->timestamp_format());
  return answer;
}

Result<Document> ApiClient::ask(const aws::Operation& operation, Document parameters) {
  Answer answer = TRY(call(operation, std::move(parameters)));
  if (answer.refusal) return refusal_error(*answer.refusal, operation.name);
  return std::move(answer.document);
}

Result<ApiClient> ApiClient::another() { return ApiClient(TRY(caller_->another())); }

Result<Unit> ApiClient::begin(const EncodedRequest& request) { return caller_->begin(request); }

Result<std::string> ApiClient::finish() {
  const std::string_view operation = caller_->operation_under_way();
  auto [response, refusal] = TRY(caller_->finish(nullptr));
  if (refusal) return refusal_error(*refusal, operation);
  return std::move(response.body);
}

Result<Unit> ApiClient::subscribe(const aws::Operation& operation, Document parameters,
                                  const EventSink& on_event) {
  Buffer pending;
  Result<Unit> outcome = Unit{};
  const aws::Shape* const output = operation.output;
  const auto one = [&](const wire::EventFrame& frame) {
    const auto kind = frame.headers.find(":message-type").value_or("event");
    const std::string name(
        frame.headers.find(kind == "event" ? ":event-type" : ":exception-type").value_or(""));
    if (name == "initial-response") return true;
    const Result<Document> payload = read_json(as_text(frame.payload));
    const Document value = payload ? *payload : Document::of_object({});
    if (kind != "event") {
      const Document* const message = value.find("message");
      outcome = refusal_error({name, message == nullptr ? "" : python_text(*message), {}},
                              operation.name);
      return false;
    }
    // The events are members of the one structure that the output holds.
    const aws::Shape* shape = nullptr;
    if (output != nullptr && !output->fields.empty()) {
      const aws::Shape& stream = *output->fields.front().shape;
      if (const aws::Field* const field = aws::find_field(stream, name)) shape = field->shape;
      if (shape == nullptr)
        if (const aws::Field* const field = aws::find_field(*output, name)) shape = field->shape;
    }
    return on_event(
        name, shape == nullptr ? value : shape_answer(value, *shape, caller_->timestamp_format()));
  };
  const auto sink = [&](std::string_view piece) {
    const ByteView bytes = as_bytes(piece);
    pending.insert(pending.end(), bytes.begin(), bytes.end());
    std::size_t done = 0;
    for (;;) {
      const wire::EventFrame frame = wire::read_event(ByteView(pending).subspan(done));
      if (frame.kind == wire::EventFrame::Kind::broken) {
        outcome = fail_as(ExitCode::general, frame.reason);
        return false;
      }
      if (frame.kind == wire::EventFrame::Kind::need_more) break;
      if (!one(frame)) return false;
      done += frame.consumed;
    }
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(done));
    return true;
  };
  const auto [response, refusal] = TRY(caller_->send(operation, std::move(parameters), sink));
  if (refusal) return refusal_error(*refusal, operation.name);
  return outcome;
}

}  // namespace levada::cli
