#include "net/ws_send_queue.hpp"

#include <algorithm>

namespace callosum::net {

namespace {
constexpr std::size_t kKeepSpareBytes = 4096;
constexpr std::size_t kAlwaysBytes = 4096;  ///< may be queued whatever others hold
/// What a frame costs beside its bytes: list node, string, the heap's own.
constexpr std::size_t kFrameCost = 112;
}  // namespace

WsSendQueue::Frame& WsSendQueue::append(std::string_view bytes) {
  if (spare_.empty()) {
    frames_.emplace_back();
  } else {
    frames_.splice(frames_.end(), spare_, spare_.begin());
  }
  Frame& frame = frames_.back();
  frame.bytes.assign(bytes);
  frame.sent = 0;
  frame.kind = FrameKind::control;
  frame.is_begun = frame.is_pong = false;
  account(frame.bytes.size(), 0);
  return frame;
}

void WsSendQueue::remove(std::list<Frame>::iterator frame) {
  const std::size_t left = frame->bytes.size() - frame->sent;
  if (&*frame == giant_) giant_ = nullptr;
  if (spare_.empty() && frame->bytes.capacity() <= kKeepSpareBytes) {
    spare_.splice(spare_.end(), frames_, frame);
  } else {
    frames_.erase(frame);
  }
  account(0, left);
}

void WsSendQueue::account(std::size_t added, std::size_t gone) {
  bytes_ = bytes_ + added - gone;
  share_.set(bytes_ + frames_.size() * kFrameCost);
}

std::size_t WsSendQueue::counted_bytes() const {
  return giant_ ? bytes_ - (giant_->bytes.size() - giant_->sent) : bytes_;
}

bool WsSendQueue::fits(std::size_t bytes) const {
  if (!share_.fits(bytes + kFrameCost)) return false;
  return bytes > max_bytes_ ? !giant_ : counted_bytes() + bytes <= max_bytes_;
}

bool WsSendQueue::make_room(std::size_t bytes) {
  // A small message does not wait for others.
  if (bytes_ == 0 && bytes <= kAlwaysBytes) return true;
  auto frame = frames_.begin();
  while (!fits(bytes) && frame != frames_.end()) {
    const auto at = frame++;
    if (at->kind != FrameKind::audio || at->is_begun) continue;
    remove(at);
    ++dropped_audio_;
  }
  return fits(bytes);
}

bool WsSendQueue::push(std::string_view bytes, std::size_t sent, FrameKind kind) {
  const std::size_t left = bytes.size() - sent;
  if (sent == 0 && !make_room(left)) {
    if (kind == FrameKind::control) return false;
    ++dropped_audio_;
    return true;
  }
  Frame& frame = append(bytes);
  frame.kind = kind;
  frame.sent = sent;
  frame.is_begun = sent > 0;
  if (left > max_bytes_) giant_ = &frame;
  account(0, sent);
  return true;
}

bool WsSendQueue::push_pong(std::string_view bytes) {
  for (auto frame = frames_.begin(); frame != frames_.end(); ++frame) {
    if (!frame->is_pong || frame->is_begun) continue;
    remove(frame);
    break;
  }
  if (!make_room(bytes.size())) return false;
  append(bytes).is_pong = true;
  return true;
}

void WsSendQueue::push_last(std::string_view bytes, std::size_t sent) {
  Frame& frame = append(bytes);
  frame.sent = sent;
  frame.is_begun = sent > 0;
  account(0, sent);
}

std::string_view WsSendQueue::front() {
  Frame& frame = frames_.front();
  frame.is_begun = true;
  return std::string_view(frame.bytes).substr(frame.sent);
}

void WsSendQueue::consume(std::size_t bytes) {
  while (bytes > 0 && !frames_.empty()) {
    Frame& frame = frames_.front();
    const std::size_t step = std::min(bytes, frame.bytes.size() - frame.sent);
    frame.sent += step;
    account(0, step);
    bytes -= step;
    if (frame.sent == frame.bytes.size()) remove(frames_.begin());
  }
}

void WsSendQueue::drop_unsent() {
  while (!frames_.empty() && !frames_.back().is_begun) remove(std::prev(frames_.end()));
}

bool WsSendQueue::drop_older_audio() {
  const auto waits = [](const Frame& f) { return f.kind == FrameKind::audio && !f.is_begun; };
  const auto waiting = std::count_if(frames_.begin(), frames_.end(), waits);
  auto lost = (waiting + 1) / 2;
  dropped_audio_ += static_cast<std::uint64_t>(lost);
  for (auto frame = frames_.begin(); lost > 0;) {
    const auto at = frame++;
    if (!waits(*at)) continue;
    remove(at);
    --lost;
  }
  return waiting > 0;
}

void WsSendQueue::clear() {
  frames_.clear();
  giant_ = nullptr;
  account(0, bytes_);
}

}  // namespace callosum::net
