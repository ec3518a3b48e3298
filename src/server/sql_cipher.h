#pragma once
// SqlCipher: seals the statements of streaming SQL that name secrets, with a data key of its own
// that lies in the data folder, itself sealed by the server's own master key. Grammar of its file:
// docs/formats/sql_journal.md. On the reactor of the SQL engine.

#include <functional>
#include <optional>
#include <string>

#include "io/disk.h"
#include "io/random.h"
#include "keys/key_store.h"
#include "streaming/definition_cipher.h"

namespace levada::server {

class SqlCipher final : public streaming::DefinitionCipher {
 public:
  struct Paths {
    std::string key_store;
    std::string data_key;
  };
  // `make_own_key`: makes the server's own master key where there is none. All outlive this.
  SqlCipher(io::Disk& disk, io::Random& random, Paths paths,
            std::function<Task<Unit>()> make_own_key)
      : disk_(disk),
        random_(random),
        paths_(std::move(paths)),
        make_own_key_(std::move(make_own_key)) {}

  // Reads the data key, if there is one. Errors: corrupt; denied (its master key is gone).
  Task<Unit> load();

  Task<Unit> prepare() override;
  std::string seal(std::string_view text) override;
  std::optional<std::string> open(std::string_view sealed) override;

 private:
  Task<keys::KeyStore> key_store();

  io::Disk& disk_;
  io::Random& random_;
  Paths paths_;
  std::function<Task<Unit>()> make_own_key_;
  std::optional<keys::KeyMaterial> data_key_;
  keys::AesGcm aes_;
};

}  // namespace levada::server
