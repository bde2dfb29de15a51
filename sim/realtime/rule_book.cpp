#include "base/text.hpp"
#include "sim/realtime/brain.hpp"
#include "sim/realtime/script.hpp"
#include "sim/realtime/worst_brain.hpp"

namespace callosum::sim {
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

}  // namespace

bool Rule::matches(const Turn& turn) const {
  if (nth && *nth != turn.nth) return false;
  if (connection && *connection != turn.connection) return false;
  if (instructions && !contains(turn.instructions, *instructions)) return false;
  if (text && !(turn.is_user_newest && (*text == "any" || contains(turn.user_text, *text)))) {
    return false;
  }
  const bool wants_output = tool_output || output;
  if (wants_output && !has_output_of(turn, tool_output.value_or("any"), output.value_or(""))) {
    return false;
  }
  return is_any || text || wants_output || nth || connection || instructions;
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
