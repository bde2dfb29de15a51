#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "registry/schema.hpp"
#include "registry/schema/evaluator.hpp"

namespace callosum::registry::schema {

/// Says what is wrong with a value that is. Slow and bounded: only refused calls come here.
class Explainer {
 public:
  explicit Explainer(bool has_dynamic_scope) : evaluator_(has_dynamic_scope) {}

  std::vector<SchemaHint> explain(const Node& root, const json::value& value, std::size_t limit);

 private:
  /// Worst first.
  enum class Rank : std::uint8_t { missing, wrong, unknown, vague };
  struct Finding {
    Rank rank;
    SchemaHint hint;
  };
  using Findings = std::vector<Finding>;

  void visit(const Node& node, const json::value& value);
  void visit_rules(const Node& node, const json::value& value);
  void visit_string(const Node& node, std::string_view text);
  void visit_choices(const Node& node, const json::value& value);
  void visit_object(const ObjectRules& rules, const json::object& object, const json::value& value);
  void visit_member(const ObjectRules& rules, const json::key_value_pair& member);
  void visit_required(const ObjectRules& rules, const json::object& object);
  void visit_dependencies(const ObjectRules& rules, const json::object& object,
                          const json::value& value);
  void visit_array(const ArrayRules& rules, const json::array& array);
  void visit_contains(const ArrayRules& rules, const json::array& array);
  void visit_in_place(const InPlace& rules, const json::value& value);
  void visit_alternatives(const std::vector<const Node*>& branches, bool only_one,
                          const json::value& value);
  void visit_unevaluated(const Node& node, const json::value& value);

  void add(Rank rank, std::string message);
  void add_unknown(const ObjectRules& rules, std::string_view name);
  void visit_at(std::string_view name, const Node& node, const json::value& value);
  void visit_at(std::size_t index, const Node& node, const json::value& value);
  bool is_full() const;

  Evaluator evaluator_;
  Findings findings_;
  std::string path_;
};

}  // namespace callosum::registry::schema
