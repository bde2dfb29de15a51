#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "provider/gemini/conversation.hpp"
#include "provider/gemini/words.hpp"

namespace callosum::provider::gemini {

/// What the user says, as GA tells it: an item a time, begun by speech_started or by the client's
/// commit. Gemini tells of the words alone, before or behind the answer to them. Pure.
class Ear {
 public:
  explicit Ear(Conversation& conversation) : conversation_(conversation) {}

  void add_heard(std::int64_t bytes) { heard_bytes_ += bytes; }  ///< of 16 kHz PCM
  bool has_news() const { return heard_bytes_ > heard_until_; }  ///< since the last item
  /// Speech has begun and not been committed.
  bool is_open() const { return is_open_; }
  /// The newest item still lacks its words, or their end.
  bool awaits_words() const { return !item_id_.empty() && !is_complete_; }
  bool has_words() const { return !words_.empty(); }

  void start();  ///< speech_started
  void add_words(std::string_view told);
  /// Words that may be of what is said next, or the last of what was said.
  void keep_words(std::string_view told) { kept_.take(told); }
  void drop_kept() { kept_.clear(); }
  /// The item is the conversation's, whether speech was told to begin or not.
  void commit();
  void complete();  ///< no more words are coming

 private:
  void open();
  void take_kept();
  std::int64_t now_ms() const { return heard_bytes_ / 32; }

  Conversation& conversation_;
  std::string item_id_;
  Words words_;
  Words kept_;
  std::int64_t heard_bytes_ = 0;
  std::int64_t heard_until_ = 0;
  std::int64_t started_ms_ = 0;
  bool is_open_ = false;
  bool is_complete_ = true;
};

}  // namespace callosum::provider::gemini
