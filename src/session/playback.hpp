#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "realtime/mouth.hpp"

namespace callosum::session {

/// What of a spoken message has been heard, known from the sound that was made and the time since:
/// it is sent faster than it plays. Pure.
class Playback {
 public:
  /// A new message, heard behind what of the last one still plays; of sound in so many bytes a
  /// millisecond. `is_continuous`: sound is not told
  /// apart by pieces; marks say where the words lie, beyond the last one they are guessed.
  void begin(std::string item_id, std::size_t bytes_per_ms, bool is_continuous = false);
  const std::string& item_id() const { return item_id_; }
  /// Words, before their sound.
  void add_piece(std::string_view words);
  /// Sound of the latest piece, made now.
  void add_audio(std::size_t bytes, SteadyTime now);
  /// Where the words lie, counted over all pieces with one blank between two.
  void add_marks(std::span<const realtime::SpokenMark> marks);
  /// Words that no sound belongs to: they are read, at once.
  void mark_read();
  /// What is not heard by now never will be, of this message and of those before it.
  void stop(SteadyTime now);

  /// Sound that is still to be heard.
  std::chrono::milliseconds left(SteadyTime now) const;
  /// Sound that was to be heard until now.
  std::chrono::milliseconds played(SteadyTime now) const;
  /// The words behind those that are heard in the first so many milliseconds of sound.
  std::string rest_behind(std::chrono::milliseconds played) const;
  /// The words heard by now, when it is played as it comes.
  std::string heard(SteadyTime now) const;
  /// The words heard in the first so many milliseconds of sound.
  std::string heard_in(std::chrono::milliseconds played) const;

 private:
  struct Piece {
    std::string words;
    std::size_t bytes = 0;
    bool is_read = false;
  };
  std::chrono::milliseconds length(std::size_t bytes) const;
  std::string all_words() const;
  std::string heard_by_marks(std::chrono::milliseconds played) const;

  std::string item_id_;
  std::size_t bytes_per_ms_ = 48;
  std::vector<Piece> pieces_;
  std::vector<realtime::SpokenMark> marks_;  // ascending
  bool is_continuous_ = false;
  std::size_t bytes_ = 0;
  SteadyTime plays_until_{};
  std::optional<std::chrono::milliseconds> stopped_;  // so much of it was played
};

}  // namespace callosum::session
