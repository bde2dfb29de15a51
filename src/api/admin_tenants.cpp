#include "api/admin_tenants.hpp"

#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

json::object encode_tenant(const storage::Tenant& tenant) {
  return {{"id", tenant.id},
          {"slug", tenant.slug},
          {"name", tenant.name},
          {"timezone", tenant.timezone}};
}

AdminTenantsResource::AdminTenantsResource(const auth::Authenticator& authenticator,
                                           storage::Database& database, async::TimeSource& time)
    : authenticator_(authenticator), database_(database), time_(time) {}

asio::awaitable<net::HttpResponse> AdminTenantsResource::handle(const net::HttpRequest& request,
                                                                const std::vector<std::string>&) {
  const auto principal = auth::authenticate_admin(authenticator_, request);
  if (!principal) co_return error_response(principal.error());
  const auto deadline = async::Deadline::after(time_, std::chrono::seconds(5));
  const auto tenants = co_await storage::list_tenants(database_, deadline);
  if (!tenants) co_return error_response(tenants.error());
  json::array list;
  for (const auto& tenant : *tenants) {
    const bool theirs = principal->has_role("operator") || principal->is_member_of(tenant.id) ||
                        principal->is_member_of(tenant.slug);
    if (!theirs) continue;
    list.push_back(encode_tenant(tenant));
  }
  co_return net::HttpResponse::json(200, json::serialize(json::object{{"tenants", list}}));
}

}  // namespace callosum::api
