#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "registry/schema/evaluator.hpp"

namespace callosum::registry::schema {

bool Evaluator::check_object(const ObjectRules& rules, const json::object& object,
                             const json::value& value, Evaluated* seen) {
  if (object.size() < rules.min_properties || object.size() > rules.max_properties) return false;
  std::uint64_t missing = rules.required_bits;
  std::size_t index = 0;
  for (const auto& member : object) {
    const Property* known = rules.properties.find(member.key());
    if (known != nullptr) missing &= ~known->required_bit;
    bool is_seen = false;
    if (!check_member(rules, known, member, is_seen)) return false;
    if (is_seen && seen != nullptr) seen->set(index);
    ++index;
  }
  if (missing != 0) return false;
  for (std::size_t i = 64; i < rules.required.size(); ++i) {
    if (!object.contains(rules.required[i])) return false;
  }
  return rules.dependencies.empty() || check_dependencies(rules, object, value, seen);
}

bool Evaluator::check_member(const ObjectRules& rules, const Property* known,
                             const json::key_value_pair& member, bool& is_seen) {
  if (known != nullptr && known->schema != nullptr) {
    is_seen = true;
    if (!check(*known->schema, member.value())) return false;
  }
  for (const auto& row : rules.patterns) {
    if (!matches(*row.pattern, member.key())) continue;
    is_seen = true;
    if (!check(*row.schema, member.value())) return false;
  }
  if (!is_seen && rules.additional != nullptr) {
    is_seen = true;
    if (!check(*rules.additional, member.value())) return false;
  }
  return rules.names == nullptr || check_name(*rules.names, member.key());
}

bool Evaluator::check_dependencies(const ObjectRules& rules, const json::object& object,
                                   const json::value& value, Evaluated* seen) {
  for (const auto& dependency : rules.dependencies) {
    if (!object.contains(dependency.name)) continue;
    for (const auto& name : dependency.required) {
      if (!object.contains(name)) return false;
    }
    if (dependency.schema != nullptr && !check(*dependency.schema, value, seen)) return false;
  }
  return true;
}

bool Evaluator::check_array(const ArrayRules& rules, const json::array& array, Evaluated* seen) {
  if (array.size() < rules.min_items || array.size() > rules.max_items) return false;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const Node* item = i < rules.prefix.size() ? rules.prefix[i] : rules.rest;
    if (item == nullptr) break;
    if (!check(*item, array[i])) return false;
    if (seen != nullptr) seen->set(i);
  }
  if (rules.is_unique && !check_unique(array)) return false;
  return rules.contains == nullptr || check_contains(rules, array, seen);
}

bool Evaluator::check_contains(const ArrayRules& rules, const json::array& array, Evaluated* seen) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (!check(*rules.contains, array[i])) continue;
    ++found;
    if (seen != nullptr && rules.contains_evaluates) seen->set(i);
    if (seen == nullptr && found >= rules.min_contains && rules.max_contains == kNoLimit)
      return true;
  }
  return found >= rules.min_contains && found <= rules.max_contains;
}

bool Evaluator::check_in_place(const InPlace& rules, const json::value& value, Evaluated* seen) {
  if (rules.reference != nullptr && !check(*rules.reference, value, seen)) return false;
  if (rules.dynamic_reference != nullptr && !check(dynamic_target(rules), value, seen))
    return false;
  for (const Node* node : rules.all_of) {
    if (!check(*node, value, seen)) return false;
  }
  if (!rules.any_of.empty() && !check_any_of(rules, value, seen)) return false;
  if (!rules.one_of.empty() && !check_one_of(rules, value, seen)) return false;
  if (rules.negated != nullptr && check(*rules.negated, value)) return false;
  return rules.condition == nullptr || check_condition(rules, value, seen);
}

/// One that may fail without harm: what it saw counts only when it passes.
bool Evaluator::check_branch(const Node& node, const json::value& value, Evaluated* seen) {
  if (seen == nullptr) return check(node, value);
  Evaluated branch = *seen;
  if (!check(node, value, &branch)) return false;
  seen->merge(branch);
  return true;
}

bool Evaluator::check_any_of(const InPlace& rules, const json::value& value, Evaluated* seen) {
  bool passes = false;
  for (const Node* node : rules.any_of) {
    passes |= check_branch(*node, value, seen);
    // Every branch that passes has a say in what is evaluated.
    if (passes && seen == nullptr) return true;
  }
  return passes;
}

bool Evaluator::check_one_of(const InPlace& rules, const json::value& value, Evaluated* seen) {
  int passing = 0;
  for (const Node* node : rules.one_of) {
    passing += check_branch(*node, value, seen) ? 1 : 0;
    if (passing > 1) return false;
  }
  return passing == 1;
}

bool Evaluator::check_condition(const InPlace& rules, const json::value& value, Evaluated* seen) {
  const Node* next =
      check_branch(*rules.condition, value, seen) ? rules.consequent : rules.alternative;
  return next == nullptr || check(*next, value, seen);
}

}  // namespace callosum::registry::schema
