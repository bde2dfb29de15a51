#include "api/admin_registry.hpp"

#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

json::object encode(const registry::Pack& pack) {
  return {{"name", pack.name}, {"version", pack.version}, {"access_mode", pack.access_mode}};
}

json::object encode(const registry::ToolSpec& tool) {
  json::array channels;
  for (const auto channel : tool.channels) channels.emplace_back(to_string(channel));
  return {{"name", tool.name},
          {"pack", tool.pack},
          {"version", tool.version},
          {"category", to_string(tool.category)},
          {"access", to_string(tool.access)},
          {"channels", std::move(channels)}};
}

}  // namespace

AdminRegistryResource::AdminRegistryResource(const auth::Authenticator& authenticator, View view)
    : authenticator_(authenticator), view_(std::move(view)) {}

asio::awaitable<net::HttpResponse> AdminRegistryResource::handle(const net::HttpRequest& request,
                                                                 const std::vector<std::string>&) {
  const auto principal = auth::authenticate_admin(authenticator_, request);
  if (!principal) co_return error_response(principal.error());
  const auto view = view_();
  json::array versions, packs, tools;
  for (const auto& version : view.live_versions) versions.emplace_back(version);
  for (const auto& pack : view.current->packs()) packs.push_back(encode(pack));
  for (const auto& tool : view.current->tools()) tools.push_back(encode(tool));
  const json::object body{{"version", view.current->version()},
                          {"live_versions", std::move(versions)},
                          {"packs", std::move(packs)},
                          {"tools", std::move(tools)}};
  co_return net::HttpResponse::json(200, json::serialize(body));
}

}  // namespace callosum::api
