#include "tool/http/answer.hpp"

#include <algorithm>
#include <charconv>

#include "base/json.hpp"
#include "base/text.hpp"
#include "net/client.hpp"
#include "tool/http/json_pointer.hpp"

namespace callosum::tool::http {
namespace {

struct Row {
  int status;
  ErrorType type;
  std::string_view message;
};

// The rest of 4xx is PERMANENT, of 5xx TRANSIENT.
constexpr Row kRows[] = {
    {401, ErrorType::auth, "the service does not let us in"},
    {403, ErrorType::auth, "the service does not let us in"},
    {404, ErrorType::not_found, "there is no such thing"},
    {407, ErrorType::auth, "the service does not let us in"},
    {408, ErrorType::transient, "the service did not wait for us; try again"},
    {409, ErrorType::conflict, "that conflicts with what is there already"},
    {410, ErrorType::not_found, "that is no longer there"},
    {412, ErrorType::conflict, "that has changed in the meantime"},
    {425, ErrorType::transient, "the service is not ready yet; try again"},
    {429, ErrorType::rate_limit, "the service has had too many requests; try again in a moment"},
};

Error bad_redirect(std::string why) {
  return fail(ErrorType::permanent, "the service sends us elsewhere, which is not allowed",
              std::move(why));
}

}  // namespace

Error error_of_status(int status, const std::string& where) {
  const std::string detail = where + " answered " + std::to_string(status);
  for (const auto& row : kRows) {
    if (row.status == status) return fail(row.type, std::string(row.message), detail);
  }
  if (status >= 500) return fail(ErrorType::transient, "the service is in trouble", detail);
  return fail(ErrorType::permanent, "the service refused that", detail);
}

bool is_worth_a_retry(const Error& error) {
  return error.type == ErrorType::transient || error.type == ErrorType::rate_limit;
}

bool is_backend_trouble(int status) { return status >= 500 || status == 408; }

Error error_of_account(const net::HttpResponse& response, const std::string& where) {
  auto error = error_of_status(response.status, where);
  if (response.status != 403) return error;
  const auto document = parse_strict(response.body);
  static const auto kReason = JsonPointer::parse("/error/errors/0/reason");
  const auto* reason = document ? kReason->find(*document) : nullptr;
  const auto* word = reason == nullptr ? nullptr : reason->if_string();
  if (word == nullptr) return error;
  const bool is_limit = word->ends_with("LimitExceeded") || *word == "quotaExceeded";
  if (is_limit) {
    return fail(ErrorType::rate_limit, "the account has had too many requests; try again later",
                error.detail);
  }
  if (*word == "insufficientPermissions") {
    return fail(ErrorType::auth,
                "the account was connected without the permission for that; connect it again",
                error.detail);
  }
  return error;
}

Result<json::value> read_answer(const Plan& plan, const net::HttpResponse& response,
                                const std::string& where) {
  if (trim(response.body).empty()) return json::value(json::object());
  JsonLimits limits;
  limits.max_bytes = plan.max_body_bytes;
  auto document = parse_strict(response.body, limits);
  if (!document) {
    return fail(ErrorType::invalid_output, "the service's answer could not be understood",
                where + ": " + document.error().message);
  }
  return document;
}

std::optional<std::chrono::seconds> retry_after(const net::HttpResponse& response) {
  const auto text = trim(response.headers.get("retry-after"));
  int seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc() || stopped != end || seconds < 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<Hop> read_redirect(const Plan& plan, const net::HttpResponse& response, const Origin& from) {
  if (plan.redirects.empty()) return bad_redirect("run.http.redirects lists nothing");
  std::string url(trim(response.headers.get("location")));
  const bool is_path = url.starts_with('/') && !url.starts_with("//");
  if (is_path) url.insert(0, from.to_string());
  const auto origin = origin_of(url);
  if (!origin)
    return bad_redirect("Location is no whole URL and no path: " + origin.error().message);
  const auto listed = std::find_if(plan.redirects.begin(), plan.redirects.end(),
                                   [&](const auto& entry) { return entry.origin == *origin; });
  if (listed == plan.redirects.end()) {
    return bad_redirect("run.http.redirects does not list " + origin->to_string());
  }
  // After 301 and 302 some clients repeat what changes something and some do not: neither is meant.
  const bool is_clear = response.status == 303 || response.status >= 307 || !plan.is_write;
  if (!is_clear) return bad_redirect("a write is not repeated after 301 or 302");
  const auto target = net::parse_url(url);
  if (!target) return bad_redirect(target.error().message);
  return Hop{*listed, listed->where().to_string() + target->target, response.status == 303};
}

}  // namespace callosum::tool::http
