#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "sim/gemini/brain.hpp"
#include "sim/gemini/models.hpp"
#include "sim/gemini/proto.hpp"

namespace callosum::sim::gemini {

/// How speech is found in sound (protocol §2.2).
struct Detection {
  bool is_automatic = true;
  Ms onset{40};           ///< loud for so long: speech has begun
  Ms silence{300};        ///< quiet for so long: it has ended
  double loudness = 330;  ///< root mean square; 330 is about -40 dBFS
};

/// What a setup asks for, as the rest of the simulator wants to know it.
struct Settings {
  bool is_audio = true;
  bool wants_input_transcript = false;
  bool wants_output_transcript = false;
  bool interrupts = true;  ///< the user's voice stops the model's
  bool wants_handles = false;
  bool is_transparent = false;
  bool wants_activity_signals = false;
  bool compresses = false;
  bool seeds_history = false;  ///< the first clientContent is history alone
  Detection detection;
};

Settings read_settings(const json::object& setup);

/// The functions of a tools list; those without `behavior` are as the model has it.
std::vector<Declared> read_functions(const json::array& tools, const ModelTraits& model);
/// All text of a Content.
std::string text_of(const json::object& content);

}  // namespace callosum::sim::gemini
