#pragma once

#include <memory>
#include <string>

#include "sim/realtime/service_cloud.hpp"
#include "sim/xai/door.hpp"
#include "sim/xai/resumption.hpp"

namespace callosum::sim::xai {

/// xAI's voice service.
class Cloud final : public ServiceCloud {
 public:
  Cloud(World& world, std::string key)
      : ServiceCloud(world), door_(world, std::move(key)), kept_(world.time) {}

 protected:
  net::HttpResponse error_response(int status, const WireError& error) const override;
  std::shared_ptr<Script> make_script() const override;
  net::HttpResponse make_secret(const net::HttpRequest& request) override;
  net::UpgradeDecision admit(const net::HttpRequest& request) override;

 private:
  Door door_;
  KeptConversations kept_;
};

/// Serves one connection until either side ends it.
boost::asio::awaitable<void> serve_connection(World& world, KeptConversations& kept,
                                              Arrival arrival,
                                              std::unique_ptr<net::WsConnection> socket);

}  // namespace callosum::sim::xai
