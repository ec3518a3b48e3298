#include "load/bare_server.h"

#include <cstring>

#include "base/crc32c.h"
#include "base/endian.h"
#include "wire/md5.h"

namespace levada::load {
namespace {

constexpr Bytes group_size = 64_KiB;
constexpr Bytes journal_size = 64_MiB;
constexpr std::size_t frame_head = 24;  // CRC, lengths, the number that the key's hash gives

}  // namespace

Task<Unit> BareServer::open(std::string directory) {
  path_ = directory + "/bare-server.blocks";
  const io::OpenOptions fresh{.create = true, .direct = true};
  file_ = co_await disk_.open(path_, fresh);
  co_await file_->preallocate(journal_size);
  for (auto& block : blocks_) block = io::AlignedBuffer(group_size);
  gate_.spawn(flush_all());
  co_return Unit{};
}

Task<Unit> BareServer::close() {
  closing_ = true;
  more_.notify_all();
  co_await gate_.close();
  file_.reset();
  co_return co_await disk_.remove(path_);
}

Result<Unit> BareServer::verify(const wire::RequestHead& head, ByteView body) {
  const wire::SigV4Request request{.method = head.method,
                                   .path = head.path,
                                   .query = head.query,
                                   .headers = {head.headers.begin(), head.headers.end()},
                                   .body = body,
                                   .now = reactor_.clock().now()};
  const auto claimed = wire::parse_authentication(request);
  if (!claimed) return unexpected<Error>(claimed.error().as_error());
  const wire::SigV4Credentials known{keys_.secret_key, {}, {}};
  const bool ours = claimed->scope().access_key == keys_.access_key;
  const auto good =
      wire::verify_signature(request, *claimed, ours ? &known : nullptr, "kinesis", cache_);
  if (!good) return unexpected<Error>(good.error().as_error());
  return Unit{};
}

Task<Unit> BareServer::answer(const wire::RequestHead& head, ByteView body) {
  co_await verify(head, body);
  const std::size_t size_max = frame_head + body.size();
  if (size_max > count(group_size)) co_return fail(ErrorKind::too_large, "more than a block");
  while (used_ + size_max > count(group_size)) co_await durable_.wait();
  if (room_.size() < body.size()) room_.resize(body.size());
  if (!wire::scan_put_record(as_text(body), room_, put_) || put_.records.size() != 1)
    co_return fail(ErrorKind::invalid, "no PutRecord of the usual shape");
  const wire::ScannedRecord& record = put_.records.front();
  io::AlignedBuffer& block = blocks_[gathering_ % blocks_.size()];
  std::byte* const frame = block.data() + used_;
  const wire::Md5Digest hash = wire::md5(record.partition_key);
  std::byte* const key = frame + frame_head;
  std::byte* const data = key + record.partition_key.size();
  store_le(frame + 4, static_cast<std::uint16_t>(record.partition_key.size()));
  store_le(frame + 6, static_cast<std::uint16_t>(record.data.size()));
  std::memcpy(frame + 8, hash.data(), hash.size());
  std::memcpy(key, record.partition_key.data(), record.partition_key.size());
  std::memcpy(data, record.data.data(), record.data.size());
  store_le(frame, crc32c({frame + 4, data + record.data.size()}));
  used_ = static_cast<std::size_t>(data + record.data.size() - block.data());
  const std::uint64_t mine = gathering_;
  more_.notify_all();
  while (written_ <= mine) co_await durable_.wait();
  co_return Unit{};
}

// One block after the other: what comes while the disk writes gathers in the next.
Task<Unit> BareServer::flush_all() {
  while (!closing_) {
    if (used_ == 0) {
      co_await more_.wait();
      continue;
    }
    const std::size_t size = (used_ + io::direct_alignment - 1) & ~(io::direct_alignment - 1);
    const io::AlignedBuffer& block = blocks_[gathering_++ % blocks_.size()];
    used_ = 0;
    co_await file_->write(offset_, block.bytes().first(size), io::Durable::now);
    offset_ = (offset_ + count(group_size)) % count(journal_size);
    written_ = gathering_;
    durable_.notify_all();
  }
  co_return Unit{};
}

}  // namespace levada::load
