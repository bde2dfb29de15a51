#include "sim/google/stats.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kMostEntries = 1000;
/// Always present, so that a test can compare with zero.
constexpr const char* kCounters[] = {
    "requests",         "errors_sent",      "injected_faults", "codes",
    "tokens",           "refreshes",        "revocations",     "denied_consents",
    "refused_grants",   "unauthenticated",  "missing_scopes",  "sends",
    "deliveries",       "drafts_created",   "drafts_sent",     "messages_modified",
    "messages_trashed", "messages_deleted", "events_inserted", "events_changed",
    "events_deleted",   "events_moved",     "invitations",     "free_busy_queries",
    "unknown_fields"};

}  // namespace

void Stats::keep(json::array& list, json::object entry) {
  if (list.size() >= kMostEntries) {
    list.erase(list.begin());
    is_truncated_ = true;
  }
  list.push_back(std::move(entry));
}

json::object Stats::to_json() const {
  auto out = counted(kCounters);
  json::object sends_by_key;
  for (const auto& mail : sent_) {
    const auto* key = mail.get_object().if_contains("idempotency_key");
    if (!key) continue;
    auto& sends = sends_by_key[key->get_string()];
    sends = sends.is_int64() ? sends.get_int64() + 1 : 1;
  }
  out["sends_by_idempotency_key"] = std::move(sends_by_key);
  out["sent"] = sent_;
  out["calls"] = requests_;
  out["truncated"] = is_truncated_;
  return out;
}

}  // namespace callosum::sim::google
