#include "tls/record_layer.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "base/endian.h"

namespace levada::tls {
namespace {

// RFC 8446, 5.5: under 2^24.5 records for one key of AES-GCM.
constexpr std::uint64_t records_a_key_max = 1 << 24;
// OpenSSL's own bound on those who keep us busy for nothing.
constexpr int without_data_max = 32;
// Tickets are a few hundred bytes; nothing else has a reason to be long.
constexpr std::size_t message_max = 16 << 10;
constexpr std::size_t message_header_size = 4;

enum class Message : std::uint8_t { new_session_ticket = 4, key_update = 24 };
constexpr std::byte level_warning{1}, level_fatal{2};
constexpr std::byte close_notify{0}, user_canceled{90};

std::size_t sealed_size(ByteView header) { return load_be<std::uint16_t>(header.data() + 3); }

// RFC 6066, 4: what a small client asked for; else the protocol's own bound.
std::size_t content_max_of(SSL* ssl) {
  const SSL_SESSION* session = SSL_get0_session(ssl);
  const int code = session == nullptr ? 0 : SSL_SESSION_get_max_fragment_length(session);
  return code == 0 ? record_content_max : std::size_t{256} << code;
}

}  // namespace

enum class RecordLayer::Alert : std::uint8_t {
  unexpected_message = 10,
  bad_record_mac = 20,
  record_overflow = 22,
  illegal_parameter = 47,
  decode_error = 50
};

std::unique_ptr<RecordLayer> RecordLayer::take_over(SSL* ssl, const TrafficSecrets& secrets,
                                                    OutputBuffer& to_send) {
  if (SSL_version(ssl) != TLS1_3_VERSION || SSL_has_pending(ssl) != 0) return nullptr;
  const bool server = SSL_is_server(ssl) != 0;
  const TrafficSecret& theirs = server ? secrets.client() : secrets.server();
  const TrafficSecret& ours = server ? secrets.server() : secrets.client();
  auto read = TrafficKey::make(ssl, theirs, TrafficKey::Use::open);
  auto write = TrafficKey::make(ssl, ours, TrafficKey::Use::seal);
  if (!read || !write) return nullptr;
  return std::unique_ptr<RecordLayer>(
      new RecordLayer(std::move(*read), std::move(*write), server, content_max_of(ssl), to_send));
}

RecordLayer::RecordLayer(TrafficKey read, TrafficKey write, bool server, std::size_t content_max,
                         OutputBuffer& to_send)
    : read_key_(std::move(read)),
      write_key_(std::move(write)),
      server_(server),
      content_max_(content_max),
      to_send_(to_send) {}

void RecordLayer::seal(Pieces& pieces) {
  if (write_key_.records() >= records_a_key_max) seal_key_update(false);
  std::size_t size = std::min(pieces.left, content_max_);
  write_key_.begin(RecordType::application_data, size, to_send_.room(size + record_overhead));
  to_send_.added(size + record_overhead);
  pieces.left -= size;
  while (size > 0) {
    const ByteView part = pieces.parts.front().subspan(pieces.offset);
    const ByteView piece = part.first(std::min(part.size(), size));
    write_key_.add(piece);
    size -= piece.size();
    pieces.offset += piece.size();
    if (piece.size() < part.size()) continue;
    pieces.parts = pieces.parts.subspan(1);
    pieces.offset = 0;
  }
  write_key_.end();
}

void RecordLayer::seal_small(RecordType type, ByteView content) {
  write_key_.begin(type, content.size(), to_send_.room(content.size() + record_overhead));
  to_send_.added(content.size() + record_overhead);
  write_key_.add(content);
  write_key_.end();
}

void RecordLayer::seal_goodbye() {
  seal_small(RecordType::alert, std::array{level_warning, close_notify});
}

// The last record under the old key (RFC 8446, 4.6.3).
void RecordLayer::seal_key_update(bool requested) {
  const std::array<std::byte, 5> message = {
      std::byte{24}, {}, {}, std::byte{1}, static_cast<std::byte>(requested)};
  seal_small(RecordType::handshake, message);
  write_key_.update();
}

std::size_t RecordLayer::wanted(ByteView received) const {
  if (received.size() < record_header_size) return record_header_size;
  return record_header_size + std::min(sealed_size(received), record_sealed_max);
}

bool RecordLayer::can_read(ByteView received) const {
  return !opened_.empty() || ended_ || received.size() >= wanted(received);
}

RecordLayer::Step RecordLayer::read(MutableByteView& received, MutableByteView into,
                                    std::size_t& got) {
  for (got = 0;;) {
    give_opened(into, got);
    if (got == into.size()) return Step::done;
    const Step step = open_next(received, into, got);
    if (step != Step::done) return got > 0 ? Step::done : step;  // said again the next time
  }
}

void RecordLayer::give_opened(MutableByteView into, std::size_t& got) {
  if (opened_.empty()) return;
  const std::size_t size = std::min(opened_.size(), into.size() - got);
  std::memcpy(into.data() + got, opened_.data(), size);
  opened_ = opened_.subspan(size);
  got += size;
}

// Data go where they are wanted at once if the whole record fits there.
RecordLayer::Step RecordLayer::open_next(MutableByteView& received, MutableByteView into,
                                         std::size_t& got) {
  if (ended_) return reason_.empty() ? Step::ended : Step::broken;
  const std::size_t size = wanted(received);
  if (received.size() < size) return Step::needs_more;
  const MutableByteView record = received.first(size);
  if (record[0] != static_cast<std::byte>(RecordType::application_data))
    return broken(Alert::unexpected_message, "a record that is not encrypted");
  if (sealed_size(record) > record_sealed_max)
    return broken(Alert::record_overflow, "a record that is too long");
  if (sealed_size(record) <= record_tag_size)
    return broken(Alert::bad_record_mac, "a record that is too short");
  const MutableByteView room = into.subspan(got);
  const bool fits = room.size() >= size - record_header_size - record_tag_size;
  if (got > 0 && !fits) return Step::needs_more;
  std::byte* const to = fits ? room.data() : record.data() + record_header_size;
  const auto opened = read_key_.open(record, to);
  received = received.subspan(size);
  if (!opened) return broken(Alert::bad_record_mac, "a record that was changed on its way");
  if (opened->size > record_content_max)
    return broken(Alert::record_overflow, "a record that is too long");
  if (opened->type != RecordType::application_data || opened->size == 0)
    return take(*opened, {to, opened->size});
  if (!message_.empty())
    return broken(Alert::unexpected_message, "data in the middle of a message");
  without_data_ = 0;
  if (fits)
    got += opened->size;
  else
    opened_ = {to, opened->size};
  return Step::done;
}

// Anything but data.
RecordLayer::Step RecordLayer::take(TrafficKey::Opened opened, MutableByteView content) {
  if (++without_data_ > without_data_max)
    return broken(Alert::unexpected_message, "too many records without data");
  switch (opened.type) {
    case RecordType::application_data:
      return Step::done;
    case RecordType::alert:
      return take_alert(content);
    case RecordType::handshake:
      return take_handshake(content);
    case RecordType::none:
    case RecordType::change_cipher_spec:
      break;
  }
  return broken(Alert::unexpected_message, "a record of no known type");
}

RecordLayer::Step RecordLayer::take_alert(ByteView content) {
  if (content.size() != 2) return broken(Alert::decode_error, "a malformed alert");
  if (content[1] == user_canceled) return Step::done;  // a goodbye follows
  ended_ = true;
  if (content[1] == close_notify) return Step::ended;
  reason_ = "the peer gave up with an alert";
  return Step::broken;  // nobody is there to be told
}

RecordLayer::Step RecordLayer::take_handshake(ByteView content) {
  if (content.empty()) return broken(Alert::unexpected_message, "an empty handshake record");
  message_.insert(message_.end(), content.begin(), content.end());
  ByteView rest = message_;
  while (rest.size() >= message_header_size) {
    const std::size_t size = load_be<std::uint32_t>(rest.data()) & 0xffffff;
    const auto type = static_cast<Message>(rest[0]);
    const bool known =
        type == Message::key_update || (type == Message::new_session_ticket && !server_);
    if (!known) return broken(Alert::unexpected_message, "a message that has no place here");
    if (size > message_max) return broken(Alert::decode_error, "a message that is too long");
    if (rest.size() - message_header_size < size) break;
    const ByteView body = rest.subspan(message_header_size, size);
    rest = rest.subspan(message_header_size + size);
    if (type != Message::key_update) continue;
    // What follows is under another key, so nothing may follow in this record.
    if (!rest.empty())
      return broken(Alert::unexpected_message, "a message behind a change of keys");
    if (const Step step = take_key_update(body); step != Step::done) return step;
  }
  message_.erase(message_.begin(), message_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  return Step::done;
}

RecordLayer::Step RecordLayer::take_key_update(ByteView body) {
  if (body.size() != 1) return broken(Alert::decode_error, "a malformed change of keys");
  if (body[0] > std::byte{1}) return broken(Alert::illegal_parameter, "a malformed change of keys");
  read_key_.update();
  if (body[0] == std::byte{1}) seal_key_update(false);
  return Step::done;
}

RecordLayer::Step RecordLayer::broken(Alert alert, std::string_view reason) {
  reason_ = reason;
  ended_ = true;
  seal_small(RecordType::alert, std::array{level_fatal, static_cast<std::byte>(alert)});
  return Step::broken;
}

}  // namespace levada::tls
