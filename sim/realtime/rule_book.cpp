#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
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

/// The first member of that name, however deep.
const json::value* find_member(const json::value& in, std::string_view name) {
  if (const auto* object = in.if_object()) {
    if (const auto* found = object->if_contains(name)) return found;
    for (const auto& member : *object) {
      if (const auto* found = find_member(member.value(), name)) return found;
    }
  }
  if (const auto* array = in.if_array()) {
    for (const auto& element : *array) {
      if (const auto* found = find_member(element, name)) return found;
    }
  }
  return nullptr;
}

/// What the newest output that has such a member holds there; nothing where none has.
std::string told_before(const Turn& turn, std::string_view name) {
  for (auto result = turn.results.rbegin(); result != turn.results.rend(); ++result) {
    const auto parsed = parse_strict(*result);
    const auto* found = parsed ? find_member(*parsed, name) : nullptr;
    if (!found) continue;
    const auto* text = found->if_string();
    return text ? std::string(*text) : json::serialize(*found);
  }
  return {};
}

/// `<<name>>` is what a tool has told under that name.
std::string fill_in(std::string text, const Turn& turn) {
  for (auto at = text.find("<<"); at != std::string::npos; at = text.find("<<", at)) {
    const auto end = text.find(">>", at);
    if (end == std::string::npos) break;
    const auto told = told_before(turn, std::string_view(text).substr(at + 2, end - at - 2));
    text.replace(at, end + 2 - at, told);
    at += told.size();
  }
  return text;
}

Reply fill_in(Reply reply, const Turn& turn) {
  for (auto& part : reply.parts) {
    part.text = fill_in(std::move(part.text), turn);
    if (part.call) part.call->arguments = fill_in(std::move(part.call->arguments), turn);
  }
  return reply;
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
    return fill_in(rule.reply, turn);
  }
  return script_->is_worst ? think_worst(turn) : think(turn);
}

}  // namespace callosum::sim
