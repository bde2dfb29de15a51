#include "provider/conversation/ga_session.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "realtime/settings_shape.hpp"

namespace callosum::provider::conversation {
namespace {

constexpr int kPcmRateHz = 24000;  // no other (§15); the telephone's formats name none

json::object format_of(std::string_view type) {
  json::object format{{"type", type}};
  if (type == "audio/pcm") format["rate"] = kPcmRateHz;
  return format;
}

const json::object* format_at(const json::object& session, std::string_view side) {
  const auto* audio = find_object(session, "audio");
  const auto* one = audio ? find_object(*audio, side) : nullptr;
  return one ? find_object(*one, "format") : nullptr;
}

std::string format_in(const json::object& session, std::string_view side) {
  const auto* format = format_at(session, side);
  return std::string(format ? text_at(*format, "type", "audio/pcm") : "audio/pcm");
}

bool is_our_rate(const json::value& rate) {
  boost::system::error_code none;
  return rate.is_number() && rate.to_number<double>(none) == kPcmRateHz;
}

/// What is wrong with one side's format. A right one is then written as the wire has it: an
/// update's type may have met the rate of the one before.
std::optional<GaSession::Refusal> settle_format(json::object& session, const std::string& side) {
  const auto* format = format_at(session, side);
  if (!format) return std::nullopt;
  const auto type = format_in(session, side);
  const auto place = "session.audio." + side + ".format";
  const auto* rate = format->if_contains("rate");
  if (type == "audio/pcm" && rate && !is_our_rate(*rate)) {
    return GaSession::Refusal{"invalid_value", "The rate of audio/pcm must be 24000.",
                              place + ".rate"};
  }
  session["audio"].at(side).as_object()["format"] = format_of(type);
  return std::nullopt;
}

const json::object* input_of(const json::object& session) {
  const auto* audio = find_object(session, "audio");
  return audio ? find_object(*audio, "input") : nullptr;
}

const json::object* output_of(const json::object& session) {
  const auto* audio = find_object(session, "audio");
  return audio ? find_object(*audio, "output") : nullptr;
}

}  // namespace

GaSession::GaSession(std::string_view model, std::string_view id, std::int64_t expires_at_s,
                     VoiceList voices)
    : voices_(voices) {
  const json::object vad{{"type", "server_vad"},      {"threshold", 0.5},
                         {"prefix_padding_ms", 300},  {"silence_duration_ms", 500},
                         {"create_response", true},   {"interrupt_response", true},
                         {"idle_timeout_ms", nullptr}};
  const json::object input{{"format", format_of("audio/pcm")},
                           {"transcription", nullptr},
                           {"noise_reduction", nullptr},
                           {"turn_detection", vad}};
  const json::object output{
      {"format", format_of("audio/pcm")}, {"voice", voices_.first}, {"speed", 1.0}};
  object_ = {{"type", "realtime"},
             {"object", "realtime.session"},
             {"id", id},
             {"model", model},
             {"output_modalities", json::array{"audio"}},
             {"instructions", ""},
             {"tools", json::array{}},
             {"tool_choice", "auto"},
             {"max_output_tokens", "inf"},
             {"tracing", nullptr},
             {"truncation", "auto"},
             {"prompt", nullptr},
             {"expires_at", expires_at_s},
             {"audio", json::object{{"input", input}, {"output", output}}},
             {"include", nullptr}};
}

const json::object* GaSession::output() const { return output_of(object_); }

std::string GaSession::input_format() const { return format_in(object_, "input"); }
std::string GaSession::output_format() const { return format_in(object_, "output"); }

bool GaSession::wants_transcription() const {
  const auto* input = input_of(object_);
  return input && find_object(*input, "transcription");
}

const json::object* GaSession::turn_detection() const {
  const auto* input = input_of(object_);
  return input ? find_object(*input, "turn_detection") : nullptr;
}

std::string_view GaSession::voice() const {
  const auto* output = output_of(object_);
  const auto name = output ? text_at(*output, "voice") : std::string_view();
  return voices_.find ? voices_.find(name) : name;
}

bool GaSession::has_known_voice(const json::object& session) const {
  const auto* output = output_of(session);
  if (!voices_.find || !output || !output->contains("voice")) return true;
  return !voices_.find(text_at(*output, "voice")).empty();
}

GaSession::Refusal GaSession::unknown_voice() const {
  return {"invalid_value",
          "There is no such voice here: " + (voices_.tell ? voices_.tell() : std::string()) + ".",
          "session.audio.output.voice"};
}

std::optional<GaSession::Refusal> GaSession::update(const json::object& update) {
  if (update.contains("type") && text_at(update, "type") != "realtime") {
    return Refusal{"invalid_value", "Only sessions of type 'realtime' are served here.",
                   "session.type"};
  }
  if (!update.contains("type")) {
    return Refusal{"missing_required_parameter", "Missing required parameter: 'session.type'.",
                   "session.type"};
  }
  if (!has_known_voice(update)) return unknown_voice();
  if (auto fault = realtime::find_settings_fault(update, "session")) {
    return Refusal{std::move(fault->code), std::move(fault->message), std::move(fault->param)};
  }
  json::object after = object_;
  realtime::merge_settings(after, update);
  for (const char* side : {"input", "output"}) {
    if (auto refusal = settle_format(after, side)) return refusal;
  }
  object_ = std::move(after);
  return std::nullopt;
}

}  // namespace callosum::provider::conversation
