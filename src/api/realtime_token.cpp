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

Result<std::string> transport_of(const net::HttpRequest& request) {
  constexpr std::array<std::string_view, 3> kNames{"tenant_id", "pack", "transport"};
  const auto known = check_query(request, kNames);
  if (!known) return known.error();
  constexpr std::array<std::string_view, 2> kTransports{"gateway", "webrtc"};
  return word_of(request, "transport", kTransports);
}

json::object encode(const RealtimeTokenPlan& plan, const ProviderCredential& minted,
                    std::string_view transport) {
  return {{"value", minted.value},
          {"expires_at", minted.expires_at_s},
          {"transport", transport},
          {"session", plan.session},
          {"tools_unavailable", plan.tools_unavailable}};
}

net::HttpResponse to_response(const json::object& body) {
  auto response = net::HttpResponse::json(200, json::serialize(body));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace

asio::awaitable<net::HttpResponse> RealtimeTokenResource::make_direct(auth::Principal principal,
                                                                      RealtimeTokenWish wish,
                                                                      std::chrono::seconds life) {
  auto beginning =
      parts_.begin(std::move(principal), {std::move(wish.tenant), std::move(wish.pack), "", true});
  const auto plan = co_await std::move(beginning);
  if (!plan) co_return parts_.mint.refuse(plan.error());
  auto minting = mint_for_session(parts_.mint, parts_.begun, *plan, true, life);
  const auto minted = co_await std::move(minting);
  if (!minted) co_return parts_.mint.refuse(minted.error());
  auto body = encode(plan->token, *minted, "webrtc");
  body["session_id"] = plan->session_id;
  body["openai_session_id"] =
      minted->session_id.empty() ? json::value() : json::value(minted->session_id);
  co_return to_response(body);
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
  const auto life = parts_.mint.life_for(*principal);
  if (life < auth::ClientSecretStore::kMinLife) co_return status_error(401, "Auth required");
  RealtimeTokenWish wish{request.query("tenant_id"), request.query("pack")};
  if (*transport == "webrtc") {
    auto making = make_direct(*principal, std::move(wish), life);
    auto made = co_await std::move(making);
    co_return made;
  }
  auto planning = parts_.plan(*principal, std::move(wish));
  const auto plan = co_await std::move(planning);
  if (!plan) co_return parts_.mint.refuse(plan.error());
  auto minting = parts_.mint.make(*plan, false, life);
  const auto minted = co_await std::move(minting);
  if (!minted) co_return parts_.mint.refuse(minted.error());
  co_return to_response(encode(*plan, *minted, *transport));
}

}  // namespace callosum::api
