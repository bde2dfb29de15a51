#include "tool/http/egress.hpp"

#include <algorithm>

#include "net/address_rules.hpp"

namespace callosum::tool::http {

Result<EgressList> EgressList::make(const std::vector<config::EgressRule>& rules) {
  EgressList out;
  for (const auto& rule : rules) {
    const auto origin = origin_of(rule.url);
    if (!origin) {
      return fail(ErrorType::validation,
                  "egress.allow: " + rule.url + ": " + origin.error().message);
    }
    out.entries_.push_back({*origin, rule.is_private});
  }
  return out;
}

EgressList EgressList::of_a_trial() {
  EgressList out;
  out.is_trial_ = true;
  return out;
}

Result<EgressList::Entry> EgressList::find(const Origin& origin) const {
  if (is_trial_) return Entry{origin, true};
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.origin == origin; });
  const auto text = origin.to_string();
  if (found == entries_.end()) {
    return fail(ErrorType::validation, text +
                                           " is not among the backends that tools may call; add it "
                                           "to egress.allow in the configuration");
  }
  // A name is judged by what it resolves to, when it is connected to.
  if (!found->is_private && net::is_public_literal(origin.host) == false) {
    return fail(ErrorType::validation,
                text + " is a private address; if that is meant, write {url: " + text +
                    ", private: true} in egress.allow in the configuration");
  }
  return *found;
}

}  // namespace callosum::tool::http
