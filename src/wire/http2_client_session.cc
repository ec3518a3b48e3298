#include "wire/http2_client_session.h"

#include <charconv>
#include <deque>
#include <map>
#include <utility>

#include "base/check.h"
#include "wire/http2_fields.h"

namespace levada::wire {

namespace {

constexpr std::int32_t window = 16 << 20;  // one GetRecords answer of 10 MiB without a pause
constexpr std::size_t output_max = 256 << 10;

struct Call {
  OutgoingBody body;
  std::unique_ptr<Http2ResponseHead> response = std::make_unique<Http2ResponseHead>();
  bool has_ended = false;
};

}  // namespace

class Http2ClientSession::Connection {
 public:
  Connection() {
    nghttp2_session_callbacks* callbacks = nullptr;
    CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
    set_callbacks(callbacks);
    CHECK(nghttp2_session_client_new(&session_, callbacks, this) == 0);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(window)}};
    CHECK(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings)) == 0);
    CHECK(nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, window) == 0);
  }
  ~Connection() { nghttp2_session_del(session_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::optional<Http2StreamId> submit_request(const Http2RequestLine& line,
                                              std::span<const HeaderField> headers, Buffer body) {
    const std::string length = std::to_string(body.size());
    OutgoingFields fields;
    fields.add(":method", line.method);
    fields.add(":scheme", line.scheme);
    fields.add(":authority", line.authority);
    fields.add(":path", line.path);
    fields.add_all(headers);
    if (!body.empty()) fields.add("content-length", length);
    nghttp2_data_provider provider{};
    provider.read_callback = read_body;
    const std::int32_t id = nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(),
                                                   body.empty() ? nullptr : &provider, nullptr);
    if (id < 0) return std::nullopt;
    calls_[id].body.assign(std::move(body));
    return Http2StreamId(id);
  }

  void cancel(Http2StreamId id) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id.value(), NGHTTP2_CANCEL);
  }

  bool feed(ByteView received) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(received.data());
    return nghttp2_session_mem_recv(session_, bytes, received.size()) >= 0;
  }

  std::optional<Http2ClientEvent> next_event() {
    if (events_.empty()) return std::nullopt;
    Http2ClientEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

  void take_output(Buffer& out) {
    const std::size_t end = out.size() + output_max;
    while (out.size() < end) {
      const std::uint8_t* data = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_, &data);
      if (size < 0) failed_ = true;
      if (size <= 0) return;
      const auto* bytes = reinterpret_cast<const std::byte*>(data);
      out.insert(out.end(), bytes, bytes + size);
    }
  }

  bool finished() const {
    return failed_ ||
           (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0);
  }

 private:
  static Connection& self(void* user_data) { return *static_cast<Connection*>(user_data); }

  static void set_callbacks(nghttp2_session_callbacks* callbacks) {
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                      std::uint8_t, void* connection) {
          return self(connection)
              .on_header(*frame, text_of(name, name_size), text_of(value, value_size));
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                      std::size_t size, void* connection) {
          const auto* bytes = reinterpret_cast<const std::byte*>(data);
          self(connection).say(Http2ClientEvent::Kind::data, id).data.assign(bytes, bytes + size);
          return 0;
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* connection) {
          self(connection).on_frame(*frame);
          return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        callbacks, [](nghttp2_session*, std::int32_t id, std::uint32_t error, void* connection) {
          self(connection).on_stream_close(id, error);
          return 0;
        });
  }

  Http2ClientEvent& say(Http2ClientEvent::Kind kind, std::int32_t id) {
    return events_.emplace_back(Http2ClientEvent{kind, Http2StreamId(id), nullptr, {}, 0});
  }

  Call* find(std::int32_t id) {
    const auto at = calls_.find(id);
    return at == calls_.end() ? nullptr : &at->second;
  }

  int on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
    Call* const call = find(frame.hd.stream_id);
    if (call == nullptr || call->response == nullptr) return 0;  // a trailer
    ResponseHead& head = call->response->head;
    if (name == ":status") {
      std::from_chars(value.data(), value.data() + value.size(), head.status);
      head.version = HttpVersion::http2;
      return 0;
    }
    if (head.headers.full()) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::size_t name_size = name.size();
    const std::string both = std::string(name).append(value);
    const std::string_view kept = keep_text(call->response->header_text, head, both);
    head.headers.add({kept.substr(0, name_size), kept.substr(name_size)});
    return 0;
  }

  void on_frame(const nghttp2_frame& frame) {
    if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return;
    const std::int32_t id = frame.hd.stream_id;
    Call* const call = find(id);
    if (call == nullptr) return;
    if (frame.hd.type == NGHTTP2_HEADERS && call->response != nullptr) {
      if (call->response->head.status < 200) {  // 100 Continue: forget it, the real one follows
        call->response = std::make_unique<Http2ResponseHead>();
      } else {
        say(Http2ClientEvent::Kind::head, id).head = std::move(call->response);
      }
    }
    if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      call->has_ended = true;
      say(Http2ClientEvent::Kind::end, id);
    }
  }

  void on_stream_close(std::int32_t id, std::uint32_t error) {
    const Call* const call = find(id);
    if (call == nullptr) return;
    if (!call->has_ended) say(Http2ClientEvent::Kind::reset, id).error = error;
    calls_.erase(id);
  }

  static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t* to, std::size_t length,
                           std::uint32_t* flags, nghttp2_data_source*, void* connection) {
    Call* const call = self(connection).find(id);
    CHECK(call != nullptr);
    const std::size_t size = std::min(length, call->body.size());
    const ByteView piece = call->body.take(size);
    if (size != 0) std::memcpy(to, piece.data(), size);
    if (call->body.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }

  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Call> calls_;
  std::deque<Http2ClientEvent> events_;
  bool failed_ = false;
};

Http2ClientSession::Http2ClientSession() : connection_(std::make_unique<Connection>()) {}
Http2ClientSession::~Http2ClientSession() = default;

std::optional<Http2StreamId> Http2ClientSession::submit_request(
    const Http2RequestLine& line, std::span<const HeaderField> headers, Buffer body) {
  return connection_->submit_request(line, headers, std::move(body));
}
void Http2ClientSession::cancel(Http2StreamId stream) { connection_->cancel(stream); }
bool Http2ClientSession::feed(ByteView received) { return connection_->feed(received); }
std::optional<Http2ClientEvent> Http2ClientSession::next_event() {
  return connection_->next_event();
}
void Http2ClientSession::take_output(Buffer& out) { connection_->take_output(out); }
bool Http2ClientSession::finished() const { return connection_->finished(); }

}  // namespace levada::wire
