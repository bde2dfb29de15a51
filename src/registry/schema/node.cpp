#include "registry/schema/node.hpp"

#include <algorithm>

namespace callosum::registry::schema {
namespace {

constexpr std::size_t kLinearSearch = 8;

bool is_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

bool has_type(std::uint8_t types, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return (types & kNull) != 0;
    case json::kind::bool_:
      return (types & kBoolean) != 0;
    case json::kind::object:
      return (types & kObject) != 0;
    case json::kind::array:
      return (types & kArray) != 0;
    case json::kind::string:
      return (types & kString) != 0;
    case json::kind::double_:
      return (types & (is_whole(value.get_double()) ? kInteger : kFraction)) != 0;
    default:
      return (types & kInteger) != 0;
  }
}

void PropertyTable::assign(std::vector<Property> properties) {
  properties_ = std::move(properties);
  std::sort(properties_.begin(), properties_.end(),
            [](const Property& a, const Property& b) { return is_before(a.name, b.name); });
}

const Property* PropertyTable::find(std::string_view name) const {
  if (properties_.size() <= kLinearSearch) {
    for (const auto& property : properties_) {
      if (property.name == name) return &property;
    }
    return nullptr;
  }
  const auto at = std::lower_bound(
      properties_.begin(), properties_.end(), name,
      [](const Property& property, std::string_view key) { return is_before(property.name, key); });
  return at != properties_.end() && at->name == name ? &*at : nullptr;
}

}  // namespace callosum::registry::schema
