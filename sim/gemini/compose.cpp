#include "sim/gemini/compose.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "base/json.hpp"
#include "base/text.hpp"
#include "sim/tone.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::size_t kCharactersOfText = 24;  // of one message in a TEXT session

json::object model_turn(json::object part) {
  return server_content("modelTurn", {{"role", "model"}, {"parts", json::array{std::move(part)}}});
}

json::object sound_part() {
  return {{"inlineData",
           {{"mimeType", "audio/pcm;rate=24000"}, {"data", tone_piece_base64(SoundFormat{})}}}};
}

class Composer {
 public:
  Composer(const Reply& reply, const Frame& frame) : reply_(reply), frame_(frame) {}

  std::vector<Step> compose() {
    if (!reply_.thought.empty()) {
      add({.message = model_turn({{"text", reply_.thought}, {"thought", true}})});
    }
    speak(reply_.preamble);
    make_calls();
    speak(reply_.say);
    finish();
    apply_faults(reply_, steps_);
    return std::move(steps_);
  }

 private:
  void add(Step step) {
    step.delay += steps_.empty() ? Ms(0) : reply_.delay;
    steps_.push_back(std::move(step));
  }

  void speak(const std::string& text) {
    if (text.empty()) return;
    if (frame_.state.settings.is_audio) return speak_aloud(text);
    for (const auto& piece : cut_words(text, text.size() / kCharactersOfText + 1)) {
      add({.message = model_turn({{"text", piece}}), .spoken = piece});
    }
  }

  void speak_aloud(const std::string& text) {
    const auto pieces = static_cast<std::size_t>(spoken_length(text, 1) / kSoundPiece);
    auto words = cut_words(text, pieces);
    words.resize(std::max(words.size(), pieces));
    std::string so_far;
    for (std::size_t i = 0; i < words.size(); ++i) {
      so_far += words[i];
      const auto& shown = frame_.script.has_cumulative_transcripts ? so_far : words[i];
      add_sound(words[i], shown);
    }
  }

  /// A piece of sound and what is said meanwhile, in one message or in two.
  void add_sound(const std::string& spoken, const std::string& shown) {
    Step sound{.message = model_turn(sound_part()), .spoken = spoken, .sound = kSoundPiece};
    const bool has_text = frame_.state.settings.wants_output_transcript && !spoken.empty();
    if (!has_text) return add(std::move(sound));
    const json::object transcript{{"text", shown}};
    if (frame_.state.model.joins_transcripts) {
      sound.message.at("serverContent").as_object()["outputTranscription"] = transcript;
      return add(std::move(sound));
    }
    Step text{.message = server_content("outputTranscription", transcript)};
    // The cloud platform's transcripts run ahead of their sound.
    const bool is_ahead = frame_.state.api.is_vertex();
    add(is_ahead ? text : sound);
    add(is_ahead ? std::move(sound) : std::move(text));
  }

  void make_calls() {
    json::array calls;
    bool is_blocking = false;
    for (const auto& plan : reply_.calls) {
      json::object call{{"id", plan.id.empty() ? frame_.make_id("fc-") : plan.id},
                        {"name", plan.name}};
      if (!plan.args.empty()) call["args"] = plan.args;
      is_blocking |= frame_.state.is_blocking(plan.name);
      calls.push_back(std::move(call));
      if (frame_.script.splits_calls) add_calls(std::exchange(calls, {}));
    }
    if (!calls.empty()) add_calls(std::move(calls));
    if (!is_blocking) return;
    if (frame_.script.completes_at_call)
      add({.message = server_content("generationComplete", true)});
    steps_.push_back({.kind = Step::Kind::wait});  // from then on: it is no message
  }

  void add_calls(json::array calls) {
    add({.kind = Step::Kind::calls,
         .message = {{"toolCall", {{"functionCalls", std::move(calls)}}}}});
  }

  void finish() {
    Step done{.kind = Step::Kind::finish, .message = server_content("turnComplete", true)};
    auto& content = done.message.at("serverContent").as_object();
    const auto reason = reply_.is_malformed ? "MALFORMED_FUNCTION_CALL" : reply_.reason;
    if (!reason.empty()) content["turnCompleteReason"] = reason;
    if (reason.empty()) add({.message = server_content("generationComplete", true)});
    Ms sound{0};
    for (const auto& step : steps_) sound += step.sound;
    done.delay = sound * frame_.script.playback_percent / 100;
    add(std::move(done));
  }

  const Reply& reply_;
  const Frame& frame_;
  std::vector<Step> steps_;
};

}  // namespace

std::string_view Step::type() const {
  if (message.contains("toolCall")) return "toolCall";
  const auto* content = find_object(message, "serverContent");
  if (!content) return {};
  static constexpr std::array<std::string_view, 5> kTypes{
      "turnComplete", "generationComplete", "interrupted", "modelTurn", "outputTranscription"};
  for (const auto type : kTypes) {
    if (content->contains(type)) return type;
  }
  return {};
}

std::vector<Step> compose(const Reply& reply, const Frame& frame) {
  return Composer(reply, frame).compose();
}

json::object server_content(std::string_view key, json::value value) {
  json::object content;
  content[key] = std::move(value);
  return {{"serverContent", std::move(content)}};
}

std::string duration(Ms time) {
  auto text = std::to_string(time.count() / 1000);
  const auto rest = time.count() % 1000;
  if (rest != 0) text += "." + std::to_string(1000 + rest).substr(1);
  return text + "s";
}

json::object tool_call_cancellation(const std::vector<std::string>& ids) {
  return {{"toolCallCancellation", {{"ids", json::array(ids.begin(), ids.end())}}}};
}

std::vector<std::string> cut_words(std::string_view text, std::size_t pieces) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at + 1), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  pieces = std::max<std::size_t>(std::min(pieces, words.size()), 1);
  std::vector<std::string> out(pieces);
  for (std::size_t i = 0; i < words.size(); ++i) out[i * pieces / words.size()] += words[i];
  return out;
}

}  // namespace callosum::sim::gemini
