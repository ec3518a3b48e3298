#include "server/sql_cipher.h"

#include <charconv>
#include <cstring>

#include "base/check.h"
#include "keys/envelope.h"
#include "keys/key_text.h"
#include "wire/hex.h"

namespace levada::server {
namespace {

constexpr std::string_view envelope_context = "levada sql data key";
constexpr std::string_view text_context = "levada sql definition";
constexpr Bytes data_key_file_max = 4_KiB;
constexpr std::string_view title = "levada-sql-key 1 ";

struct DataKeyFile {
  std::string master_id;
  std::uint32_t version = 0;
  Buffer envelope;
};

// "levada-sql-key 1 MASTER VERSION ENVELOPE" and a line's end.
std::optional<DataKeyFile> parsed(std::string_view text) {
  if (!text.starts_with(title) || !text.ends_with('\n')) return std::nullopt;
  text.remove_prefix(title.size());
  text.remove_suffix(1);
  const std::size_t first = text.find(' ');
  const std::size_t second = text.rfind(' ');
  if (first == text.npos || second == first) return std::nullopt;
  DataKeyFile file;
  file.master_id = text.substr(0, first);
  const char* const end = text.data() + second;
  if (std::from_chars(text.data() + first + 1, end, file.version).ptr != end) return std::nullopt;
  file.envelope.resize(keys::envelope_size);
  if (!wire::read_hex(text.substr(second + 1), file.envelope)) return std::nullopt;
  return file;
}

const keys::MasterKey* own_key(const keys::KeyStore& store) {
  for (const keys::MasterKey& key : store.keys())
    if (key.managed()) return &key;
  return nullptr;
}

}  // namespace

Task<keys::KeyStore> SqlCipher::key_store() {
  const Buffer text = co_await io::read_file(disk_, paths_.key_store, keys::key_file_max);
  co_return keys::read_key_store(as_text(text));
}

Task<Unit> SqlCipher::load() {
  const Result<Buffer> text =
      co_await outcome(io::read_file(disk_, paths_.data_key, data_key_file_max));
  if (!text && text.error().kind == ErrorKind::not_found) co_return Unit{};
  if (!text) co_return unexpected<Error>(text.error());
  const std::optional<DataKeyFile> file = parsed(as_text(*text));
  if (!file) co_return fail(ErrorKind::corrupt, paths_.data_key + " is no key of streaming SQL");
  const keys::KeyStore store = co_await key_store();
  const keys::MasterKey* const master = store.by_id(file->master_id);
  const keys::KeyVersion* const version =
      master == nullptr ? nullptr : master->version(file->version);
  if (version == nullptr)
    co_return fail(ErrorKind::denied, "the master key " + file->master_id + " of " +
                                          paths_.data_key + " is not in " + paths_.key_store);
  data_key_ = keys::unwrap(*version, as_bytes(envelope_context), file->envelope);
  if (!data_key_)
    co_return fail(ErrorKind::corrupt, paths_.data_key + " was not sealed by its master key");
  co_return Unit{};
}

Task<Unit> SqlCipher::prepare() {
  if (data_key_) co_return Unit{};
  co_await make_own_key_();
  const keys::KeyStore store = co_await key_store();
  const keys::MasterKey* const master = own_key(store);
  if (master == nullptr) co_return fail(ErrorKind::not_found, "the server has no key of its own");
  if (data_key_) co_return Unit{};  // made meanwhile
  keys::KeyMaterial fresh;
  random_.fill(fresh);
  const Buffer envelope = keys::wrap(master->newest(), as_bytes(envelope_context), fresh, random_);
  const std::string text = std::string(title) + master->id + ' ' +
                           std::to_string(master->newest().number) + ' ' +
                           wire::hex_string(envelope) + '\n';
  data_key_ = fresh;
  const Result<Unit> written = co_await outcome(
      io::replace_file(disk_, paths_.data_key, as_bytes(text), io::Readers::owner));
  if (!written) data_key_.reset();
  co_return written;
}

std::string SqlCipher::seal(std::string_view text) {
  CHECK(data_key_.has_value(), "prepare() comes first");
  keys::Nonce nonce;
  random_.fill(nonce);
  Buffer sealed(as_bytes(text).begin(), as_bytes(text).end());
  const keys::Tag tag = aes_.seal(*data_key_, nonce, as_bytes(text_context), sealed);
  std::string out(as_text(nonce));
  out += as_text(tag);
  out += as_text(sealed);
  return out;
}

std::optional<std::string> SqlCipher::open(std::string_view sealed) {
  keys::Nonce nonce;
  keys::Tag tag;
  if (!data_key_ || sealed.size() < nonce.size() + tag.size()) return std::nullopt;
  std::memcpy(nonce.data(), sealed.data(), nonce.size());
  std::memcpy(tag.data(), sealed.data() + nonce.size(), tag.size());
  sealed.remove_prefix(nonce.size() + tag.size());
  Buffer text(sealed.size());
  if (!aes_.open(*data_key_, nonce, as_bytes(text_context), as_bytes(sealed), tag, text))
    return std::nullopt;
  return std::string(as_text(text));
}

}  // namespace levada::server
