// What is wrong with objects and lists.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "base/text.hpp"
#include "registry/schema/explainer.hpp"
#include "registry/schema/words.hpp"

namespace callosum::registry::schema {

void Explainer::visit_object(const ObjectRules& rules, const json::object& object,
                             const json::value& value) {
  visit_required(rules, object);
  for (const auto& member : object) {
    if (is_full()) return;
    visit_member(rules, member);
  }
  if (object.size() < rules.min_properties || object.size() > rules.max_properties) {
    add(Rank::vague,
        "expected " + describe_count(rules.min_properties, rules.max_properties, "field"));
  }
  visit_dependencies(rules, object, value);
}

void Explainer::visit_required(const ObjectRules& rules, const json::object& object) {
  for (const auto& name : rules.required) {
    if (object.contains(name)) continue;
    const auto length = path_.size();
    if (!path_.empty()) path_ += '.';
    path_ += printable(name);
    std::string message = "required";
    const auto* property = rules.properties.find(name);
    if (property != nullptr && property->schema != nullptr) {
      const auto what = describe(*property->schema);
      if (!what.empty())
        message += what.starts_with("one of ") ? "; " + what : "; expected " + what;
      message += describe_examples(*property->schema);
    }
    add(Rank::missing, std::move(message));
    path_.resize(length);
  }
}

void Explainer::visit_member(const ObjectRules& rules, const json::key_value_pair& member) {
  const std::string_view name = member.key();
  const auto* known = rules.properties.find(name);
  bool is_named = false;
  if (known != nullptr && known->schema != nullptr) {
    is_named = true;
    visit_at(name, *known->schema, member.value());
  }
  for (const auto& row : rules.patterns) {
    if (!evaluator_.matches(*row.pattern, name)) continue;
    is_named = true;
    visit_at(name, *row.schema, member.value());
  }
  if (!is_named && rules.additional != nullptr) {
    if (rules.additional->verdict == Verdict::never) {
      add_unknown(rules, name);
    } else {
      visit_at(name, *rules.additional, member.value());
    }
  }
  if (rules.names != nullptr && !evaluator_.check_name(*rules.names, name)) {
    const auto what = describe(*rules.names);
    add(Rank::wrong, "the name " + printable(name) + " is not allowed" +
                         (what.empty() ? "" : "; expected " + what));
  }
}

void Explainer::add_unknown(const ObjectRules& rules, std::string_view name) {
  const auto length = path_.size();
  std::string message = path_.empty() ? "not a known argument" : "not a known field";
  if (!path_.empty()) path_ += '.';
  path_ += printable(name);
  std::vector<std::string_view> known;
  for (const auto& property : rules.properties.all()) {
    if (property.schema != nullptr) known.push_back(property.name);
  }
  const auto nearest = name.size() <= 64 ? find_nearest(name, known) : std::string_view();
  if (!nearest.empty()) message += " (did you mean " + printable(nearest) + "?)";
  add(Rank::unknown, std::move(message));
  path_.resize(length);
}

void Explainer::visit_dependencies(const ObjectRules& rules, const json::object& object,
                                   const json::value& value) {
  for (const auto& dependency : rules.dependencies) {
    if (!object.contains(dependency.name)) continue;
    for (const auto& name : dependency.required) {
      if (object.contains(name)) continue;
      const auto length = path_.size();
      if (!path_.empty()) path_ += '.';
      path_ += printable(name);
      add(Rank::missing, "required when " + printable(dependency.name) + " is given");
      path_.resize(length);
    }
    if (dependency.schema != nullptr) visit(*dependency.schema, value);
  }
}

void Explainer::visit_array(const ArrayRules& rules, const json::array& array) {
  if (array.size() < rules.min_items || array.size() > rules.max_items) {
    add(Rank::wrong, "expected " + describe_count(rules.min_items, rules.max_items, "item"));
  }
  for (std::size_t i = 0; i < array.size() && !is_full(); ++i) {
    const Node* item = i < rules.prefix.size() ? rules.prefix[i] : rules.rest;
    if (item == nullptr) break;
    if (item->verdict == Verdict::never) {
      add(Rank::wrong, "expected " + describe_count(0, i, "item"));
      break;
    }
    visit_at(i, *item, array[i]);
  }
  if (rules.is_unique && !evaluator_.check_unique(array)) {
    add(Rank::wrong, "expected items that all differ");
  }
  if (rules.contains != nullptr) visit_contains(rules, array);
}

void Explainer::visit_contains(const ArrayRules& rules, const json::array& array) {
  std::size_t found = 0;
  for (const auto& item : array) found += evaluator_.check(*rules.contains, item) ? 1 : 0;
  if (found >= rules.min_contains && found <= rules.max_contains) return;
  const auto what = describe(*rules.contains);
  add(Rank::wrong, "expected " + describe_count(rules.min_contains, rules.max_contains, "item") +
                       (what.empty() ? " of a certain kind" : " that is " + what));
}

/// Where all else passes, so that what was seen can be trusted.
void Explainer::visit_unevaluated(const Node& node, const json::value& value) {
  const auto* object = value.if_object();
  const auto* array = value.if_array();
  Evaluated seen(object ? object->size() : array ? array->size() : 0);
  if (!evaluator_.check_rules(node, value, &seen)) return;
  if (object != nullptr && node.object && node.object->unevaluated) {
    std::size_t index = 0;
    for (const auto& member : *object) {
      if (seen.has(index++)) continue;
      if (node.object->unevaluated->verdict == Verdict::never) {
        add_unknown(*node.object, member.key());
      } else {
        visit_at(member.key(), *node.object->unevaluated, member.value());
      }
    }
  }
  if (array == nullptr || !node.array || !node.array->unevaluated) return;
  for (std::size_t i = 0; i < array->size(); ++i) {
    if (!seen.has(i)) visit_at(i, *node.array->unevaluated, (*array)[i]);
  }
}

}  // namespace callosum::registry::schema
