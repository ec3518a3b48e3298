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

void EventSource::append_event_frame(Buffer& out, std::string_view event_type,
                                     ByteView payload) const {
  const std::array<wire::HeaderField, 3> headers = {
      {{":message-type", "event"}, {":event-type", event_type}, {":content-type", content_type()}}};
  wire::append_event(out, headers, payload);
}

http::BodyPiece EventSource::initial_response() const {
  Buffer payload, frame;
  OutputWriter writer(coding_, payload);
  writer.begin_structure();
  writer.end_structure();
  writer.finish();
  append_event_frame(frame, "initial-response", payload);
  return std::make_shared<const Buffer>(std::move(frame));
}

http::BodyPiece EventSource::encoded(const kinesis::SubscriptionEvent& event) const {
  http::BodyPiece& shared = event.encoded[coding_ == Coding::json ? 0 : 1];
  if (shared == nullptr) {
    Buffer payload, frame;
    OutputWriter writer(coding_, payload);
    write_event(writer, event);
    writer.finish();
    append_event_frame(frame, "SubscribeToShardEvent", payload);
    shared = std::make_shared<const Buffer>(std::move(frame));
  }
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
