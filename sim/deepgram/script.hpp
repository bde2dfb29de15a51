#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/service/mouth.hpp"

namespace callosum::sim::deepgram {

/// One thing that is said to it, and how it hears that.
struct Utterance {
  std::string text;
  std::vector<std::string> partials;  ///< instead of the text's own first words
  double confidence = 0.98;
  Ms delay{0};              ///< of its final result or end of turn
  bool has_no_end = false;  ///< v1: noise keeps `speech_final` away; v2: only the time-out ends it
  std::string early_text;   ///< v2: what an early end of turn says, before it is taken back
  Ms taken_back_after{150};
  std::size_t connection = 0;  ///< only of this one; 0: any
  /// Known by its sound: mu-law frames at the beginning of the recording, and how long it is.
  std::vector<std::string> keys;
  Ms length{0};
};

/// Cuts a connection in the middle.
struct Cut {
  std::size_t connection = 0;  ///< 0: each
  std::size_t utterance = 0;   ///< while this one of the connection is said; 0: see `at`
  Ms into{300};                ///< so far into it
  Ms at{0};                    ///< when so much sound has come; with `utterance` 0
  Disconnect how;
  std::string error;  ///< v2: an Error with this code comes first
};

struct Script {
  std::vector<Utterance> utterances;
  std::vector<Cut> cuts;
  Ms partial_every{250};
  Ms word_length{300};          ///< how fast words come while nothing else is known
  Ms shortest_pause{100};       ///< shorter ones end no utterance, whatever `endpointing` says
  Ms eager{200};                ///< v2: silence to an early end of turn
  Ms end{400};                  ///< v2: silence to the end of a turn
  Ms delay{0};                  ///< of every result
  std::size_t final_words = 0;  ///< v1: so many words are final by themselves; 0: never
  bool has_empty_results = true;
  bool knows_force_end = true;
  std::size_t refused_connections = 0;
  int refuse_status = 429;
  std::string refuse_error = "TOO_MANY_REQUESTS";
  VoiceManner voice;
};

/// Reads YAML (sim/README.md). VALIDATION with line and key, also where a recording cannot be read.
Result<std::shared_ptr<const Script>> parse_script(const std::string& yaml);

}  // namespace callosum::sim::deepgram
