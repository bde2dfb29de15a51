#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/schema/number.hpp"
#include "registry/schema/pattern.hpp"
#include "registry/schema/property_table.hpp"

namespace callosum::registry::schema {

// The compiled form: what validation walks instead of JSON. Built once by the compiler, read-only
// after.

struct Node;
struct Format;
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

/// Bits of Node::types. A whole number has the integer bit, any other the fraction bit.
enum TypeBit : std::uint8_t {
  kNull = 1,
  kBoolean = 2,
  kObject = 4,
  kArray = 8,
  kString = 16,
  kInteger = 32,
  kFraction = 64,
  kAnyType = 127,
};

/// Whether the value's type is one of these bits.
bool has_type(std::uint8_t types, const json::value& value);

struct StringRules {
  std::size_t min_length = 0;  ///< in code points
  std::size_t max_length = kNoLimit;
  std::shared_ptr<const Pattern> pattern;
  const Format* format = nullptr;
};

struct Bound {
  json::value number;
  bool is_exclusive = false;
};

struct NumberRules {
  std::optional<Bound> lower;
  std::optional<Bound> upper;
  std::optional<json::value> multiple_of;
  Decimal divisor;  ///< of multiple_of
};

/// What a member's presence asks for.
struct Dependency {
  std::string name;
  std::vector<std::string> required;
  const Node* schema = nullptr;
};

struct PatternProperty {
  std::shared_ptr<const Pattern> pattern;
  const Node* schema = nullptr;
};

struct ObjectRules {
  std::size_t min_properties = 0;
  std::size_t max_properties = kNoLimit;
  PropertyTable properties;
  std::uint64_t required_bits = 0;
  std::vector<std::string> required;  ///< in the schema's order; the first 64 have bits
  std::vector<PatternProperty> patterns;
  const Node* additional = nullptr;
  const Node* names = nullptr;
  std::vector<Dependency> dependencies;
  const Node* unevaluated = nullptr;
};

struct ArrayRules {
  std::size_t min_items = 0;
  std::size_t max_items = kNoLimit;
  bool is_unique = false;
  std::vector<const Node*> prefix;
  const Node* rest = nullptr;
  const Node* contains = nullptr;
  std::size_t min_contains = 1;
  std::size_t max_contains = kNoLimit;
  bool contains_evaluates = false;  ///< 2020-12: what `contains` matched is evaluated
  const Node* unevaluated = nullptr;
};

/// `enum` or `const`: the value must equal one of these.
struct Choice {
  json::array values;
  std::vector<std::string_view> strings;  ///< of values, by length then bytes
  bool has_others = false;                ///< values that are no strings
};

/// Schemas applied to the same value.
struct InPlace {
  const Node* reference = nullptr;
  int dynamic_name = -1;                    ///< of `$dynamicRef`: index in Scope::anchors
  const Node* dynamic_reference = nullptr;  ///< where no dynamic scope has the anchor
  std::vector<const Node*> all_of;
  std::vector<const Node*> any_of;
  std::vector<const Node*> one_of;
  const Node* negated = nullptr;
  const Node* condition = nullptr;
  const Node* consequent = nullptr;   ///< `then`
  const Node* alternative = nullptr;  ///< `else`
};

/// A schema resource as `$dynamicRef` sees it: its dynamic anchors by name index.
struct Scope {
  std::vector<const Node*> anchors;
};

enum class Verdict : std::uint8_t { depends, always, never };

struct Node {
  Verdict verdict = Verdict::depends;
  std::uint8_t types = kAnyType;
  bool is_tracking = false;  ///< has unevaluatedProperties or unevaluatedItems
  const Scope* scope = nullptr;
  std::unique_ptr<StringRules> string;
  std::unique_ptr<NumberRules> number;
  std::unique_ptr<ObjectRules> object;
  std::unique_ptr<ArrayRules> array;
  std::vector<Choice> choices;  ///< `enum` and `const` may stand together
  std::unique_ptr<InPlace> in_place;
  std::vector<std::string> examples;  ///< of the schema's `examples`, those that are text
};

}  // namespace callosum::registry::schema
