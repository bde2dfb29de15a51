#include "api/admin_audit.hpp"

#include "api/auth/admin_role.hpp"
#include "api/query.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time_text.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

constexpr std::int64_t kMaxLimit = 500;
constexpr std::size_t kMaxToolName = 128;

/// "ok", or the type of an error in any case.
Result<std::string> outcome_of(const std::string& asked) {
  if (asked.empty() || asked == "ok") return asked;
  for (int type = 0; type <= static_cast<int>(ErrorType::internal); ++type) {
    const auto word = to_string(static_cast<ErrorType>(type));
    if (to_lower_ascii(asked) == to_lower_ascii(std::string(word))) return std::string(word);
  }
  return fail(ErrorType::validation,
              "outcome: expected ok, or the type of an error such as FORBIDDEN");
}

Result<storage::AuditFilter> read_filter(const net::HttpRequest& request) {
  storage::AuditFilter filter;
  filter.tool = request.query("tool");
  if (filter.tool.size() > kMaxToolName) {
    return fail(ErrorType::validation, "tool: expected a tool's name such as get_faqs");
  }
  auto outcome = outcome_of(request.query("outcome"));
  if (!outcome) return outcome.error();
  filter.outcome = std::move(*outcome);
  const auto since = request.query("since");
  const auto at = since.empty() ? Result<std::int64_t>(0) : parse_whole(since);
  const auto time = at ? std::optional(*at) : parse_utc_ms(since);
  if (!time) {
    return fail(ErrorType::validation,
                "since: expected milliseconds since 1970, or a time such as 2026-11-21T14:30:00Z");
  }
  filter.since_ms = *time;
  const auto limit = whole_of(request, "limit", {1, kMaxLimit, filter.limit});
  if (!limit) return limit.error();
  filter.limit = *limit;
  const auto before = request.query("before");
  const auto seq = before.empty() ? Result<std::int64_t>(0) : parse_whole(before);
  if (!seq) return fail(ErrorType::validation, "before: expected the next_before of an answer");
  filter.before = *seq;
  return filter;
}

}  // namespace

asio::awaitable<Result<storage::AuditPage>> AdminAuditResource::search(
    storage::AuditFilter filter) {
  const auto deadline = async::Deadline::after(parts_.time, std::chrono::seconds(5));
  auto tenant = filter.tenant_id;
  std::function<Result<storage::AuditPage>(storage::sqlite::Connection&)> query =
      [filter = std::move(filter)](auto& connection) {
        return storage::search_audit(connection, filter);
      };
  return parts_.database.read<storage::AuditPage>(deadline, std::move(query), std::move(tenant));
}

asio::awaitable<net::HttpResponse> AdminAuditResource::handle(const net::HttpRequest& request,
                                                              const std::vector<std::string>&) {
  const auto principal = auth::authenticate_admin(
      parts_.authenticator, request, {"tenant_id", "tool", "outcome", "since", "limit", "before"});
  if (!principal) co_return error_response(principal.error());
  auto filter = read_filter(request);
  if (!filter) co_return error_response(filter.error());
  auto finding = parts_.find_tenant(*principal, request.query("tenant_id"));
  const auto tenant = co_await std::move(finding);
  if (!tenant) co_return error_response(tenant.error());
  filter->tenant_id = tenant->id;
  const auto page = co_await search(std::move(*filter));
  if (!page) co_return error_response(page.error());
  // As they were written: what is hashed in the chain is what is shown.
  std::string body = R"({"records":[)" + join(page->records, ",") + R"(],"next_before":)";
  body += page->next_before > 0 ? std::to_string(page->next_before) : "null";
  co_return net::HttpResponse::json(200, body + "}");
}

}  // namespace callosum::api
