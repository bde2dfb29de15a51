#include "api/admin_add_tenant.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "api/admin_tenants.hpp"
#include "api/auth/admin_role.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

struct Field {
  std::string_view name;
  std::string storage::Tenant::*place;
  bool is_required;
};
constexpr std::array kFields{Field{"slug", &storage::Tenant::slug, true},
                             Field{"timezone", &storage::Tenant::timezone, true},
                             Field{"name", &storage::Tenant::name, false},
                             Field{"id", &storage::Tenant::id, false}};

std::string unknown_field(std::string_view key) {
  std::vector<std::string_view> names;
  for (const auto& field : kFields) names.push_back(field.name);
  const auto nearest = find_nearest(key, names);
  return std::string(key) + ": there is no such field" +
         (nearest.empty() ? "; there are slug, timezone, name and id"
                          : "; did you mean " + std::string(nearest) + "?");
}

/// The fields as they were sent; what they may hold is the storage's rule.
Result<storage::Tenant> decode_tenant(std::string_view text) {
  const auto body = parse_strict(text, {.max_bytes = 16 * 1024, .max_depth = 8});
  if (!body) return body.error();
  const auto* object = body->if_object();
  if (!object) {
    return fail(ErrorType::validation,
                "the body must be a JSON object: {slug, timezone, name?, id?}");
  }
  storage::Tenant tenant;
  std::vector<std::string> problems;
  for (const auto& field : kFields) {
    const auto* value = object->if_contains(field.name);
    if (value && value->is_string() && !value->get_string().empty()) {
      (tenant.*field.place).assign(value->get_string().data(), value->get_string().size());
    } else if (value || field.is_required) {
      problems.push_back(std::string(field.name) +
                         (value ? ": expected a text, not empty" : ": is missing"));
    }
  }
  for (const auto& member : *object) {
    const auto is_known = [&](const Field& field) { return field.name == member.key(); };
    if (!std::any_of(kFields.begin(), kFields.end(), is_known)) {
      problems.push_back(unknown_field(member.key()));
    }
  }
  if (!problems.empty()) return fail(ErrorType::validation, join(problems, "; "));
  if (!object->contains("name")) tenant.name = tenant.slug;
  return tenant;
}

}  // namespace

asio::awaitable<net::HttpResponse> AdminAddTenantResource::handle(const net::HttpRequest& request,
                                                                  const std::vector<std::string>&) {
  const auto principal = auth::authenticate_operator(parts_.authenticator, request);
  if (!principal) co_return error_response(principal.error());
  auto tenant = decode_tenant(request.body);
  if (!tenant) co_return error_response(tenant.error());
  if (tenant->id.empty()) tenant->id = make_uuid7(parts_.time, parts_.random);
  const auto deadline = async::Deadline::after(parts_.time, std::chrono::seconds(5));
  const auto added = co_await storage::add_tenant(parts_.database, std::move(*tenant), deadline);
  if (!added) co_return error_response(added.error());
  parts_.log.info("tenant_added",
                  {{"tenant_id", added->id}, {"slug", added->slug}, {"by", principal->subject}});
  co_return net::HttpResponse::json(201, json::serialize(encode_tenant(*added)));
}

}  // namespace callosum::api
