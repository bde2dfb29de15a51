#include "sim/gemini/script.hpp"

#include <array>
#include <yaml-cpp/yaml.h>

#include "base/json.hpp"
#include "sim/realtime/yaml_sheet.hpp"
#include "sim/script_file.hpp"

namespace callosum::sim::gemini {
namespace {

using sim::Sheet;

struct KindName {
  std::string_view word;
  FaultKind kind;
};
constexpr std::array<KindName, 10> kKinds{{{"duplicate", FaultKind::duplicate},
                                           {"duplicate_late", FaultKind::duplicate_late},
                                           {"duplicate_call", FaultKind::duplicate_call},
                                           {"reorder", FaultKind::reorder},
                                           {"drop", FaultKind::drop},
                                           {"silence", FaultKind::silence},
                                           {"disconnect", FaultKind::disconnect},
                                           {"message", FaultKind::message},
                                           {"go_away", FaultKind::go_away},
                                           {"cancel", FaultKind::cancel}}};

std::size_t read_code(Sheet& sheet, std::size_t otherwise) {
  std::size_t code = otherwise;
  sheet.read("code", code);
  if (code < 1000 || code > 4999) {
    sheet.complain(sheet.node("code"), "code must be a close code, 1000 to 4999");
  }
  return code;
}

void read_disconnect(Sheet& sheet, Disconnect& into) {
  std::string manner = "close";
  sheet.read("manner", manner);
  into.code = static_cast<std::uint16_t>(read_code(sheet, into.code));
  sheet.read("reason", into.reason);
  if (manner == "eof") {
    into.manner = Manner::eof;
  } else if (manner == "hang") {
    into.manner = Manner::hang;
  } else if (manner == "reset") {
    into.manner = Manner::reset;
  } else if (manner != "close") {
    sheet.complain(sheet.node("manner"), "manner must be close, eof, reset or hang");
  }
}

void read_object(Sheet& sheet, const char* key, json::object& into) {
  if (!sheet.has(key)) return;
  auto value = sim::to_json(sheet.node(key));
  if (!value.is_object()) {
    return sheet.complain(sheet.node(key), sheet.where() + "." + key + " must be a map");
  }
  into = std::move(value.get_object());
}

Fault read_fault(const YAML::Node& node, std::optional<Error>& problem) {
  Fault fault;
  Sheet sheet(node, "fault", problem);
  std::string kind;
  sheet.read("kind", kind);
  const KindName* known = nullptr;
  for (const auto& row : kKinds) {
    if (row.word == kind) known = &row;
  }
  if (known) {
    fault.kind = known->kind;
  } else {
    sheet.complain(node, "unknown fault kind '" + kind + "'");
  }
  sheet.read("at", fault.at);
  sheet.read("type", fault.type);
  sheet.read("with", fault.other_type);
  sheet.read("count", fault.count);
  sheet.read("bytes", fault.bytes);
  sheet.read("late", fault.is_late);
  sheet.read_ms("time_left_ms", fault.time_left);
  read_object(sheet, "message", fault.message);
  if (fault.kind == FaultKind::go_away) fault.disconnect = {Manner::close, 1001, ""};
  const bool is_end = fault.kind == FaultKind::disconnect || fault.kind == FaultKind::go_away;
  if (is_end) read_disconnect(sheet, fault.disconnect);
  sheet.finish();
  return fault;
}

/// A map, or an object's JSON as text.
void read_args(Sheet& sheet, json::object& into) {
  const auto node = sheet.node("arguments");
  if (!node.IsDefined() || !node.IsScalar()) return read_object(sheet, "arguments", into);
  auto parsed = parse_arguments(node.Scalar());
  if (!parsed) {
    return sheet.complain(node, "arguments must be an object: this wire carries nothing else");
  }
  into = std::move(*parsed);
}

CallPlan read_call(const YAML::Node& node, std::optional<Error>& problem) {
  CallPlan call;
  Sheet sheet(node, "call", problem);
  sheet.read("name", call.name);
  if (call.name.empty()) sheet.complain(node, "a call needs a name");
  read_args(sheet, call.args);
  sheet.read("id", call.id);
  sheet.finish();
  return call;
}

void read_when(Sheet& when, Rule& rule) {
  when.read("any", rule.is_any);
  when.read("text", rule.text);
  when.read("tool_output", rule.tool_output);
  when.read("output", rule.output);
  when.read("history", rule.history);
  when.read("instructions", rule.instructions);
  when.read("nth", rule.nth);
  when.read("connection", rule.connection);
}

Rule read_rule(const YAML::Node& node, std::optional<Error>& problem) {
  Rule rule;
  auto& reply = rule.reply;
  Sheet sheet(node, "rule", problem);
  if (!sheet.has("when")) sheet.complain(node, "a rule needs `when`");
  sheet.nested("when", [&](Sheet& when) { read_when(when, rule); });
  sheet.read("times", rule.times);
  sheet.read("thought", reply.thought);
  sheet.read("preamble", reply.preamble);
  sheet.each("calls",
             [&](const YAML::Node& call) { reply.calls.push_back(read_call(call, problem)); });
  sheet.read("say", reply.say);
  sheet.read_ms("start_delay_ms", reply.start_delay);
  sheet.read_ms("delay_ms", reply.delay);
  sheet.read("ignore", reply.is_ignored);
  sheet.read("reason", reply.reason);
  if (sheet.has("cancel_after_ms")) sheet.read_ms("cancel_after_ms", reply.cancel_after.emplace());
  sheet.each("faults",
             [&](const YAML::Node& fault) { reply.faults.push_back(read_fault(fault, problem)); });
  sheet.finish();
  return rule;
}

void read_model(const YAML::Node& node, Script& script, std::optional<Error>& problem) {
  Sheet sheet(node, "model", problem);
  std::string name;
  std::string like = "gemini-3.8-live";
  sheet.read("name", name);
  if (name.empty()) sheet.complain(node, "a model needs a name");
  sheet.read("like", like);
  const auto known = find_model(like);
  if (!known) sheet.complain(node, "no model '" + like + "' to be like");
  auto traits = known.value_or(ModelTraits{});
  json::object changes;
  read_object(sheet, "traits", changes);
  for (const auto& change : changes) {
    const bool is_set =
        change.value().is_bool() && set_trait(traits, change.key(), change.value().get_bool());
    if (!is_set) {
      sheet.complain(sheet.node("traits"), "unknown trait '" + std::string(change.key()) +
                                               "', or neither true nor false");
    }
  }
  sheet.finish();
  script.models[name] = traits;
}

void read_refusal(Sheet& sheet, Refusal& into) {
  into.connections = static_cast<std::size_t>(-1);
  sheet.read("connections", into.connections);
  std::size_t status = 0;
  sheet.read("http_status", status);
  into.http_status = static_cast<int>(status);
  sheet.read("message", into.message);
  into.code = read_code(sheet, into.code);
}

void read_switches(Sheet& sheet, Script& script) {
  sheet.read("text_frames", script.has_text_frames);
  sheet.read("call_ids", script.has_call_ids);
  sheet.read("split_calls", script.splits_calls);
  sheet.read("complete_at_call", script.completes_at_call);
  sheet.read("cancel_last", script.cancels_last);
  sheet.read("cumulative_transcripts", script.has_cumulative_transcripts);
  sheet.read("usage_apart", script.has_usage_apart);
  sheet.read("handles", script.gives_handles);
  sheet.read("refuse_context_update", script.refuses_context_update);
  sheet.read("refuse_by_http", script.refuses_by_http);
  sheet.read("accept_unknown_responses", script.accepts_unknown_responses);
  sheet.read("allow_double_resume", script.allows_double_resume);
  sheet.read("worst", script.is_worst);
}

void read_times(Sheet& sheet, Script& script) {
  sheet.read_ms("connection_seconds", script.connection_length, 1000);
  sheet.read_ms("connection_ms", script.connection_length);
  sheet.read_ms("go_away_before_ms", script.go_away_before);
  sheet.read_ms("delay_ms", script.delay);
  sheet.read_ms("setup_delay_ms", script.setup_delay);
  sheet.read_ms("transcription_delay_ms", script.transcription_delay);
  sheet.read("playback_percent", script.playback_percent);
  sheet.read("context_tokens", script.context_tokens);
  if (sheet.has("late_interrupted_ms")) {
    sheet.read_ms("late_interrupted_ms", script.late_interrupted.emplace());
  }
}

void read_script(const YAML::Node& root, Script& script, std::optional<Error>& problem) {
  Sheet sheet(root, "script", problem);
  sheet.each("rules",
             [&](const YAML::Node& rule) { script.rules.push_back(read_rule(rule, problem)); });
  sheet.each("transcripts",
             [&](const YAML::Node& text) { script.transcripts.push_back(text.as<std::string>()); });
  sheet.each("models", [&](const YAML::Node& model) { read_model(model, script, problem); });
  read_times(sheet, script);
  read_switches(sheet, script);
  sheet.nested("disconnect", [&](Sheet& cut) {
    cut.read("at_message", script.cut.at_message);
    cut.read("connections", script.cut.connections);
    read_disconnect(cut, script.cut.disconnect);
  });
  sheet.nested("refuse", [&](Sheet& refusal) { read_refusal(refusal, script.refusal); });
  sheet.finish();
}

}  // namespace

Result<std::shared_ptr<const Script>> parse_script(const std::string& yaml) {
  auto script = std::make_shared<Script>();
  std::optional<Error> problem;
  try {
    read_script(YAML::Load(yaml), *script, problem);
  } catch (const YAML::Exception& e) {
    // The library's only way to report broken YAML.
    return fail(ErrorType::validation, e.what());
  }
  if (problem) return *problem;
  return std::shared_ptr<const Script>(std::move(script));
}

Result<std::shared_ptr<const Script>> load_script(const std::string& path) {
  return load_script_file(path, parse_script);
}

}  // namespace callosum::sim::gemini
