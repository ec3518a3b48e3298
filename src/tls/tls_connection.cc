#include "tls/tls_connection.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"

namespace levada::tls {
namespace {

// A read takes from the socket what fits here: little for a connection that idles, several records
// for one that uploads.
constexpr std::size_t input_min = 4 << 10;
constexpr std::size_t input_max = 64 << 10;

constexpr std::size_t record_overhead_max = 64;    // header, nonce, tag, content type
constexpr std::size_t batch_max = 64 << 10;        // encrypted ahead of one socket write; fits L2
constexpr std::size_t joined_max = 4 << 10;        // so little is copied into one record
constexpr std::size_t output_kept_max = 32 << 10;  // by an idle connection

// Of TLS 1.2: OpenSSL's two record buffers are 34 KB, which only a connection in use keeps: after
// so long without a byte they go. To get them anew for every record, as in the handshake
// (SSL_MODE_RELEASE_BUFFERS), costs a small request more than its encryption.
constexpr Nanos rest_after = std::chrono::seconds(1);

}  // namespace

TlsConnection::TlsConnection(io::Reactor& reactor, std::unique_ptr<io::Connection> below,
                             ssl_st* ssl)
    : reactor_(reactor),
      below_(std::move(below)),
      ssl_(ssl, &SSL_free),
      secrets_(std::make_unique<TrafficSecrets>()),
      input_wanted_(input_min),
      sender_free_(reactor) {
  CHECK(ssl_ != nullptr);
  BIO* bio = make_ciphertext_bio(ciphertext_);
  SSL_set_bio(ssl_.get(), bio, bio);
  secrets_->collect_from(ssl_.get());
  rest_.connection = this;
  rest_.fire = [](io::Timer& timer) { static_cast<Rest&>(timer).connection->rest_if_idle(); };
}

TlsConnection::TlsConnection(io::Reactor& reactor, std::unique_ptr<io::Connection> below,
                             const TlsContext& context, ByteView already)
    : TlsConnection(reactor, std::move(below), SSL_new(context.settings_.load().get())) {
  SSL_set_accept_state(ssl_.get());
  if (already.empty()) return;
  input_.reset(new std::byte[already.size()]);
  input_size_ = already.size();
  std::memcpy(input_.get(), already.data(), already.size());
  ciphertext_.received = {input_.get(), already.size()};
}

TlsConnection::TlsConnection(io::Reactor& reactor, std::unique_ptr<io::Connection> below,
                             const TlsClientContext& context, const std::string& host)
    : TlsConnection(reactor, std::move(below), SSL_new(context.settings_.get())) {
  SSL_set_connect_state(ssl_.get());
  const bool numeric = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1;
  if (numeric) return;  // an address is no name to ask for (RFC 6066, 3)
  SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
  CHECK(SSL_set1_host(ssl_.get(), host.c_str()) == 1);
}

TlsConnection::~TlsConnection() { reactor_.disarm(rest_); }

void TlsConnection::keep_awake() {
  if (records_) return;
  busy_ = true;
  if (rest_.armed()) return;
  rest_.at = reactor_.clock().monotonic() + rest_after;
  reactor_.arm(rest_);
}

void TlsConnection::rest_if_idle() {
  if (std::exchange(busy_, false)) {
    rest_.at = reactor_.clock().monotonic() + rest_after;
    reactor_.arm(rest_);
  } else {
    SSL_free_buffers(ssl_.get());  // not what holds half a record
  }
}

Task<Unit> TlsConnection::handshake(Deadline deadline, std::string_view peer) {
  for (;;) {
    ERR_clear_error();
    const Step step = step_of(SSL_do_handshake(ssl_.get()));
    const Result<Unit> sent = co_await outcome(send(deadline));
    if (step == Step::broken) co_return broken("handshake");
    if (!sent) co_return sent;
    if (step == Step::done) break;
    if (step == Step::ended || !co_await receive(deadline))
      co_return fail(ErrorKind::closed,
                     "the " + std::string(peer) + " left in the middle of the handshake");
  }
  open_ = true;
  begin_to_talk();
  co_return Unit{};
}

// What OpenSSL is needed for ends here, unless it is TLS 1.2.
void TlsConnection::begin_to_talk() {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  protocol_.assign(reinterpret_cast<const char*>(name), size);
  TrafficSecrets::leave(ssl_.get());
  records_ = RecordLayer::take_over(ssl_.get(), *secrets_, ciphertext_.to_send);
  secrets_.reset();
  if (records_)
    ssl_.reset();
  else
    SSL_clear_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS);
}

Task<std::size_t> TlsConnection::read_some(MutableByteView into, Deadline deadline) {
  CHECK(!into.empty());
  for (;;) {
    if (!open_) co_return fail(ErrorKind::closed, "the TLS connection has failed");
    if (nothing_received() && !co_await receive(deadline)) co_return std::size_t{0};
    std::size_t got = 0;
    const Step step = decrypt(into, got);
    if (!ciphertext_.to_send.empty()) {  // an alert, or the answer to a new key
      const Result<Unit> sent = co_await outcome(send(deadline));
      if (!sent && step != Step::broken) co_return unexpected<Error>(sent.error());
    }
    if (got > 0) co_return got;
    if (step == Step::broken) co_return broken("receive");
    if (step == Step::ended || !co_await receive(deadline)) co_return std::size_t{0};
  }
}

Task<Unit> TlsConnection::write_all(std::span<const ByteView> parts, Deadline deadline) {
  if (!open_) co_return fail(ErrorKind::closed, "the TLS connection has failed");
  keep_awake();
  std::size_t whole = 0;
  for (const ByteView part : parts) whole += part.size();
  if (records_) co_return co_await outcome(write_records(parts, whole, deadline));
  const std::size_t records = whole / record_content_max + parts.size() + 1;
  ciphertext_.to_send.reserve(std::min(whole + records * record_overhead_max,
                                       batch_max + record_content_max + record_overhead_max));
  if (whole <= joined_max && parts.size() > 1) {
    co_await encrypt_joined(parts, whole);
  } else {
    for (ByteView part : parts) {
      while (!part.empty()) {
        const ByteView piece = part.first(std::min(part.size(), record_content_max));
        co_await encrypt(piece);
        part = part.subspan(piece.size());
        if (ciphertext_.to_send.size() >= batch_max) co_await send(deadline);
      }
    }
  }
  co_return co_await outcome(send(deadline));
}

Task<Unit> TlsConnection::write_records(std::span<const ByteView> parts, std::size_t whole,
                                        Deadline deadline) {
  RecordLayer::Pieces pieces{parts, 0, whole};
  const std::size_t batch = std::min(whole, batch_max);
  const std::size_t sealed = batch + (batch / record_content_max + 1) * record_overhead;
  while (pieces.left > 0) {
    if (!open_) co_return fail(ErrorKind::closed, "the TLS connection has failed");
    ciphertext_.to_send.reserve(sealed);
    records_->seal(pieces);
    if (ciphertext_.to_send.size() >= batch_max) co_await send(deadline);
  }
  co_return co_await outcome(send(deadline));
}

Task<Unit> TlsConnection::finish(Deadline deadline) {
  if (!open_) co_return Unit{};
  if (records_) {
    records_->seal_goodbye();
  } else {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // writes close_notify; the client's is not waited for
  }
  co_return co_await outcome(send(deadline));
}

TlsConnection::Step TlsConnection::step_of(int result) {
  if (result > 0) return Step::done;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::needs_more;
    case SSL_ERROR_ZERO_RETURN:
      return Step::ended;
    default: {
      const long verdict = SSL_get_verify_result(ssl_.get());
      const char* reason = verdict != X509_V_OK ? X509_verify_cert_error_string(verdict)
                                                : ERR_reason_error_string(ERR_peek_last_error());
      reason_ = reason != nullptr ? reason : "protocol error";
      ERR_clear_error();
      return Step::broken;
    }
  }
}

// Asking OpenSSL for more than has come costs as much as decrypting a small request.
bool TlsConnection::nothing_received() const {
  if (records_) return !records_->can_read(ciphertext_.received);
  return ciphertext_.received.empty() && SSL_has_pending(ssl_.get()) == 0 &&
         (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) == 0;
}

// Fills `into` from as many records as have come.
TlsConnection::Step TlsConnection::decrypt(MutableByteView into, std::size_t& got) {
  if (records_) {
    const Step step = records_->read(ciphertext_.received, into, got);
    if (step == Step::broken) reason_ = records_->reason();
    return step;
  }
  for (;;) {
    std::size_t more = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), into.data() + got, into.size() - got, &more);
    got += more;
    if (result <= 0) return step_of(result);
    if (got == into.size() || nothing_received()) return Step::done;
  }
}

Result<Unit> TlsConnection::encrypt(ByteView plaintext) {
  std::size_t taken = 0;
  ERR_clear_error();
  if (!open_) return fail(ErrorKind::closed, "the TLS connection has failed");
  const int result = SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &taken);
  if (result == 1 && taken == plaintext.size()) return Unit{};
  step_of(result);
  return broken("send");
}

Result<Unit> TlsConnection::encrypt_joined(std::span<const ByteView> parts, std::size_t whole) {
  std::array<std::byte, joined_max> joined;
  std::byte* end = joined.data();
  for (const ByteView part : parts) end = std::copy(part.begin(), part.end(), end);
  if (whole == 0) return Unit{};
  return encrypt(ByteView(joined).first(whole));
}

// Sends what OpenSSL has written. Reader and writer both may have to: the second waits, so that
// records leave in the order in which they were made.
Task<Unit> TlsConnection::send(Deadline deadline) {
  while (sender_busy_) co_await sender_free_.wait(deadline);
  while (!send_failed_ && !ciphertext_.to_send.empty()) {
    sender_busy_ = true;
    std::swap(sending_, ciphertext_.to_send);
    const std::array<ByteView, 1> parts = {sending_.filled()};
    const Result<Unit> sent = co_await outcome(below_->write_all(parts, deadline));
    sending_.clear();
    sender_busy_ = false;
    sender_free_.notify_all();
    if (!sent) {
      open_ = false;
      send_failed_ = true;  // a record may be half sent: nothing may follow it
      below_->shutdown();
      co_return sent;
    }
  }
  if (send_failed_) co_return fail(ErrorKind::closed, "the TLS connection has failed");
  if (!sender_busy_ && sending_.capacity() > output_kept_max) sending_.free();
  co_return Unit{};
}

std::size_t TlsConnection::input_size_wanted() const {
  return records_ ? std::max(input_wanted_, records_->wanted(ciphertext_.received)) : input_wanted_;
}

// Everything received has been read, but for the beginning of a record: takes more from the
// socket. False: there is no more.
Task<bool> TlsConnection::receive(Deadline deadline) {
  const MutableByteView kept = ciphertext_.received;
  CHECK(kept.empty() || records_);
  if (open_) keep_awake();
  const std::size_t wanted = input_size_wanted();
  if (input_size_ != wanted) {
    std::unique_ptr<std::byte[]> other(new std::byte[wanted]);
    std::copy(kept.begin(), kept.end(), other.get());
    input_ = std::move(other);
    input_size_ = wanted;
  } else {
    std::copy(kept.begin(), kept.end(), input_.get());  // to the front: never overwrites its rest
  }
  const MutableByteView room{input_.get(), input_size_};
  ciphertext_.received = room.first(kept.size());
  const std::size_t got = co_await below_->read_some(room.subspan(kept.size()), deadline);
  ciphertext_.received = room.first(kept.size() + got);
  if (kept.size() + got == input_size_)
    input_wanted_ = std::min(input_max, input_size_ * 4);
  else if (got < input_size_ / 8)
    input_wanted_ = std::max(input_min, input_size_ / 4);
  co_return got > 0;
}

unexpected<Error> TlsConnection::broken(std::string_view doing) {
  open_ = false;
  return fail(ErrorKind::invalid, "TLS " + std::string(doing) + ": " + reason_);
}

}  // namespace levada::tls
