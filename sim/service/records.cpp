#include "sim/service/records.hpp"

namespace callosum::sim {
namespace {

constexpr std::size_t kMostEntries = 1000;

}  // namespace

void Records::record(std::string_view list, json::object entry) {
  auto& value = lists_[list];
  if (!value.is_array()) value.emplace_array();
  auto& entries = value.get_array();
  if (entries.size() >= kMostEntries) entries.erase(entries.begin());
  entries.push_back(std::move(entry));
}

json::object Records::to_json() const {
  auto out = counted({});
  for (const auto& [name, entries] : lists_) out[name] = entries;
  return out;
}

}  // namespace callosum::sim
