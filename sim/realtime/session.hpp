#pragma once

#include <boost/json/object.hpp>

#include "sim/realtime/checks.hpp"
#include "sim/tone.hpp"

namespace callosum::sim {

/// What of the conversation limits an update.
struct SessionMoment {
  bool has_spoken = false;          ///< the voice is fixed from then on
  bool is_response_active = false;  ///< the speed is fixed as long
};

/// The effective session of one connection: the vendor's defaults, and what updates made of them.
class Session {
 public:
  virtual ~Session() = default;

  /// Merges a sparse update, or changes nothing and says why.
  virtual Problem apply(const json::value& update, const SessionMoment& moment) = 0;
  /// Holds at least `tools` (flat) and `tool_choice`.
  virtual const json::object& effective() const = 0;
  virtual SoundFormat input_format() const = 0;
  /// Null when the client commits by itself.
  virtual const json::object* turn_detection() const = 0;
  virtual bool wants_transcripts() const = 0;
  /// False: it only hears.
  virtual bool has_responses() const { return true; }
};

}  // namespace callosum::sim
