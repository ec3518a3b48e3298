#include "server/binding.h"

namespace levada::server {

Result<Unit> check_binding(const Configuration& configuration) {
  if (configuration.credentials_file) return Unit{};
  const auto check = [](std::string_view flag, const io::Address& address) -> Result<Unit> {
    if (address.loopback()) return Unit{};
    return fail(ErrorKind::denied,
                std::string(flag) + ' ' + address.text() +
                    " would let everybody on the network read and write, since no access keys are "
                    "configured; either name a file of access keys with --credentials FILE "
                    "(docs/operations.md shows one), or listen on 127.0.0.1:" +
                    std::to_string(address.port));
  };
  TRY(check("--listen", configuration.listen));
  if (configuration.sql_listen) TRY(check("--sql-listen", *configuration.sql_listen));
  if (configuration.console_listen) TRY(check("--console-listen", *configuration.console_listen));
  return Unit{};
}

}  // namespace levada::server
