#include "timestream/gzip.h"

#include <algorithm>

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

Result<Buffer> ungzipped(ByteView compressed, std::size_t size) {
  z_stream stream{};
  if (inflateInit2(&stream, window) != Z_OK)
    return fail(ErrorKind::unavailable, "zlib does not start");
  // Gzip makes nothing more than about a thousand times smaller: a size is no reason to take
  // memory.
  constexpr std::size_t ratio_max = 1040;
  Buffer out(std::clamp<std::size_t>(compressed.size() * ratio_max, 1, size + 1));
  stream.next_in = reinterpret_cast<const Bytef*>(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = inflate(&stream, Z_FINISH);
  const bool whole = ended == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  if (!whole) return fail(ErrorKind::corrupt, "a compressed page does not have its size");
  out.resize(size);
  return out;
}

}  // namespace levada::timestream
