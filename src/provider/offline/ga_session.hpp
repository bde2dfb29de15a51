#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callosum::provider::offline {

namespace json = boost::json;

/// The settings of a GA session (protocol §4): what holds, and what an update may change. Says
/// nothing to anybody.
class GaSession {
 public:
  /// Why an update was refused, as an error event tells it.
  struct Refusal {
    std::string code, message, param;
  };

  GaSession(std::string_view model, std::string_view id, std::int64_t expires_at_s);

  const json::object& object() const { return object_; }
  /// `audio.output`, or null.
  const json::object* output() const;
  std::string input_format() const;  ///< "audio/pcm", "audio/pcmu", "audio/pcma"
  std::string output_format() const;
  std::string_view voice() const;  ///< of those installed
  bool wants_transcription() const;
  const json::object* turn_detection() const;  ///< null: the caller commits by hand

  /// Sparse: what is not in it stays. A refused update changes nothing.
  std::optional<Refusal> update(const json::object& update);

  /// Whether the voice that `session` asks for is installed, or none is asked for.
  static bool has_known_voice(const json::object& session);
  static Refusal unknown_voice();

 private:
  json::object object_;
};

}  // namespace callosum::provider::offline
