#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::registry::schema {

struct Node;

struct Property {
  std::string name;
  const Node* schema = nullptr;  ///< null: only named by `required`
  std::uint64_t required_bit = 0;
};

/// Names of an object's members, found by length first.
class PropertyTable {
 public:
  void assign(std::vector<Property> properties);
  const Property* find(std::string_view name) const;
  const std::vector<Property>& all() const { return properties_; }

 private:
  std::vector<Property> properties_;  // sorted by length, then bytes
};

}  // namespace callosum::registry::schema
