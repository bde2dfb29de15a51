#include "sim/deepgram/ear.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "sim/loudness.hpp"

namespace callosum::sim::deepgram {
namespace {

constexpr Ms kFrame{20};
constexpr Ms kOnset{40};
constexpr double kLoud = 330;  // about -40 dBFS
constexpr std::size_t kRecentBytes = 1600;

std::string first_words(const std::string& text, std::size_t count) {
  std::string out;
  for (const auto word : split(text, ' ')) {
    if (word.empty()) continue;
    if (count-- == 0) break;
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

std::size_t count_words(const std::string& text) {
  const auto words = split(text, ' ');
  return static_cast<std::size_t>(
      std::count_if(words.begin(), words.end(), [](auto word) { return !word.empty(); }));
}

}  // namespace

std::string Heard::words_at(Ms now, bool is_over, const Script& script) const {
  const auto passed = std::max(now - begin, kFrame);
  if (!known) return std::to_string((voiced_until - begin).count()) + " ms of sound";
  if (is_over) return known->text;
  if (!known->partials.empty()) {
    const auto index = static_cast<std::size_t>(passed / script.partial_every);
    return known->partials[std::min(index, known->partials.size() - 1)];
  }
  const auto words = count_words(known->text);
  if (words == 0) return {};
  // Of a recording it is known how long it takes; else the last word waits for the end.
  const auto word_length =
      known->length.count() > 0
          ? std::max<std::int64_t>(known->length.count() / static_cast<std::int64_t>(words), 1)
          : script.word_length.count();
  const auto most = known->length.count() > 0 ? words : std::max<std::size_t>(words - 1, 1);
  const auto heard = static_cast<std::size_t>(passed.count() / word_length) + 1;
  return first_words(known->text, std::min(heard, most));
}

std::optional<EarEvent> Ear::next() {
  const auto frame_bytes =
      bytes_per_second(format_) * static_cast<std::size_t>(kFrame.count()) / 1000;
  if (rest_.size() < frame_bytes) return std::nullopt;
  const auto frame = std::span(rest_).first(frame_bytes);
  const bool is_loud = loudness_of(frame, format_) >= kLoud;
  if (format_.coding == SoundCoding::ulaw) {
    recent_.append(frame.begin(), frame.end());
    if (recent_.size() > kRecentBytes) recent_.erase(0, recent_.size() - kRecentBytes);
  }
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(frame_bytes));
  now_ += kFrame;
  loud_ = is_loud ? loud_ + kFrame : Ms(0);
  if (!heard_ && loud_ < kOnset) return EarEvent::nothing;
  const bool has_begun = !heard_;
  if (has_begun) begin_utterance();
  if (is_loud) heard_->voiced_until = now_;
  if (!is_known_by_sound_) recognise();
  if (has_begun) return EarEvent::begun;
  return is_loud ? EarEvent::voice : EarEvent::pause;
}

void Ear::begin_utterance() {
  heard_ = Heard{.known = nullptr, .begin = now_ - loud_, .voiced_until = now_, .nth = ++nth_};
  is_known_by_sound_ = false;
  recognise();
  if (!is_known_by_sound_) heard_->known = next_in_order();
}

/// Whose first frames are these?
void Ear::recognise() {
  if (recent_.empty()) return;
  for (const auto& utterance : script_.utterances) {
    if (utterance.connection != 0 && utterance.connection != connection_) continue;
    for (const auto& key : utterance.keys) {
      if (recent_.find(key) == std::string::npos) continue;
      heard_->known = &utterance;
      is_known_by_sound_ = true;
      recent_.clear();
      return;
    }
  }
}

const Utterance* Ear::next_in_order() {
  while (in_order_ < script_.utterances.size()) {
    const auto& utterance = script_.utterances[in_order_++];
    const bool is_ours = utterance.connection == 0 || utterance.connection == connection_;
    if (is_ours && utterance.keys.empty()) return &utterance;
  }
  return nullptr;
}

Ms Ear::silence() const { return heard_ ? now_ - heard_->voiced_until : Ms(0); }

bool Ear::is_inside_recording() const {
  return heard_ && is_known_by_sound_ && now_ - heard_->begin < heard_->known->length;
}

}  // namespace callosum::sim::deepgram
