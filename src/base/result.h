#pragma once
// Result<T>: a value, or the Error that the caller must look at. Expected failures only; our own
// broken promises are CHECKs. Kinds are Levada's own; each face maps them to its protocol's names
// in one table.
//
//   Result<Shard> find(...) {
//     const Stream& stream = TRY(streams.find(name));   // returns the error to our caller
//     ...
//   }

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace levada {

enum class ErrorKind : std::uint8_t {
  invalid,      // the caller asked for something that can never be right
  not_found,    // the thing named does not exist
  exists,       // the thing to be made is there already
  conflict,     // the thing is in a state that forbids this now
  limit,        // a quota of the account or the resource would be passed
  throttled,    // too fast; the same call may pass later
  denied,       // the caller may not do this
  expired,      // a token, iterator or signature is too old
  unavailable,  // certainly not done; the same call may be tried again
  unknown,      // sent, outcome not known (cluster spec: Unknown)
  fenced,       // a higher epoch owns this log; final for this handle
  trimmed,      // the data asked for was removed by retention
  corrupt,      // a checksum or a format rule says that bytes on disk are wrong
  disk_full,    // no room; nothing was written
  too_large,    // over a limit of size
  timeout,      // a deadline passed
  closed,       // the other side, or our own stop, ended it
  io,           // the operating system refused
  unsupported,  // Levada does not do this, and says so
};

std::string_view name(ErrorKind kind);

struct [[nodiscard]] Error {
  ErrorKind kind;
  std::string message;     // for the user: what is wrong, and what to do where that is known
  std::uint16_t code = 0;  // of an enumeration of the room that speaks, where its face needs more
};

struct Unit {
  friend constexpr bool operator==(Unit, Unit) = default;
};

template <class T>
using Result = tl::expected<T, Error>;

using tl::unexpected;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message)});
}

// A Result of a reference is a pointer that is never null.
template <class T>
using ResultRef = Result<T*>;

}  // namespace levada

// Evaluates to the value, or returns the error from the surrounding function (not for coroutines:
// there, write `co_await result`).
#define TRY(expression)                                                             \
  __extension__({                                                                   \
    auto&& try_result_ = (expression);                                              \
    if (!try_result_.has_value()) [[unlikely]]                                      \
      return ::levada::unexpected<::levada::Error>(std::move(try_result_).error()); \
    std::move(try_result_).value();                                                 \
  })
