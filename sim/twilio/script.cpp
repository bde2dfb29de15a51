#include "sim/twilio/script.hpp"

#include <algorithm>
#include <filesystem>
#include <yaml-cpp/yaml.h>

#include "base/text.hpp"
#include "sim/realtime/yaml_sheet.hpp"
#include "sim/script_file.hpp"

namespace callosum::sim::twilio {
namespace {

constexpr std::size_t kMostSteps = 1000;

struct FaultRow {
  std::string_view word;
  FaultKind kind;
};
constexpr FaultRow kFaults[] = {
    {"webhook_signature", FaultKind::webhook_signature},
    {"webhook_unsigned", FaultKind::webhook_unsigned},
    {"upgrade_signature", FaultKind::upgrade_signature},
    {"upgrade_unsigned", FaultKind::upgrade_unsigned},
    {"no_parameters", FaultKind::no_parameters},
    {"wrong_parameters", FaultKind::wrong_parameters},
    {"token_replay", FaultKind::token_replay},
    {"foreign_call", FaultKind::foreign_call},
    {"foreign_account", FaultKind::foreign_account},
    {"late_stream", FaultKind::late_stream},
    {"no_start", FaultKind::no_start},
    {"second_start", FaultKind::second_start},
    {"media_before_start", FaultKind::media_before_start},
    {"sequence_back", FaultKind::sequence_back},
    {"sequence_gap", FaultKind::sequence_gap},
    {"foreign_stream", FaultKind::foreign_stream},
    {"oversize", FaultKind::oversize},
    {"binary_frame", FaultKind::binary_frame},
    {"bad_json", FaultKind::bad_json},
    {"bad_payload", FaultKind::bad_payload},
    {"abort", FaultKind::abort},
    {"silent_line", FaultKind::silent_line},
};

/// Reads the steps of a script; recordings by their names are read once.
class StepReader {
 public:
  StepReader(std::string folder, std::optional<Error>& problem)
      : folder_(std::move(folder)), problem_(problem) {}

  Step read(const YAML::Node& node) {
    Sheet sheet(node, "step", problem_);
    Step step;
    read_doing(sheet, step);
    sheet.read_ms("timeout_ms", step.timeout);
    bool hangs_up = false;
    sheet.read("hang_up", hangs_up);
    if (hangs_up) kind_ = StepKind::hang_up;
    if (!kind_) sheet.complain(node, "a step needs one of say, tone_ms, dtmf, pause_ms, ...");
    sheet.finish();
    step.kind = kind_.value_or(StepKind::pause);
    kind_.reset();
    return step;
  }

 private:
  void read_doing(Sheet& sheet, Step& step) {
    static constexpr std::pair<const char*, StepKind> kSpans[] = {
        {"pause_ms", StepKind::pause},
        {"wait_silence_ms", StepKind::wait_silence},
        {"barge_in_ms", StepKind::barge_in}};
    for (const auto& [key, kind] : kSpans) {
      if (!sheet.has(key)) continue;
      sheet.read_ms(key, step.span);
      kind_ = kind;
    }
    if (sheet.has("say")) read_recording(sheet, step);
    if (sheet.has("tone_ms")) {
      Ms length{0};
      sheet.read_ms("tone_ms", length);
      step.utterance = make_tone(length);
      kind_ = StepKind::say;
    }
    if (sheet.has("dtmf")) {
      sheet.read("dtmf", step.digits);
      if (step.digits.find_first_not_of("0123456789*#") != std::string::npos) {
        sheet.complain(sheet.node("dtmf"), "step.dtmf must be of 0-9, * and #");
      }
      kind_ = StepKind::dtmf;
    }
  }
  void read_recording(Sheet& sheet, Step& step) {
    std::string name;
    sheet.read("say", name);
    kind_ = StepKind::say;
    auto& known = recordings_[name];
    if (!known) {
      auto loaded = load_utterance((std::filesystem::path(folder_) / name).string());
      if (!loaded) return sheet.complain(sheet.node("say"), loaded.error().message);
      known = std::move(*loaded);
    }
    step.utterance = known;
  }

  std::string folder_;
  std::optional<Error>& problem_;
  std::optional<StepKind> kind_;
  std::map<std::string, std::shared_ptr<const Utterance>> recordings_;
};

void read_call(Sheet& sheet, const std::string& folder, CallScript& script) {
  StepReader steps(folder, sheet.problem());
  sheet.each("steps", [&](const YAML::Node& node) {
    if (script.steps.size() >= kMostSteps) return sheet.complain(node, "too many steps");
    script.steps.push_back(steps.read(node));
  });
  sheet.each("faults", [&](const YAML::Node& node) {
    const auto fault = parse_fault(node.IsScalar() ? node.Scalar() : "");
    if (!fault) return sheet.complain(node, fault.error().message);
    script.faults.push_back(*fault);
  });
  sheet.nested("fields", [&](Sheet& fields) {
    for (const auto& member : sheet.node("fields")) {
      std::string value;
      const auto name = member.first.Scalar();
      fields.read(name.c_str(), value);
      script.fields.emplace_back(name, std::move(value));
    }
  });
  sheet.read_ms("jitter_ms", script.jitter);
  sheet.read("loss_percent", script.loss);
  sheet.read("webhooks", script.webhooks);
  sheet.read("dial_status", script.dial_status);
}

}  // namespace

bool CallScript::has(FaultKind kind) const {
  return std::find(faults.begin(), faults.end(), kind) != faults.end();
}

Result<FaultKind> parse_fault(std::string_view word) {
  std::vector<std::string> all;
  for (const auto& row : kFaults) {
    if (row.word == word) return row.kind;
    all.emplace_back(row.word);
  }
  return fail(ErrorType::validation,
              "there is no fault '" + std::string(word) + "'; there are " + join(all, ", "));
}

Result<CallScript> parse_call_script(const std::string& yaml, const std::string& folder) {
  CallScript script;
  std::optional<Error> problem;
  try {
    Sheet sheet(YAML::Load(yaml), "script", problem);
    read_call(sheet, folder, script);
    sheet.finish();
  } catch (const YAML::Exception& e) {
    // The library's only way to report broken YAML.
    return fail(ErrorType::validation, e.what());
  }
  if (problem) return *problem;
  return script;
}

Result<CallScript> load_call_script(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return load_script_file(path,
                          [&](const std::string& text) { return parse_call_script(text, folder); });
}

std::vector<Step> plain_steps(const std::vector<std::shared_ptr<const Utterance>>& utterances) {
  Step greeting{.kind = StepKind::wait_silence, .utterance = {}, .digits = {}, .span = Ms(600)};
  greeting.timeout = Ms(3000);
  std::vector<Step> steps{greeting};
  for (const auto& utterance : utterances) {
    steps.push_back({.kind = StepKind::say, .utterance = utterance, .digits = {}});
    steps.push_back(
        {.kind = StepKind::wait_silence, .utterance = {}, .digits = {}, .span = Ms(1000)});
  }
  steps.push_back({.kind = StepKind::hang_up, .utterance = {}, .digits = {}});
  return steps;
}

}  // namespace callosum::sim::twilio
