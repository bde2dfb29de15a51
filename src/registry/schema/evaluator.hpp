#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string_view>

#include "registry/schema/evaluated.hpp"
#include "registry/schema/node.hpp"

namespace callosum::registry::schema {

/// Applies compiled nodes to one value. Lives on the stack of one validation; bounded in depth and
/// in steps, and once a bound is passed every answer is no and `is_exhausted` says so.
class Evaluator {
 public:
  explicit Evaluator(bool has_dynamic_scope) : has_dynamic_scope_(has_dynamic_scope) {}

  /// Whether `value` satisfies `node`. What was looked at is added to `seen`, which is rubbish
  /// after a no.
  bool check(const Node& node, const json::value& value, Evaluated* seen = nullptr);
  bool is_exhausted() const { return steps_ < 0; }

  // The parts, for whoever wants to know which of them says no.
  bool check_string(const StringRules& rules, std::string_view text);
  bool check_choices(const Node& node, const json::value& value);
  bool check_unique(const json::array& items);
  bool matches(const Pattern& pattern, std::string_view text);
  bool check_name(const Node& node, std::string_view name);
  /// Everything but the `unevaluated…` of this very node.
  bool check_rules(const Node& node, const json::value& value, Evaluated* seen);
  /// Where a `$dynamicRef` leads from here.
  const Node& dynamic_target(const InPlace& rules) const;

  /// Stands for being inside a node: depth, and its resource in the dynamic scope. False: too deep.
  class Frame {
   public:
    Frame(Evaluator& evaluator, const Node& node);
    ~Frame();
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    explicit operator bool() const { return evaluator_.steps_ >= 0; }

   private:
    friend class Evaluator;
    Evaluator& evaluator_;
    const Scope* scope_;
    const Frame* outer_;
  };

 private:
  bool check_tracking(const Node& node, const json::value& value, Evaluated* seen);
  bool check_unevaluated(const Node& node, const json::value& value, const Evaluated& seen);
  bool check_object(const ObjectRules& rules, const json::object& object, const json::value& value,
                    Evaluated* seen);
  bool check_member(const ObjectRules& rules, const Property* known,
                    const json::key_value_pair& member, bool& is_seen);
  bool check_dependencies(const ObjectRules& rules, const json::object& object,
                          const json::value& value, Evaluated* seen);
  bool check_array(const ArrayRules& rules, const json::array& array, Evaluated* seen);
  bool check_contains(const ArrayRules& rules, const json::array& array, Evaluated* seen);
  bool check_in_place(const InPlace& rules, const json::value& value, Evaluated* seen);
  bool check_any_of(const InPlace& rules, const json::value& value, Evaluated* seen);
  bool check_one_of(const InPlace& rules, const json::value& value, Evaluated* seen);
  bool check_condition(const InPlace& rules, const json::value& value, Evaluated* seen);
  bool check_branch(const Node& node, const json::value& value, Evaluated* seen);

  bool has_dynamic_scope_;
  int depth_ = 0;
  std::int64_t steps_ = 2'000'000;
  const Frame* innermost_ = nullptr;
  PatternBudget patterns_;
};

bool check_number(const NumberRules& rules, const json::value& number);
/// Code points of valid UTF-8.
std::size_t count_code_points(std::string_view text);

}  // namespace callosum::registry::schema
