#include "provider/deepgram/heard_turns.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace callosum::provider::deepgram {

using Kind = realtime::HeardEvent::Kind;

namespace {

constexpr std::size_t kMostByHand = 16 * 1024;
constexpr std::size_t kMostEvents = 1024;  // that nobody takes

}  // namespace

void HeardTurns::began(std::int64_t at_ms) {
  if (!detects_ || owed_ > 0 || in_speech_ || events_.size() >= kMostEvents) return;
  in_speech_ = true;
  began_at_ms_ = at_ms;
  events_.push_back({Kind::started, at_ms});
}

void HeardTurns::partial(std::string_view text, bool is_stable) {
  if (!in_speech_ || text.empty()) return;
  // The newest is all that matters.
  if (!events_.empty() && events_.back().kind == Kind::partial) events_.pop_back();
  events_.push_back({Kind::partial, 0, std::string(text), is_stable});
}

void HeardTurns::end(std::int64_t at_ms) {
  in_speech_ = is_forced_ = false;
  events_.push_back({Kind::stopped, std::max(at_ms, began_at_ms_)});
}

void HeardTurns::keep_by_hand(std::string_view words, const realtime::Confidence& confidence) {
  if (words.empty() || by_hand_.size() + words.size() > kMostByHand) return;
  if (!by_hand_.empty()) by_hand_ += ' ';
  by_hand_ += words;
  by_hand_confidence_.add(confidence);
}

void HeardTurns::tell_words(std::string text, const realtime::Confidence& confidence) {
  realtime::HeardEvent event{Kind::words, 0, std::move(text)};
  if (!event.text.empty()) event.confidence = confidence;
  events_.push_back(std::move(event));
}

void HeardTurns::ended(std::int64_t at_ms, std::string_view words,
                       const realtime::Confidence& confidence) {
  words = trim(words);
  if (owed_ > 0) {
    --owed_;
    keep_by_hand(words, confidence);
    const auto all = std::exchange(by_hand_confidence_, {});
    return tell_words(std::exchange(by_hand_, {}), all);
  }
  if (!detects_ && !in_speech_) return keep_by_hand(words, confidence);
  if (!in_speech_ && words.empty()) return;
  began(at_ms);
  if (!in_speech_) return;
  end(at_ms);
  tell_words(std::string(words), confidence);
}

bool HeardTurns::commit(bool has_sound) {
  if (in_speech_) {
    is_forced_ = true;
    return true;
  }
  if (!has_sound && by_hand_.empty()) return false;
  ++owed_;
  return true;
}

void HeardTurns::fail(const std::string& why, std::int64_t at_ms) {
  if (in_speech_) {
    end(at_ms);
    events_.push_back({Kind::failed, 0, why});
  }
  for (; owed_ > 0; --owed_) events_.push_back({Kind::failed, 0, why});
}

void HeardTurns::lost(const Error& why, std::int64_t at_ms) {
  fail(why.message, at_ms);
  events_.push_back({Kind::lost, 0, why.message + ": " + why.detail, false, true, why.type});
}

std::optional<realtime::HeardEvent> HeardTurns::take() {
  if (events_.empty()) return std::nullopt;
  auto event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace callosum::provider::deepgram
