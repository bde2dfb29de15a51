#include "session/provider_limits.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::session {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxLimits = 16;  // names are a stranger's
constexpr std::size_t kMaxNameBytes = 64;

double number_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_number() ? value->to_number<double>() : 0;
}

}  // namespace

std::vector<ProviderLimit> ProviderLimits::take(const json::object& event) {
  std::vector<ProviderLimit> newly_low;
  const auto* entries = find_array(event, "rate_limits");
  if (!entries) return newly_low;
  for (const auto& entry : *entries) {
    const auto* object = entry.if_object();
    if (!object) continue;
    ProviderLimit now{std::string(cut_utf8(text_at(*object, "name"), kMaxNameBytes)),
                      number_at(*object, "limit"), number_at(*object, "remaining"),
                      number_at(*object, "reset_seconds")};
    auto known = std::find_if(limits_.begin(), limits_.end(),
                              [&](const auto& limit) { return limit.name == now.name; });
    if (known == limits_.end() && limits_.size() >= kMaxLimits) continue;
    if (known == limits_.end()) known = limits_.insert(known, ProviderLimit{now.name});
    if (now.is_low() && !known->is_low()) newly_low.push_back(now);
    *known = std::move(now);
  }
  return newly_low;
}

}  // namespace callosum::session
