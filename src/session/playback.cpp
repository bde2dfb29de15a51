#include "session/playback.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace callosum::session {

using std::chrono::milliseconds;

namespace {

// What people say in a second, in letters: for words that no mark has been given of yet.
constexpr milliseconds::rep kLettersPerSecond = 15;

/// The first words of a text, as many as fit into a part of its bytes.
std::string_view words_within(std::string_view words, std::size_t bytes) {
  if (bytes >= words.size()) return words;
  const auto end = words.substr(0, bytes + 1).find_last_of(' ');
  return end == std::string_view::npos ? std::string_view() : words.substr(0, end);
}

}  // namespace

void Playback::begin(std::string item_id, std::size_t bytes_per_ms, bool is_continuous) {
  is_continuous_ = is_continuous;
  marks_.clear();
  item_id_ = std::move(item_id);
  bytes_per_ms_ = std::max<std::size_t>(bytes_per_ms, 1);
  pieces_.clear();
  bytes_ = 0;
  stopped_.reset();
}

void Playback::add_piece(std::string_view words) { pieces_.push_back({std::string(words)}); }

void Playback::add_audio(std::size_t bytes, SteadyTime now) {
  if (pieces_.empty()) return;
  pieces_.back().bytes += bytes;
  bytes_ += bytes;
  // Where the sound had run out, it goes on from now.
  plays_until_ = std::max(plays_until_, now) + length(bytes);
}

void Playback::mark_read() {
  if (!pieces_.empty()) pieces_.back().is_read = true;
}

void Playback::stop(SteadyTime now) {
  if (left(now).count() == 0) return;
  stopped_ = played(now);
  plays_until_ = now;
}

milliseconds Playback::length(std::size_t bytes) const {
  return milliseconds(bytes / bytes_per_ms_);
}

milliseconds Playback::left(SteadyTime now) const {
  if (plays_until_ <= now) return milliseconds(0);
  return std::chrono::ceil<milliseconds>(plays_until_ - now);
}

std::string Playback::heard(SteadyTime now) const { return heard_in(played(now)); }

milliseconds Playback::played(SteadyTime now) const {
  return stopped_ ? *stopped_ : std::max(milliseconds(0), length(bytes_) - left(now));
}

std::string Playback::all_words() const {
  std::string text;
  for (const auto& piece : pieces_) {
    if (!text.empty()) text += ' ';
    text += piece.words;
  }
  return text;
}

/// What was heard is the beginning of all words.
std::string Playback::rest_behind(milliseconds played) const {
  const auto text = all_words();
  const auto heard = heard_in(played).size();
  return std::string(trim(std::string_view(text).substr(std::min(heard, text.size()))));
}

void Playback::add_marks(std::span<const realtime::SpokenMark> marks) {
  for (const auto& mark : marks) {
    const bool is_later =
        marks_.empty() || (mark.at >= marks_.back().at && mark.bytes >= marks_.back().bytes);
    if (is_later) marks_.push_back(mark);
  }
}

std::string Playback::heard_by_marks(milliseconds played) const {
  auto text = all_words();
  if (!pieces_.empty() && pieces_.back().is_read) return text;
  played = std::clamp(played, milliseconds(0), length(bytes_));
  realtime::SpokenMark before;
  for (const auto& mark : marks_) {
    if (mark.at > played) {  // speech is even enough between two
      const auto share = (mark.bytes - before.bytes) *
                         static_cast<std::size_t>((played - before.at).count()) /
                         static_cast<std::size_t>((mark.at - before.at).count());
      return std::string(words_within(text, before.bytes + share));
    }
    before = mark;
  }
  const auto guessed = (played - before.at).count() * kLettersPerSecond / 1000;
  return std::string(words_within(text, before.bytes + static_cast<std::size_t>(guessed)));
}

std::string Playback::heard_in(milliseconds played) const {
  if (is_continuous_) return heard_by_marks(played);
  const auto heard = static_cast<std::size_t>(std::max<milliseconds::rep>(played.count(), 0));
  auto bytes = heard > bytes_ / bytes_per_ms_ ? bytes_ : heard * bytes_per_ms_;
  std::string out;
  for (const auto& piece : pieces_) {
    const bool is_whole = piece.is_read || (piece.bytes > 0 && bytes + bytes_per_ms_ > piece.bytes);
    // Speech is even enough for this: so much of the sound is so much of the words.
    const auto share = piece.bytes == 0 ? 0 : piece.words.size() * bytes / piece.bytes;
    const auto words = is_whole ? std::string_view(piece.words) : words_within(piece.words, share);
    if (words.empty()) return out;
    if (!out.empty()) out += ' ';
    out += words;
    if (!is_whole) return out;
    bytes -= std::min(bytes, piece.bytes);
  }
  return out;
}

}  // namespace callosum::session
