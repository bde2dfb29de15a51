#include "api/auth/client_secret_store.hpp"

#include <boost/json/serialize.hpp>

#include "api/auth/jwt.hpp"
#include "base/ids.hpp"

namespace callosum::api::auth {

ClientSecretStore::ClientSecretStore(const Clock& clock, Random& random, std::size_t capacity)
    : clock_(clock), random_(random), capacity_(capacity) {}

Result<ClientSecret> ClientSecretStore::mint(const Principal& owner, boost::json::object session,
                                             std::chrono::seconds life) {
  if (owner.kind == CredentialKind::client_secret) {
    return fail(ErrorType::forbidden, "a client secret cannot be exchanged for another");
  }
  if (life < kMinLife || life > kMaxLife) {
    return fail(ErrorType::validation, "expires_after.seconds: expected 10 to 7200");
  }
  if (boost::json::serialize(session).size() > kMaxSessionBytes) {
    return fail(ErrorType::validation, "session: larger than 64 KiB");
  }
  const std::scoped_lock lock(mutex_);
  auto live = live_of_subject_.find(owner.subject);
  if (entries_.size() >= capacity_ ||
      (live != live_of_subject_.end() && live->second >= kMaxOfOneSubject)) {
    drop_expired();
    live = live_of_subject_.find(owner.subject);
  }
  if (entries_.size() >= capacity_ ||
      (live != live_of_subject_.end() && live->second >= kMaxOfOneSubject)) {
    return fail(ErrorType::rate_limit, "too many client secrets are in use; try again later");
  }

  const auto asked = clock_.wall_now() + life;
  const auto expires = owner.expires_at ? std::min(asked, *owner.expires_at) : asked;
  Entry entry{owner, clock_.now() + (expires - clock_.wall_now())};
  entry.principal.kind = CredentialKind::client_secret;
  entry.principal.expires_at = expires;
  entry.principal.session = std::make_shared<const boost::json::object>(std::move(session));
  ClientSecret secret{make_id("ek_", random_), expires};
  entries_.emplace(sha256(secret.value), std::move(entry));
  ++live_of_subject_[owner.subject];
  return secret;
}

Result<Principal> ClientSecretStore::redeem(std::string_view secret) {
  // Found by its hash: how long the search takes tells nothing about the secrets that there are.
  const auto hash = sha256(secret);
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(hash);
  if (found == entries_.end()) return not_authenticated("no such client secret");
  if (is_over(found->second)) return not_authenticated("the client secret has expired");
  return found->second.principal;
}

std::size_t ClientSecretStore::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

bool ClientSecretStore::is_over(const Entry& entry) const {
  return clock_.now() >= entry.deadline || clock_.wall_now() >= *entry.principal.expires_at;
}

void ClientSecretStore::drop_expired() {
  for (auto at = entries_.begin(); at != entries_.end();) {
    if (!is_over(at->second)) {
      ++at;
      continue;
    }
    const auto live = live_of_subject_.find(at->second.principal.subject);
    if (--live->second == 0) live_of_subject_.erase(live);
    at = entries_.erase(at);
  }
}

}  // namespace callosum::api::auth
