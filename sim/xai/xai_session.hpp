#pragma once

#include <optional>
#include <string>

#include "sim/realtime/session.hpp"

namespace callosum::sim::xai {

/// The format of `audio.input` or `audio.output`; PCM at 24 kHz where it has none.
SoundFormat format_of(const json::object& direction);

/// xAI's session: some settings at the top level, some under `audio`, and an echo of its own shape
/// (protocol §3).
class XaiSession final : public Session {
 public:
  XaiSession(std::string model, std::string id);

  Problem apply(const json::value& update, const SessionMoment& moment) override;
  const json::object& effective() const override { return effective_; }
  SoundFormat input_format() const override;
  const json::object* turn_detection() const override;
  bool wants_transcripts() const override;

  /// `session` of session.created and of session.updated.
  json::object created() const;
  json::object updated() const;
  /// Binary frames are sound once a format or the transport of the input was set.
  bool takes_binary() const;
  bool is_resumable() const;

 private:
  void read_aliases(const json::object& update);

  std::string model_;
  std::string id_;
  json::object effective_;
  json::object given_;                     ///< what the echo repeats as it was sent
  std::optional<json::object> detection_;  ///< `turn_detection` with its defaults
};

}  // namespace callosum::sim::xai
