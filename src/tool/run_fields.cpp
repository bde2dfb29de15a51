#include "tool/run_fields.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::tool {

void RunFields::problem(std::string_view key, const std::string& why) {
  if (problem_) return;
  problem_ = fail(ErrorType::validation, path_ + "." + std::string(key) + ": " + why);
}

void RunFields::adopt(const Result<void>& finished) {
  if (!finished && !problem_) problem_ = finished.error();
}

const json::value* RunFields::find(std::string_view key, Need need) {
  asked_.push_back(key);
  const auto* value = map_.if_contains(key);
  if (value == nullptr && need == Need::required) problem(key, "needed, and missing");
  return value;
}

std::string RunFields::text(std::string_view key, Need need) {
  const auto* value = find(key, need);
  if (value == nullptr) return {};
  const auto* text = value->if_string();
  if (text == nullptr || trim(*text).empty()) {
    problem(key, "expected text");
    return {};
  }
  return std::string(trim(*text));
}

std::vector<std::string> RunFields::texts(std::string_view key, Need need) {
  const auto* value = find(key, need);
  if (value == nullptr) return {};
  std::vector<std::string> out;
  const auto* list = value->if_array();
  if (list == nullptr) {
    problem(key, "expected a list of texts");
    return {};
  }
  for (const auto& item : *list) {
    const auto* text = item.if_string();
    if (text == nullptr || text->empty()) {
      problem(key, "expected a list of texts; put what is no text into quotes");
      return {};
    }
    out.emplace_back(*text);
  }
  return out;
}

const json::object* RunFields::map(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) problem(key, "expected a map");
  return value->if_object();
}

bool RunFields::flag(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return false;
  if (!value->is_bool()) problem(key, "expected true or false");
  return value->is_bool() && value->get_bool();
}

std::int64_t RunFields::number(std::string_view key, std::int64_t otherwise, std::int64_t least,
                               std::int64_t most) {
  const auto* value = find(key);
  if (value == nullptr) return otherwise;
  if (value->is_int64() && value->get_int64() >= least && value->get_int64() <= most) {
    return value->get_int64();
  }
  problem(key,
          "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return otherwise;
}

Result<void> RunFields::finish() {
  for (const auto& member : map_) {
    if (std::find(asked_.begin(), asked_.end(), member.key()) != asked_.end()) continue;
    const auto nearest = find_nearest(member.key(), asked_);
    std::vector<std::string> known(asked_.begin(), asked_.end());
    problem(member.key(),
            "unknown key" + (nearest.empty() ? "; known are " + join(known, ", ")
                                             : "; did you mean " + std::string(nearest) + "?"));
  }
  if (problem_) return *problem_;
  return {};
}

namespace {

/// The values that a required argument may have; none where that is not all text.
std::vector<std::string> choices_of(const registry::ToolSpec& tool, std::string_view argument) {
  const auto* required = find_array(tool.input_schema, "required");
  const auto* properties = find_object(tool.input_schema, "properties");
  const auto* property = properties == nullptr ? nullptr : find_object(*properties, argument);
  const auto* choices = property == nullptr ? nullptr : find_array(*property, "enum");
  const bool is_required =
      required != nullptr &&
      std::find(required->begin(), required->end(), json::value(argument)) != required->end();
  if (!is_required || choices == nullptr) return {};
  std::vector<std::string> out;
  for (const auto& choice : *choices) {
    const auto* text = choice.if_string();
    if (text == nullptr) return {};
    out.emplace_back(*text);
  }
  return out;
}

}  // namespace

Result<const json::object*> find_run(const registry::ToolSpec& tool, std::string_view kind) {
  const auto* config = tool.run.config.if_object();
  const auto* run = config == nullptr ? nullptr : find_object(*config, kind);
  if (run == nullptr) {
    return fail(ErrorType::validation, "run." + std::string(kind) + ": expected a map");
  }
  if (config->size() == 1) return run;
  for (const auto& member : *config) {
    if (member.key() == kind) continue;
    return fail(ErrorType::validation, "run." + std::string(member.key()) +
                                           ": unknown key beside " + std::string(kind) +
                                           "; does it belong under it?");
  }
  return run;
}

bool may_write(const registry::ToolSpec& tool) {
  return tool.access != registry::Access::read || !tool.risk.empty();
}

bool may_write(const registry::ToolSpec& tool, std::string_view argument, std::string_view value) {
  // Every rule counts that such a call can meet, whatever else it says.
  return tool.access != registry::Access::read ||
         std::any_of(tool.risk.begin(), tool.risk.end(), [&](const registry::RiskRule& rule) {
           return std::all_of(rule.when.begin(), rule.when.end(), [&](const auto& condition) {
             const auto& values = condition.second;
             return condition.first != argument ||
                    std::find(values.begin(), values.end(), json::value(value)) != values.end();
           });
         });
}

Result<CaseList> read_case_list(const registry::ToolSpec& tool, RunFields& fields) {
  CaseList out;
  out.by = fields.text("by", Need::required);
  const auto* cases = fields.map("cases");
  if (cases == nullptr) fields.problem("cases", "needed beside by: a map of its values");
  const auto choices = fields.is_good() ? choices_of(tool, out.by) : std::vector<std::string>();
  if (choices.empty()) {
    fields.problem("by", "expected a required property of input with an `enum` of texts");
    return fields.finish().error();
  }
  for (const auto& choice : choices) {
    const auto* written = find_object(*cases, choice);
    if (written == nullptr) fields.problem("cases." + choice, "needed: a map");
    out.cases.emplace_back(choice, written);
  }
  for (const auto& member : *cases) {
    if (std::find(choices.begin(), choices.end(), member.key()) != choices.end()) continue;
    fields.problem("cases." + std::string(member.key()),
                   "is no value that " + out.by + " may have" +
                       hint_of(member.key(), {choices.begin(), choices.end()}));
  }
  if (!fields.is_good()) return fields.finish().error();
  return out;
}

std::string hint_of(std::string_view word, const std::set<std::string, std::less<>>& known) {
  const auto nearest = find_nearest(word, {known.begin(), known.end()});
  if (!nearest.empty()) return "; did you mean " + std::string(nearest) + "?";
  if (known.empty()) return "; there is none";
  return "; there are " + join({known.begin(), known.end()}, ", ");
}

}  // namespace callosum::tool
