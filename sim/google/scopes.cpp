#include "sim/google/scopes.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::array kKnown{scope::kOpenId,         scope::kEmail,
                            scope::kProfile,        scope::kMailAll,
                            scope::kMailModify,     scope::kMailReadonly,
                            scope::kMailCompose,    scope::kMailSend,
                            scope::kMailMetadata,   scope::kMailLabels,
                            scope::kCalendar,       scope::kCalendarReadonly,
                            scope::kEvents,         scope::kEventsReadonly,
                            scope::kEventsOwned,    scope::kEventsOwnedReadonly,
                            scope::kEventsFreeBusy, scope::kFreeBusy,
                            scope::kCalendarList,   scope::kCalendarListReadonly};

void add_once(Scopes& scopes, std::string_view scope) {
  if (!has_scope(scopes, scope)) scopes.emplace_back(scope);
}

}  // namespace

Scopes parse_scopes(std::string_view text) {
  Scopes out;
  for (const auto word : split(text, ' ')) {
    if (word.empty()) continue;
    add_once(out, word == "email" ? scope::kEmail : word == "profile" ? scope::kProfile : word);
  }
  return out;
}

std::string join_scopes(const Scopes& scopes) { return join(scopes, " "); }

bool is_known_scope(std::string_view scope) {
  return std::find(kKnown.begin(), kKnown.end(), scope) != kKnown.end();
}

Scopes unite(const Scopes& a, const Scopes& b) {
  Scopes out = a;
  for (const auto& scope : b) add_once(out, scope);
  return out;
}

bool has_scope(const Scopes& granted, std::string_view scope) {
  return std::find(granted.begin(), granted.end(), scope) != granted.end();
}

bool has_any_scope(const Scopes& granted, std::span<const std::string_view> accepted) {
  return std::any_of(accepted.begin(), accepted.end(),
                     [&](std::string_view scope) { return has_scope(granted, scope); });
}

}  // namespace callosum::sim::google
