#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/deque.hpp"

namespace callosum::channel::twilio {

/// What waits for a person and is answered by a digit: one at a time, and only once the caller has
/// heard it. It has been heard when a reply that the model began knowing of it was completed, and
/// the phone has played that to its end. Pure; places of sound are those of Playout's axis.
class KeypadQuestions {
 public:
  /// A callosum.confirmation.requested. Without an expiry, or beyond eight, it is none of ours.
  void add(const boost::json::object& event, WallTime now);
  /// Answered, here or elsewhere.
  void remove(std::string_view id);
  /// What has expired is gone.
  void keep_time(WallTime now);

  /// What the model is to be told next, as an item of this id; nothing: it knows.
  std::optional<std::string> take_news(std::string_view item_id);

  // What becomes of it.
  void on_item_added(std::string_view item_id);
  void on_reply_began(std::string_view response_id);
  void on_reply_sound(std::string_view response_id);
  void on_reply_ended(std::string_view response_id, bool completed, std::int64_t added_until);
  void on_heard(std::int64_t heard_until);
  /// The caller has spoken over what was not heard yet.
  void on_cut();

  /// A digit that is pressed now may answer one.
  bool was_heard() const { return is_heard_ && !open_.empty(); }
  /// The question that a digit answers now, which is gone then; empty: none.
  std::string take_answered();

 private:
  struct Question {
    std::string id, preview;
    std::int64_t expires_at_ms = 0;
  };
  template <class Which>
  void forget(const Which& which);
  void ask_anew();

  static constexpr std::size_t kMost = 8;
  Deque<Question> open_;  // the first is the one that is asked
  bool is_news_ = false;
  std::string item_;        // that tells the model
  bool is_known_ = false;   // to the model
  std::string reply_;       // begun since
  bool has_sound_ = false;  // that reply
  std::int64_t put_until_ = -1;
  bool is_heard_ = false;
};

}  // namespace callosum::channel::twilio
