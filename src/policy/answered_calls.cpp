#include "policy/answered_calls.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "policy/seen_values.hpp"

namespace callosum::policy {
namespace {

namespace json = boost::json;

/// "Haircut" and "haircut" are one service to whoever hears them.
std::string hash_of(const json::value& value) {
  constexpr std::size_t kDigits = 16;
  auto form = canonical_json(value);
  if (value.is_string()) {
    auto loose = loose_form(value.get_string());
    if (!loose.empty()) form = "\"" + std::move(loose);
  }
  return sha256_hex(form).substr(0, kDigits);
}

}  // namespace

void AnsweredCalls::add(std::string_view tool, const json::object& arguments) {
  Made made{std::string(tool), {}};
  for (const auto& [name, value] : arguments) made.arguments.emplace(name, hash_of(value));
  restore(std::move(made));
}

void AnsweredCalls::restore(Made made) {
  if (std::find(made_.begin(), made_.end(), made) != made_.end()) return;
  if (made_.size() >= kMost) made_.pop_front();
  made_.push_back(std::move(made));
  ++version_;
}

bool AnsweredCalls::has(std::string_view tool, const json::object& arguments,
                        const std::vector<std::string_view>& shared) const {
  std::vector<std::pair<std::string_view, std::string>> wanted;
  for (const auto name : shared) {
    const auto* value = arguments.if_contains(name);
    wanted.emplace_back(name, value ? hash_of(*value) : std::string());
  }
  return std::any_of(made_.begin(), made_.end(), [&](const Made& made) {
    return made.tool == tool && std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
             const auto at = made.arguments.find(each.first);
             return (at == made.arguments.end() ? std::string() : at->second) == each.second;
           });
  });
}

}  // namespace callosum::policy
