#include "load/pushed_shard.h"

#include <charconv>
#include <cstring>

namespace levada::load {
namespace {

constexpr std::size_t input_first = 4 << 10;  // whole frames let it grow
constexpr std::string_view line_end = "\r\n";

}  // namespace

Task<Unit> PushedShard::fill(std::size_t size, Deadline deadline) {
  while (end_ - at_ < size) {
    if (at_ > 0 && input_.size() - at_ < size) {
      std::memmove(input_.data(), input_.data() + at_, end_ - at_);
      end_ -= std::exchange(at_, 0);
    }
    if (input_.size() < at_ + size) input_.resize(std::max(input_first, at_ + size));
    const MutableByteView room = MutableByteView(input_).subspan(end_);
    const std::size_t got = co_await connection_->read_some(room, deadline);
    if (got == 0) co_return fail(ErrorKind::closed, "the server left");
    end_ += got;
  }
  co_return Unit{};
}

Task<std::size_t> PushedShard::line(Deadline deadline) {
  for (;;) {
    if (const auto found = ahead().find(line_end); found != std::string_view::npos)
      co_return found + line_end.size();
    const std::size_t more = end_ - at_ + 1;
    co_await fill(more, deadline);
  }
}

Task<Unit> PushedShard::begin(std::string request, Deadline deadline) {
  const std::array<ByteView, 1> parts = {as_bytes(request)};
  co_await connection_->write_all(parts, deadline);
  for (bool first = true;; first = false) {
    const std::size_t size = co_await line(deadline);
    if (first && !ahead().starts_with("HTTP/1.1 200"))
      co_return fail(ErrorKind::invalid, "SubscribeToShard: " + std::string(ahead()));
    at_ += size;
    if (size == line_end.size()) co_return Unit{};
  }
}

Task<std::string_view> PushedShard::next(Deadline deadline) {
  const std::size_t size = co_await begin_frame(deadline);
  co_await fill(taken_, deadline);
  co_return ahead().substr(0, size);
}

Task<PushedShard::Passed> PushedShard::pass(Buffer& scratch, Deadline deadline) {
  const std::size_t size = co_await begin_frame(deadline);
  const std::size_t end = std::min(taken_, passed_end_max + line_end.size());
  std::size_t beyond = taken_ - std::min(taken_, end_ - at_);  // what has not come yet
  if (beyond > end) {
    at_ = end_ = 0;
    while (beyond > end) {
      const std::size_t room = std::min(scratch.size(), beyond - end);
      const MutableByteView into = MutableByteView(scratch).first(room);
      const std::size_t got = co_await connection_->read_some(into, deadline);
      if (got == 0) co_return fail(ErrorKind::closed, "the server left");
      beyond -= got;
    }
    taken_ = end;
  }
  co_await fill(taken_, deadline);
  const std::string_view left = ahead().substr(0, taken_ - line_end.size());
  co_return Passed{size, left.substr(left.size() - std::min(left.size(), passed_end_max))};
}

// Up to the first byte of the next frame; its size.
Task<std::size_t> PushedShard::begin_frame(Deadline deadline) {
  at_ += std::exchange(taken_, 0);
  const std::size_t head = co_await line(deadline);
  std::size_t size = 0;
  const std::string_view text = ahead();
  if (std::from_chars(text.data(), text.data() + head, size, 16).ec != std::errc())
    co_return fail(ErrorKind::invalid, "no chunk");
  at_ += head;
  taken_ = size + line_end.size();
  co_return size;
}

}  // namespace levada::load
