#pragma once

#include "api/auth/authenticator.hpp"
#include "api/resource.hpp"
#include "pipeline/confirmations.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// What both resources stand on; references outlive them.
struct ConfirmationsGround {
  const auth::Authenticator& authenticator;
  pipeline::Confirmations& confirmations;
  Random& random;
  telemetry::Log& log;
};

/// `GET /api/confirmations`: what a user's own conversations wait for them to confirm, the newest
/// first, in the businesses that their credential is for. Never for a client secret: whoever holds
/// that has the socket.
class ConfirmationsResource final : public Resource {
 public:
  explicit ConfirmationsResource(const ConfirmationsGround& ground) : ground_(ground) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/confirmations"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  ConfirmationsGround ground_;
};

/// `POST /api/confirmations/{id}` `{agree}`: the same user answers, whichever process their
/// conversation lives in. 404 for somebody else's, in the words of one that never was; 409 where it
/// has been answered or has expired.
class AnswerConfirmationResource final : public Resource {
 public:
  explicit AnswerConfirmationResource(const ConfirmationsGround& ground) : ground_(ground) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/confirmations/{id}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  boost::asio::awaitable<Result<storage::Confirmation>> answer(auth::Principal principal,
                                                               std::string id, bool agrees);

  ConfirmationsGround ground_;
};

}  // namespace callosum::api
