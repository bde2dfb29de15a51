#include "realtime/settings_shape.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"

namespace callosum::realtime {
namespace {

constexpr std::size_t kLongestName = 64;

bool is_text(const json::value& value) { return value.is_string(); }
bool is_flag(const json::value& value) { return value.is_bool(); }
bool is_object(const json::value& value) { return value.is_object(); }
bool is_object_or_null(const json::value& value) { return value.is_object() || value.is_null(); }
bool is_array(const json::value& value) { return value.is_array(); }
bool is_array_or_null(const json::value& value) { return value.is_array() || value.is_null(); }

bool is_word(const json::value& value, std::initializer_list<std::string_view> words) {
  const auto* text = value.if_string();
  return text && std::find(words.begin(), words.end(), std::string_view(*text)) != words.end();
}

bool is_between(const json::value& value, double least, double most) {
  boost::system::error_code none;
  if (!value.is_number()) return false;
  const auto number = value.to_number<double>(none);
  return number >= least && number <= most;
}

bool is_modalities(const json::value& value) {
  const auto* list = value.if_array();
  return list && list->size() == 1 && is_word(list->front(), {"audio", "text"});
}

bool is_tool_choice(const json::value& value) {
  const auto* object = value.if_object();
  if (!object) return is_word(value, {"auto", "none", "required"});
  const auto type = text_at(*object, "type");
  return (type == "function" && !text_at(*object, "name").empty()) ||
         (type == "mcp" && !text_at(*object, "server_label").empty());
}

bool is_token_count(const json::value& value) {
  if (value.is_string()) return value.get_string() == "inf";
  return !value.is_double() && is_between(value, 1, 4096);
}

bool is_speed(const json::value& value) { return is_between(value, 0.25, 1.5); }
bool is_truncation(const json::value& value) {
  return value.is_object() || is_word(value, {"auto", "disabled"});
}
bool is_tracing(const json::value& value) {
  return is_object_or_null(value) || is_word(value, {"auto"});
}
bool is_format(const json::value& value) {
  return is_word(value, {"audio/pcm", "audio/pcmu", "audio/pcma"});
}
bool is_voice(const json::value& value) { return value.is_string() || value.is_object(); }
bool is_detection_type(const json::value& value) {
  return is_word(value, {"server_vad", "semantic_vad"});
}
bool is_fraction(const json::value& value) { return is_between(value, 0, 1); }
bool is_milliseconds(const json::value& value) { return is_between(value, 0, 60'000); }
bool is_milliseconds_or_null(const json::value& value) {
  return value.is_null() || is_milliseconds(value);
}
bool is_conversation(const json::value& value) { return is_word(value, {"auto", "none"}); }

struct Rule {
  std::string_view path;  ///< behind what holds it, so that its parents are known to be objects
  bool (*holds)(const json::value&);
  std::string_view expected;
};

constexpr std::string_view kObject = "an object";
constexpr std::string_view kObjectOrNull = "an object or null";
constexpr std::string_view kFormats = "audio/pcm, audio/pcmu or audio/pcma";
constexpr std::string_view kFlag = "true or false";
constexpr std::string_view kMilliseconds = "milliseconds from 0 to 60000";

constexpr Rule kRules[] = {
    {"model", is_text, "a string"},
    {"instructions", is_text, "a string"},
    {"output_modalities", is_modalities, "[\"audio\"] or [\"text\"]"},
    {"audio", is_object, kObject},
    {"audio.input", is_object, kObject},
    {"audio.input.format", is_object, kObject},
    {"audio.input.format.type", is_format, kFormats},
    {"audio.input.transcription", is_object_or_null, kObjectOrNull},
    {"audio.input.noise_reduction", is_object_or_null, kObjectOrNull},
    {"audio.input.turn_detection", is_object_or_null, kObjectOrNull},
    {"audio.input.turn_detection.type", is_detection_type, "server_vad or semantic_vad"},
    {"audio.input.turn_detection.threshold", is_fraction, "a number from 0 to 1"},
    {"audio.input.turn_detection.prefix_padding_ms", is_milliseconds, kMilliseconds},
    {"audio.input.turn_detection.silence_duration_ms", is_milliseconds, kMilliseconds},
    {"audio.input.turn_detection.idle_timeout_ms", is_milliseconds_or_null, kMilliseconds},
    {"audio.input.turn_detection.create_response", is_flag, kFlag},
    {"audio.input.turn_detection.interrupt_response", is_flag, kFlag},
    {"audio.output", is_object, kObject},
    {"audio.output.format", is_object, kObject},
    {"audio.output.format.type", is_format, kFormats},
    {"audio.output.voice", is_voice, "a voice's name"},
    {"audio.output.speed", is_speed, "a number from 0.25 to 1.5"},
    {"tools", is_array, "an array of tools"},
    {"tool_choice", is_tool_choice,
     "auto, none, required or an object with type and name of a function"},
    {"parallel_tool_calls", is_flag, kFlag},
    {"reasoning", is_object_or_null, kObjectOrNull},
    {"max_output_tokens", is_token_count, "a whole number from 1 to 4096, or \"inf\""},
    {"truncation", is_truncation, "auto, disabled or an object"},
    {"tracing", is_tracing, "null, auto or an object"},
    {"prompt", is_object_or_null, kObjectOrNull},
    {"include", is_array_or_null, "an array or null"},
    {"metadata", is_object_or_null, kObjectOrNull},
    {"conversation", is_conversation, "auto or none"},
};

SettingsFault invalid(const std::string& param, std::string_view expected) {
  return {"invalid_value",
          "Invalid value for '" + param + "': expected " + std::string(expected) + ".", param};
}

SettingsFault missing(const std::string& param) {
  return {"missing_required_parameter", "Missing required parameter: '" + param + "'.", param};
}

const json::value* find_at(const json::object& settings, std::string_view path) {
  const json::object* object = &settings;
  while (object) {
    const auto dot = path.find('.');
    if (dot == std::string_view::npos) return object->if_contains(path);
    object = find_object(*object, path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  return nullptr;
}

bool is_tool_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return name.size() <= kLongestName && std::all_of(name.begin(), name.end(), fits);
}

std::optional<SettingsFault> find_tool_fault(const json::value& value, const std::string& place) {
  const auto* tool = value.if_object();
  if (!tool) return invalid(place, kObject);
  if (text_at(*tool, "type") != "function") {
    return invalid(place + ".type", "\"function\"; this gateway takes function tools only");
  }
  const auto name = text_at(*tool, "name");
  if (name.empty()) return missing(place + ".name");
  if (!is_tool_name(name)) {
    return invalid(place + ".name", "at most 64 letters, digits, '_' and '-'");
  }
  const auto* description = tool->if_contains("description");
  if (description && !description->is_string() && !description->is_null()) {
    return invalid(place + ".description", "a string");
  }
  const auto* parameters = tool->if_contains("parameters");
  if (parameters && !is_object_or_null(*parameters)) return invalid(place + ".parameters", kObject);
  return std::nullopt;
}

std::optional<SettingsFault> find_tools_fault(const json::array& tools, const std::string& place) {
  for (std::size_t i = 0; i < tools.size(); ++i) {
    auto fault = find_tool_fault(tools[i], place + "[" + std::to_string(i) + "]");
    if (fault) return fault;
  }
  return std::nullopt;
}

}  // namespace

std::optional<SettingsFault> find_settings_fault(const json::object& settings,
                                                 std::string_view place) {
  const std::string prefix = std::string(place) + ".";
  for (const auto& rule : kRules) {
    const auto* value = find_at(settings, rule.path);
    if (value && !rule.holds(*value))
      return invalid(prefix + std::string(rule.path), rule.expected);
  }
  const auto* tools = find_array(settings, "tools");
  return tools ? find_tools_fault(*tools, prefix + "tools") : std::nullopt;
}

void merge_settings(json::object& target, const json::object& source) {
  for (const auto& [key, value] : source) {
    auto* old = target.if_contains(key);
    if (old && old->is_object() && value.is_object() && key != "turn_detection") {
      merge_settings(old->get_object(), value.get_object());
    } else {
      target[key] = value;
    }
  }
}

}  // namespace callosum::realtime
