#pragma once

#include "net/server.hpp"
#include "sim/google/api_door.hpp"
#include "sim/google/oauth_door.hpp"

namespace callosum::sim::google {

/// Everything at one address: sign-in, mail, calendar, and /sim/… for tests.
class Cloud final : public net::HttpHandler {
 public:
  Cloud(World& world, OAuthOptions options)
      : world_(world), oauth_(world, std::move(options)), api_(world) {}

  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request) override;
  boost::asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest& request) override;

 private:
  std::optional<Fault> meet_fault(const net::HttpRequest& request);
  net::HttpResponse answer(const net::HttpRequest& request, const std::optional<Fault>& met);
  net::HttpResponse answer_oauth(const net::HttpRequest& request, const std::optional<Fault>& met);
  net::HttpResponse answer_sim(const net::HttpRequest& request);
  net::HttpResponse take_script(const net::HttpRequest& request);
  net::HttpResponse take_mail(const net::HttpRequest& request);

  World& world_;
  OAuthDoor oauth_;
  ApiDoor api_;
};

}  // namespace callosum::sim::google
