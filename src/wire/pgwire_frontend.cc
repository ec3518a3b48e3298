#include "wire/pgwire_frontend.h"

#include <string>

#include "base/endian.h"

namespace levada::wire {
namespace {

constexpr std::uint32_t code_tls = 80'877'103;
constexpr std::uint32_t code_gss = 80'877'104;
constexpr std::uint32_t code_cancel = 80'877'102;
constexpr std::size_t length_size = 4;

// Takes fields off the front of a body.
class Fields {
 public:
  explicit Fields(ByteView body) : rest_(body) {}

  Result<std::string_view> string() {
    const std::string_view text = as_text(rest_);
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos) return fail(ErrorKind::invalid, "invalid string in message");
    rest_ = rest_.subspan(end + 1);
    return text.substr(0, end);
  }
  template <class T>
  Result<T> integer() {
    if (rest_.size() < sizeof(T))
      return fail(ErrorKind::invalid, "insufficient data left in message");
    const T value = load_be<T>(rest_.data());
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  Result<ByteView> bytes(std::size_t size) {
    if (rest_.size() < size) return fail(ErrorKind::invalid, "insufficient data left in message");
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  // A number of items that follow, each of at least `item_size` bytes.
  Result<std::uint16_t> count(std::size_t item_size) {
    const auto items = TRY(integer<std::uint16_t>());
    if (items * item_size > rest_.size())
      return fail(ErrorKind::invalid, "insufficient data left in message");
    return items;
  }
  Result<Unit> end() const {
    if (!rest_.empty()) return fail(ErrorKind::invalid, "invalid message format");
    return Unit{};
  }
  bool empty() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

Result<std::vector<std::uint16_t>> formats(Fields& fields) {
  std::vector<std::uint16_t> all(TRY(fields.count(sizeof(std::uint16_t))));
  for (std::uint16_t& format : all) {
    format = TRY(fields.integer<std::uint16_t>());
    if (format > 1)
      return fail(ErrorKind::invalid, "unsupported format code: " + std::to_string(format));
  }
  return all;
}

}  // namespace

std::string_view PgStartup::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  return {};
}

std::size_t pgwire_wanted(ByteView bytes, bool startup) {
  const std::size_t type_size = startup ? 0 : 1;
  if (bytes.size() < type_size + length_size) return type_size + length_size;
  return type_size + load_be<std::uint32_t>(bytes.data() + type_size);
}

Result<std::optional<PgFrame>> pgwire_startup_frame(ByteView bytes) {
  if (bytes.size() < length_size) return std::nullopt;
  const std::size_t length = load_be<std::uint32_t>(bytes.data());
  if (length < 2 * length_size || length > pgwire_startup_max)
    return fail(ErrorKind::invalid, "invalid length of startup packet");
  if (bytes.size() < length) return std::nullopt;
  return PgFrame{0, bytes.subspan(length_size, length - length_size), length};
}

Result<std::optional<PgFrame>> pgwire_frame(ByteView bytes, Bytes body_max) {
  if (bytes.size() < 1 + length_size) return std::nullopt;
  const std::size_t length = load_be<std::uint32_t>(bytes.data() + 1);
  if (length < length_size) return fail(ErrorKind::invalid, "invalid message length");
  if (length - length_size > count(body_max))
    return fail(ErrorKind::too_large, "a message of " + std::to_string(length) +
                                          " bytes is over the limit of " +
                                          std::to_string(count(body_max)));
  if (bytes.size() < 1 + length) return std::nullopt;
  return PgFrame{static_cast<char>(bytes[0]), bytes.subspan(1 + length_size, length - length_size),
                 1 + length};
}

Result<PgStartup> read_pg_startup(ByteView body) {
  Fields fields(body);
  const auto code = TRY(fields.integer<std::uint32_t>());
  if (code == code_tls) return PgStartup{.kind = PgStartup::Kind::tls};
  if (code == code_gss) return PgStartup{.kind = PgStartup::Kind::gss_encryption};
  if (code == code_cancel) {
    const auto process = TRY(fields.integer<std::uint32_t>());
    const auto secret = TRY(fields.integer<std::uint32_t>());
    return PgStartup{.kind = PgStartup::Kind::cancel, .process = process, .secret = secret};
  }
  PgStartup startup{.kind = PgStartup::Kind::start,
                    .major = static_cast<std::uint16_t>(code >> 16),
                    .minor = static_cast<std::uint16_t>(code)};
  for (;;) {
    const std::string_view name = TRY(fields.string());
    if (name.empty()) break;
    startup.parameters.emplace_back(name, TRY(fields.string()));
  }
  if (!fields.empty())
    return fail(ErrorKind::invalid,
                "invalid startup packet layout: expected terminator as last byte");
  return startup;
}

Result<std::string_view> read_pg_string(ByteView body) {
  Fields fields(body);
  const std::string_view text = TRY(fields.string());
  TRY(fields.end());
  return text;
}

Result<PgParse> read_pg_parse(ByteView body) {
  Fields fields(body);
  PgParse parse;
  parse.statement = TRY(fields.string());
  parse.query = TRY(fields.string());
  parse.types.resize(TRY(fields.count(sizeof(std::uint32_t))));
  for (std::uint32_t& type : parse.types) type = TRY(fields.integer<std::uint32_t>());
  TRY(fields.end());
  return parse;
}

Result<PgBind> read_pg_bind(ByteView body) {
  constexpr std::uint32_t null_size = ~0u;
  Fields fields(body);
  PgBind bind;
  bind.portal = TRY(fields.string());
  bind.statement = TRY(fields.string());
  bind.parameter_formats = TRY(formats(fields));
  bind.parameters.resize(TRY(fields.count(sizeof(std::uint32_t))));
  for (std::optional<ByteView>& parameter : bind.parameters) {
    const auto size = TRY(fields.integer<std::uint32_t>());
    if (size != null_size) parameter = TRY(fields.bytes(size));
  }
  if (bind.parameter_formats.size() > 1 && bind.parameter_formats.size() != bind.parameters.size())
    return fail(ErrorKind::invalid, "bind message has " +
                                        std::to_string(bind.parameter_formats.size()) +
                                        " parameter formats but " +
                                        std::to_string(bind.parameters.size()) + " parameters");
  bind.result_formats = TRY(formats(fields));
  TRY(fields.end());
  return bind;
}

Result<PgNamed> read_pg_named(ByteView body) {
  Fields fields(body);
  const auto kind = static_cast<char>(TRY(fields.integer<std::uint8_t>()));
  if (kind != 'S' && kind != 'P')
    return fail(ErrorKind::invalid,
                "invalid message subtype " + std::to_string(static_cast<unsigned char>(kind)));
  const std::string_view name = TRY(fields.string());
  TRY(fields.end());
  return PgNamed{kind, name};
}

Result<PgExecute> read_pg_execute(ByteView body) {
  Fields fields(body);
  const std::string_view portal = TRY(fields.string());
  auto rows_max = TRY(fields.integer<std::uint32_t>());
  if (static_cast<std::int32_t>(rows_max) < 0) rows_max = 0;
  TRY(fields.end());
  return PgExecute{portal, rows_max};
}

Result<PgSaslInitial> read_pg_sasl_initial(ByteView body) {
  Fields fields(body);
  const std::string_view mechanism = TRY(fields.string());
  const auto size = TRY(fields.integer<std::uint32_t>());
  std::string_view response;
  if (size != ~0u) response = as_text(TRY(fields.bytes(size)));
  TRY(fields.end());
  return PgSaslInitial{mechanism, response};
}

}  // namespace levada::wire
