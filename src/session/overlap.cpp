#include "session/overlap.hpp"

#include <algorithm>

#include "session/back_channel.hpp"

namespace callosum::session {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLongestBackChannel{1500};

/// How long it may go on.
milliseconds patience_with(const Overlap& overlap, milliseconds after) {
  return overlap.words.empty() ? after : std::max(after, kLongestBackChannel);
}

}  // namespace

OverlapVerdict judge(const Overlap& overlap, SteadyTime now, milliseconds after) {
  const bool says_something =
      !overlap.words.empty() && (overlap.is_asked || !is_back_channel(overlap.words));
  if (says_something) return OverlapVerdict::interrupts;
  if (overlap.has_words) return OverlapVerdict::passes;
  const bool goes_on = !overlap.is_told && overlap.stopped_ms < 0;
  if (goes_on && now - overlap.since >= patience_with(overlap, after)) {
    return OverlapVerdict::suspected;
  }
  return OverlapVerdict::open;
}

SteadyTime next_judgement(const Overlap& overlap, milliseconds after) {
  const bool goes_on = !overlap.is_told && overlap.stopped_ms < 0;
  return goes_on ? overlap.since + patience_with(overlap, after) : SteadyTime::max();
}

}  // namespace callosum::session
