#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"
#include "sim/realtime/brain.hpp"
#include "sim/realtime/script.hpp"
#include "sim/realtime/told.hpp"
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

std::optional<json::value> told_before(const std::vector<std::string>& results,
                                       std::string_view name) {
  for (auto result = results.rbegin(); result != results.rend(); ++result) {
    const auto parsed = parse_strict(*result);
    const auto* found = parsed ? find_member(*parsed, name) : nullptr;
    if (found) return *found;
  }
  return std::nullopt;
}

std::string worded(const std::optional<json::value>& told) {
  if (!told) return {};
  const auto* text = told->if_string();
  return text ? std::string(*text) : json::serialize(*told);
}

/// The name, where the text is `<<name>>` and no more.
std::string_view only_name(std::string_view text) {
  const bool is_one =
      text.size() > 4 && text.starts_with("<<") && text.find(">>") == text.size() - 2;
  return is_one ? text.substr(2, text.size() - 4) : std::string_view();
}

Reply fill_in(Reply reply, const Turn& turn) {
  for (auto& part : reply.parts) {
    part.text = sim::fill_in(std::move(part.text), turn.results);
    if (!part.call) continue;
    auto& arguments = part.call->arguments;
    arguments = sim::fill_in(std::move(arguments), turn.results);
  }
  return reply;
}

}  // namespace

std::string fill_in(std::string text, const std::vector<std::string>& results) {
  for (auto at = text.find("<<"); at != std::string::npos; at = text.find("<<", at)) {
    const auto end = text.find(">>", at);
    if (end == std::string::npos) break;
    const auto name = std::string_view(text).substr(at + 2, end - at - 2);
    const auto told = worded(told_before(results, name));
    text.replace(at, end + 2 - at, told);
    at += told.size();
  }
  return text;
}

json::value fill_in(json::value value, const std::vector<std::string>& results) {
  if (auto* object = value.if_object()) {
    for (auto& member : *object) {
      member.value() = fill_in(std::move(member.value()), results);
    }
  } else if (auto* array = value.if_array()) {
    for (auto& element : *array) element = fill_in(std::move(element), results);
  } else if (const auto* text = value.if_string()) {
    const auto name = only_name(*text);
    auto told = name.empty() ? std::nullopt : told_before(results, name);
    if (told) return std::move(*told);
    return json::string(fill_in(std::string(*text), results));
  }
  return value;
}

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
