#pragma once
// TlsConnection: TLS over another connection, as the server or as the client. Reads and writes
// plaintext like any io::Connection, one reader and one writer at the same time.
//
// Errors: those of the connection below; invalid when the peer breaks the protocol (it gets the
// alert). An end without close_notify reads as an ordinary end: whoever reads knows by its own
// framing whether something is missing.

#include <memory>
#include <string_view>

#include "io/network.h"
#include "io/reactor.h"
#include "io/signal.h"
#include "tls/ciphertext_bio.h"
#include "tls/record_layer.h"
#include "tls/tls_client_context.h"
#include "tls/tls_context.h"
#include "tls/traffic_secrets.h"

struct ssl_st;

namespace levada::tls {

class TlsConnection final : public io::Connection {
 public:
  // `already` was read from `below` before it was known to be TLS; it is copied.
  TlsConnection(io::Reactor& reactor, std::unique_ptr<io::Connection> below,
                const TlsContext& context, ByteView already);
  // The client of `host`, a name or a numeric address, which the certificate must be for.
  TlsConnection(io::Reactor& reactor, std::unique_ptr<io::Connection> below,
                const TlsClientContext& context, const std::string& host);
  ~TlsConnection() override;

  // The handshake, all of it before the deadline. Nothing else is called before it has succeeded,
  // but shutdown.
  Task<Unit> accept(Deadline deadline) { return handshake(deadline, "client"); }
  Task<Unit> connect(Deadline deadline) { return handshake(deadline, "server"); }
  // What ALPN agreed on: "h2", "http/1.1"; empty if the client named nothing.
  std::string_view application_protocol() const { return protocol_; }

  Task<std::size_t> read_some(MutableByteView into, Deadline deadline) override;
  Task<Unit> write_all(std::span<const ByteView> parts, Deadline deadline) override;
  Task<Unit> finish(Deadline deadline) override;
  void end_reading() noexcept override { below_->end_reading(); }
  void shutdown() noexcept override { below_->shutdown(); }
  const io::Address& peer() const override { return below_->peer(); }

 private:
  using Step = RecordLayer::Step;
  struct Rest : io::Timer {
    TlsConnection* connection = nullptr;
  };

  TlsConnection(io::Reactor& reactor, std::unique_ptr<io::Connection> below, ssl_st* ssl);
  Task<Unit> handshake(Deadline deadline, std::string_view peer);
  void begin_to_talk();
  Step step_of(int result);
  Step decrypt(MutableByteView into, std::size_t& got);
  Result<Unit> encrypt(ByteView plaintext);
  Result<Unit> encrypt_joined(std::span<const ByteView> parts, std::size_t whole);
  Task<Unit> write_records(std::span<const ByteView> parts, std::size_t whole, Deadline deadline);
  Task<Unit> send(Deadline deadline);
  Task<bool> receive(Deadline deadline);
  bool nothing_received() const;
  std::size_t input_size_wanted() const;
  void keep_awake();
  void rest_if_idle();
  unexpected<Error> broken(std::string_view doing);

  io::Reactor& reactor_;
  std::unique_ptr<io::Connection> below_;
  Ciphertext ciphertext_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;  // null once records_ has taken over
  std::unique_ptr<TrafficSecrets> secrets_;         // until the handshake is done
  std::unique_ptr<RecordLayer> records_;            // of TLS 1.3, behind the handshake
  std::string protocol_;
  std::unique_ptr<std::byte[]> input_;  // where ciphertext_.received looks
  std::size_t input_size_ = 0;
  std::size_t input_wanted_;
  OutputBuffer sending_;
  bool sender_busy_ = false;
  bool send_failed_ = false;
  io::Signal sender_free_;
  bool open_ = false;  // the handshake is done and nothing has failed since
  bool busy_ = false;  // since the rest timer was armed
  Rest rest_;
  std::string reason_;  // why the protocol is broken
};

}  // namespace levada::tls
