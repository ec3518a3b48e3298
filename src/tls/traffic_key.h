#pragma once
// TrafficKey: seals or opens the records of one direction of a TLS 1.3 connection (RFC 8446, 5.2)
// with the cipher that OpenSSL's handshake agreed on: AES-GCM by this machine's widest instructions
// if it has them, everything else by OpenSSL. Never waits, knows no socket, and copies nothing:
// plaintext is read where it lies and ciphertext written where it goes, or the reverse.

#include <openssl/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/vector_aes_gcm.h"
#include "tls/traffic_secrets.h"

namespace levada::tls {

enum class RecordType : std::uint8_t {
  none = 0,  // nothing but padding: nobody may send it
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23
};

inline constexpr std::size_t record_header_size = 5;
inline constexpr std::size_t record_tag_size = 16;           // of every suite that is handed over
inline constexpr std::size_t record_content_max = 16 << 10;  // RFC 8446, 5.1
inline constexpr std::size_t record_sealed_max = record_content_max + 256;  // behind its header
// What sealing adds: the header, the type and the tag.
inline constexpr std::size_t record_overhead = record_header_size + 1 + record_tag_size;

class TrafficKey {
 public:
  enum class Use : bool { open, seal };

  // Null for a suite whose cipher has another form than AES-GCM and ChaCha20-Poly1305.
  static std::optional<TrafficKey> make(const SSL* ssl, const TrafficSecret& secret, Use use);
  TrafficKey(TrafficKey&&) noexcept = default;
  TrafficKey& operator=(TrafficKey&&) noexcept = default;
  ~TrafficKey();

  // One record of `size` bytes: begin, add so many in any pieces, end. `to` has room for
  // size + record_overhead.
  void begin(RecordType type, std::size_t size, std::byte* to);
  void add(ByteView content);
  void end();

  // The content of a whole record, header and all, opened into `to`, which may be the record's own
  // place behind its header and has room for record.size() - record_header_size - record_tag_size.
  // Null: it was not sealed by this key as this record.
  struct Opened {
    RecordType type;
    std::size_t size;
  };
  std::optional<Opened> open(ByteView record, std::byte* to);

  // Records so far by this generation of the key.
  std::uint64_t records() const { return sequence_; }
  // The next generation (RFC 8446, 7.2).
  void update();

 private:
  TrafficKey(const EVP_CIPHER* cipher, const EVP_MD* digest, const TrafficSecret& secret, Use use);
  void use_secret();
  void begin_record(ByteView header);
  void transform(ByteView from, std::byte* to);
  bool sealed_with(ByteView tag);

  using Context = std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)>;
  std::optional<VectorAesGcm> vector_;  // in place of a context
  Context context_;
  const EVP_CIPHER* cipher_;
  const EVP_MD* digest_;
  Use use_;
  TrafficSecret secret_;
  std::array<std::byte, 12> iv_;
  std::uint64_t sequence_ = 0;
  std::byte* next_ = nullptr;  // of the record that was begun
  RecordType type_ = RecordType::application_data;
};

}  // namespace levada::tls
