#include "base/text.hpp"
#include "sim/gemini/script.hpp"
#include "sim/realtime/told.hpp"

namespace callosum::sim::gemini {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return to_lower_ascii(text).find(to_lower_ascii(part)) != std::string::npos;
}

bool has_output_of(const Turn& turn, std::string_view tool, std::string_view words) {
  for (const auto& output : turn.outputs) {
    const bool is_of_tool = tool == "any" || output.name == tool;
    if (is_of_tool && contains(output.text, words)) return true;
  }
  return false;
}

bool matches(const Rule& rule, const Moment& moment) {
  const auto& turn = moment.turn;
  if (rule.nth && *rule.nth != turn.nth) return false;
  if (rule.connection && *rule.connection != turn.connection) return false;
  if (rule.instructions && !contains(moment.instructions, *rule.instructions)) return false;
  if (rule.history && !moment.history.contains(*rule.history)) return false;
  if (rule.text) {
    const bool is_meant = *rule.text == "any" || contains(turn.user_text, *rule.text);
    if (!turn.is_user_newest || !is_meant) return false;
  }
  const bool wants_output = rule.tool_output || rule.output;
  if (wants_output &&
      !has_output_of(turn, rule.tool_output.value_or("any"), rule.output.value_or(""))) {
    return false;
  }
  return rule.is_any || rule.text || wants_output || rule.nth || rule.connection ||
         rule.instructions || rule.history;
}

Reply fill_in(Reply reply, const Turn& turn) {
  for (auto* text : {&reply.thought, &reply.preamble, &reply.say}) {
    *text = sim::fill_in(std::move(*text), turn.results);
  }
  for (auto& call : reply.calls) {
    call.args = sim::fill_in(json::value(std::move(call.args)), turn.results).as_object();
  }
  return reply;
}

}  // namespace

Reply RuleBook::reply_to(const Moment& moment) {
  for (const auto& rule : script_->rules) {
    if (!matches(rule, moment)) continue;
    auto& used = used_[&rule];
    if (rule.times != 0 && used >= rule.times) continue;
    ++used;
    return fill_in(rule.reply, moment.turn);
  }
  return script_->is_worst ? gemini::think_worst(moment.turn) : gemini::think(moment.turn);
}

}  // namespace callosum::sim::gemini
