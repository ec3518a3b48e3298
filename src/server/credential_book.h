#pragma once
// CredentialBook: the credentials file, which may be read again while requests are answered. What
// it says changes all at once; a file with a mistake changes nothing.

#include <atomic>
#include <memory>
#include <string>

#include "io/event_log.h"
#include "io/real/reactors.h"
#include "server/credential_table.h"

namespace levada::server {

class CredentialBook final : public aws::Credentials {
 public:
  // `account` is that of keys that name none.
  static Result<std::unique_ptr<CredentialBook>> open(std::string path, std::string account);

  const aws::Principal* find(std::string_view access_key) const override {
    return table_.load(std::memory_order_acquire)->find(access_key);
  }
  // Look at it and let it go: the next reload replaces it.
  const CredentialTable& table() const { return *table_.load(std::memory_order_acquire); }
  // How many keys there are now. Ends when no reactor looks into the old table any more.
  Result<std::size_t> reload(io::Reactors& reactors);

 private:
  CredentialBook(std::string path, std::string account)
      : path_(std::move(path)), account_(std::move(account)) {}
  Result<std::unique_ptr<const CredentialTable>> read() const;

  std::string path_, account_;
  std::unique_ptr<const CredentialTable> owned_;
  std::atomic<const CredentialTable*> table_ = nullptr;
};

// Reads the file again and tells the log.
void reload_credentials(CredentialBook& book, io::Reactors& reactors, io::EventLog& log);

}  // namespace levada::server
