#include "base/text.hpp"
#include "sim/gemini/script.hpp"

namespace callosum::sim::gemini {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return to_lower_ascii(text).find(to_lower_ascii(part)) != std::string::npos;
}

bool has_output_of(const Turn& turn, std::string_view tool) {
  for (const auto& output : turn.outputs) {
    if (tool == "any" || output.name == tool) return true;
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
  if (rule.tool_output && !has_output_of(turn, *rule.tool_output)) return false;
  return rule.is_any || rule.text || rule.tool_output || rule.nth || rule.connection ||
         rule.instructions || rule.history;
}

}  // namespace

Reply RuleBook::reply_to(const Moment& moment) {
  for (const auto& rule : script_->rules) {
    if (!matches(rule, moment)) continue;
    auto& used = used_[&rule];
    if (rule.times != 0 && used >= rule.times) continue;
    ++used;
    return rule.reply;
  }
  return script_->is_worst ? gemini::think_worst(moment.turn) : gemini::think(moment.turn);
}

}  // namespace callosum::sim::gemini
