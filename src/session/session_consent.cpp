// What the gate of consent must know of a conversation: which question was heard, and what was said
// to it.
#include "base/json.hpp"
#include "session/session.hpp"

namespace callosum::session {

using namespace std::chrono_literals;

namespace {

/// An answer may begin over the last of the question; one that begins sooner has not heard it.
constexpr auto kMayOverlap = 700ms;
constexpr std::size_t kMaxTurns = 8;  // whose transcripts may still come

}  // namespace

/// How much of the reply's audio the caller cannot have heard yet: it is sent faster than it plays.
std::chrono::milliseconds Session::unheard(SteadyTime now) const {
  if (reply_audio_chars_ == 0) return 0ms;
  const auto bytes = reply_audio_chars_ / 4 * 3;  // of base64
  const std::chrono::milliseconds plays(bytes / view_.output_bytes_per_ms());
  const auto heard = std::chrono::duration_cast<std::chrono::milliseconds>(now - reply_from_);
  return std::max(0ms, plays - heard);
}

void Session::on_reply_audio(std::size_t chars) {
  if (reply_audio_chars_ == 0) reply_from_ = parts_.time.now();
  reply_audio_chars_ += chars;
}

void Session::on_reply_began() {
  reply_audio_chars_ = 0;
  has_replied_ = false;
  if (auto* questions = calls_->questions()) questions->reply_began();
}

/// A reply without a word (calls alone) neither puts a question nor hides one.
void Session::on_reply_ended(bool completed) {
  auto* questions = calls_->questions();
  if (questions && (has_replied_ || !completed)) questions->reply_ended(completed);
}

void Session::on_spoken_over() {
  auto* questions = calls_->questions();
  if (questions && unheard(parts_.time.now()) > kMayOverlap) questions->reply_was_cut();
}

/// The caller's program cut what it plays.
void Session::on_reply_truncated() {
  if (auto* questions = calls_->questions()) questions->reply_was_cut();
}

/// A spoken turn begins with this item; its words come later.
void Session::note_turn(std::string_view item_id) {
  if (turns_.size() >= kMaxTurns) turns_.pop_front();
  turns_.push_back({std::string(item_id), context_->turn});
}

/// What the user said or typed: arguments may name it, and questions are answered by it.
void Session::hear_user(std::string_view words, std::string_view item_id) {
  history_.add("user", words, item_id);
  if (parts_.catalog->snapshot()->minds_provenance()) calls_->facts().seen.add_words(words);
  auto* questions = calls_->questions();
  if (!questions) return;
  auto turn = context_->turn;
  for (const auto& spoken : turns_) {
    if (!item_id.empty() && spoken.item_id == item_id) turn = spoken.turn;
  }
  questions->user_said(turn, words);
}

}  // namespace callosum::session
