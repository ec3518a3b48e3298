#pragma once
// KeyKeeper: the key store's file while the server runs. Reads it, reads it again when someone
// changed it (levada keys), tells every reactor's RecordCipher, and makes the data keys of streams.
// On the catalog's reactor. The file is written here only to make the server's own key, when
// alias/aws/kinesis is first used.

#include <memory>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "io/disk.h"
#include "kinesis/record_cipher.h"
#include "state/turn.h"

namespace levada::kinesis {

struct CipherHost {
  io::Reactor& reactor;
  RecordCipher& cipher;
};

class KeyKeeper {
 public:
  KeyKeeper(catalog::Catalog& catalog, io::Disk& disk, io::Random& random, std::string path,
            std::vector<CipherHost> ciphers);

  // Errors: corrupt, io. A file that is not there holds no keys.
  Task<Unit> open();

  // Takes up what changed in the file; every cipher knows when it resolves. A damaged file changes
  // nothing. Then streams whose master key was rotated get a new data key.
  Task<Unit> refresh();

  // Before a stream is to be encrypted with the key of this name: the newest file is read, and the
  // server's own key is made where it is missing.
  Task<Unit> prepare(std::string key_name);

  // A data key for the stream's records from now on, sealed by the named master key. Errors: the
  // KMS refusals. Does not wait: used while deciding.
  Result<catalog::DataKey> fresh_data_key(const catalog::Stream& stream, std::string_view key_name);

  io::Reactor& reactor() { return catalog_.reactor(); }

 private:
  Task<Unit> take_up();
  Task<bool> read();  // whether something changed
  Task<Unit> tell();
  Task<Unit> renew_data_keys();
  bool outdated(const catalog::Stream& stream) const;

  catalog::Catalog& catalog_;
  io::Disk& disk_;
  io::Random& random_;
  std::string path_;
  std::vector<CipherHost> ciphers_;
  state::Turn turn_;  // two that make the server's own key would make two
  std::string text_;  // of the file, as last read
  std::shared_ptr<const keys::KeyStore> store_;
};

// Puts a data key behind the others; those that no readable record needs leave.
void add_data_key(catalog::Stream& stream, catalog::DataKey key, UnixMillis now);

}  // namespace levada::kinesis
