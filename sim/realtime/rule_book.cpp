#include "base/text.hpp"
#include "sim/realtime/brain.hpp"
#include "sim/realtime/script.hpp"
#include "sim/realtime/worst_brain.hpp"

namespace callosum::sim {
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

}  // namespace

bool Rule::matches(const Turn& turn) const {
  if (nth && *nth != turn.nth) return false;
  if (connection && *connection != turn.connection) return false;
  if (instructions && !contains(turn.instructions, *instructions)) return false;
  if (text && !(turn.is_user_newest && (*text == "any" || contains(turn.user_text, *text)))) {
    return false;
  }
  if (tool_output && !has_output_of(turn, *tool_output)) return false;
  return is_any || text || tool_output || nth || connection || instructions;
}

Reply RuleBook::reply_to(const Turn& turn) {
  for (const auto& rule : script_->rules) {
    if (!rule.matches(turn)) continue;
    auto& used = used_[&rule];
    if (rule.times != 0 && used >= rule.times) continue;
    ++used;
    return rule.reply;
  }
  return script_->is_worst ? think_worst(turn) : think(turn);
}

}  // namespace callosum::sim
