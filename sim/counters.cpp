#include "sim/counters.hpp"

namespace callosum::sim {

void Counters::count(std::string_view counter, std::uint64_t by) {
  const auto at = counters_.find(counter);
  if (at != counters_.end()) {
    at->second += by;
  } else {
    counters_.emplace(counter, by);
  }
}

std::uint64_t Counters::get(std::string_view counter) const {
  const auto at = counters_.find(counter);
  return at == counters_.end() ? 0 : at->second;
}

boost::json::object Counters::counted(std::span<const char* const> always) const {
  boost::json::object out;
  for (const char* name : always) out[name] = 0;
  for (const auto& [name, value] : counters_) out[name] = value;
  return out;
}

}  // namespace callosum::sim
