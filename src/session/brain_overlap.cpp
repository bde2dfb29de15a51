#include "session/brain_overlap.hpp"

#include <utility>

#include "session/back_channel.hpp"

namespace callosum::session {

bool BrainOverlap::begin(std::int64_t at_ms) {
  if (now_) become_turn();  // two at once: whoever listens to that has stopped speaking
  if (!reply_.is_going_on()) return false;
  now_ = Overlap();
  now_->item_id = conversation_.name_item();
  now_->at_ms = at_ms;
  now_->since = time_.now();
  now_->is_asked = asks_something(reply_.heard_soon());
  return true;
}

void BrainOverlap::seems(std::string_view item_id, std::string_view words) {
  if (is_of(item_id)) now_->words = words;
}

void BrainOverlap::stopped(std::int64_t at_ms) { now_->stopped_ms = at_ms; }

bool BrainOverlap::ends_as_turn(std::string_view words) {
  now_->words = words;
  now_->has_words = true;
  look();
  return !std::exchange(has_passed_, false);
}

void BrainOverlap::look() {
  if (!now_) return;
  switch (judge(*now_, time_.now(), after_)) {
    case OverlapVerdict::open:
      return;
    case OverlapVerdict::suspected:
      return suspect();
    case OverlapVerdict::interrupts:
      return become_turn();
    case OverlapVerdict::passes:
      return pass();
  }
}

/// The caller's side hears of it and stops playing; what was not heard is kept.
void BrainOverlap::suspect() {
  now_->is_told = true;
  conversation_.speech_started(now_->at_ms, now_->item_id);
  reply_.hold();
}

void BrainOverlap::become_turn() {
  const auto overlap = *std::exchange(now_, std::nullopt);
  if (!overlap.is_told) {
    conversation_.speech_started(overlap.at_ms, overlap.item_id);
    reply_.interrupt();
  }
  reply_.drop_held();
  if (overlap.stopped_ms < 0) return;
  conversation_.speech_stopped(overlap.stopped_ms, overlap.item_id);
  conversation_.committed(overlap.item_id);
}

void BrainOverlap::pass() {
  const auto overlap = *std::exchange(now_, std::nullopt);
  has_passed_ = true;
  if (!overlap.is_told) return;
  conversation_.speech_stopped(overlap.stopped_ms, overlap.item_id);
  conversation_.cleared();  // what was heard is thrown away
  reply_.resume();
}

}  // namespace callosum::session
