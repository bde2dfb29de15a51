#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/deque.hpp"
#include "channel/twilio/growing_list.hpp"
#include "realtime/confidence.hpp"
#include "storage/phone_calls.hpp"

namespace callosum::channel::twilio {

/// A conversation that is over, for whoever judges it.
struct EndedCall {
  storage::CallRecord record;     ///< as it was kept
  std::vector<std::string> said;  ///< the last by the caller, also where the record keeps no words
};

/// What is written down of a call: who said what, as far as it was heard, which tools ran, and
/// when. Turns stand in the order of the conversation, whenever their words have come. Pure; what
/// goes beyond its bounds is counted, not kept.
class CallRecorder {
 public:
  static constexpr std::size_t kMostEntries = 2000;
  static constexpr std::size_t kMostTextBytes = 256 * 1024;

  /// `before`: of the same call, that goes on. Times of the timeline are since it was answered.
  /// Without `keeps_words`, of what was said and given to tools nothing is left once it has ended.
  CallRecorder(storage::CallRecord before, WallTime now, bool keeps_words = true);

  /// The item has its place in the conversation, behind all that have one. Its words may come much
  /// later: a voice that hears by itself has the caller's written down while it answers already.
  void placed(std::string_view item_id);
  /// The caller has ended what becomes this item.
  void spoken(std::string_view item_id, WallTime now);

  // Each says when it was; `item_id` is the model's. One that has no place yet has its own now.
  void heard(std::string_view text, std::string_view item_id, WallTime now,
             const realtime::Confidence& confidence = {});
  void planned(WallTime now);
  void called(std::string_view tool, std::string_view args, WallTime now);
  /// `error_type` empty: it succeeded.
  void answered(std::string_view tool, std::string_view error_type, WallTime now);
  /// The words of an item; its sound may be heard later, or not at all.
  void said(std::string_view text, std::string_view item_id, WallTime now);
  void played(std::string_view item_id, WallTime now);
  /// Only so much of the item was heard: its words end there.
  void cut(std::string_view item_id, std::chrono::milliseconds heard,
           std::chrono::milliseconds made, WallTime now);
  /// So many digits: which they were is nobody's business.
  void pressed(std::size_t digits, WallTime now);
  void ended(std::string_view outcome, bool is_conversed_out, WallTime now);
  /// The same, for a call that goes on with whoever has this number.
  void transferred(std::string_view number, WallTime now);

  /// Something is new since the last `take`.
  bool is_dirty() const { return is_dirty_; }
  /// To be noted: its lists follow what was taken before.
  storage::CallRecord take();
  bool has_ended() const { return record_.ended_at_ms != 0; }
  /// What the caller has said of late, as it was heard, utterance by utterance; nothing once it is
  /// forgotten.
  std::vector<std::string> said_by_caller() const;
  const std::string& session_id() const { return record_.session_id; }

 private:
  struct Cut {
    std::string item_id;
    double share = 0;
  };
  /// Of an item, where it stands in the conversation.
  struct Place {
    std::string item_id;
    std::uint64_t number = 0;
    std::optional<WallTime> spoken_at = {};
  };
  /// Its own, or a new one at the end; of an item without an id nothing is kept.
  Place place_of(std::string_view item_id);
  json::object* enter(std::string_view kind, WallTime at);
  /// Null: beyond the bounds.
  json::object* add_turn(std::string_view role, std::string_view text, const Place& place);
  static void shorten(json::object& turn, double share);

  void forget_words();

  const bool keeps_words_;
  storage::CallRecord record_;
  GrowingList turns_, timeline_, tools_;
  std::vector<std::uint64_t> turn_places_;  // of each of the newest turns; ascending
  Deque<Place> places_;                     // of the newest items
  std::uint64_t next_place_ = 1;
  realtime::Confidence confidence_;  // of all that was heard
  Deque<Cut> cuts_;                  // whose words have not come yet
  std::size_t text_bytes_ = 0;
  WallTime answered_at_;
  bool is_dirty_ = true;
};

}  // namespace callosum::channel::twilio
