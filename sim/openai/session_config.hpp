#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "sim/openai/checks.hpp"
#include "sim/tone.hpp"

namespace callosum::sim::openai {

enum class SessionKind : std::uint8_t { realtime, transcription };

/// What of the conversation limits an update.
struct SessionMoment {
  bool has_spoken = false;          ///< the voice is fixed from then on
  bool is_response_active = false;  ///< the speed is fixed as long
};

/// The effective session of one connection: defaults, and what updates made of it (dossier section
/// 4).
class SessionConfig {
 public:
  SessionConfig(SessionKind kind, std::string_view model, std::string_view id,
                std::int64_t expires_at);

  /// Merges a sparse update, or changes nothing and says why.
  Problem apply(const json::value& update, const SessionMoment& moment);

  const json::object& effective() const { return effective_; }
  SessionKind kind() const { return kind_; }
  bool is_reasoning_model() const { return is_reasoning_; }
  SoundFormat input_format() const;
  /// Null when the client commits by itself.
  const json::object* turn_detection() const;
  bool wants_transcripts() const;

 private:
  Problem check_fixed(const json::object& update, const SessionMoment& moment) const;
  const json::object& input() const;

  SessionKind kind_;
  bool is_reasoning_;
  json::object effective_;
};

bool is_known_model(std::string_view model);

}  // namespace callosum::sim::openai
