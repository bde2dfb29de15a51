#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "realtime/settings_shape.hpp"

namespace callosum::provider::gemini {

namespace json = boost::json;

/// The GA session as its client sees it: what was asked for, as far as it is done here. Gemini
/// echoes none.
class SessionBook {
 public:
  SessionBook(std::string_view model, std::string_view id);

  /// Sparse: what is not in it stays. A refused update changes nothing.
  std::optional<realtime::SettingsFault> update(const json::object& update);
  const json::object& object() const { return object_; }

  std::string input_format() const { return format_of("input"); }
  std::string output_format() const { return format_of("output"); }
  std::string_view voice() const;  ///< empty: the model's own
  std::string_view instructions() const;
  const json::object* turn_detection() const;  ///< null: the client commits
  bool is_text_only() const;
  bool calls_tools() const;  ///< false: tool_choice none
  /// What a response object repeats of it: output_modalities, max_output_tokens, audio.
  json::object response_settings() const;

 private:
  const json::object* side(std::string_view name) const;
  std::string format_of(std::string_view side_name) const;

  json::object object_;
};

}  // namespace callosum::provider::gemini
