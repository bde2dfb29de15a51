#include "api/realtime_session.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "api/status_error.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

Result<RealtimeSessionWish> read_body(std::string_view text) {
  const auto body = parse_strict(text, {.max_bytes = 16 * 1024, .max_depth = 4});
  if (!body) return body.error();
  const auto* fields = body->if_object();
  constexpr std::array<std::string_view, 4> kKnown{"tenant_id", "pack", "account", "transport"};
  if (!fields) {
    return fail(ErrorType::validation,
                "the body must be a JSON object: {tenant_id, pack?, account?, transport?}");
  }
  for (const auto& member : *fields) {
    const bool is_known =
        std::find(kKnown.begin(), kKnown.end(), std::string_view(member.key())) != kKnown.end();
    if (!is_known) {
      return fail(ErrorType::validation,
                  std::string(member.key()) +
                      ": there is no such field; expected tenant_id, pack, account, transport");
    }
    const bool is_text = member.value().is_string() || member.value().is_null();
    if (!is_text) {
      return fail(ErrorType::validation, std::string(member.key()) + ": expected a string");
    }
  }
  const auto text_of = [&](std::string_view key) { return std::string(text_at(*fields, key)); };
  const auto transport = text_of("transport");
  if (!transport.empty() && transport != "gateway" && transport != "webrtc") {
    return fail(ErrorType::validation, "transport: expected gateway or webrtc");
  }
  return RealtimeSessionWish{text_of("tenant_id"), text_of("pack"), text_of("account"),
                             transport == "webrtc"};
}

}  // namespace

asio::awaitable<Result<ProviderCredential>> mint_for_session(CredentialMint mint,
                                                             BegunSessions begun,
                                                             RealtimeSessionPlan plan,
                                                             bool is_direct,
                                                             std::chrono::seconds life) {
  struct EndUnlessMade {
    const BegunSessions& begun;
    const std::string& id;
    bool is_made = false;
    ~EndUnlessMade() {
      if (!is_made) begun.end(id);
    }
  } made{begun, plan.session_id};
  auto minting = mint.make(plan.token, is_direct, life);
  auto minted = co_await std::move(minting);
  if (!minted) co_return minted.error();
  made.is_made = true;
  if (!minted->session_id.empty()) begun.name(plan.session_id, minted->session_id);
  co_return minted;
}

asio::awaitable<net::HttpResponse> RealtimeSessionResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>&) {
  const auto principal = parts_.authenticator.authenticate(request);
  if (!principal) co_return status_error(401, "Auth required");
  if (principal->kind == auth::CredentialKind::client_secret) {
    co_return status_error(403, "A client secret cannot make another credential");
  }
  auto wish = read_body(request.body);
  if (!wish) co_return status_error(400, wish.error().message);
  const bool is_direct = wish->is_direct;
  const auto life = parts_.mint.life_for(*principal);
  if (life < auth::ClientSecretStore::kMinLife) co_return status_error(401, "Auth required");
  auto planning = parts_.plan(*principal, std::move(*wish));
  const auto plan = co_await std::move(planning);
  if (!plan) co_return parts_.mint.refuse(plan.error());
  auto minting = mint_for_session(parts_.mint, parts_.begun, *plan, is_direct, life);
  const auto minted = co_await std::move(minting);
  if (!minted) co_return parts_.mint.refuse(minted.error());
  const auto& theirs = minted->session_id;
  const json::object body{
      {"session_id", plan->session_id},
      {"openai_session_id", theirs.empty() ? json::value() : json::value(theirs)},
      {"value", minted->value},
      {"expires_at", minted->expires_at_s},
      {"transport", is_direct ? "webrtc" : "gateway"},
      {"session", plan->token.session},
      {"tools_unavailable", plan->token.tools_unavailable},
      {"mode", plan->mode},
      {"account", plan->account},
      {"epoch", plan->epoch}};
  auto response = net::HttpResponse::json(200, json::serialize(body));
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

}  // namespace callosum::api
