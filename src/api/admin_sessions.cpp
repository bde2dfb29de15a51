#include "api/admin_sessions.hpp"

#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "api/query.hpp"
#include "base/json.hpp"
#include "storage/realtime_sessions.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

constexpr std::int64_t kMost = 200;
constexpr std::int64_t kUsual = 50;

Result<storage::SessionFilter> read_filter(const net::HttpRequest& request) {
  storage::SessionFilter filter{{}, request.query("state"), kUsual};
  const bool is_state = filter.state.empty() || filter.state == "live" || filter.state == "ended";
  if (!is_state) return fail(ErrorType::validation, "state: expected live or ended");
  const auto limit = whole_of(request, "limit", {1, kMost, kUsual});
  if (!limit) return limit.error();
  filter.limit = *limit;
  return filter;
}

json::object encode(const storage::RealtimeSession& session) {
  const bool is_live = session.state == storage::SessionState::live;
  const auto or_null = [](bool is_known, json::value value) {
    return is_known ? std::move(value) : json::value(nullptr);
  };
  const auto& theirs = session.provider_session_id;
  return {{"id", session.id},
          {"provider_session_id", or_null(!theirs.empty(), json::value(theirs))},
          {"tenant_id", session.tenant_id},
          {"subject", session.subject},
          {"channel", session.channel},
          {"provider", session.provider},
          {"registry_version", session.registry_version},
          {"reply_path", session.reply_path},
          {"tool_ownership", session.tool_ownership},
          {"state", to_string(session.state)},
          {"created_at_ms", session.created_at_ms},
          {"ended_at_ms", or_null(!is_live, session.ended_at_ms)},
          {"close_code", or_null(session.close_code != 0, session.close_code)}};
}

}  // namespace

asio::awaitable<net::HttpResponse> AdminSessionsResource::handle(const net::HttpRequest& request,
                                                                 const std::vector<std::string>&) {
  const auto principal =
      auth::authenticate_admin(parts_.authenticator, request, {"tenant_id", "state", "limit"});
  if (!principal) co_return error_response(principal.error());
  auto filter = read_filter(request);
  if (!filter) co_return error_response(filter.error());
  auto planning = parts_.plan(*principal, request.query("tenant_id"));
  const auto planned = co_await std::move(planning);
  if (!planned) co_return error_response(planned.error());
  filter->tenant_id = planned->context->tenant_id;
  using Sessions = std::vector<storage::RealtimeSession>;
  std::function<Result<Sessions>(storage::sqlite::Connection&)> work =
      [filter = std::move(*filter)](storage::sqlite::Connection& c) {
        return storage::list_sessions(c, filter);
      };
  const auto deadline = async::Deadline::after(parts_.time, std::chrono::seconds(5));
  auto listing = parts_.database.read<Sessions>(deadline, std::move(work));
  const auto found = co_await std::move(listing);
  if (!found) co_return error_response(found.error());
  json::array list;
  for (const auto& session : *found) list.push_back(encode(session));
  co_return net::HttpResponse::json(200, json::serialize(json::object{{"sessions", list}}));
}

}  // namespace callosum::api
