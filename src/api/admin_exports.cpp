#include "api/admin_exports.hpp"

#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "registry/export/report.hpp"

namespace callosum::api {

namespace asio = boost::asio;

asio::awaitable<net::HttpResponse> AdminExportsResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = auth::authenticate_admin(authenticator_, request);
  if (!principal) co_return error_response(principal.error());
  const auto& consumer = parts.at(0);
  const auto* target = registry::find_export(consumer);
  if (!target) {
    std::vector<std::string> names;
    for (const auto name : registry::export_names()) names.emplace_back(name);
    co_return error_response(
        fail(ErrorType::not_found, "there is no such export; there are " + join(names, ", ")));
  }
  const auto snapshot = snapshot_();
  const auto tools = registry::listed_tools(*snapshot, *target);
  auto exported = target->compile(tools);
  if (!exported) {
    co_return error_response(fail(ErrorType::conflict, exported.error().message));
  }
  json::object body{{"for", consumer}, {"registry_version", snapshot->version()}};
  body["tools"] = std::move(exported->tools);
  for (auto& member : registry::encode_export_report(*exported)) {
    body[member.key()] = std::move(member.value());
  }
  co_return net::HttpResponse::json(200, json::serialize(body));
}

}  // namespace callosum::api
