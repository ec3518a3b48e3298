#pragma once
// EventSource: a subscription as the body of its answer, event-stream frames one after the other
// (spec kinesis 4.6, 15). The initial response goes out before the first record is waited for.

#include <memory>

#include "aws/decode.h"
#include "aws/fault.h"
#include "http/handler.h"
#include "kinesis/read.h"

namespace levada::aws::kinesis_api {

class EventSource final : public http::BodySource {
 public:
  EventSource(std::unique_ptr<kinesis::Subscription> subscription, Coding coding)
      : subscription_(std::move(subscription)), coding_(coding) {}

  Task<http::BodyPiece> next() override;
  void client_left() noexcept override { subscription_->cancel(); }

 private:
  enum class Stage : std::uint8_t { initial, events, ended };

  std::string_view content_type() const;
  http::BodyPiece initial_response() const;
  http::BodyPiece encoded(const kinesis::SubscriptionEvent& event) const;
  // One frame: its payload is what `write(OutputWriter&)` writes.
  template <class Write>
  http::BodyPiece frame(std::string_view event_type, Write write) const;

  std::unique_ptr<kinesis::Subscription> subscription_;
  Coding coding_;
  Stage stage_ = Stage::initial;
};

}  // namespace levada::aws::kinesis_api
