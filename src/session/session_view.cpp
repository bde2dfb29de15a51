#include "session/session_view.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "realtime/settings_shape.hpp"

namespace callosum::session {
namespace {

std::vector<std::string> names_of(const json::array& tools) {
  std::vector<std::string> names;
  for (const auto& tool : tools) {
    const auto* object = tool.if_object();
    if (object) names.emplace_back(text_at(*object, "name"));
  }
  return names;
}

/// Whether a sparse session says that nothing is to be written down.
bool clears_transcription(const json::object& session) {
  const auto* audio = find_object(session, "audio");
  const auto* input = audio ? find_object(*audio, "input") : nullptr;
  const auto* transcription = input ? input->if_contains("transcription") : nullptr;
  return transcription && transcription->is_null();
}

void set_transcription(json::object& session, json::value transcription) {
  auto& audio = session["audio"];
  if (!audio.is_object()) audio.emplace_object();
  auto& input = audio.get_object()["input"];
  if (!input.is_object()) input.emplace_object();
  input.get_object()["transcription"] = std::move(transcription);
}

/// Empty: the provider's own.
void set_voice(json::object& session, const std::string& voice) {
  if (voice.empty()) {
    auto* audio = session.if_contains("audio");
    auto* output =
        audio && audio->is_object() ? audio->get_object().if_contains("output") : nullptr;
    if (output && output->is_object()) output->get_object().erase("voice");
    return;
  }
  auto& audio = session["audio"];
  if (!audio.is_object()) audio.emplace_object();
  auto& output = audio.get_object()["output"];
  if (!output.is_object()) output.emplace_object();
  output.get_object()["voice"] = voice;
}

/// Where the session asks for transcripts: who writes them. Empty: the provider's own.
void set_scribe(json::object& session, const std::string& model) {
  const auto* audio = find_object(session, "audio");
  const auto* input = audio ? find_object(*audio, "input") : nullptr;
  const auto* asked = input ? find_object(*input, "transcription") : nullptr;
  if (!asked) return;
  auto transcription = *asked;
  transcription.erase("model");
  if (!model.empty()) transcription["model"] = model;
  set_transcription(session, std::move(transcription));
}

Error invalid(std::string code, std::string message, std::string param) {
  auto error = fail(ErrorType::validation, std::move(message), std::move(code));
  error.say = std::move(param);
  return error;
}

}  // namespace

SessionView::SessionView(std::string instructions, const ModelSource& source)
    : instructions_(std::move(instructions)),
      offer_(source.offer),
      transcription_model_(source.transcription_model) {
  set_voice(caller_, source.voice);
  first_ = caller_;
}

void SessionView::move_to(const ModelSource& source) {
  offer_ = source.offer;
  transcription_model_ = source.transcription_model;
  for (auto* session : {&caller_, &first_}) {
    set_voice(*session, source.voice);
    set_scribe(*session, source.transcription_model);
  }
}

Result<void> SessionView::check_tools(const json::object& session) const {
  const auto* tools = find_array(session, "tools");
  if (!tools) return {};
  for (std::size_t i = 0; i < tools->size(); ++i) {
    const std::string param = "session.tools[" + std::to_string(i) + "]";
    const auto* tool = (*tools)[i].if_object();
    if (!tool) return invalid("invalid_value", "a tool must be an object", param);
    if (text_at(*tool, "type") != "function") {
      return invalid("invalid_value", "this gateway takes function tools only", param + ".type");
    }
    const std::string name(text_at(*tool, "name"));
    if (name.empty()) {
      return invalid("missing_required_parameter",
                     "Missing required parameter: '" + param + ".name'.", param + ".name");
    }
    if (is_reserved(name)) {
      return invalid("invalid_value", "the name '" + name + "' belongs to this gateway's own tools",
                     param + ".name");
    }
  }
  return {};
}

bool SessionView::is_reserved(std::string_view name) const {
  return offer_->contains(name) || (reserved_ && reserved_->find(name));
}

std::optional<std::string> SessionView::find_reserved(const json::object& response) const {
  const auto* tools = find_array(response, "tools");
  if (!tools) return std::nullopt;
  for (std::size_t i = 0; i < tools->size(); ++i) {
    const auto* tool = (*tools)[i].if_object();
    if (tool && is_reserved(text_at(*tool, "name"))) {
      return "response.tools[" + std::to_string(i) + "].name";
    }
  }
  return std::nullopt;
}

Result<json::object> SessionView::admit(const json::object& caller_session) const {
  if (text_at(caller_session, "type") != "realtime") {
    return caller_session.contains("type")
               ? invalid("invalid_value", "only sessions of type 'realtime' are served here",
                         "session.type")
               : invalid("missing_required_parameter",
                         "Missing required parameter: 'session.type'.", "session.type");
  }
  const auto checked = check_tools(caller_session);
  if (!checked) return checked.error();
  json::object out = caller_session;
  out.erase("model");  // the operator's choice; the caller's own is recorded, not obeyed
  out.erase("prompt");
  if (const auto* tools = find_array(out, "tools")) out["tools"] = all_tools(*tools);
  if (out.contains("instructions")) {
    out["instructions"] = all_instructions(text_at(out, "instructions"));
  }
  if (!transcription_model_.empty() && clears_transcription(out)) {
    set_transcription(out, json::object{{"model", transcription_model_}});
  }
  return out;
}

void SessionView::commit(const json::object& caller_session) {
  realtime::merge_settings(caller_, caller_session);
  if (const auto* tools = find_array(caller_session, "tools")) caller_tools_ = names_of(*tools);
}

void SessionView::forget_caller() {
  caller_ = first_;
  caller_tools_.clear();
}

realtime::SessionOpening SessionView::opening() const {
  realtime::SessionOpening out{caller_, offer_->tools()};
  auto& session = out.session;
  session["type"] = "realtime";
  for (const auto* key : {"model", "prompt", "tools"}) session.erase(key);
  session["instructions"] = all_instructions(text_at(caller_, "instructions"));
  if (!session.contains("tool_choice")) session["tool_choice"] = "auto";
  if (!shows_transcripts()) {
    set_transcription(session, json::object{{"model", transcription_model_}});
  }
  const auto* tools = find_array(caller_, "tools");
  if (tools && !tools->empty()) {
    auto both = std::make_shared<realtime::OfferedTools>();
    both->list = all_tools(*tools);
    both->text = json::serialize(both->list);
    out.tools = std::move(both);
  }
  return out;
}

void SessionView::hide(json::object& session) const {
  session["instructions"] = text_at(caller_, "instructions");
  const auto* tools = find_array(caller_, "tools");
  session["tools"] = tools ? *tools : json::array{};
  if (!shows_transcripts() && find_object(session, "audio")) set_transcription(session, nullptr);
}

std::vector<std::string> SessionView::complete_response(json::object& response,
                                                        bool out_of_band) const {
  response.erase("prompt");
  const auto* own = find_array(response, "tools");
  auto names = own ? names_of(*own) : std::vector<std::string>();
  if (out_of_band) {
    const auto* tools = own ? own : find_array(caller_, "tools");
    auto theirs = without_ours(tools ? *tools : json::array{});
    response["tools"] = std::move(theirs);
  } else if (own) {
    auto both = all_tools(*own);
    response["tools"] = std::move(both);
  }
  if (const auto* instructions = find_string(response, "instructions")) {
    response["instructions"] = all_instructions(*instructions);
  }
  return names;
}

bool SessionView::is_callers_tool(std::string_view name) const {
  return std::find(caller_tools_.begin(), caller_tools_.end(), name) != caller_tools_.end();
}

const json::value* SessionView::of_input(std::string_view key) const {
  const auto* audio = find_object(caller_, "audio");
  const auto* input = audio ? find_object(*audio, "input") : nullptr;
  return input ? input->if_contains(key) : nullptr;
}

bool SessionView::asks_for_transcripts() const {
  const auto* transcription = of_input("transcription");
  return transcription && transcription->is_object();
}

bool SessionView::shows_transcripts() const {
  return transcription_model_.empty() || asks_for_transcripts();
}

bool SessionView::is_transcribed() const {
  return !transcription_model_.empty() || asks_for_transcripts();
}

bool SessionView::is_push_to_talk() const {
  const auto* detection = of_input("turn_detection");
  return detection && detection->is_null();
}

std::size_t SessionView::output_bytes_per_ms() const {
  const auto* audio = find_object(caller_, "audio");
  const auto* output = audio ? find_object(*audio, "output") : nullptr;
  const auto* format = output ? find_object(*output, "format") : nullptr;
  const bool is_narrow = format && text_at(*format, "type", "audio/pcm") != "audio/pcm";
  return is_narrow ? 8 : 48;
}

bool SessionView::answers_speech() const {
  const auto* detection = of_input("turn_detection");
  const auto* object = detection ? detection->if_object() : nullptr;
  const auto* creates = object ? object->if_contains("create_response") : nullptr;
  return !is_push_to_talk() && !(creates && creates->is_bool() && !creates->get_bool());
}

bool SessionView::forces_calls() const {
  const auto* choice = caller_.if_contains("tool_choice");
  return choice && (choice->is_object() || (choice->is_string() && *choice == "required"));
}

json::array SessionView::all_tools(const json::array& callers) const {
  json::array out = offer_->tools()->list;
  for (auto& tool : without_ours(callers)) out.push_back(std::move(tool));
  return out;
}

json::array SessionView::tools() const {
  const auto* callers = find_array(caller_, "tools");
  return callers ? all_tools(*callers) : offer_->tools()->list;
}

json::array SessionView::without_ours(const json::array& callers) const {
  json::array out;
  for (const auto& tool : callers) {
    const auto* object = tool.if_object();
    if (object && offer_->contains(text_at(*object, "name"))) continue;
    out.push_back(tool);
  }
  return out;
}

std::string SessionView::all_instructions(std::string_view callers) const {
  if (callers.empty()) return instructions_;
  if (instructions_.empty()) return std::string(callers);
  return instructions_ + "\n\n" + std::string(callers);
}

}  // namespace callosum::session
