#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "sim/realtime/session.hpp"

namespace callosum::sim::openai {

enum class SessionKind : std::uint8_t { realtime, transcription };

/// OpenAI's session (protocol §4).
class SessionConfig final : public Session {
 public:
  SessionConfig(SessionKind kind, std::string_view model, std::string_view id,
                std::int64_t expires_at);

  Problem apply(const json::value& update, const SessionMoment& moment) override;
  const json::object& effective() const override { return effective_; }
  SoundFormat input_format() const override;
  const json::object* turn_detection() const override;
  bool wants_transcripts() const override;
  bool has_responses() const override { return kind_ == SessionKind::realtime; }

 private:
  Problem check_fixed(const json::object& update, const SessionMoment& moment) const;
  const json::object& input() const;

  SessionKind kind_;
  bool is_reasoning_;
  json::object effective_;
};

bool is_known_model(std::string_view model);

}  // namespace callosum::sim::openai
