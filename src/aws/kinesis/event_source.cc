#include "aws/kinesis/event_source.h"

#include <array>

#include "aws/kinesis/answers.h"
#include "aws/kinesis/faults.h"
#include "wire/event_stream.h"

namespace levada::aws::kinesis_api {
namespace {

void write_event(OutputWriter& out, const kinesis::SubscriptionEvent& event) {
  out.begin_structure();
  write_records(out, event.records);
  if (event.continuation)
    out.string("ContinuationSequenceNumber", decimal_text(*event.continuation));
  out.integer("MillisBehindLatest", event.behind_latest.count());
  write_child_shards(out, event.children);
  out.end_structure();
}

void append_exception_frame(Buffer& out, const Fault& fault) {
  Buffer payload;
  OutputWriter writer(Coding::json, payload);
  writer.begin_structure();
  writer.string("message", fault.message.value_or(""));
  writer.end_structure();
  writer.finish();
  // Event streams name the modelled exception, answers its wire name.
  const std::string_view type =
      fault.type == "InternalFailure" ? "InternalFailureException" : std::string_view(fault.type);
  const std::array<wire::HeaderField, 3> headers = {{{":message-type", "exception"},
                                                     {":exception-type", type},
                                                     {":content-type", "application/json"}}};
  wire::append_event(out, headers, payload);
}

}  // namespace

std::string_view EventSource::content_type() const {
  return coding_ == Coding::json ? "application/json" : "application/x-amz-cbor-1.1";
}

template <class Write>
http::BodyPiece EventSource::frame(std::string_view event_type, Write write) const {
  const std::array<wire::HeaderField, 3> headers = {
      {{":message-type", "event"}, {":event-type", event_type}, {":content-type", content_type()}}};
  Buffer frame;
  const std::size_t begin = wire::begin_event(frame, headers);
  {
    OutputWriter writer(coding_, frame);
    write(writer);
  }
  wire::end_event(frame, begin);
  return std::make_shared<const Buffer>(std::move(frame));
}

http::BodyPiece EventSource::initial_response() const {
  return frame("initial-response", [](OutputWriter& out) {
    out.begin_structure();
    out.end_structure();
  });
}

http::BodyPiece EventSource::encoded(const kinesis::SubscriptionEvent& event) const {
  http::BodyPiece& shared = event.encoded[coding_ == Coding::json ? 0 : 1];
  if (shared == nullptr)
    shared = frame("SubscribeToShardEvent", [&](OutputWriter& out) { write_event(out, event); });
  return shared;
}

Task<http::BodyPiece> EventSource::next() {
  if (stage_ == Stage::ended) co_return http::BodyPiece();
  if (stage_ == Stage::initial) {
    stage_ = Stage::events;
    co_return initial_response();
  }
  const Result<kinesis::Push> push = co_await outcome(subscription_->next());
  if (!push) {
    stage_ = Stage::ended;
    if (push.error().kind == ErrorKind::closed)
      co_return http::BodyPiece();  // a stop, or the client left
    Buffer frame;
    append_exception_frame(frame, fault_of(push.error()));
    co_return http::BodyPiece(std::make_shared<const Buffer>(std::move(frame)));
  }
  if (push->last) stage_ = Stage::ended;
  if (push->event == nullptr) co_return http::BodyPiece();
  co_return encoded(*push->event);
}

}  // namespace levada::aws::kinesis_api
