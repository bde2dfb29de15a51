#include "api/realtime_token.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "api/query.hpp"
#include "api/status_error.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kMintTimeout = 10s;

Result<std::string> transport_of(const net::HttpRequest& request) {
  constexpr std::array<std::string_view, 3> kNames{"tenant_id", "pack", "transport"};
  const auto known = check_query(request, kNames);
  if (!known) return known.error();
  constexpr std::array<std::string_view, 2> kTransports{"gateway", "webrtc"};
  return word_of(request, "transport", kTransports);
}

/// Never longer than the credential that it was asked for with.
std::chrono::seconds life_for(const auth::Principal& principal, WallTime now) {
  const auto life = auth::ClientSecretStore::kDefaultLife;
  if (!principal.expires_at) return life;
  return std::min(life,
                  std::chrono::duration_cast<std::chrono::seconds>(*principal.expires_at - now));
}

/// What the gateway does not add by itself when the session begins.
json::object preset_of(const json::object& session) {
  json::object preset;
  for (const auto* key : {"type", "model", "audio", "tool_choice"}) {
    if (const auto* value = session.if_contains(key)) preset[key] = *value;
  }
  return preset;
}

}  // namespace

Result<ProviderCredential> RealtimeTokenResource::mint_here(const RealtimeTokenPlan& plan,
                                                            std::chrono::seconds life) {
  auto secret = parts_.secrets.mint(plan.owner, preset_of(plan.session), life);
  if (!secret) return secret.error();
  return ProviderCredential{std::move(secret->value), epoch_s(secret->expires_at)};
}

asio::awaitable<Result<ProviderCredential>> RealtimeTokenResource::mint_there(
    const RealtimeTokenPlan& plan, std::chrono::seconds life) {
  if (!plan.mint) {
    co_return fail(ErrorType::validation,
                   "transport: webrtc needs a provider that browsers can reach by themselves, such "
                   "as openai; with this one use gateway");
  }
  const json::object expiry{{"anchor", "created_at"}, {"seconds", life.count()}};
  const json::object body{{"expires_after", expiry}, {"session", plan.session}};
  const auto deadline = async::Deadline::after(parts_.time, kMintTimeout);
  auto minting = plan.mint(json::serialize(body), deadline);
  auto minted = co_await std::move(minting);
  if (!minted) {
    parts_.log.error("credential_not_minted", {{"type", to_string(minted.error().type)},
                                               {"message", minted.error().message},
                                               {"detail", minted.error().detail}});
  }
  co_return minted;
}

net::HttpResponse RealtimeTokenResource::refuse(const Error& error) {
  // The provider's doing, which is in the log already.
  const bool is_providers =
      error.type == ErrorType::permanent || error.type == ErrorType::invalid_output;
  if (is_providers) return status_error(502, error.message);
  return status_error(error, parts_.random, parts_.log);
}

asio::awaitable<net::HttpResponse> RealtimeTokenResource::handle(const net::HttpRequest& request,
                                                                 const std::vector<std::string>&) {
  const auto principal = parts_.authenticator.authenticate(request);
  if (!principal) co_return status_error(401, "Auth required");
  if (principal->kind == auth::CredentialKind::client_secret) {
    co_return status_error(403, "A client secret cannot make another credential");
  }
  const auto transport = transport_of(request);
  if (!transport) co_return status_error(400, transport.error().message);
  const auto life = life_for(*principal, parts_.time.wall_now());
  if (life < auth::ClientSecretStore::kMinLife) co_return status_error(401, "Auth required");
  RealtimeTokenWish wish{request.query("tenant_id"), request.query("pack")};
  auto planning = parts_.plan(*principal, std::move(wish));
  const auto plan = co_await std::move(planning);
  if (!plan) co_return refuse(plan.error());
  Result<ProviderCredential> minted = fail(ErrorType::internal, "");
  if (*transport == "gateway") {
    minted = mint_here(*plan, life);
  } else {
    minted = co_await mint_there(*plan, life);
  }
  if (!minted) co_return refuse(minted.error());
  const json::object body{{"value", minted->value},
                          {"expires_at", minted->expires_at_s},
                          {"transport", *transport},
                          {"session", plan->session},
                          {"tools_unavailable", plan->tools_unavailable}};
  auto response = net::HttpResponse::json(200, json::serialize(body));
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

}  // namespace callosum::api
