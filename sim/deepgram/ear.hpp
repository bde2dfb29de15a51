#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/deepgram/script.hpp"
#include "sim/tone.hpp"

namespace callosum::sim::deepgram {

/// What was said so far of one utterance.
struct Heard {
  const Utterance* known = nullptr;  ///< of the script; null: `text` says how long it was
  Ms begin{0};                       ///< in the connection's sound
  Ms voiced_until{0};
  std::size_t nth = 0;  ///< of the connection, from 1
  /// The words at this time of the connection's sound; all of them once it is over.
  std::string words_at(Ms now, bool is_over, const Script& script) const;
};

enum class EarEvent : std::uint8_t { nothing, begun, voice, pause };

/// Finds utterances in sound, 20 ms by 20 ms: speech is what is louder than about -40 dBFS for
/// 40 ms. What they say is known by their sound where the script has recordings, else by their
/// order. Pure.
class Ear {
 public:
  Ear(const Script& script, SoundFormat format, std::size_t connection)
      : script_(script), format_(format), connection_(connection) {}

  void push(std::span<const std::uint8_t> sound) {
    rest_.insert(rest_.end(), sound.begin(), sound.end());
  }
  /// Hears the next frame; nothing where there is no whole one.
  std::optional<EarEvent> next();

  Ms now() const { return now_; }
  bool is_speaking() const { return heard_.has_value(); }
  const Heard& heard() const { return *heard_; }
  /// Since the last voiced frame, where somebody speaks. A pause inside a known recording is none.
  Ms silence() const;
  bool is_inside_recording() const;
  /// The utterance is over.
  void end_utterance() { heard_.reset(); }

 private:
  void begin_utterance();
  void recognise();
  const Utterance* next_in_order();

  const Script& script_;
  SoundFormat format_;
  std::size_t connection_;
  std::vector<std::uint8_t> rest_;
  std::string recent_;  ///< of mu-law: the last 200 ms
  Ms now_{0};
  Ms loud_{0};
  std::optional<Heard> heard_;
  std::size_t nth_ = 0;
  std::size_t in_order_ = 0;  ///< of the script's utterances
  bool is_known_by_sound_ = false;
};

}  // namespace callosum::sim::deepgram
