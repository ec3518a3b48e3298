#include "io/network.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <charconv>

namespace levada::io {

// A name like 127.example.com is no loopback, whatever it begins with.
bool Address::loopback() const {
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  return host == "localhost" || host == "::1";
}

std::string Address::text() const {
  bool brackets = host.find(':') != std::string::npos;
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Address> Address::parse(std::string_view text) {
  auto refuse = [&] {
    return fail(ErrorKind::invalid, "\"" + std::string(text) +
                                        "\" is no address; write HOST:PORT, [IPV6]:PORT or :PORT");
  };
  std::size_t colon = text.find_last_of(':');
  if (colon == std::string_view::npos) return refuse();
  std::string_view host = text.substr(0, colon);
  std::string_view digits = text.substr(colon + 1);

  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return refuse();

  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 3) return refuse();
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return refuse();  // "::1:80" could mean anything
  }
  return Address{std::string(host), port};
}

Accepted::~Accepted() {
  if (handle_ == -1) return;
  if (close_ != nullptr)
    close_(handle_, owner_);
  else
    ::close(handle_);
}

}  // namespace levada::io
