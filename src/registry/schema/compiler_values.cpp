// The keywords that look at a value alone: type, enum, strings, numbers.

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "registry/schema/compiler.hpp"
#include "registry/schema/format.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::size_t kMaxExamples = 32;

Choice choice_of(json::array values) {
  Choice choice{.values = std::move(values)};
  for (const auto& value : choice.values) {
    if (const auto* text = value.if_string()) {
      choice.strings.emplace_back(*text);
    } else {
      choice.has_others = true;
    }
  }
  std::sort(choice.strings.begin(), choice.strings.end(),
            [](std::string_view a, std::string_view b) {
              return a.size() != b.size() ? a.size() < b.size() : a < b;
            });
  return choice;
}

}  // namespace

void Compiler::read_types(Node& node) {
  const auto* value = find("type");
  if (value == nullptr) return;
  if (const auto* name = value->if_string()) {
    node.types = type_bits(*name);
    return;
  }
  node.types = 0;
  for (const auto& name : value->get_array()) node.types |= type_bits(name.get_string());
}

void Compiler::read_choices(Node& node) {
  // Copies own their strings: the schema's JSON may go away.
  if (const auto* value = find("enum")) {
    node.choices.push_back(choice_of(json::array(value->get_array(), json::storage_ptr())));
  }
  if (const auto* value = find("const")) {
    json::array one;
    one.push_back(*value);
    node.choices.push_back(choice_of(std::move(one)));
  }
}

void Compiler::read_string(Node& node) {
  StringRules rules;
  rules.min_length = count_at("minLength", 0);
  rules.max_length = count_at("maxLength", kNoLimit);
  if (const auto* text = find("pattern")) rules.pattern = pattern_of("pattern", text->get_string());
  if (const auto* name = find("format"); name && place_->resource->dialect.asserts_formats) {
    rules.format = find_format(name->get_string());
  }
  const bool says_something =
      rules.min_length > 0 || rules.max_length != kNoLimit || rules.pattern || rules.format;
  if (says_something) node.string = std::make_unique<StringRules>(std::move(rules));
}

void Compiler::read_number(Node& node) {
  NumberRules rules;
  read_bound("minimum", false, true, rules.lower);
  read_bound("exclusiveMinimum", true, true, rules.lower);
  read_bound("maximum", false, false, rules.upper);
  read_bound("exclusiveMaximum", true, false, rules.upper);
  if (const auto* value = find("multipleOf")) {
    rules.multiple_of = *value;
    rules.divisor = to_decimal(*value);
  }
  const bool says_something = rules.lower || rules.upper || rules.multiple_of;
  if (says_something) node.number = std::make_unique<NumberRules>(std::move(rules));
}

/// Of an inclusive and an exclusive bound the tighter one is kept.
void Compiler::read_bound(std::string_view keyword, bool is_exclusive, bool is_lower,
                          std::optional<Bound>& bound) {
  const auto* value = find(keyword);
  if (value == nullptr) return;
  if (bound) {
    const auto ordering = compare_numbers(*value, bound->number);
    const bool is_tighter = is_lower ? ordering > 0 : ordering < 0;
    if (!is_tighter && !(ordering == 0 && is_exclusive)) return;
  }
  bound = Bound{.number = *value, .is_exclusive = is_exclusive};
}

/// For hints only.
void Compiler::read_examples(Node& node) {
  const auto* value = find("examples");
  if (value == nullptr) return;
  for (const auto& example : value->get_array()) {
    if (node.examples.size() == kMaxExamples) return;
    if (const auto* text = example.if_string()) node.examples.emplace_back(*text);
  }
}

}  // namespace callosum::registry::schema
