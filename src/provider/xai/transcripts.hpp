#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/deque.hpp"

namespace callosum::provider::xai {

/// What the user is heard to say: xAI tells the whole text again and again and corrects itself, GA
/// adds pieces and says the end once (protocols: xAI voice §6). Bounded: the oldest utterances are
/// forgotten.
class Transcripts {
 public:
  static constexpr std::size_t kMaxUtterances = 32;

  /// The whole text so far: what is new of it, where it begins with what was told. What was
  /// corrected waits for the end.
  std::optional<std::string> on_text(std::string_view item_id, std::string_view text);
  /// True: the end of this one has not been told yet, and is now.
  bool finish(std::string_view item_id);

  void on_started(std::string_view item_id, std::int64_t at_ms);
  void on_stopped(std::string_view item_id, std::int64_t at_ms);
  double seconds(std::string_view item_id) const;  ///< how long it was; 0: not known

 private:
  struct Utterance {
    std::string item_id;
    std::string told;
    bool is_finished = false;
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0;
  };
  Utterance& get(std::string_view item_id);

  Deque<Utterance> utterances_;
};

}  // namespace callosum::provider::xai
