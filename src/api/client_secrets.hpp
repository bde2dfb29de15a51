#pragma once

#include <functional>

#include "api/auth/authenticator.hpp"
#include "api/resource.hpp"

namespace callosum::api {

/// `POST /v1/realtime/client_secrets`: a short-lived `ek_` credential for our own socket, as
/// OpenAI's clients ask for one (protocol §3.1). The session object is kept with it and begins
/// every session opened with it.
class ClientSecretsResource final : public Resource {
 public:
  ClientSecretsResource(const auth::Authenticator& authenticator, auth::ClientSecretStore& secrets);
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/v1/realtime/client_secrets"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const auth::Authenticator& authenticator_;
  auth::ClientSecretStore& secrets_;
};

}  // namespace callosum::api
