#include "server/credential_book.h"

#include "server/toml_file.h"

namespace levada::server {

Result<std::unique_ptr<CredentialBook>> CredentialBook::open(std::string path,
                                                             std::string account) {
  std::unique_ptr<CredentialBook> book(new CredentialBook(std::move(path), std::move(account)));
  book->owned_ = TRY(book->read());
  book->table_.store(book->owned_.get(), std::memory_order_release);
  return book;
}

Result<std::unique_ptr<const CredentialTable>> CredentialBook::read() const {
  return std::make_unique<const CredentialTable>(TRY(read_credentials(path_)), account_);
}

Result<std::size_t> CredentialBook::reload(io::Reactors& reactors) {
  std::unique_ptr<const CredentialTable> fresh = TRY(read());
  table_.store(fresh.get(), std::memory_order_release);
  const std::unique_ptr<const CredentialTable> old = std::exchange(owned_, std::move(fresh));
  // Who has found a principal uses it until it next waits, so a task on each reactor outlasts them.
  for (std::uint32_t n = 0; n < reactors.size(); ++n)
    (void)reactors.run(io::ReactorIndex(n), []() -> Task<Unit> { co_return Unit{}; });
  return owned_->size();
}

void reload_credentials(CredentialBook& book, io::Reactors& reactors, io::EventLog& log) {
  if (const Result<std::size_t> keys = book.reload(reactors); !keys)
    log.error("the credentials were not read again; the old ones stay in use",
              {{"why", keys.error()}});
  else
    log.info("the credentials were read again", {{"keys", *keys}});
}

}  // namespace levada::server
