#include "registry/schema/explainer.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "base/text.hpp"
#include "registry/schema/words.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::size_t kMaxFindings = 64;

std::string expected(const std::string& what) { return "expected " + what; }

}  // namespace

std::vector<SchemaHint> Explainer::explain(const Node& root, const json::value& value,
                                           std::size_t limit) {
  visit(root, value);
  if (evaluator_.is_exhausted() && findings_.empty()) {
    return {{"", "too large or too deeply nested to be checked; send less"}};
  }
  if (findings_.empty()) add(Rank::vague, "these values do not go together");
  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const Finding& a, const Finding& b) { return a.rank < b.rank; });
  std::vector<SchemaHint> hints;
  for (auto& finding : findings_) {
    const auto is_same = [&](const SchemaHint& hint) {
      return hint.path == finding.hint.path && hint.message == finding.hint.message;
    };
    if (hints.size() == limit) break;
    if (std::none_of(hints.begin(), hints.end(), is_same)) hints.push_back(std::move(finding.hint));
  }
  return hints;
}

bool Explainer::is_full() const {
  return findings_.size() >= kMaxFindings || evaluator_.is_exhausted();
}

void Explainer::add(Rank rank, std::string message) {
  if (findings_.size() < kMaxFindings) findings_.push_back({rank, {path_, std::move(message)}});
}

void Explainer::visit_at(std::string_view name, const Node& node, const json::value& value) {
  const auto length = path_.size();
  if (!path_.empty()) path_ += '.';
  path_ += printable(name);
  visit(node, value);
  path_.resize(length);
}

void Explainer::visit_at(std::size_t index, const Node& node, const json::value& value) {
  const auto length = path_.size();
  path_.append("[").append(std::to_string(index)).append("]");
  visit(node, value);
  path_.resize(length);
}

/// Adds nothing for a value that passes.
void Explainer::visit(const Node& node, const json::value& value) {
  if (is_full() || evaluator_.check(node, value)) return;
  if (node.verdict == Verdict::never) return add(Rank::wrong, "not allowed here");
  const Evaluator::Frame frame(evaluator_, node);
  const auto before = findings_.size();
  visit_rules(node, value);
  if (findings_.size() == before && node.is_tracking) visit_unevaluated(node, value);
}

void Explainer::visit_rules(const Node& node, const json::value& value) {
  if (node.types != kAnyType && !has_type(node.types, value)) {
    const auto what = describe(node);
    return add(Rank::wrong, expected(what) + describe_examples(node));
  }
  visit_choices(node, value);
  if (const auto* text = value.if_string()) visit_string(node, *text);
  if (value.is_number() && node.number && !check_number(*node.number, value)) {
    const auto kind = describe_types(node.types & (kInteger | kFraction));
    add(Rank::wrong, expected(kind + " " + describe_number(*node.number)));
  }
  const auto* object = value.if_object();
  if (object != nullptr && node.object) visit_object(*node.object, *object, value);
  const auto* array = value.if_array();
  if (array != nullptr && node.array) visit_array(*node.array, *array);
  if (node.in_place) visit_in_place(*node.in_place, value);
}

void Explainer::visit_choices(const Node& node, const json::value& value) {
  if (node.choices.empty() || evaluator_.check_choices(node, value)) return;
  const auto& choice = node.choices.front();
  std::string message = expected(describe_choice(choice));
  if (const auto* text = value.if_string(); text && text->size() <= 64) {
    const auto nearest = find_nearest(*text, choice.strings);
    if (!nearest.empty() && choice.strings.size() > 3) {
      message += " (did you mean " + printable(nearest) + "?)";
    }
  }
  add(Rank::wrong, std::move(message));
}

void Explainer::visit_string(const Node& node, std::string_view text) {
  if (!node.string || evaluator_.check_string(*node.string, text)) return;
  const auto length = count_code_points(text);
  const auto& rules = *node.string;
  const bool is_length = length < rules.min_length || length > rules.max_length;
  if (is_length && rules.min_length == 1 && text.empty()) {
    return add(Rank::wrong, expected("a non-empty string") + describe_examples(node));
  }
  if (is_length) {
    return add(Rank::wrong, expected(describe_length(rules)) + describe_examples(node));
  }
  StringRules shape{.pattern = rules.pattern, .format = rules.format};
  Node only_shape;
  only_shape.types = kString;
  only_shape.string = std::make_unique<StringRules>(std::move(shape));
  add(Rank::wrong, expected(describe(only_shape)) + describe_examples(node));
}

void Explainer::visit_in_place(const InPlace& rules, const json::value& value) {
  if (rules.reference != nullptr) visit(*rules.reference, value);
  if (rules.dynamic_reference != nullptr) visit(evaluator_.dynamic_target(rules), value);
  for (const Node* node : rules.all_of) visit(*node, value);
  if (!rules.any_of.empty()) visit_alternatives(rules.any_of, false, value);
  if (!rules.one_of.empty()) visit_alternatives(rules.one_of, true, value);
  if (rules.negated != nullptr && evaluator_.check(*rules.negated, value)) {
    const auto what = describe(*rules.negated);
    add(Rank::vague, what.empty() ? "this value is not allowed" : "may not be " + what);
  }
  if (rules.condition == nullptr) return;
  const Node* next =
      evaluator_.check(*rules.condition, value) ? rules.consequent : rules.alternative;
  if (next != nullptr) visit(*next, value);
}

/// The branch that is nearest speaks for all: the one with the fewest complaints.
void Explainer::visit_alternatives(const std::vector<const Node*>& branches, bool only_one,
                                   const json::value& value) {
  std::size_t passing = 0;
  for (const Node* branch : branches) passing += evaluator_.check(*branch, value) ? 1 : 0;
  if (passing == 1 || (passing > 1 && !only_one)) return;
  if (passing > 1) {
    return add(Rank::vague, "fits more than one of the allowed forms; exactly one is expected");
  }
  Findings kept = std::move(findings_);
  Findings best;
  bool is_any_of_its_type = false;
  for (const Node* branch : branches) {
    findings_.clear();
    visit(*branch, value);
    is_any_of_its_type |= branch->types != kAnyType && has_type(branch->types, value);
    if (!findings_.empty() && (best.empty() || findings_.size() < best.size())) best = findings_;
  }
  findings_ = std::move(kept);
  InPlace alone;
  alone.any_of = branches;
  Node all;
  all.in_place = std::make_unique<InPlace>(std::move(alone));
  const auto what = describe(all);
  if (!what.empty() && (!is_any_of_its_type || !value.is_structured())) {
    return add(Rank::wrong, expected(what));
  }
  for (auto& finding : best) {
    if (findings_.size() < kMaxFindings) findings_.push_back(std::move(finding));
  }
}

}  // namespace callosum::registry::schema
