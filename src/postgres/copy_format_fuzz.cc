// Whatever a client sends as COPY data or as a binary value, it is rows or an error.

#include "postgres/binary_value.h"
#include "postgres/copy_format.h"

using namespace levada;
using namespace levada::postgres;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  CopyFormat format;
  format.kind = static_cast<CopyFormat::Kind>(data[0] % 3);
  if (format.kind == CopyFormat::Kind::csv) format.delimiter = ',';
  const std::size_t cut = data[1] % size;
  const ByteView bytes{reinterpret_cast<const std::byte*>(data), size};
  using query::Type;
  using query::TypeKind;
  const std::vector<Type> types = {TypeKind::int4, TypeKind::varchar, TypeKind::numeric,
                                   TypeKind::jsonb, Type::list(TypeKind::timestamptz)};
  CopyDecoder decoder(format, types);
  std::vector<query::Row> rows;
  if (decoder.decode(bytes.first(cut), {}, rows) && decoder.decode(bytes.subspan(cut), {}, rows))
    static_cast<void>(decoder.finish({}, rows));
  for (const Type& type : types) {
    const auto value = read_binary(type, bytes);
    if (!value || value->is_null()) continue;
    Buffer out;
    append_binary(type, value->datum(), out);
  }
  return 0;
}
