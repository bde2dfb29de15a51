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
    Entry entry{*origin, rule.is_private, std::nullopt};
    if (!rule.at.empty()) {
      const auto at = origin_of(rule.at);
      if (!at) {
        return fail(ErrorType::validation,
                    "egress.allow: at: " + rule.at + ": " + at.error().message);
      }
      entry.at = *at;
    }
    out.entries_.push_back(std::move(entry));
  }
  return out;
}

EgressList EgressList::of_a_trial() {
  EgressList out;
  out.is_trial_ = true;
  return out;
}

Result<EgressList::Entry> EgressList::find(const Origin& origin) const {
  if (is_trial_) return Entry{origin, true, std::nullopt};
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.origin == origin; });
  const auto text = origin.to_string();
  if (found == entries_.end()) {
    return fail(ErrorType::validation, text +
                                           " is not among the backends that tools may call; add it "
                                           "to egress.allow in the configuration");
  }
  // A name is judged by what it resolves to, when it is connected to.
  if (!found->is_private && net::is_public_literal(found->where().host) == false) {
    const auto at = found->at ? ", at: " + found->at->to_string() : std::string();
    return fail(ErrorType::validation,
                found->where().to_string() +
                    " is a private address; if that is meant, write {url: " + text + at +
                    ", private: true} in egress.allow in the configuration");
  }
  return *found;
}

Result<EgressList::Entry> EgressList::find_known(const Origin& origin) const {
  const bool is_listed = std::any_of(entries_.begin(), entries_.end(),
                                     [&](const Entry& entry) { return entry.origin == origin; });
  if (is_listed || is_trial_) return find(origin);
  return Entry{origin, false, std::nullopt};
}

}  // namespace callosum::tool::http
