#include "sim/deepgram/script.hpp"

#include <yaml-cpp/yaml.h>

#include "sim/realtime/script.hpp"
#include "sim/realtime/yaml_sheet.hpp"
#include "sim/twilio/sound.hpp"

namespace callosum::sim::deepgram {
namespace {

/// Any of the first voiced frames is enough: one may be lost.
constexpr std::size_t kKeys = 3;

void read_recording(Sheet& sheet, Utterance& into) {
  std::string path;
  sheet.read("wav", path);
  if (path.empty()) return;
  const auto recording = twilio::load_utterance(path);
  if (!recording) return sheet.complain(sheet.node("wav"), recording.error().message);
  const auto& sound = **recording;
  into.length = twilio::kFrameTime * (sound.last_voiced + 1);
  for (std::size_t i = 0; i <= sound.last_voiced && into.keys.size() < kKeys; ++i) {
    const auto frame = sound.frame(i);
    if (!twilio::is_audible(frame)) continue;
    if (into.keys.empty()) into.length -= twilio::kFrameTime * i;
    into.keys.emplace_back(frame.begin(), frame.end());
  }
}

Utterance read_utterance(const YAML::Node& node, std::optional<Error>& problem) {
  Utterance out;
  if (node.IsScalar()) {
    out.text = node.Scalar();
    return out;
  }
  Sheet sheet(node, "utterance", problem);
  sheet.read("text", out.text);
  sheet.each("partials", [&](const YAML::Node& text) { out.partials.push_back(text.Scalar()); });
  std::size_t percent = 98;
  sheet.read("confidence_percent", percent);
  out.confidence = static_cast<double>(percent) / 100;
  sheet.read_ms("delay_ms", out.delay);
  sheet.read("no_end", out.has_no_end);
  sheet.read("early_text", out.early_text);
  sheet.read_ms("taken_back_after_ms", out.taken_back_after);
  sheet.read("connection", out.connection);
  read_recording(sheet, out);
  sheet.finish();
  return out;
}

Cut read_cut(const YAML::Node& node, std::optional<Error>& problem) {
  Cut out;
  Sheet sheet(node, "cut", problem);
  sheet.read("connection", out.connection);
  sheet.read("utterance", out.utterance);
  sheet.read_ms("into_ms", out.into);
  sheet.read_ms("at_ms", out.at);
  sheet.read("error", out.error);
  read_disconnect(sheet, out.how);
  sheet.finish();
  return out;
}

void read_script(Sheet& sheet, Script& into) {
  auto& problem = sheet.problem();
  sheet.each("utterances", [&](const YAML::Node& node) {
    into.utterances.push_back(read_utterance(node, problem));
  });
  sheet.each("cuts", [&](const YAML::Node& node) { into.cuts.push_back(read_cut(node, problem)); });
  sheet.read_ms("partial_every_ms", into.partial_every);
  sheet.read_ms("word_ms", into.word_length);
  sheet.read_ms("shortest_pause_ms", into.shortest_pause);
  sheet.read_ms("eager_ms", into.eager);
  sheet.read_ms("end_ms", into.end);
  sheet.read_ms("delay_ms", into.delay);
  sheet.read("final_words", into.final_words);
  sheet.read("empty_results", into.has_empty_results);
  sheet.read("force_end", into.knows_force_end);
  sheet.nested("refuse", [&](Sheet& refusal) {
    into.refused_connections = static_cast<std::size_t>(-1);
    refusal.read("connections", into.refused_connections);
    std::size_t status = 429;
    refusal.read("http_status", status);
    into.refuse_status = static_cast<int>(status);
    refusal.read("error", into.refuse_error);
  });
  sheet.nested("voice", [&](Sheet& voice) { read_voice(voice, into.voice); });
  sheet.finish();
}

}  // namespace

Result<std::shared_ptr<const Script>> parse_script(const std::string& yaml) {
  auto script = std::make_shared<Script>();
  std::optional<Error> problem;
  try {
    Sheet sheet(YAML::Load(yaml), "script", problem);
    read_script(sheet, *script);
  } catch (const YAML::Exception& e) {
    // The library's only way to report broken YAML.
    return fail(ErrorType::validation, e.what());
  }
  if (problem) return *problem;
  return std::shared_ptr<const Script>(std::move(script));
}

}  // namespace callosum::sim::deepgram
