#include "api/accounts.hpp"

#include <array>
#include <boost/json/serialize.hpp>

#include "api/query.hpp"
#include "api/status_error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "tool/account/account_book.hpp"

namespace callosum::api {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kListTime = 5s;
constexpr auto kRemoveTime = 20s;  // the service is asked too
constexpr std::string_view kStillAllowed =
    "it is forgotten here, but its token could not be opened to revoke it: take this gateway's "
    "access back in the account's own settings";
constexpr std::array<std::string_view, 1> kParameters{"tenant_id"};

/// Field by field: a token has no way in.
json::object encode(const storage::ConnectedAccount& account) {
  json::array scopes;
  for (const auto scope : split(account.scopes, ' ')) {
    if (!scope.empty()) scopes.emplace_back(scope);
  }
  return {{"service", account.key.service},
          {"email", account.key.email},
          {"state", storage::to_string(account.state)},
          {"scopes", std::move(scopes)},
          {"connected_at_ms", account.connected_at_ms}};
}

net::HttpResponse answer_with(json::object body) {
  body["status"] = "success";
  auto response = net::HttpResponse::json(200, json::serialize(body));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace

asio::awaitable<net::HttpResponse> AccountsResource::handle(const net::HttpRequest& request,
                                                            const std::vector<std::string>&) {
  const auto principal = ground_.authenticator.authenticate_user(request);
  if (!principal) co_return status_error(401, "Auth required");
  const auto known = check_query(request, kParameters);
  if (!known) co_return status_error(400, known.error().message);
  auto finding = ground_.find_tenant(*principal, request.query("tenant_id"));
  const auto tenant = co_await std::move(finding);
  if (!tenant) co_return status_error(tenant.error(), ground_.random, ground_.log);
  json::array list;
  if (ground_.book) {
    const auto deadline = async::Deadline::after(ground_.time, kListTime);
    auto listing = ground_.book->list(tenant->id, principal->subject, deadline);
    const auto accounts = co_await std::move(listing);
    if (!accounts) co_return status_error(accounts.error(), ground_.random, ground_.log);
    for (const auto& account : *accounts) list.push_back(encode(account));
  }
  co_return answer_with({{"accounts", std::move(list)}});
}

asio::awaitable<net::HttpResponse> RemoveAccountResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = ground_.authenticator.authenticate_user(request);
  if (!principal) co_return status_error(401, "Auth required");
  const auto known = check_query(request, kParameters);
  if (!known) co_return status_error(400, known.error().message);
  auto finding = ground_.find_tenant(*principal, request.query("tenant_id"));
  const auto tenant = co_await std::move(finding);
  if (!tenant) co_return status_error(tenant.error(), ground_.random, ground_.log);
  if (!ground_.book) co_return status_error(404, "there is no such account of yours");
  storage::AccountKey key{tenant->id, principal->subject, parts[0], to_lower_ascii(parts[1])};
  const auto deadline = async::Deadline::after(ground_.time, kRemoveTime);
  auto removing = ground_.book->remove(std::move(key), deadline);
  const auto removed = co_await std::move(removing);
  if (!removed) co_return status_error(removed.error(), ground_.random, ground_.log);
  json::object body{{"removed", json::string(to_lower_ascii(parts[1]))}, {"revoked", *removed}};
  if (!*removed) body["message"] = kStillAllowed;
  co_return answer_with(std::move(body));
}

}  // namespace callosum::api
