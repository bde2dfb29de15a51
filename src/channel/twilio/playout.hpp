#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/deque.hpp"

namespace callosum::channel::twilio {

/// What of the model's sound has been sent to the phone, and what of that was heard. Sent at most
/// a second ahead of the ear, so that little is in vain when the caller speaks; each piece with a
/// mark, which comes back when it has been played. After `clear` every mark comes back, so only
/// those of the present generation count (telephony §1.5, §1.6). Pure; mu-law at 8 kHz.
class Playout {
 public:
  static constexpr std::chrono::milliseconds kAhead{1000};
  static constexpr std::chrono::milliseconds kPiece{100};
  /// Of one call, not sent yet: five minutes. Beyond it the oldest goes.
  static constexpr std::size_t kMaxQueuedBytes = 5 * 60 * 8000;

  static constexpr std::size_t kMostPieces = 4096;

  /// Sound of an item, as base64 of its own. False: it is none, and is dropped.
  struct Of {
    std::string_view item_id;
    std::int64_t content_index = 0;
    bool is_outside = false;  ///< beside the conversation: no item of it
  };
  bool add(const Of& of, std::string_view base64);
  /// The older half of what waits goes.
  void shed();

  /// The next piece, when it is its time.
  struct Piece {
    std::string payload;  ///< base64
    std::string mark;     ///< to follow it
  };
  std::optional<Piece> take(SteadyTime now);
  /// When there is one; max: never.
  SteadyTime next_due() const;

  void on_mark(std::string_view name, SteadyTime now);

  /// An item of which not everything was heard.
  struct Cut {
    std::string item_id;
    std::int64_t content_index = 0;
    bool is_outside = false;
    std::chrono::milliseconds heard{0};
    std::chrono::milliseconds made{0};  ///< of it, until now
  };
  /// Nothing more is played: what was cut, oldest first. Empty: all had been heard.
  std::vector<Cut> clear(SteadyTime now);

  bool is_silent(SteadyTime now) const { return queue_.empty() && plays_until_ <= now; }
  /// Everything that was sent has come back as played.
  bool has_no_marks_out() const { return marks_.empty(); }
  SteadyTime plays_until() const { return plays_until_; }
  std::uint64_t dropped_pieces() const { return dropped_; }
  std::size_t queued_bytes() const { return queued_bytes_; }
  /// Where what was added last ends, and how far marks say that it was heard: bytes, on one axis.
  std::int64_t added_until() const { return axis_ + static_cast<std::int64_t>(queued_bytes_); }
  std::int64_t surely_heard_until() const { return known_heard_; }

 private:
  struct Item {
    std::uint64_t number = 0;
    std::string id;
    std::int64_t content_index = 0;
    bool is_outside = false;
    std::int64_t bytes = 0;  // sent so far
    std::int64_t made = 0;   // and what waits
  };
  struct Queued {
    std::uint64_t item = 0;
    std::vector<std::uint8_t> sound;
  };
  struct Sent {
    std::uint64_t item = 0;
    std::int64_t from = 0;  // on the axis of all bytes ever sent
    std::int64_t to = 0;
    std::int64_t item_offset = 0;  // of its first byte
  };
  struct Mark {
    std::string name;
    std::int64_t at = 0;  // on the axis
  };

  Item& item_of(const Of& of);
  void enqueue(std::uint64_t item, std::span<const std::uint8_t> sound);
  void drop_oldest();
  Item* find(std::uint64_t number);
  std::int64_t heard_until(SteadyTime now) const;
  void forget_heard();

  std::uint64_t generation_ = 1;
  std::uint64_t next_item_ = 1;
  Deque<Item> items_;
  Deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  Deque<Sent> sent_;
  Deque<Mark> marks_;  // on their way
  std::int64_t axis_ = 0;
  SteadyTime plays_until_{};
  std::int64_t known_heard_ = 0;  // by a mark, or because nothing had been sent yet
  SteadyTime known_at_{};
  std::uint64_t dropped_ = 0;
};

}  // namespace callosum::channel::twilio
