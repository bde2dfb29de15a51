#include "api/account_start.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "api/query.hpp"
#include "api/status_error.hpp"
#include "base/json.hpp"
#include "net/client.hpp"
#include "tool/account/sign_ins.hpp"

namespace callosum::api {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kStartTime = 5s;
constexpr std::size_t kMaxReturnTo = 2048;
constexpr std::size_t kMaxEmail = 254;
constexpr std::array<std::string_view, 3> kParameters{"tenant_id", "email", "return_to"};

Error bad_return_to() {
  return fail(ErrorType::validation,
              "return_to: expected a path of this gateway, such as /console, or an address of an "
              "origin in auth.allowed_origins");
}

}  // namespace

Result<void> check_return_to(const std::string& return_to, const auth::OriginPolicy& origins) {
  if (return_to.empty()) return {};
  const bool is_plain = return_to.size() <= kMaxReturnTo &&
                        std::all_of(return_to.begin(), return_to.end(), [](char c) {
                          return c > 0x20 && c < 0x7f && c != '\\' && c != '"';
                        });
  if (!is_plain) return bad_return_to();
  // "//elsewhere" is another host's.
  if (return_to.starts_with('/') && !return_to.starts_with("//")) return {};
  const auto url = net::parse_url(return_to);
  if (!url || !url->scheme.starts_with("http")) return bad_return_to();
  const auto path = return_to.find_first_of("/?#", return_to.find("://") + 3);
  net::HttpRequest probe;
  probe.headers.set("Origin", return_to.substr(0, path));
  if (!origins.check(probe)) return bad_return_to();
  return {};
}

Result<std::string> local_redirect(const net::HttpRequest& request, std::string_view service) {
  const std::string host(request.headers.get("Host"));
  const auto base = (request.is_tls ? "https://" : "http://") + host;
  const auto url = net::parse_url(base);
  // A name that another's server answered for is not this machine, whatever it resolves to.
  const bool is_here = url && host.find_first_of("/?#") == std::string::npos &&
                       request.is_loopback &&
                       (url->host == "localhost" || url->host == "127.0.0.1" || url->host == "::1");
  if (!is_here) {
    return fail(ErrorType::validation, "this gateway does not know its own address: accounts." +
                                           std::string(service) +
                                           ".redirect_url has to be configured");
  }
  return base + "/api/accounts/" + std::string(service) + "/callback";
}

asio::awaitable<Result<std::string>> AccountStartResource::start(const net::HttpRequest& request,
                                                                 auth::Principal principal,
                                                                 std::string service) {
  const auto known = check_query(request, kParameters);
  if (!known) co_return known.error();
  tool::account::SignInWish wish;
  wish.service = service;
  wish.return_to = request.query("return_to");
  wish.email_hint = request.query("email");
  if (const auto sound = check_return_to(wish.return_to, parts_.origins); !sound) {
    co_return sound.error();
  }
  if (wish.email_hint.size() > kMaxEmail) {
    co_return fail(ErrorType::validation, "email: expected an address");
  }
  auto finding = parts_.find_tenant(principal, request.query("tenant_id"));
  const auto tenant = co_await std::move(finding);
  if (!tenant) co_return tenant.error();
  const auto* configured =
      parts_.sign_ins ? parts_.sign_ins->book().find_service(service) : nullptr;
  if (!configured) {
    co_return fail(ErrorType::not_found, "accounts of that kind cannot be connected here");
  }
  wish.redirect_uri = configured->redirect_url;
  if (wish.redirect_uri.empty()) {
    auto local = local_redirect(request, service);
    if (!local) co_return local.error();
    wish.redirect_uri = std::move(*local);
  }
  wish.tenant_id = tenant->id;
  wish.tenant_name = tenant->name.empty() ? tenant->slug : tenant->name;
  wish.subject = principal.subject;
  wish.user_name = principal.email.empty() ? principal.subject : principal.email;
  const auto deadline = async::Deadline::after(parts_.time, kStartTime);
  auto starting = parts_.sign_ins->start(std::move(wish), deadline);
  auto url = co_await std::move(starting);
  co_return url;
}

asio::awaitable<net::HttpResponse> AccountStartResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = parts_.authenticator.authenticate_user(request);
  if (!principal) co_return status_error(401, "Auth required");
  auto starting = start(request, *principal, parts.front());
  const auto url = co_await std::move(starting);
  if (!url) co_return status_error(url.error(), parts_.random, parts_.log);
  const json::object body{{"status", "success"}, {"url", *url}};
  auto response = net::HttpResponse::json(200, json::serialize(body));
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

}  // namespace callosum::api
