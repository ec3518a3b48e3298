// Views stay inside the message, and what is read of a stream of messages ends.

#include "base/check.h"
#include "wire/pgwire_frontend.h"

using namespace levada;
using namespace levada::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes{reinterpret_cast<const std::byte*>(data), size};
  const auto inside = [&bytes](std::string_view view) {
    if (view.empty()) return;
    const std::string_view all = as_text(bytes);
    CHECK(view.data() >= all.data() && view.data() + view.size() <= all.data() + all.size());
  };
  if (const auto first = pgwire_startup_frame(bytes); first && *first)
    if (const auto startup = read_pg_startup((*first)->body))
      for (const auto& [name, value] : startup->parameters) inside(name), inside(value);
  while (!bytes.empty()) {
    const auto frame = pgwire_frame(bytes, 1_MiB);
    if (!frame || !*frame) break;
    const ByteView body = (*frame)->body;
    if (const auto text = read_pg_string(body)) inside(*text);
    if (const auto parse = read_pg_parse(body)) inside(parse->statement), inside(parse->query);
    if (const auto bind = read_pg_bind(body))
      for (const auto& parameter : bind->parameters)
        if (parameter) inside(as_text(*parameter));
    if (const auto named = read_pg_named(body)) inside(named->name);
    if (const auto execute = read_pg_execute(body)) inside(execute->portal);
    if (const auto sasl = read_pg_sasl_initial(body)) inside(sasl->response);
    CHECK((*frame)->consumed <= bytes.size());
    bytes = bytes.subspan((*frame)->consumed);
  }
  return 0;
}
