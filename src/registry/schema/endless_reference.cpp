#include <unordered_map>

#include "registry/schema/compiler.hpp"

namespace callosum::registry::schema {
namespace {

constexpr int kMaxHeight = 100;

/// The schemas that a node applies to the same value. A `$dynamicRef` counts with where it leads by
/// itself.
std::vector<const Node*> same_value_nodes(const Node& node) {
  std::vector<const Node*> next;
  if (node.in_place) {
    const auto& rules = *node.in_place;
    next = {rules.reference, rules.negated, rules.condition, rules.consequent, rules.alternative};
    if (rules.dynamic_name < 0) next.push_back(rules.dynamic_reference);
    for (const auto* list : {&rules.all_of, &rules.any_of, &rules.one_of}) {
      next.insert(next.end(), list->begin(), list->end());
    }
  }
  if (node.object) {
    for (const auto& dependency : node.object->dependencies) next.push_back(dependency.schema);
  }
  std::erase(next, nullptr);
  return next;
}

struct Visit {
  const Node* node = nullptr;
  std::vector<const Node*> next;
  int height = 0;  ///< of the chain below, as far as known
};

constexpr int kOnPath = -1;

/// Depth first without recursion. Heights of finished nodes are kept; a node met on its own path is
/// a circle.
std::optional<EndlessReference> visit_from(const Node& start,
                                           std::unordered_map<const Node*, int>& heights) {
  std::vector<Visit> path;
  path.push_back({&start, same_value_nodes(start)});
  heights[&start] = kOnPath;
  while (!path.empty()) {
    auto& top = path.back();
    if (top.next.empty()) {
      const int height = top.height;
      if (height > kMaxHeight) {
        return EndlessReference{top.node, "more than 100 references apply to one value"};
      }
      heights[top.node] = height;
      path.pop_back();
      if (!path.empty()) path.back().height = std::max(path.back().height, height + 1);
      continue;
    }
    const Node* next = top.next.back();
    top.next.pop_back();
    const auto known = heights.find(next);
    if (known == heights.end()) {
      heights[next] = kOnPath;
      path.push_back({next, same_value_nodes(*next)});
    } else if (known->second == kOnPath) {
      return EndlessReference{next, "refers to itself without end"};
    } else {
      top.height = std::max(top.height, known->second + 1);
    }
  }
  return {};
}

}  // namespace

std::optional<EndlessReference> find_endless_reference(const std::deque<Node>& nodes) {
  std::unordered_map<const Node*, int> heights;
  for (const auto& node : nodes) {
    if (heights.contains(&node)) continue;
    if (auto found = visit_from(node, heights)) return found;
  }
  return {};
}

}  // namespace callosum::registry::schema
