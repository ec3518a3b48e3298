#include "timestream/gzip.h"

#define ZLIB_CONST
#include <zlib.h>

namespace levada::timestream {
namespace {

constexpr int window = 15 + 16;  // zlib: the largest one, with a gzip header
constexpr int memory_level = 8;  // zlib's own choice

}  // namespace

Result<Buffer> gzipped(ByteView plain) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return fail(ErrorKind::unavailable, "zlib does not start");
  Buffer out(deflateBound(&stream, plain.size()));
  stream.next_in = reinterpret_cast<const Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) return fail(ErrorKind::unavailable, "zlib does not end");
  return out;
}

}  // namespace levada::timestream
