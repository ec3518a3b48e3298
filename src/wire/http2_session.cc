#include "wire/http2_session.h"

#include <charconv>
#include <deque>
#include <map>
#include <utility>

#include "base/check.h"
#include "wire/http2_fields.h"

namespace levada::wire {

namespace {

// `drained` is said when an answer's unsent bytes fall to this: enough to keep the peer busy until
// the next push.
constexpr std::size_t drained_at = 64 << 10;

// Rapid reset (CVE-2023-44487): a client may abandon requests before they are answered, but not
// live on it. Cancelled calls of honest clients stay far below one in four.
constexpr std::uint64_t early_resets_free = 100;
constexpr std::uint64_t answers_per_early_reset = 4;

constexpr int status_too_large = 413;
constexpr int status_headers_too_large = 431;

struct Stream {
  std::unique_ptr<Http2Request> request = std::make_unique<Http2Request>();  // until handed over
  std::size_t header_size = 0;
  std::size_t buffered = 0;    // body bytes that count against the connection
  std::size_t unconsumed = 0;  // bytes for which the window was not yet opened again
  OutgoingBody answer;
  bool request_ended = false;
  bool handed_over = false;
  std::size_t dropped = 0;  // body bytes that came after a refusal
  bool refused = false;     // answered by the session itself; what still comes is dropped
  bool is_head = false;
  bool answer_begun = false;
  bool answer_ended = false;  // all of it is in `answer`
  bool end_sent = false;
  bool given_up = false;  // by the layer above, which needs no event then
};

class Digits {
 public:
  explicit Digits(std::uint64_t number)
      : end_(std::to_chars(digits_, digits_ + sizeof digits_, number).ptr) {}
  std::string_view text() const { return {digits_, static_cast<std::size_t>(end_ - digits_)}; }

 private:
  char digits_[20];
  char* end_;
};

}  // namespace

class Http2Session::Connection {
 public:
  explicit Connection(Http2Limits limits) : limits_(limits) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* option = nullptr;
    CHECK(nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&option) == 0);
    set_callbacks(callbacks);
    nghttp2_option_set_no_auto_window_update(option, 1);
    CHECK(nghttp2_session_server_new2(&session_, callbacks, this, option) == 0);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);

    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streams_max},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
         static_cast<std::uint32_t>(count(limits.stream_window))},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, header_block_max}};
    CHECK(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings)) == 0);
    CHECK(nghttp2_session_set_local_window_size(
              session_, NGHTTP2_FLAG_NONE, 0,
              static_cast<std::int32_t>(count(limits.connection_window))) == 0);
  }
  ~Connection() { nghttp2_session_del(session_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool feed(ByteView received) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(received.data());
    return nghttp2_session_mem_recv(session_, bytes, received.size()) >= 0;
  }

  std::optional<Http2Event> next_event() {
    if (events_.empty()) return std::nullopt;
    Http2Event event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

  void submit_response(Http2StreamId id, int status, std::span<const HeaderField> headers,
                       Buffer body) {
    Stream* const stream = answerable(id);
    if (stream == nullptr) return;
    stream->answer_ended = true;
    const Digits length(body.size());
    if (!stream->is_head) stream->answer.assign(std::move(body));
    send_head(id, *stream, status, headers, length.text());
    stop_counting(*stream);
  }

  void begin_response(Http2StreamId id, int status, std::span<const HeaderField> headers) {
    Stream* const stream = answerable(id);
    if (stream == nullptr) return;
    send_head(id, *stream, status, headers, {});
    stop_counting(*stream);
  }

  void push(Http2StreamId id, ByteView data) {
    Stream* const stream = find(id);
    if (stream == nullptr || stream->answer_ended || data.empty()) return;
    CHECK(stream->answer_begun);
    stream->answer.append(data);
    nghttp2_session_resume_data(session_, id.value());
  }

  void finish(Http2StreamId id) {
    Stream* const stream = find(id);
    if (stream == nullptr || stream->answer_ended) return;
    CHECK(stream->answer_begun);
    stream->answer_ended = true;
    nghttp2_session_resume_data(session_, id.value());
  }

  void reset(Http2StreamId id) {
    Stream* const stream = find(id);
    if (stream == nullptr) return;
    stream->answer_begun = stream->answer_ended = stream->given_up = true;
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id.value(), NGHTTP2_INTERNAL_ERROR);
  }

  Stream* find(Http2StreamId id) {
    const auto at = streams_.find(id.value());
    return at == streams_.end() ? nullptr : &at->second;
  }

  void take_output(Buffer& out) {
    open_windows();
    out_ = &out;
    out_end_ = out.size() + static_cast<std::size_t>(count(limits_.output_max));
    if (nghttp2_session_send(session_) != 0) failed_ = true;
    out_ = nullptr;
  }

  void shut_down() {
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                          nullptr, 0);
  }

  bool finished() const {
    return failed_ ||
           (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0);
  }

 private:
  static Connection& self(void* user_data) { return *static_cast<Connection*>(user_data); }

  static void set_callbacks(nghttp2_session_callbacks* callbacks) {
    nghttp2_session_callbacks_set_on_begin_headers_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* connection) {
          return self(connection).on_begin_headers(*frame);
        });
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                      std::uint8_t, void* connection) {
          self(connection).on_header(*frame, text_of(name, name_size), text_of(value, value_size));
          return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                      std::size_t size, void* connection) {
          self(connection).on_data(id, {reinterpret_cast<const std::byte*>(data), size});
          return 0;
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* connection) {
          self(connection).on_frame(*frame);
          return 0;
        });
    nghttp2_session_callbacks_set_on_frame_send_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* connection) {
          self(connection).on_frame_sent(*frame);
          return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        callbacks, [](nghttp2_session*, std::int32_t id, std::uint32_t, void* connection) {
          self(connection).on_stream_close(id);
          return 0;
        });
    nghttp2_session_callbacks_set_send_callback(
        callbacks, [](nghttp2_session*, const std::uint8_t* data, std::size_t size, int,
                      void* connection) { return self(connection).on_send(data, size); });
    nghttp2_session_callbacks_set_send_data_callback(
        callbacks, [](nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* frame_head,
                      std::size_t size, nghttp2_data_source*, void* connection) {
          return self(connection).on_send_data(frame->hd.stream_id, frame_head, size);
        });
  }

  int on_begin_headers(const nghttp2_frame& frame) {
    if (frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST) {
      Stream& stream = streams_[frame.hd.stream_id];
      stream.request->stream = Http2StreamId(frame.hd.stream_id);
      stream.request->head.version = HttpVersion::http2;
    }
    return 0;
  }

  void on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
    if (frame.hd.type != NGHTTP2_HEADERS || frame.headers.cat != NGHTTP2_HCAT_REQUEST) return;
    Stream* const stream = find(Http2StreamId(frame.hd.stream_id));
    if (stream == nullptr || stream->refused) return;
    constexpr std::size_t overhead = 32;  // RFC 9113, 6.5.2, SETTINGS_MAX_HEADER_LIST_SIZE
    stream->header_size += name.size() + value.size() + overhead;
    RequestHead& head = stream->request->head;
    // One place stays free for `host`.
    if (stream->header_size > header_block_max || head.headers.size() + 1 >= header_count_max)
      return refuse(frame.hd.stream_id, *stream, status_headers_too_large);
    std::string& text = stream->request->header_text;
    if (name == ":method") {
      head.method = keep_text(text, head, value);
      stream->is_head = value == "HEAD";
    } else if (name == ":path") {
      split_target(keep_text(text, head, value), head);
    } else if (name == ":authority") {
      head.authority = keep_text(text, head, value);
    } else if (!name.starts_with(':')) {
      // Both pieces at once: the second could move the first, which `head` does not know yet.
      const std::size_t name_size = name.size();
      const std::string both = std::string(name).append(value);
      const std::string_view kept = keep_text(text, head, both);
      head.headers.add({kept.substr(0, name_size), kept.substr(name_size)});
    }
  }

  void on_data(std::int32_t id, ByteView data) {
    nghttp2_session_consume_connection(session_, data.size());
    Stream* const stream = find(Http2StreamId(id));
    if (stream == nullptr || stream->refused || stream->handed_over) {
      nghttp2_session_consume_stream(session_, id, data.size());
      if (stream != nullptr && stream->refused) drop(id, *stream, data.size());
      return;
    }
    Buffer& body = stream->request->body;
    stream->unconsumed += data.size();
    if (body.size() + data.size() > count(limits_.body_max))
      return refuse(id, *stream, status_too_large);
    if (buffered_ + data.size() > count(limits_.buffered_max)) {
      stop_counting(*stream);
      stream->refused = true;
      stream->request.reset();
      nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_ENHANCE_YOUR_CALM);
      return;
    }
    body.insert(body.end(), data.begin(), data.end());
    stream->buffered += data.size();
    buffered_ += data.size();
  }

  // A refused upload is read over for a while, because many clients (curl 7.88, Netty) lose an
  // answer that a reset follows before they have sent everything.
  void drop(std::int32_t id, Stream& stream, std::size_t size) {
    stream.dropped += size;
    stop_endless_upload(id, stream);
  }

  // Not before the answer is sent: a reset would overtake it (RFC 9113, 8.1).
  void stop_endless_upload(std::int32_t id, Stream& stream) {
    if (!stream.end_sent || stream.dropped <= count(limits_.body_max)) return;
    stream.dropped = 0;  // say it once
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
  }

  void on_frame(const nghttp2_frame& frame) {
    if (frame.hd.type == NGHTTP2_RST_STREAM) return on_peer_reset(frame.hd.stream_id);
    if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return;
    Stream* const stream = find(Http2StreamId(frame.hd.stream_id));
    if (stream == nullptr) return;
    if (frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST)
      on_head(frame.hd.stream_id, *stream, (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
    if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) on_request_end(*stream);
  }

  void on_head(std::int32_t id, Stream& stream, bool is_all) {
    if (stream.refused) return;
    RequestHead& head = stream.request->head;
    if (!head.authority.empty() && !head.header("host")) {
      constexpr std::string_view host = "host";
      const std::string both = std::string(host).append(head.authority);
      const std::string_view kept = keep_text(stream.request->header_text, head, both);
      head.headers.add({kept.substr(0, host.size()), kept.substr(host.size())});
    } else if (head.authority.empty()) {
      head.authority = head.header("host").value_or(std::string_view{});
    }
    if (const auto length = head.header("content-length")) {
      std::uint64_t size = 0;  // nghttp2 has checked that it is a number
      const auto [end, error] =
          std::from_chars(length->data(), length->data() + length->size(), size);
      if (error != std::errc{} || size > count(limits_.body_max))
        return refuse(id, stream, status_too_large);
    }
    const auto expect = head.header("expect");
    if (!is_all && expect && same_header_name(*expect, "100-continue")) {
      OutgoingFields fields;
      fields.add(":status", "100");
      nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, fields.data(), fields.size(),
                             nullptr);
    }
  }

  void on_request_end(Stream& stream) {
    stream.request_ended = true;
    if (stream.refused) return;
    Http2Request& request = *stream.request;
    request.head.content_length = request.body.size();
    request.head.body = request.body.empty() ? BodyKind::none : BodyKind::length;
    stream.handed_over = true;
    awaiting_answer_ += stream.buffered;
    const Http2StreamId id = request.stream;
    events_.push_back({Http2Event::Kind::request, id, std::move(stream.request)});
  }

  void on_peer_reset(std::int32_t id) {
    const Stream* const stream = find(Http2StreamId(id));
    if (stream == nullptr || stream->answer_begun) return;
    if (++early_resets_ > early_resets_free + answers_ / answers_per_early_reset)
      nghttp2_session_terminate_session(session_, NGHTTP2_ENHANCE_YOUR_CALM);
  }

  void on_frame_sent(const nghttp2_frame& frame) {
    if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return;
    if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
    Stream* const stream = find(Http2StreamId(frame.hd.stream_id));
    if (stream == nullptr) return;
    stream->end_sent = true;
    stop_endless_upload(frame.hd.stream_id, *stream);
  }

  void on_stream_close(std::int32_t id) {
    const auto at = streams_.find(id);
    if (at == streams_.end()) return;
    Stream& stream = at->second;
    stop_counting(stream);
    if (stream.handed_over && !stream.end_sent && !stream.given_up) tell_reset(Http2StreamId(id));
    streams_.erase(at);
  }

  // A request that nobody has seen yet is taken back instead.
  void tell_reset(Http2StreamId id) {
    for (auto event = events_.begin(); event != events_.end(); ++event) {
      if (event->stream == id && event->kind == Http2Event::Kind::request) {
        events_.erase(event);
        return;
      }
    }
    events_.push_back({Http2Event::Kind::reset, id, nullptr});
  }

  ssize_t on_send(const std::uint8_t* data, std::size_t size) {
    if (out_->size() >= out_end_) return NGHTTP2_ERR_WOULDBLOCK;
    append(data, size);
    return static_cast<ssize_t>(size);
  }

  int on_send_data(std::int32_t id, const std::uint8_t* frame_head, std::size_t size) {
    if (out_->size() >= out_end_) return NGHTTP2_ERR_WOULDBLOCK;
    constexpr std::size_t frame_head_size = 9;
    append(frame_head, frame_head_size);
    Stream* const stream = find(Http2StreamId(id));
    CHECK(stream != nullptr);
    const std::size_t before = stream->answer.size();
    const ByteView piece = stream->answer.take(size);
    out_->insert(out_->end(), piece.begin(), piece.end());
    const std::size_t after = stream->answer.size();
    const bool is_low = after == 0 || (before > drained_at && after <= drained_at);
    if (is_low && !stream->answer_ended)
      events_.push_back({Http2Event::Kind::drained, Http2StreamId(id), nullptr});
    return 0;
  }

  void append(const std::uint8_t* data, std::size_t size) {
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    out_->insert(out_->end(), bytes, bytes + size);
  }

  // How much of the answer goes into the next DATA frame.
  static ssize_t read_answer(nghttp2_session*, std::int32_t id, std::uint8_t*, std::size_t length,
                             std::uint32_t* flags, nghttp2_data_source*, void* connection) {
    Stream* const stream = self(connection).find(Http2StreamId(id));
    CHECK(stream != nullptr);
    const std::size_t size = std::min(length, stream->answer.size());
    const bool is_last = stream->answer_ended && size == stream->answer.size();
    if (size == 0 && !is_last) return NGHTTP2_ERR_DEFERRED;
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (is_last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }

  Stream* answerable(Http2StreamId id) {
    Stream* const stream = find(id);
    return stream == nullptr || stream->answer_begun ? nullptr : stream;
  }

  void send_head(Http2StreamId id, Stream& stream, int status, std::span<const HeaderField> headers,
                 std::string_view content_length) {
    const Digits status_digits(static_cast<std::uint64_t>(status));
    OutgoingFields fields;
    fields.add(":status", status_digits.text());
    fields.add_all(headers);
    if (!content_length.empty()) fields.add("content-length", content_length);
    stream.answer_begun = true;
    ++answers_;
    nghttp2_data_provider provider{};
    provider.read_callback = read_answer;
    const bool has_body = !stream.answer_ended || !stream.answer.empty();
    nghttp2_submit_response(session_, id.value(), fields.data(), fields.size(),
                            has_body ? &provider : nullptr);
  }

  void refuse(std::int32_t id, Stream& stream, int status) {
    stop_counting(stream);
    stream.refused = true;
    stream.request.reset();
    stream.answer_ended = true;
    send_head(Http2StreamId(id), stream, status, {}, "0");
  }

  void stop_counting(Stream& stream) {
    CHECK(buffered_ >= stream.buffered);
    buffered_ -= stream.buffered;
    if (stream.handed_over) awaiting_answer_ -= stream.buffered;
    stream.buffered = 0;
  }

  // Gives window back to uploads: to all; above the soft bound to none while answers are due that
  // will make room; and if none are due, to the oldest alone, so that it gets through.
  void open_windows() {
    const bool is_crowded = buffered_ > count(limits_.buffered_soft);
    if (is_crowded && awaiting_answer_ != 0) return;
    for (auto& [id, stream] : streams_) {
      if (stream.unconsumed != 0)
        nghttp2_session_consume_stream(session_, id, std::exchange(stream.unconsumed, 0));
      if (is_crowded && !stream.request_ended) return;
    }
  }

  const Http2Limits limits_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Stream> streams_;  // oldest first
  std::deque<Http2Event> events_;
  std::size_t buffered_ = 0;         // of all streams
  std::size_t awaiting_answer_ = 0;  // of those that are complete
  std::uint64_t answers_ = 0;
  std::uint64_t early_resets_ = 0;
  Buffer* out_ = nullptr;
  std::size_t out_end_ = 0;
  bool failed_ = false;
};

Http2Session::Http2Session(Http2Limits limits)
    : connection_(std::make_unique<Connection>(limits)) {}
Http2Session::~Http2Session() = default;

bool Http2Session::feed(ByteView received) { return connection_->feed(received); }
std::optional<Http2Event> Http2Session::next_event() { return connection_->next_event(); }

void Http2Session::submit_response(Http2StreamId stream, int status,
                                   std::span<const HeaderField> headers, Buffer body) {
  connection_->submit_response(stream, status, headers, std::move(body));
}
void Http2Session::begin_response(Http2StreamId stream, int status,
                                  std::span<const HeaderField> headers) {
  connection_->begin_response(stream, status, headers);
}
void Http2Session::push(Http2StreamId stream, ByteView data) { connection_->push(stream, data); }
void Http2Session::finish(Http2StreamId stream) { connection_->finish(stream); }
void Http2Session::reset(Http2StreamId stream) { connection_->reset(stream); }

bool Http2Session::is_open(Http2StreamId stream) const {
  return connection_->find(stream) != nullptr;
}
std::size_t Http2Session::unsent(Http2StreamId stream) const {
  const auto* const found = connection_->find(stream);
  return found == nullptr ? 0 : found->answer.size();
}

void Http2Session::take_output(Buffer& out) { connection_->take_output(out); }
void Http2Session::shut_down() { connection_->shut_down(); }
bool Http2Session::finished() const { return connection_->finished(); }

}  // namespace levada::wire
