// Any request is verified or refused with a text; what carries no right signature never passes. The
// input: lines of method, path, query, body, then `name:value` headers.
#include <string_view>
#include <vector>

#include "base/check.h"
#include "wire/sigv4.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace levada;
  using namespace levada::wire;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto line = [&] {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    return text;
  };
  SigV4Request request{.method = line(),
                       .path = line(),
                       .query = line(),
                       .headers = {},
                       .body = as_bytes(line()),
                       .now = UnixMillis(1440938160'000)};
  std::vector<HeaderField> headers;
  while (!rest.empty() && headers.size() < 100) {
    const std::string_view text = line();
    const std::size_t colon = text.find(':');
    headers.push_back({text.substr(0, colon), colon == text.npos ? "" : text.substr(colon + 1)});
  }
  request.headers = headers;

  const auto claimed = parse_authentication(request);
  if (!claimed) {
    CHECK(!claimed.error().message.empty());
    return 0;
  }
  static SigningKeyCache keys;
  const SigV4Credentials credentials{.secret_key = "not in the corpus: 4c1a8e0b7d"};
  const auto verified = verify_signature(request, *claimed, &credentials, "kinesis", keys);
  CHECK(!verified && !verified.error().message.empty());
  return 0;
}
