#include "io/real/system_error.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace levada::io {
namespace {

ErrorKind kind_of(int number) {
  switch (number) {
    case ENOENT:
      return ErrorKind::not_found;
    case EEXIST:
      return ErrorKind::exists;
    case ENOSPC:
    case EDQUOT:
      return ErrorKind::disk_full;
    case ECONNRESET:
    case EPIPE:
    case ESHUTDOWN:
    case ENOTCONN:
      return ErrorKind::closed;
    case ETIMEDOUT:
      return ErrorKind::timeout;
    default:
      return ErrorKind::io;
  }
}

}  // namespace

unexpected<Error> system_error(int number, std::string_view deed, std::string_view object) {
  std::string message(deed);
  message.append(" ").append(object).append(": ");
  message.append(std::generic_category().message(number));
  return fail(kind_of(number), std::move(message));
}

}  // namespace levada::io
