#include "registry/schema/words.hpp"

#include <boost/json/serialize.hpp>
#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "registry/schema/format.hpp"

namespace callosum::registry::schema {
namespace {

constexpr int kMaxShown = 40;
constexpr std::size_t kMaxListed = 12;
constexpr int kMaxReferences = 8;

std::string show(const json::value& value) {
  if (const auto* text = value.if_string()) return printable(*text);
  if (value.is_structured()) return value.is_array() ? "a certain list" : "a certain object";
  return canonical_json(value);
}

std::string list_of(const std::vector<std::string>& items, std::size_t total) {
  std::string out = join(items, ", ");
  if (total > items.size()) out += " or " + std::to_string(total - items.size()) + " others";
  return out;
}

std::string with_range(std::string what, const std::string& range) {
  return range.empty() ? what : what + " " + range;
}

std::string describe_string(const Node& node) {
  if (!node.string) return "a string";
  const auto& rules = *node.string;
  if (rules.format != nullptr) return std::string(rules.format->expected);
  if (rules.pattern) return "a string like the pattern " + printable(rules.pattern->source());
  if (rules.min_length == 1 && rules.max_length == kNoLimit) return "a non-empty string";
  const auto length = describe_length(rules);
  return length.empty() ? "a string" : "a string of " + length;
}

/// Through references: a schema that is only a `$ref` looks like what it refers to.
const Node& behind_references(const Node& start) {
  const Node* node = &start;
  for (int i = 0; i < kMaxReferences; ++i) {
    const bool says_something = node->types != kAnyType || !node->choices.empty() || node->string;
    if (says_something || !node->in_place || node->in_place->reference == nullptr) break;
    node = node->in_place->reference;
  }
  return *node;
}

std::string describe_alternatives(const InPlace& rules) {
  const auto& branches = rules.any_of.empty() ? rules.one_of : rules.any_of;
  std::vector<std::string> words;
  for (const Node* branch : branches) {
    const Node& node = behind_references(*branch);
    const bool is_flat = !node.in_place || node.types != kAnyType || !node.choices.empty();
    const auto word = is_flat ? describe(node) : std::string();
    if (word.empty() || words.size() == 4) return {};
    words.push_back(word);
  }
  return join(words, " or ");
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  int shown = 0;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    if (shown++ == kMaxShown) return out + "…";
    const auto start = at;
    UChar32 code = 0;
    U8_NEXT(bytes, at, size, code);
    // Controls, and what changes the look or direction of its neighbours, could disguise a hint.
    constexpr std::uint32_t kHidden = U_GC_C_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;
    const bool is_shown = code >= 0 && (U_GET_GC_MASK(code) & kHidden) == 0;
    out += is_shown
               ? text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(at - start))
               : std::string_view("?");
  }
  return out;
}

std::string describe_types(std::uint8_t types) {
  std::vector<std::string> words;
  if ((types & kString) != 0) words.emplace_back("a string");
  if ((types & kFraction) != 0) {
    words.emplace_back("a number");
  } else if ((types & kInteger) != 0) {
    words.emplace_back("an integer");
  }
  if ((types & kBoolean) != 0) words.emplace_back("true or false");
  if ((types & kObject) != 0) words.emplace_back("an object");
  if ((types & kArray) != 0) words.emplace_back("a list");
  if ((types & kNull) != 0) words.emplace_back("null");
  return join(words, " or ");
}

std::string describe_choice(const Choice& choice) {
  if (choice.values.size() == 1) return show(choice.values[0]);
  std::vector<std::string> words;
  for (const auto& value : choice.values) {
    if (words.size() < kMaxListed) words.push_back(show(value));
  }
  return "one of " + list_of(words, choice.values.size());
}

std::string describe_count(std::size_t least, std::size_t most, std::string_view unit) {
  const auto counted = [&](std::size_t n) {
    return std::to_string(n) + " " + std::string(unit) + (n == 1 ? "" : "s");
  };
  if (least == most) return "exactly " + counted(least);
  if (most == kNoLimit) return least == 0 ? std::string() : "at least " + counted(least);
  if (least == 0) return "at most " + counted(most);
  return "from " + std::to_string(least) + " to " + counted(most);
}

std::string describe_length(const StringRules& rules) {
  return describe_count(rules.min_length, rules.max_length, "character");
}

std::string describe_number(const NumberRules& rules) {
  const auto bound = [](const Bound& b) { return canonical_json(b.number); };
  std::string out;
  if (rules.lower && rules.upper && !rules.lower->is_exclusive && !rules.upper->is_exclusive) {
    out = "from " + bound(*rules.lower) + " to " + bound(*rules.upper);
  } else {
    if (rules.lower) {
      out = (rules.lower->is_exclusive ? "above " : "of at least ") + bound(*rules.lower);
    }
    if (rules.upper) {
      out += out.empty() ? "" : " and ";
      out += (rules.upper->is_exclusive ? "below " : "of at most ") + bound(*rules.upper);
    }
  }
  if (!rules.multiple_of) return out;
  return out + (out.empty() ? "" : ", ") + "in steps of " + canonical_json(*rules.multiple_of);
}

std::string describe_examples(const Node& start) {
  const Node& node = behind_references(start);
  if (node.examples.empty()) return {};
  std::vector<std::string> words;
  for (const auto& example : node.examples) {
    if (words.size() < kMaxListed) words.push_back(printable(example));
  }
  return ", for example " + join(words, ", ");
}

std::string describe(const Node& start) {
  const Node& node = behind_references(start);
  if (node.verdict != Verdict::depends) return {};
  if (!node.choices.empty()) return describe_choice(node.choices.front());
  if (node.types == kString || (node.types == kAnyType && node.string))
    return describe_string(node);
  if (node.types == (kString | kNull)) return describe_string(node) + " or null";
  const bool is_number = node.types != kAnyType && (node.types & ~(kInteger | kFraction)) == 0;
  if (is_number && node.number) {
    return with_range(describe_types(node.types), describe_number(*node.number));
  }
  if (node.types != kAnyType) return describe_types(node.types);
  return node.in_place ? describe_alternatives(*node.in_place) : std::string();
}

}  // namespace callosum::registry::schema
