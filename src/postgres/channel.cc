#include "postgres/channel.h"

#include <array>

#include "tls/tls_connection.h"

namespace levada::postgres {
namespace {

constexpr std::size_t read_size = 16 << 10;
constexpr std::size_t kept_size = 1 << 20;
constexpr auto tls_record_type = std::byte{0x16};

}  // namespace

void Channel::drop_used() {
  input_.used(std::exchange(used_, 0));
  if (input_.size() == 0) input_.shrink(kept_size);
}

Task<Unit> Channel::receive(std::size_t whole, Deadline deadline) {
  // A long message takes memory as it comes, not as its head promises.
  const std::size_t wanted = std::min(whole, std::max<std::size_t>(2 * input_.size(), read_size));
  const MutableByteView room = input_.room(wanted);
  const std::size_t got = co_await connection_->read_some(room, deadline);
  if (got == 0) co_return fail(ErrorKind::closed, "the client left");
  input_.received(got);
  co_return Unit{};
}

Task<wire::PgFrame> Channel::startup(Deadline deadline) {
  drop_used();
  for (;;) {
    const std::optional<wire::PgFrame> frame = co_await wire::pgwire_startup_frame(input_.filled());
    if (frame) {
      used_ = frame->consumed;
      co_return *frame;
    }
    const std::size_t whole = wire::pgwire_wanted(input_.filled(), true);
    co_await receive(whole, deadline);
  }
}

Task<wire::PgFrame> Channel::message(Bytes body_max, Deadline deadline) {
  drop_used();
  for (;;) {
    const std::optional<wire::PgFrame> frame =
        co_await wire::pgwire_frame(input_.filled(), body_max);
    if (frame) {
      used_ = frame->consumed;
      co_return *frame;
    }
    const std::size_t whole = wire::pgwire_wanted(input_.filled(), false);
    co_await receive(whole, deadline);
  }
}

bool Channel::more_received() const { return input_.size() > used_; }

Task<char> Channel::next_type(Deadline deadline) {
  drop_used();
  if (input_.size() == 0) co_await receive(1, deadline);
  co_return static_cast<char>(input_.filled()[0]);
}

Task<bool> Channel::begins_with_tls(Deadline deadline) {
  if (input_.size() == 0) co_await receive(1, deadline);
  co_return input_.filled()[0] == tls_record_type;
}

Task<Unit> Channel::start_tls(const tls::TlsContext& context, bool asked, Deadline deadline) {
  drop_used();
  // Whatever came behind the request in clear was not sent by whom the handshake will prove.
  if (asked && input_.size() > 0)
    co_return fail(ErrorKind::invalid, "received unencrypted data after SSL request");
  if (asked) {
    out_.push_back(static_cast<std::byte>('S'));
    co_await flush();
  }
  auto made = std::make_unique<tls::TlsConnection>(reactor_, std::move(connection_), context,
                                                   input_.filled());
  tls::TlsConnection& connection = *made;
  connection_ = std::move(made);
  input_.used(input_.size());
  co_await connection.accept(deadline);
  encrypted_ = true;
  co_return Unit{};
}

Task<Unit> Channel::flush() {
  if (out_.empty()) co_return Unit{};
  const std::array<ByteView, 1> parts = {ByteView(out_)};
  const Deadline deadline = reactor_.clock().monotonic() + limits_.write;
  co_await connection_->write_all(parts, deadline);
  if (out_.capacity() > kept_size)
    out_ = Buffer();
  else
    out_.clear();
  co_return Unit{};
}

Task<Unit> Channel::finish() {
  const Deadline deadline = reactor_.clock().monotonic() + 1s;
  co_await connection_->finish(deadline);
  connection_->shutdown();
  co_return Unit{};
}

}  // namespace levada::postgres
