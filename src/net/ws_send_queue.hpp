#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "net/queue_budget.hpp"
#include "net/ws_connection.hpp"

namespace callosum::net {

/// Encoded frames that a slow socket has not taken yet. Bounded in bytes; a frame of which a byte
/// has been sent is never lost. One frame larger than the bound may wait beside the others: whoever
/// reads gets it, and what follows it.
class WsSendQueue {
 public:
  explicit WsSendQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  /// Also counts within what all connections may hold together.
  void join(std::shared_ptr<QueueBudget> budget, QueueMember& member) {
    share_.join(std::move(budget), member);
  }

  /// Appends one frame, of which `sent` bytes are gone already. Makes room
  /// by losing the oldest audio. False when a control frame does not fit even so.
  bool push(std::string_view frame, std::size_t sent, FrameKind kind);
  /// A pong replaces one that still waits: only the latest ping need be answered (RFC 6455 §5.5.3).
  bool push_pong(std::string_view frame);
  /// The close frame always fits.
  void push_last(std::string_view frame, std::size_t sent);

  bool empty() const { return frames_.empty(); }
  std::size_t bytes() const { return bytes_; }
  std::uint64_t dropped_audio() const { return dropped_audio_; }

  /// What is to be sent next. The frame counts as begun: it stays where it is until consumed.
  std::string_view front();
  void consume(std::size_t bytes);
  /// Everything but a frame that has been begun.
  void drop_unsent();
  /// Loses the older half of the audio that waits. False where there is none.
  bool drop_older_audio();
  void clear();

 private:
  struct Frame {
    std::string bytes;
    std::size_t sent = 0;
    FrameKind kind = FrameKind::control;
    bool is_begun = false;
    bool is_pong = false;
  };

  bool fits(std::size_t bytes) const;
  std::size_t counted_bytes() const;
  bool make_room(std::size_t bytes);
  Frame& append(std::string_view bytes);
  void remove(std::list<Frame>::iterator frame);
  void account(std::size_t added, std::size_t gone);

  std::list<Frame> frames_;
  const Frame* giant_ = nullptr;  ///< of `frames_`: the one that is larger than the bound
  std::list<Frame> spare_;  ///< at most one, so that a stream of small frames allocates nothing
  std::size_t bytes_ = 0;
  std::size_t max_bytes_;
  std::uint64_t dropped_audio_ = 0;
  QueueShare share_;
};

}  // namespace callosum::net
