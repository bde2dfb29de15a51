#include "registry/schema/evaluator.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "registry/schema/equality.hpp"
#include "registry/schema/format.hpp"

namespace callosum::registry::schema {
namespace {

constexpr int kMaxDepth = 1024;

std::size_t count_parts(const json::value& value) {
  if (const auto* object = value.if_object()) return object->size();
  if (const auto* array = value.if_array()) return array->size();
  return 0;
}

bool is_in(const std::vector<std::string_view>& sorted, std::string_view text) {
  std::size_t low = 0;
  std::size_t high = sorted.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const auto candidate = sorted[middle];
    if (candidate == text) return true;
    const bool before =
        candidate.size() != text.size() ? candidate.size() < text.size() : candidate < text;
    (before ? low : high) = before ? middle + 1 : middle;
  }
  return false;
}

}  // namespace

Evaluator::Frame::Frame(Evaluator& evaluator, const Node& node)
    : evaluator_(evaluator), scope_(node.scope), outer_(evaluator.innermost_) {
  if (++evaluator.depth_ > kMaxDepth || --evaluator.steps_ < 0) evaluator.steps_ = -1;
  if (evaluator.has_dynamic_scope_ && (outer_ == nullptr || outer_->scope_ != scope_)) {
    evaluator.innermost_ = this;
  }
}

Evaluator::Frame::~Frame() {
  evaluator_.innermost_ = outer_;
  --evaluator_.depth_;
}

bool Evaluator::check(const Node& node, const json::value& value, Evaluated* seen) {
  if (node.verdict != Verdict::depends) return node.verdict == Verdict::always;
  const Frame frame(*this, node);
  if (!frame) return false;
  const bool passes =
      node.is_tracking ? check_tracking(node, value, seen) : check_rules(node, value, seen);
  return passes && !is_exhausted();
}

bool Evaluator::check_rules(const Node& node, const json::value& value, Evaluated* seen) {
  if (node.types != kAnyType && !has_type(node.types, value)) return false;
  switch (value.kind()) {
    case json::kind::string:
      if (node.string && !check_string(*node.string, value.get_string())) return false;
      break;
    case json::kind::object:
      if (node.object && !check_object(*node.object, value.get_object(), value, seen)) return false;
      break;
    case json::kind::array:
      if (node.array && !check_array(*node.array, value.get_array(), seen)) return false;
      break;
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      if (node.number && !check_number(*node.number, value)) return false;
      break;
    default:
      break;
  }
  if (!node.choices.empty() && !check_choices(node, value)) return false;
  return !node.in_place || check_in_place(*node.in_place, value, seen);
}

bool Evaluator::check_tracking(const Node& node, const json::value& value, Evaluated* seen) {
  Evaluated own(count_parts(value));
  if (!check_rules(node, value, &own) || !check_unevaluated(node, value, own)) return false;
  if (seen == nullptr) return true;
  const bool took_the_rest = (value.is_object() && node.object && node.object->unevaluated) ||
                             (value.is_array() && node.array && node.array->unevaluated);
  if (took_the_rest) {
    seen->set_all();
  } else {
    seen->merge(own);
  }
  return true;
}

bool Evaluator::check_unevaluated(const Node& node, const json::value& value,
                                  const Evaluated& seen) {
  if (const auto* object = value.if_object(); object && node.object && node.object->unevaluated) {
    std::size_t index = 0;
    for (const auto& member : *object) {
      if (!seen.has(index++) && !check(*node.object->unevaluated, member.value())) return false;
    }
  }
  if (const auto* array = value.if_array(); array && node.array && node.array->unevaluated) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (!seen.has(i) && !check(*node.array->unevaluated, (*array)[i])) return false;
    }
  }
  return true;
}

bool Evaluator::check_string(const StringRules& rules, std::string_view text) {
  // A code point is one to four bytes: most lengths are decided without counting.
  if (text.size() < rules.min_length) return false;
  if (text.size() > rules.max_length || (text.size() + 3) / 4 < rules.min_length) {
    const std::size_t length = count_code_points(text);
    if (length < rules.min_length || length > rules.max_length) return false;
  }
  if (rules.format != nullptr && !rules.format->is_valid(text)) return false;
  return !rules.pattern || matches(*rules.pattern, text);
}

bool Evaluator::check_choices(const Node& node, const json::value& value) {
  for (const auto& choice : node.choices) {
    bool is_found = false;
    if (const auto* text = value.if_string()) {
      is_found = is_in(choice.strings, *text);
    } else if (choice.has_others) {
      for (const auto& candidate : choice.values) {
        is_found = are_equal(candidate, value, steps_);
        if (is_found) break;
      }
    }
    if (!is_found) return false;
  }
  return true;
}

bool Evaluator::check_unique(const json::array& items) { return are_unique(items, steps_); }

bool Evaluator::matches(const Pattern& pattern, std::string_view text) {
  const auto found = pattern.search(text, patterns_);
  if (found == Pattern::Match::too_costly) steps_ = -1;
  return found == Pattern::Match::yes;
}

bool Evaluator::check_name(const Node& node, std::string_view name) {
  unsigned char buffer[256];
  json::monotonic_resource memory(buffer, sizeof buffer);
  return check(node, json::value(json::string(json::string_view(name), &memory)));
}

const Node& Evaluator::dynamic_target(const InPlace& rules) const {
  const Node* target = rules.dynamic_reference;
  if (rules.dynamic_name < 0) return *target;
  const auto name = static_cast<std::size_t>(rules.dynamic_name);
  for (const Frame* frame = innermost_; frame != nullptr; frame = frame->outer_) {
    const Node* candidate = frame->scope_->anchors[name];
    if (candidate != nullptr) target = candidate;  // the outermost wins
  }
  return *target;
}

bool check_number(const NumberRules& rules, const json::value& number) {
  if (rules.lower) {
    const auto ordering = compare_numbers(number, rules.lower->number);
    if (!(rules.lower->is_exclusive ? ordering > 0 : ordering >= 0)) return false;
  }
  if (rules.upper) {
    const auto ordering = compare_numbers(number, rules.upper->number);
    if (!(rules.upper->is_exclusive ? ordering < 0 : ordering <= 0)) return false;
  }
  return !rules.multiple_of || is_multiple(to_decimal(number), rules.divisor);
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace callosum::registry::schema
