#pragma once

#include <memory>
#include <string>

#include "sim/realtime/service_cloud.hpp"

namespace callosum::sim::chat {

/// `POST /v1/chat/completions`, answered by the same scripts and the same brain as the voices; and
/// /sim/… as theirs. One conversation a process: `nth` counts requests.
class Cloud final : public ServiceCloud {
 public:
  Cloud(World& world, std::string key) : ServiceCloud(world), key_(std::move(key)) {}

  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request) override;

 private:
  net::HttpResponse error_response(int status, const WireError& error) const override;
  net::HttpResponse make_secret(const net::HttpRequest& request) override;
  net::UpgradeDecision admit(const net::HttpRequest& request) override;

  boost::asio::awaitable<net::HttpResponse> complete(const net::HttpRequest& request);
  Reply reply_to(Turn turn);

  std::string key_;
  std::shared_ptr<const Script> script_;  // that the book is of
  std::unique_ptr<RuleBook> book_;
  std::size_t requests_ = 0;  // with that script
};

}  // namespace callosum::sim::chat
