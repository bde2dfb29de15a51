#include "sim/realtime/script.hpp"

#include <array>
#include <boost/json/serialize.hpp>
#include <yaml-cpp/yaml.h>

#include "sim/realtime/yaml_sheet.hpp"
#include "sim/script_file.hpp"

namespace callosum::sim {
namespace {

struct KindName {
  std::string_view word;
  FaultKind kind;
};
constexpr std::array<KindName, 12> kKinds{{{"duplicate", FaultKind::duplicate},
                                           {"duplicate_late", FaultKind::duplicate_late},
                                           {"duplicate_call", FaultKind::duplicate_call},
                                           {"reorder", FaultKind::reorder},
                                           {"drop", FaultKind::drop},
                                           {"blank", FaultKind::blank},
                                           {"missing", FaultKind::missing},
                                           {"silence", FaultKind::silence},
                                           {"disconnect", FaultKind::disconnect},
                                           {"unknown_event", FaultKind::unknown_event},
                                           {"huge_event", FaultKind::huge_event},
                                           {"errors", FaultKind::errors}}};

void read_object(Sheet& sheet, const char* key, json::object& into) {
  if (!sheet.has(key)) return;
  auto value = to_json(sheet.node(key));
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
  sheet.read("field", fault.field);
  sheet.read("count", fault.count);
  sheet.read("bytes", fault.bytes);
  sheet.read("late", fault.is_late);
  read_object(sheet, "event", fault.event);
  read_object(sheet, "error", fault.event);
  if (fault.kind == FaultKind::disconnect) read_disconnect(sheet, fault.disconnect);
  const bool needs_field = fault.kind == FaultKind::blank || fault.kind == FaultKind::missing;
  if (needs_field && fault.field.empty()) {
    sheet.complain(node, "fault kind '" + kind + "' needs `field`, such as item.call_id");
  }
  sheet.finish();
  return fault;
}

ReplyPart read_call(const YAML::Node& node, std::optional<Error>& problem) {
  ReplyPart part;
  auto& call = part.call.emplace();
  Sheet sheet(node, "call", problem);
  sheet.read("name", call.name);
  if (call.name.empty()) sheet.complain(node, "a call needs a name");
  const auto arguments = sheet.node("arguments");
  if (!arguments.IsDefined()) {
    call.arguments = "{}";
  } else {
    call.arguments =
        arguments.IsScalar() ? arguments.Scalar() : json::serialize(to_json(arguments));
  }
  sheet.read("call_id", call.call_id);
  const auto pieces = sheet.node("pieces");
  if (pieces.IsDefined() && pieces.IsSequence()) {
    for (const auto& piece : pieces) call.pieces.push_back(piece.as<std::string>());
  } else {
    sheet.read("pieces", call.piece_count);
  }
  sheet.read("cut", call.is_cut);
  sheet.read("unfinished", call.is_unfinished);
  sheet.read("added_twice", call.is_added_twice);
  sheet.read("announced", call.announced);
  sheet.finish();
  return part;
}

void read_when(Sheet& when, Rule& rule) {
  when.read("any", rule.is_any);
  when.read("text", rule.text);
  when.read("tool_output", rule.tool_output);
  when.read("output", rule.output);
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
  std::string text;
  sheet.read("preamble", text);
  if (!text.empty()) reply.parts.push_back({.text = text, .phase = "commentary"});
  sheet.each("calls",
             [&](const YAML::Node& call) { reply.parts.push_back(read_call(call, problem)); });
  text.clear();
  sheet.read("say", text);
  if (!text.empty()) reply.parts.push_back({.text = text});
  sheet.read("interleave", reply.is_interleaved);
  sheet.read_ms("start_delay_ms", reply.start_delay);
  sheet.read_ms("delay_ms", reply.delay);
  sheet.read("ignore", reply.is_ignored);
  read_object(sheet, "fail", reply.failure);
  sheet.read("incomplete", reply.incomplete);
  read_object(sheet, "wire", reply.wire);
  sheet.each("faults",
             [&](const YAML::Node& fault) { reply.faults.push_back(read_fault(fault, problem)); });
  sheet.finish();
  return rule;
}

void read_refusal(Sheet& sheet, Refusal& into) {
  into.connections = static_cast<std::size_t>(-1);
  sheet.read("connections", into.connections);
  std::size_t status = 0;
  sheet.read("http_status", status);
  into.http_status = static_cast<int>(status);
  sheet.read("retry_after", into.retry_after);
  sheet.read("type", into.type);
  sheet.read("code", into.code);
  sheet.read("message", into.message);
  sheet.read("close_code", into.close_code);
}

void read_script(const YAML::Node& root, Script& script, std::optional<Error>& problem) {
  Sheet sheet(root, "script", problem);
  sheet.each("rules",
             [&](const YAML::Node& rule) { script.rules.push_back(read_rule(rule, problem)); });
  sheet.each("transcripts",
             [&](const YAML::Node& text) { script.transcripts.push_back(text.as<std::string>()); });
  sheet.each("models",
             [&](const YAML::Node& name) { script.models.push_back(name.as<std::string>()); });
  sheet.read_ms("session_seconds", script.session_length, 1000);
  sheet.read_ms("session_ms", script.session_length);
  sheet.read_ms("transcription_delay_ms", script.transcription_delay);
  sheet.read("rate_limits", script.has_rate_limits);
  sheet.read("error_event_ids", script.has_error_event_ids);
  sheet.read("accept_unknown_outputs", script.accepts_unknown_outputs);
  sheet.read("worst", script.is_worst);
  sheet.nested("disconnect", [&](Sheet& cut) {
    cut.read("at_event", script.cut.at_event);
    cut.read("connections", script.cut.connections);
    read_disconnect(cut, script.cut.disconnect);
  });
  sheet.nested("refuse", [&](Sheet& refusal) { read_refusal(refusal, script.refusal); });
  script.read_more(sheet);
  sheet.finish();
}

}  // namespace

void read_disconnect(Sheet& sheet, Disconnect& into) {
  std::string manner = "eof";
  sheet.read("manner", manner);
  std::size_t code = into.code;
  sheet.read("code", code);
  sheet.read("reason", into.reason);
  into.code = static_cast<std::uint16_t>(code);
  if (manner == "close") {
    into.manner = Manner::close;
  } else if (manner == "hang") {
    into.manner = Manner::hang;
  } else if (manner == "reset") {
    into.manner = Manner::reset;
  } else if (manner != "eof") {
    sheet.complain(sheet.node("manner"), "manner must be close, eof, reset or hang");
  }
  if (code < 1000 || code > 4999) {
    sheet.complain(sheet.node("code"), "code must be a close code, 1000 to 4999");
  }
}

Result<std::shared_ptr<const Script>> parse_script(const std::string& yaml,
                                                   std::shared_ptr<Script> into) {
  std::optional<Error> problem;
  try {
    read_script(YAML::Load(yaml), *into, problem);
  } catch (const YAML::Exception& e) {
    // The library's only way to report broken YAML.
    return fail(ErrorType::validation, e.what());
  }
  if (problem) return *problem;
  return std::shared_ptr<const Script>(std::move(into));
}

Result<std::shared_ptr<const Script>> load_script(const std::string& path,
                                                  std::shared_ptr<Script> into) {
  return load_script_file(path,
                          [&into](const std::string& text) { return parse_script(text, into); });
}

}  // namespace callosum::sim
