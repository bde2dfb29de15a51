// What callers say ("what is your {topic:cancellation} policy") and what the offline brain answers
// ("Your {service} is {status}.").
#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "registry/manifest/drafts.hpp"
#include "registry/manifest/names.hpp"
#include "registry/manifest/schema_reader.hpp"

namespace callosum::registry {
namespace {

using Names = std::vector<std::string_view>;

/// The contents of each pair of braces; nothing where they do not pair.
std::optional<Names> find_slots(std::string_view text) {
  Names slots;
  std::size_t at = 0;
  while ((at = text.find_first_of("{}", at)) != std::string_view::npos) {
    if (text[at] == '}') return std::nullopt;
    const auto end = text.find_first_of("{}", at + 1);
    if (end == std::string_view::npos || text[end] == '{') return std::nullopt;
    slots.push_back(trim(text.substr(at + 1, end - at - 1)));
    at = end + 1;
  }
  return slots;
}

/// "args.from": properties of properties, which a slot may name as well.
std::vector<std::string> nested_names(const json::object& schema) {
  std::vector<std::string> out;
  const auto* properties = find_object(schema, "properties");
  if (properties == nullptr) return out;
  for (const auto& property : *properties) {
    const auto* inner = property.value().if_object();
    if (inner == nullptr) continue;
    for (const auto name : property_names(*inner)) {
      out.push_back(std::string(property.key()) + "." + std::string(name));
    }
  }
  return out;
}

struct Checker {
  const ToolDraft& tool;
  const Pack& pack;
  Report& report;
  Names arguments = property_names(tool.spec.input_schema);
  std::vector<std::string> nested = nested_names(tool.spec.input_schema);

  void phrase(std::size_t index) const;
  void phrase_slot(std::string_view slot, int line, const std::string& field) const;
  void phrase_value(std::string_view argument, std::string_view value, int line,
                    const std::string& field) const;
  void reply(std::string_view key, std::string_view text) const;
};

void Checker::phrase(std::size_t index) const {
  const std::string& text = tool.spec.phrases[index];
  const auto* list = tool.node->find("phrases");
  int line = list->line;
  for (const auto& item : list->value.items) {
    if (trim(item.text) == text) line = item.line;
  }
  const auto field = tool.path + ".phrases[" + std::to_string(index) + "]";
  const auto slots = find_slots(text);
  if (!slots) {
    report.problem(line, field, "expected each `{` to have its `}`");
    return;
  }
  for (const auto slot : *slots) phrase_slot(slot, line, field);
}

void Checker::phrase_slot(std::string_view slot, int line, const std::string& field) const {
  // "{topic:refunds}" is said, "{action=search}" is not.
  const auto colon = slot.find_first_of(":=");
  const auto argument = trim(slot.substr(0, colon));
  const bool is_nested = std::find(nested.begin(), nested.end(), argument) != nested.end();
  if (!is_nested && std::find(arguments.begin(), arguments.end(), argument) == arguments.end()) {
    report.problem(
        line, field,
        "slot " + shown(argument) + " is no property of input" + nearest_hint(argument, arguments));
    return;
  }
  if (colon != std::string_view::npos) {
    phrase_value(argument, trim(slot.substr(colon + 1)), line, field);
    return;
  }
  const auto last = argument.substr(argument.rfind('.') + 1);
  const bool has_words = pack.slots.contains(std::string(last)) ||
                         find_choices(tool.spec.input_schema, argument) != nullptr;
  if (has_words) return;
  report.warn(line, field,
              "nothing says which words " + shown(argument) +
                  " may be; expected it in the pack's `slots`, or an `enum`");
}

void Checker::phrase_value(std::string_view argument, std::string_view value, int line,
                           const std::string& field) const {
  if (value.empty()) {
    report.problem(line, field, "expected a value after `" + std::string(argument) + "`");
    return;
  }
  const auto* choices = find_choices(tool.spec.input_schema, argument);
  if (choices == nullptr) return;
  Names known;
  for (const auto& choice : *choices) {
    if (choice.is_string()) known.push_back(choice.get_string());
  }
  // Numbers and the like are compared by whoever fills the slot.
  if (known.size() < choices->size()) return;
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  report.problem(line, field,
                 shown(value) + " is no value that `" + std::string(argument) + "` may have" +
                     nearest_hint(value, known));
}

void Checker::reply(std::string_view key, std::string_view text) const {
  const auto field = tool.path + "." + std::string(key);
  const int line = tool.line_of(key);
  const auto slots = find_slots(text);
  if (!slots) {
    report.problem(line, field, "expected each `{` to have its `}`");
    return;
  }
  auto known = all_property_names(tool.spec.output_schema);
  known.insert(known.end(), arguments.begin(), arguments.end());
  for (const auto slot : *slots) {
    // "items.0.start_time|datetime": a path, and how to speak what is there, which is the brain's
    // business.
    for (const auto step : split(slot.substr(0, slot.find('|')), '.')) {
      const bool is_index =
          !step.empty() && step.find_first_not_of("0123456789") == std::string_view::npos;
      if (is_index || std::find(known.begin(), known.end(), step) != known.end()) continue;
      report.problem(
          line, field,
          shown(step) + " is no property of output or input" + nearest_hint(step, known));
    }
  }
}

}  // namespace

void check_templates(const ToolDraft& tool, const Pack& pack, Report& report) {
  const Checker check{tool, pack, report};
  for (std::size_t i = 0; i < tool.spec.phrases.size(); ++i) check.phrase(i);
  check.reply("reply", tool.spec.reply);
  check.reply("reply_empty", tool.spec.reply_empty);
}

}  // namespace callosum::registry
