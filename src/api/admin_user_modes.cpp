#include "api/admin_user_modes.hpp"

#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::api {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

using storage::UserModes;
using Query = std::function<Result<UserModes>(storage::sqlite::Connection&)>;

constexpr std::size_t kMostModes = 64;
constexpr std::size_t kLongestName = 64;
constexpr auto kTimeout = 5s;

Result<UserModes> read_body(std::string_view text) {
  const auto body = parse_strict(text, {.max_bytes = 16 * 1024, .max_depth = 4});
  if (!body) return body.error();
  const auto* fields = body->if_object();
  const auto* modes = fields && fields->size() == 1 ? fields->if_contains("modes") : nullptr;
  if (modes && modes->is_null()) return UserModes();
  const auto* list = modes ? modes->if_array() : nullptr;
  if (!list || list->size() > kMostModes) {
    return fail(ErrorType::validation,
                "the body must be {modes: [mode, …]}, or {modes: null} for all of them, and "
                "nothing else");
  }
  std::vector<std::string> names;
  for (const auto& name : *list) {
    if (!name.is_string() || name.get_string().size() > kLongestName) {
      return fail(ErrorType::validation, "modes: expected names");
    }
    names.emplace_back(name.get_string());
  }
  return UserModes(std::move(names));
}

json::object encode(const std::string& tenant_id, const std::string& subject,
                    const UserModes& modes) {
  json::object out{{"tenant_id", tenant_id}, {"user", subject}, {"modes", nullptr}};
  if (modes) out["modes"] = json::array(modes->begin(), modes->end());
  return out;
}

}  // namespace

asio::awaitable<Result<UserModes>> AdminUserModesResource::find(std::string tenant_id,
                                                                std::string subject) {
  Query query = [tenant_id = std::move(tenant_id), subject = std::move(subject)](auto& connection) {
    return storage::find_user_modes(connection, tenant_id, subject);
  };
  const auto deadline = async::Deadline::after(parts_.time, kTimeout);
  return parts_.database.read<UserModes>(deadline, std::move(query));
}

asio::awaitable<Result<UserModes>> AdminUserModesResource::change(storage::UserModesChange change) {
  Query query = [change = std::move(change)](auto& connection) -> Result<UserModes> {
    const auto saved = storage::save_user_modes(connection, change);
    if (!saved) return saved.error();
    return storage::find_user_modes(connection, change.tenant_id, change.subject);
  };
  const auto deadline = async::Deadline::after(parts_.time, kTimeout);
  return parts_.database.write<UserModes>(deadline, std::move(query));
}

asio::awaitable<net::HttpResponse> AdminUserModesResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = auth::authenticate_admin(parts_.authenticator, request);
  if (!principal) co_return error_response(principal.error());
  storage::UserModesChange wanted;
  wanted.subject = parts.back();
  wanted.changed_by = principal->subject;
  if (verb_ == Verb::change) {
    auto modes = read_body(request.body);
    if (!modes) co_return error_response(modes.error());
    wanted.modes = std::move(*modes);
  }
  auto finding = parts_.find_tenant(*principal, parts.front());
  const auto tenant = co_await std::move(finding);
  if (!tenant) co_return error_response(tenant.error());
  wanted.tenant_id = tenant->id;
  const auto subject = wanted.subject;
  auto pending = verb_ == Verb::change ? change(std::move(wanted)) : find(tenant->id, subject);
  const auto modes = co_await std::move(pending);
  if (!modes) co_return error_response(modes.error());
  if (verb_ == Verb::change) {
    parts_.apply(tenant->id, subject, *modes);
    parts_.log.info("user_modes_changed", {{"tenant_id", tenant->id},
                                           {"user", subject},
                                           {"modes", *modes ? join(**modes, ", ") : "all"},
                                           {"by", principal->subject}});
  }
  co_return net::HttpResponse::json(200, json::serialize(encode(tenant->id, subject, *modes)));
}

}  // namespace callosum::api
