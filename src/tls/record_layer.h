#pragma once
// RecordLayer: what a TLS 1.3 connection says behind its handshake (RFC 8446, 4.6 and 5): data in
// records, new keys, alerts and goodbyes. OpenSSL makes the handshake and lends the cipher; this
// does what the kernel does where it has kTLS, and spares three copies of every byte and most of
// what OpenSSL costs a small request. Never waits, knows no socket; both ends. TLS 1.2 stays with
// OpenSSL. Not here: resumption by the tickets that a client is given, they are thrown away.

#include <openssl/types.h>

#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "tls/output_buffer.h"
#include "tls/traffic_key.h"

namespace levada::tls {

class RecordLayer {
 public:
  enum class Step : std::uint8_t { done, needs_more, ended, broken };

  // Takes over behind the finished handshake of `ssl`; what is to be sent goes behind `to_send`.
  // Null: OpenSSL has to go on itself (TLS 1.2, another cipher).
  static std::unique_ptr<RecordLayer> take_over(SSL* ssl, const TrafficSecrets& secrets,
                                                OutputBuffer& to_send);

  // What is left to be sealed of some parts.
  struct Pieces {
    std::span<const ByteView> parts;
    std::size_t offset = 0;  // of the first part
    std::size_t left = 0;    // bytes in all
  };
  // Takes one record's worth from the front, at least one byte.
  void seal(Pieces& pieces);
  void seal_goodbye();

  // Fills `into` from the records at the front of `received`, which shrinks by those that were
  // opened. `received` is written to. done: `got` > 0; ended: the peer said goodbye; broken: it
  // broke the protocol, reason() says how and an alert is to be sent.
  Step read(MutableByteView& received, MutableByteView into, std::size_t& got);
  // read() would find something.
  bool can_read(ByteView received) const;
  // The whole size of the record that `received` begins with, as far as can be told.
  std::size_t wanted(ByteView received) const;
  std::string_view reason() const { return reason_; }

 private:
  enum class Alert : std::uint8_t;

  RecordLayer(TrafficKey read, TrafficKey write, bool server, std::size_t content_max,
              OutputBuffer& to_send);
  void seal_small(RecordType type, ByteView content);
  void seal_key_update(bool requested);
  void give_opened(MutableByteView into, std::size_t& got);
  Step open_next(MutableByteView& received, MutableByteView into, std::size_t& got);
  Step take(TrafficKey::Opened opened, MutableByteView content);
  Step take_alert(ByteView content);
  Step take_handshake(ByteView content);
  Step take_key_update(ByteView body);
  Step broken(Alert alert, std::string_view reason);

  TrafficKey read_key_, write_key_;
  bool server_;
  std::size_t content_max_;  // of the records that we send
  OutputBuffer& to_send_;
  MutableByteView opened_;  // data for which `into` had no room; lies in what was received
  Buffer message_;          // of the handshake protocol, not all of it here yet
  int without_data_ = 0;    // records in a row
  bool ended_ = false;
  std::string_view reason_;
};

}  // namespace levada::tls
