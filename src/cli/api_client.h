#pragma once
// Calls one service: signs, sends, tries again with growing pauses as the SDKs do, and shapes the
// answer by the operation's table.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/schema.h"
#include "base/result.h"
#include "cli/document.h"
#include "cli/session.h"

namespace levada::cli {

// What the service said when it refused.
struct ServiceRefusal {
  std::string code;
  std::string message;
  std::string retry_info;  // " (reached max retries: 2)" or empty
  Document document = {};  // the whole exception, as it came in JSON
};

struct Answer {
  Document document;  // an object; of no meaning after a refusal
  std::optional<ServiceRefusal> refusal;
};

class ApiClient {
 public:
  // Errors: no region, a bad endpoint, a bad configuration.
  static Result<ApiClient> make(const aws::Service& service, const Session& session,
                                const GlobalOptions& options);
  ApiClient(ApiClient&&) noexcept;
  ~ApiClient();

  // Decodes blobs and checks the parameters first (usage errors), then calls.
  Result<Answer> call(const aws::Operation& operation, Document parameters);
  // The same; a refusal is the error that the AWS CLI prints.
  Result<Document> ask(const aws::Operation& operation, Document parameters);
  // A client of the same service with the same keys over a connection of its own.
  Result<ApiClient> another();
  // A request that the caller has checked and encoded, in two halves: it is sent, and while the
  // service works the caller goes on; `body` must live until the answer is there. Retries, refusals
  // and errors are finish()'s. One such request is under way at a time.
  struct EncodedRequest {
    const aws::Operation& operation;
    std::string_view content_type;
    std::string_view body;
  };
  Result<Unit> begin(const EncodedRequest& request);
  Result<std::string> finish();  // the body of the answer

  // An operation whose answer is a stream: each event's name and members as they come. Ends with
  // the stream, or when `on_event` says false.
  using EventSink = std::function<bool(const std::string& name, const Document& event)>;
  Result<Unit> subscribe(const aws::Operation& operation, Document parameters,
                         const EventSink& on_event);

 private:
  class Caller;
  explicit ApiClient(std::unique_ptr<Caller> caller);
  std::unique_ptr<Caller> caller_;
};

// "An error occurred (X) when calling the Y operation: message", exit code 254.
unexpected<Error> refusal_error(const ServiceRefusal& refusal, std::string_view operation);

// The answer's members that the shape knows, in the shape's order, times as text.
Document shape_answer(const Document& answer, const aws::Shape& shape, TimestampFormat format);

}  // namespace levada::cli
