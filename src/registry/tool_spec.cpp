#include "registry/tool_spec.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::registry {
namespace {

/// Text is compared folded, so that "Delete" is no way around a rule for "delete"; 1 and 1.0 are
/// one number.
bool is_same_value(const json::value& sent, const json::value& ruled) {
  if (sent.is_string() && ruled.is_string()) {
    return fold_name(sent.get_string()) == fold_name(ruled.get_string());
  }
  return canonical_json(sent) == canonical_json(ruled);
}

bool has_one_of(const json::value& sent, const std::vector<json::value>& values) {
  // A rule names plain values. A list or object cannot be read against it, so the rule counts as
  // holding.
  if (sent.is_structured()) return true;
  return std::any_of(values.begin(), values.end(),
                     [&](const json::value& value) { return is_same_value(sent, value); });
}

bool holds(const RiskRule& rule, const json::object& arguments) {
  return std::all_of(rule.when.begin(), rule.when.end(), [&](const auto& condition) {
    const auto* sent = arguments.if_contains(condition.first);
    return sent != nullptr && has_one_of(*sent, condition.second);
  });
}

}  // namespace

std::string SourcePlace::to_string() const {
  return line > 0 ? file + ":" + std::to_string(line) : file;
}

Access ToolSpec::access_for(const json::object* arguments) const {
  if (is_destructive_name(name)) return Access::destructive;
  Access strictest = access;
  for (const auto& rule : risk) {
    if (arguments == nullptr || holds(rule, *arguments)) {
      strictest = std::max(strictest, rule.access);
    }
  }
  return strictest;
}

bool ToolSpec::may_write() const {
  return access == Access::write || std::any_of(risk.begin(), risk.end(), [](const auto& rule) {
           return rule.access == Access::write;
         });
}

Confirmation ToolSpec::confirmation_for(const json::object* arguments) const {
  const bool is_by_rule = !risk.empty() && access == Access::read;
  Confirmation strictest = is_by_rule ? Confirmation::none : confirmation;
  for (const auto& rule : risk) {
    if (arguments == nullptr || holds(rule, *arguments)) {
      strictest = std::max(strictest, rule.confirmation.value_or(confirmation));
    }
  }
  return strictest;
}

}  // namespace callosum::registry
