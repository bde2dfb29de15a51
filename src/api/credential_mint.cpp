#include "api/credential_mint.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "api/status_error.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kMintTimeout = 10s;

/// What the gateway does not add by itself when the session begins.
json::object preset_of(const json::object& session) {
  json::object preset;
  for (const auto* key : {"type", "model", "audio", "tool_choice"}) {
    if (const auto* value = session.if_contains(key)) preset[key] = *value;
  }
  return preset;
}

asio::awaitable<Result<ProviderCredential>> mint_there(const CredentialMint& mint,
                                                       const RealtimeTokenPlan& plan,
                                                       std::chrono::seconds life) {
  if (!plan.mint) {
    co_return fail(ErrorType::validation,
                   "transport: webrtc needs a provider that browsers can reach by themselves, such "
                   "as openai; with this one use gateway");
  }
  const json::object expiry{{"anchor", "created_at"}, {"seconds", life.count()}};
  const json::object body{{"expires_after", expiry}, {"session", plan.session}};
  const auto deadline = async::Deadline::after(mint.time, kMintTimeout);
  auto minting = plan.mint(json::serialize(body), deadline);
  auto minted = co_await std::move(minting);
  if (!minted) {
    mint.log.error("credential_not_minted", {{"type", to_string(minted.error().type)},
                                             {"message", minted.error().message},
                                             {"detail", minted.error().detail}});
  }
  co_return minted;
}

}  // namespace

std::chrono::seconds CredentialMint::life_for(const auth::Principal& principal) const {
  const auto life = auth::ClientSecretStore::kDefaultLife;
  if (!principal.expires_at) return life;
  const auto left = *principal.expires_at - time.wall_now();
  return std::min(life, std::chrono::duration_cast<std::chrono::seconds>(left));
}

asio::awaitable<Result<ProviderCredential>> CredentialMint::make(const RealtimeTokenPlan& plan,
                                                                 bool is_direct,
                                                                 std::chrono::seconds life) const {
  if (is_direct) {
    auto minting = mint_there(*this, plan, life);
    auto minted = co_await std::move(minting);
    co_return minted;
  }
  auto secret = secrets.mint(plan.owner, preset_of(plan.session), life);
  if (!secret) co_return secret.error();
  co_return ProviderCredential{std::move(secret->value), epoch_s(secret->expires_at)};
}

net::HttpResponse CredentialMint::refuse(const Error& error) const {
  // The provider's doing, which is in the log already.
  const bool is_providers =
      error.type == ErrorType::permanent || error.type == ErrorType::invalid_output;
  if (is_providers) return status_error(502, error.message);
  return status_error(error, random, log);
}

}  // namespace callosum::api
