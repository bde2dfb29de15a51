#include "api/admin_calls.hpp"

#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "api/query.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "storage/phone_calls.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

constexpr std::int64_t kMost = 200;
constexpr std::int64_t kUsual = 50;
constexpr std::chrono::seconds kTimeout(5);
constexpr std::size_t kMostListBytes = 4 << 20;

json::value or_null(bool is_known, json::value value) {
  return is_known ? std::move(value) : json::value(nullptr);
}

json::value score(const std::optional<double>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::array list_of(const std::string& text) {
  const auto parsed = parse_strict(text, {.max_bytes = kMostListBytes});
  return parsed && parsed->is_array() ? parsed->get_array() : json::array();
}

json::object encode(const storage::PhoneCall& call) {
  const auto& record = call.record;
  const bool has_ended = record.ended_at_ms > 0;
  const bool has_talked = has_ended && record.answered_at_ms > 0;
  return {{"id", record.call_sid},
          {"carrier", call.carrier},
          {"tenant_id", call.tenant_id},
          {"session_id", or_null(!record.session_id.empty(), json::value(record.session_id))},
          {"from", or_null(!call.caller.empty(), json::value(call.caller))},
          {"to", call.called},
          {"attested", call.is_attested},
          {"status", call.status},
          {"started_at_ms", call.started_at_ms},
          {"answered_at_ms", or_null(record.answered_at_ms > 0, record.answered_at_ms)},
          {"ended_at_ms", or_null(has_ended, record.ended_at_ms)},
          {"talk_ms", or_null(has_talked, record.ended_at_ms - record.answered_at_ms)},
          {"duration_s", or_null(call.duration_s >= 0, call.duration_s)},
          {"intent", or_null(!record.intent.empty(), json::value(record.intent))},
          {"outcome", or_null(!record.outcome.empty(), json::value(record.outcome))},
          {"tool_latency_ms", record.tool_latency_ms},
          {"streams", call.next_step},
          {"sentiment", score(record.sentiment)},
          {"confidence", score(record.confidence)},
          {"recording_url", or_null(!call.recording_url.empty(), json::value(call.recording_url))}};
}

json::object encode_whole(const storage::PhoneCall& call) {
  auto out = encode(call);
  out["transcript"] = list_of(call.record.transcript);
  out["tool_history"] = list_of(call.record.tool_history);
  out["timeline"] = list_of(call.record.timeline);
  out["left_out"] = call.record.left_out;
  return out;
}

}  // namespace

asio::awaitable<net::HttpResponse> AdminCallsResource::handle(const net::HttpRequest& request,
                                                              const std::vector<std::string>&) {
  const auto principal =
      auth::authenticate_admin(ground_.authenticator, request, {"tenant_id", "caller", "limit"});
  if (!principal) co_return error_response(principal.error());
  const auto limit = whole_of(request, "limit", {1, kMost, kUsual});
  if (!limit) co_return error_response(limit.error());
  storage::CallFilter filter{{}, request.query("caller"), *limit};
  if (!filter.caller.empty() && !is_e164(filter.caller)) {
    co_return error_response(
        fail(ErrorType::validation, "caller: expected E.164, such as +390612345678"));
  }
  auto finding = ground_.find_tenant(*principal, request.query("tenant_id"));
  const auto tenant = co_await std::move(finding);
  if (!tenant) co_return error_response(tenant.error());
  filter.tenant_id = tenant->id;
  using Calls = std::vector<storage::PhoneCall>;
  std::function<Result<Calls>(storage::sqlite::Connection&)> work =
      [filter = std::move(filter)](storage::sqlite::Connection& c) {
        return storage::list_calls(c, filter);
      };
  const auto deadline = async::Deadline::after(ground_.time, kTimeout);
  auto listing = ground_.database.read<Calls>(deadline, std::move(work));
  const auto found = co_await std::move(listing);
  if (!found) co_return error_response(found.error());
  json::array list;
  for (const auto& call : *found) list.push_back(encode(call));
  co_return net::HttpResponse::json(200, json::serialize(json::object{{"calls", list}}));
}

asio::awaitable<net::HttpResponse> AdminCallResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = auth::authenticate_admin(ground_.authenticator, request, {"tenant_id"});
  if (!principal) co_return error_response(principal.error());
  auto finding = ground_.find_tenant(*principal, request.query("tenant_id"));
  const auto tenant = co_await std::move(finding);
  if (!tenant) co_return error_response(tenant.error());
  using Found = std::optional<storage::PhoneCall>;
  std::function<Result<Found>(storage::sqlite::Connection&)> work =
      [id = parts.front()](storage::sqlite::Connection& c) { return storage::find_call(c, id); };
  const auto deadline = async::Deadline::after(ground_.time, kTimeout);
  auto reading = ground_.database.read<Found>(deadline, std::move(work));
  const auto found = co_await std::move(reading);
  if (!found) co_return error_response(found.error());
  // The same answer for another one's as for none.
  if (!*found || (**found).tenant_id != tenant->id) {
    co_return error_response(fail(ErrorType::not_found, "there is no such call"));
  }
  co_return net::HttpResponse::json(200, json::serialize(encode_whole(**found)));
}

}  // namespace callosum::api
