#include "api/auth/origin_policy.hpp"

#include "base/text.hpp"

namespace callosum::api::auth {
namespace {

/// Lower case, and without the port that the scheme implies (RFC 6454 section 6.2).
std::string normalize(std::string_view origin) {
  std::string out = to_lower_ascii(origin);
  const auto drop = [&](std::string_view scheme, std::string_view port) {
    if (out.starts_with(scheme) && out.ends_with(port)) out.resize(out.size() - port.size());
  };
  drop("https://", ":443");
  drop("http://", ":80");
  return out;
}

bool is_loopback(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!origin.starts_with(scheme)) continue;
    std::string_view host = origin.substr(scheme.size());
    const auto colon = host.rfind(':');
    const bool has_port = colon != std::string_view::npos && !host.ends_with(']');
    const auto port = has_port ? host.substr(colon + 1) : std::string_view("0");
    if (port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos)
      return false;
    if (has_port) host = host.substr(0, colon);
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  }
  return false;
}

}  // namespace

OriginPolicy::OriginPolicy(const std::vector<std::string>& allowed, bool allow_loopback)
    : allow_loopback_(allow_loopback) {
  for (const auto& origin : allowed) allowed_.insert(normalize(origin));
}

Result<void> OriginPolicy::check(const net::HttpRequest& request) const {
  for (const auto& [name, value] : request.headers.all()) {
    if (to_lower_ascii(name) != "origin") continue;
    const std::string origin = normalize(value);
    if (allowed_.contains(origin) || (allow_loopback_ && is_loopback(origin))) continue;
    return fail(ErrorType::forbidden, "this web origin may not connect",
                "origin " + value.substr(0, 200) + " is not in auth.allowed_origins");
  }
  return {};
}

}  // namespace callosum::api::auth
