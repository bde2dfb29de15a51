#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callosum::provider::conversation {

namespace json = boost::json;

/// The voices that there are to choose from; without functions any name will do.
struct VoiceList {
  std::string_view (*find)(std::string_view name) = nullptr;  ///< empty: no such voice
  std::string (*tell)() = nullptr;                            ///< "expected slt, rms"
  std::string_view first;                                     ///< where none is asked for
};

/// The settings of a GA session (protocol §4): what holds, and what an update may change. Says
/// nothing to anybody.
class GaSession {
 public:
  /// Why an update was refused, as an error event tells it.
  struct Refusal {
    std::string code, message, param;
  };

  GaSession(std::string_view model, std::string_view id, std::int64_t expires_at_s,
            VoiceList voices = {});

  const json::object& object() const { return object_; }
  /// `audio.output`, or null.
  const json::object* output() const;
  std::string input_format() const;  ///< "audio/pcm", "audio/pcmu", "audio/pcma"
  std::string output_format() const;
  std::string_view voice() const;  ///< of the list
  bool wants_transcription() const;
  const json::object* turn_detection() const;  ///< null: the caller commits by hand

  /// Sparse: what is not in it stays. A refused update changes nothing.
  std::optional<Refusal> update(const json::object& update);

  /// Whether the voice that `session` asks for is on the list, or none is asked for.
  bool has_known_voice(const json::object& session) const;
  Refusal unknown_voice() const;

 private:
  VoiceList voices_;
  json::object object_;
};

}  // namespace callosum::provider::conversation
