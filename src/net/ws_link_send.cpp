// The sending half of a WsLink, its close handshake and its last moments.
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "async/with_deadline.hpp"
#include "net/ws_link.hpp"

namespace callosum::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxDiscardedBytes = 16 << 20;
constexpr std::size_t kTrashBytes = 4096;
constexpr std::size_t kMaxBatchBytes = 48 * 1024;

bool is_would_block(error_code error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

bool WsLink::send(WsOpcode opcode, std::string_view payload, FrameKind kind) {
  if (close_sent_ || close_info_) return false;
  return transmit(opcode, payload, kind);
}

bool WsLink::transmit(WsOpcode opcode, std::string_view payload, FrameKind kind) {
  if (is_send_dead_ || is_closed_) return false;
  if (is_writing_ || !queue_.empty()) {
    auto single = borrow_ws_batch();
    single->append(role_, opcode, payload, kind);
    const bool fits = enqueue(*single, 0);
    return_ws_batch(std::move(single));
    return fits;
  }
  if (!batch_) {
    batch_ = borrow_ws_batch();
    asio::post(stream_->executor(), [self = shared_from_this()] { self->flush(); });
  }
  batch_->append(role_, opcode, payload, kind);
  if (batch_->bytes().size() > kMaxBatchBytes) flush();
  return !is_send_dead_ && !is_closed_;
}

/// What was said since the last time goes to the socket; what that does not take waits in the
/// queue.
void WsLink::flush() {
  if (!batch_) return;
  auto batch = std::move(batch_);
  const asio::const_buffer all(batch->bytes().data(), batch->bytes().size());
  error_code error;
  const std::size_t sent = stream_->try_write({&all, 1}, error);
  if (error && !is_would_block(error)) {
    is_send_dead_ = true;  // what the peer said before may still be read, and tells why
  } else if (sent < all.size()) {
    enqueue(*batch, sent);
  }
  return_ws_batch(std::move(batch));
}

bool WsLink::enqueue(const WsBatch& batch, std::size_t sent) {
  for (std::size_t i = 0; i < batch.count(); ++i) {
    const auto frame = batch.frame(i, sent);
    if (frame.sent == frame.bytes.size()) continue;
    if (enqueue(frame)) continue;
    fail(1008, "reads too slowly");
    return false;
  }
  pump();
  return true;
}

bool WsLink::enqueue(const WsBatch::Frame& frame) {
  if (frame.opcode == WsOpcode::close) {
    queue_.push_last(frame.bytes, frame.sent);
    return true;
  }
  if (frame.opcode == WsOpcode::pong && frame.sent == 0) {
    return queue_.push_pong(frame.bytes);
  }
  return queue_.push(frame.bytes, frame.sent, frame.kind);
}

void WsLink::send_close(std::uint16_t code, std::string_view reason) {
  close_sent_ = true;
  transmit(WsOpcode::close, encode_ws_close(code, reason), FrameKind::control);
}

void WsLink::shed_soon() {
  asio::post(stream_->executor(), [weak = weak_from_this(), budget = limits_.budget] {
    if (const auto self = weak.lock()) self->shed();
    budget->has_shed();
  });
}

/// All readers together are too slow, and this one is the slowest.
void WsLink::shed() {
  if (is_closed_ || close_info_ || queue_.drop_older_audio()) return;
  fail(1008, "reads too slowly");
}

void WsLink::pump() {
  flush();
  if (is_writing_ || is_closed_) return;
  if (is_send_dead_) queue_.clear();
  if (!queue_.empty()) {
    is_writing_ = true;
    const auto front = queue_.front();
    stream_->start_write(asio::buffer(front.data(), front.size()), shared_from_this());
  } else if (is_lingering_) {
    say_goodbye();
  }
}

void WsLink::on_written(error_code error, std::size_t bytes) {
  is_writing_ = false;
  queue_.consume(bytes);
  if (is_closed_) return queue_.clear();
  if (error && error != asio::error::operation_aborted) is_send_dead_ = true;
  while (!is_send_dead_ && !queue_.empty()) {
    const auto front = queue_.front();
    const asio::const_buffer part(front.data(), front.size());
    error_code refused;
    const std::size_t taken = stream_->try_write({&part, 1}, refused);
    queue_.consume(taken);
    if (taken == 0) break;
  }
  pump();
}

void WsLink::say_goodbye() {
  stream_->shutdown_send();
  if (!is_reading_) discard_more();
}

void WsLink::discard_more() {
  if (is_closed_ || is_discarding_) return;
  is_discarding_ = true;
  if (!trash_) trash_ = std::make_unique_for_overwrite<char[]>(kTrashBytes);
  stream_->start_discard(asio::buffer(trash_.get(), kTrashBytes), shared_from_this());
}

void WsLink::on_discarded(error_code error, std::size_t bytes) {
  is_discarding_ = false;
  discarded_bytes_ += bytes;
  // Cancelled while a slow write was woken: the goodbye goes on.
  const bool go_on = !error || error == asio::error::operation_aborted;
  if (!go_on || discarded_bytes_ > kMaxDiscardedBytes) return drop();
  discard_more();
}

void WsLink::on_tick(SteadyTime now) {
  if (close_info_) {
    if (now >= linger_until_) drop();
    return;
  }
  // While nobody reads, silence is ours, not the peer's.
  if (has_heard_ || !is_reading_) {
    last_heard_ = now;
    has_heard_ = false;
  }
  if (now - last_heard_ >= limits_.dead_after) {
    end(1006, "nothing was heard for too long", false);
    return drop();
  }
  if (now - last_heard_ < limits_.ping_every || now - last_ping_ < limits_.ping_every) return;
  last_ping_ = now;
  transmit(WsOpcode::ping, {}, FrameKind::control);
}

asio::awaitable<void> WsLink::close(std::shared_ptr<WsLink> self, std::uint16_t code,
                                    std::string reason, async::Deadline deadline) {
  const auto executor = co_await asio::this_coro::executor;
  if (!self->close_info_ && !self->close_sent_) self->send_close(code, reason);
  while (!self->close_info_ && !deadline.passed()) {
    if (!self->is_reading_) {  // else that reader hears the peer's answer
      auto reading = read(self);
      [[maybe_unused]] const auto ignored =
          co_await async::with_deadline(deadline, std::move(reading));
      continue;
    }
    struct Waiter {
      WsLink& link;
      async::Event event;
      ~Waiter() { link.close_waiter_ = nullptr; }
    } waiter{*self, async::Event(executor)};
    self->close_waiter_ = &waiter.event;
    co_await waiter.event.wait(deadline);
  }
  if (self->close_info_) co_return;
  self->end(1006, "no answer to our close", false);
  self->drop();
}

}  // namespace callosum::net
