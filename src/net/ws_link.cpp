#include "net/ws_link.hpp"

#include <boost/asio/error.hpp>
#include <cstring>

namespace callosum::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// A 20 ms audio event (24 kHz PCM as base64 in JSON) is about 1.5 KB: one read takes it whole, and
// an idle connection holds no more than this.
constexpr std::size_t kIdleBufferBytes = 2048;
constexpr std::size_t kFirstGrowthBytes = 16 * 1024;
constexpr std::chrono::seconds kLinger{2};

}  // namespace

/// Says that a read is under way, also to the one who unwinds out of it.
struct WsLink::Reading {
  explicit Reading(WsLink& l) : link(l) { link.is_reading_ = true; }
  ~Reading() {
    link.is_reading_ = false;
    if (link.close_waiter_) link.close_waiter_->set();
    if (link.is_lingering_) link.pump();
  }
  WsLink& link;
};

WsLink::WsLink(async::TimeSource& time, WsLinkParts parts)
    : time_(time),
      stream_(std::move(parts.stream)),
      limits_(parts.limits),
      decoder_(parts.role, limits_),
      queue_(parts.limits.max_queued_bytes),
      subprotocol_(std::move(parts.subprotocol)),
      peer_(std::move(parts.peer)),
      role_(parts.role) {
  capacity_ = std::max(kIdleBufferBytes, parts.first_bytes.size());
  buffer_ = std::make_unique_for_overwrite<char[]>(capacity_);
  std::memcpy(buffer_.get(), parts.first_bytes.data(), parts.first_bytes.size());
  end_ = parts.first_bytes.size();
}

void WsLink::start() {
  last_heard_ = time_.now();
  last_ping_ = last_heard_;
  join_heartbeat(stream_->executor(), time_);
  if (limits_.budget) queue_.join(limits_.budget, *this);
}

asio::awaitable<Result<WsMessage>> WsLink::read(std::shared_ptr<WsLink> self) {
  self->decoder_.release();
  while (true) {
    WsMessage message;
    const Step step = self->decode(message);
    if (step == Step::message) co_return message;
    if (step == Step::ended) co_return self->ended_error();
    self->make_room();
    const Reading reading(*self);
    auto operation = self->stream_->read_some(
        asio::buffer(self->buffer_.get() + self->end_, self->capacity_ - self->end_));
    const auto [error, bytes] = co_await std::move(operation);
    self->take_bytes(error, bytes);
  }
}

WsLink::Step WsLink::decode(WsMessage& message) {
  while (!close_info_) {
    const std::size_t size = end_ - begin_;
    if (size == 0 || size < wanted_) return Step::wait;
    const auto event = decoder_.next({buffer_.get() + begin_, size});
    begin_ += event.consumed;
    wanted_ = event.wanted;
    if (event.kind == WsEvent::Kind::message) {
      message.data = event.data;
      message.is_binary = event.is_binary;
      return Step::message;
    }
    if (event.kind == WsEvent::Kind::need_more) {
      if (event.consumed == 0) return Step::wait;
      continue;
    }
    take_event(event);
  }
  return Step::ended;
}

void WsLink::take_event(const WsEvent& event) {
  if (event.kind == WsEvent::Kind::fault) return fail(event.code, event.data);
  if (event.kind == WsEvent::Kind::close) return take_close(event);
  if (!count_control_frame()) return fail(1008, "too many control frames");
  if (event.kind == WsEvent::Kind::ping && !close_sent_) {
    transmit(WsOpcode::pong, event.data, FrameKind::control);
  }
}

void WsLink::take_close(const WsEvent& event) {
  const bool by_peer = !close_sent_;
  if (by_peer) send_close(event.code, {});
  end(event.code, event.data, by_peer);
  is_lingering_ = true;
  pump();
}

bool WsLink::count_control_frame() {
  const SteadyTime now = time_.now();
  if (now - control_window_ >= std::chrono::seconds(1)) {
    control_window_ = now;
    control_frames_ = 0;
  }
  return ++control_frames_ <= limits_.max_control_frames_per_s;
}

void WsLink::make_room() {
  const std::size_t size = end_ - begin_;
  std::size_t capacity = capacity_;
  if (size == 0) {
    capacity = kIdleBufferBytes;
  } else if (wanted_ > capacity_) {
    // No faster than bytes come in: a header may promise what it likes.
    capacity = std::min(wanted_, std::max(kFirstGrowthBytes, 2 * capacity_));
  }
  if (capacity != capacity_) {
    auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(buffer.get(), buffer_.get() + begin_, size);
    buffer_ = std::move(buffer);
    capacity_ = capacity;
  } else if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, size);
  }
  begin_ = 0;
  end_ = size;
}

void WsLink::take_bytes(error_code error, std::size_t bytes) {
  end_ += bytes;
  if (bytes > 0) has_heard_ = true;
  if (!error || close_info_ || error == asio::error::operation_aborted) return;
  end(1006, error == asio::error::eof ? "the peer hung up" : error.message(), true);
  drop();
}

Error WsLink::ended_error() const {
  const std::string code = std::to_string(close_info_->code);
  return callosum::fail(
      ErrorType::transient,
      (close_info_->by_peer ? "the peer closed the connection (" : "the connection ended (") +
          code + ")",
      close_info_->reason);
}

void WsLink::end(std::uint16_t code, std::string_view reason, bool by_peer) {
  if (close_info_) return;
  close_info_ = CloseInfo{code, std::string(reason), by_peer};
  linger_until_ = time_.now() + kLinger;
  if (close_waiter_) close_waiter_->set();
}

void WsLink::fail(std::uint16_t code, std::string_view reason) {
  if (close_info_) return;
  end(code, reason, false);
  flush();
  queue_.drop_unsent();
  if (!close_sent_) send_close(code, reason);
  is_lingering_ = true;
  if (is_reading_) {
    if (is_writing_ && !stream_->survives_cancelled_write()) return drop();
    stream_->cancel();  // wakes the reader, which learns how it ended
  }
  pump();
}

void WsLink::abort() {
  end(1006, "aborted", false);
  drop();
}

void WsLink::reset() {
  if (!is_closed_) stream_->reset_on_close();
  abort();
}

void WsLink::release() {
  if (!is_lingering_) abort();
}

void WsLink::drop() {
  if (is_closed_) return;
  flush();
  if (is_closed_) return;  // it did not fit, and that ended it
  is_closed_ = true;
  is_lingering_ = false;
  stream_->close();
  if (!is_writing_) queue_.clear();  // else the operation still refers to its frame
  leave_heartbeat();
}

}  // namespace callosum::net
