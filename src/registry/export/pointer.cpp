#include "registry/export/pointer.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>

#include "base/json.hpp"
#include "registry/export/export.hpp"
#include "registry/schema/uri.hpp"
#include "registry/schema/walk.hpp"

namespace callosum::registry {
namespace {

// Of the core, what refuses no value: all but the references.
constexpr std::array<std::string_view, 2> kReferences{"$ref", "$dynamicRef"};

/// The place of the schema with this `$anchor`.
std::optional<std::string> find_anchor(const json::value& root, std::string_view anchor) {
  std::optional<std::string> found;
  schema::walk_schemas(root, schema::dialect_of_document(root, Draft::draft2020_12), "",
                       [&](const json::object& object, const std::string& place) {
                         if (!found && text_at(object, "$anchor") == anchor) found = place;
                       });
  return found;
}

}  // namespace

std::optional<std::string> referred_place(const json::value& root, std::string_view reference) {
  if (!reference.starts_with('#')) return std::nullopt;
  auto fragment = schema::percent_decode(reference.substr(1));
  if (!fragment || fragment->empty() || fragment->starts_with('/')) return fragment;
  return find_anchor(root, *fragment);
}

const json::value* find_referred(const json::value& root, std::string_view reference) {
  const auto place = referred_place(root, reference);
  boost::system::error_code nowhere;
  return place ? root.find_pointer(*place, nowhere) : nullptr;
}

std::string_view enforcement_of(std::string_view keyword) {
  const auto at = std::find(kReferences.begin(), kReferences.end(), keyword);
  if (at != kReferences.end()) return kByExecutor;
  for (const auto& known : schema::keywords()) {
    if (known.name != keyword) continue;
    const bool is_silent =
        (known.vocabulary & (schema::kMetaData | schema::kContent | schema::kCore)) != 0;
    return is_silent ? kNote : kByExecutor;
  }
  return kNote;
}

}  // namespace callosum::registry
