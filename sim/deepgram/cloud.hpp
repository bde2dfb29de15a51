#pragma once

#include "sim/deepgram/world.hpp"
#include "sim/service/cloud.hpp"

namespace callosum::sim::deepgram {

/// Deepgram's three WebSockets at one address.
class Cloud final : public LineCloud {
 public:
  Cloud(ServiceWorld& world, std::string key) : LineCloud(world), key_(std::move(key)) {}

  Result<void> take_script(const std::string& yaml) override;

 private:
  net::UpgradeDecision admit(const net::HttpRequest& request) override;
  bool is_let_in(const net::HttpRequest& request, std::string& subprotocol) const;
  net::UpgradeDecision refuse(int status, const std::string& code);
  Result<MakePartner> make_partner(const net::HttpRequest& request);

  std::string key_;
  std::shared_ptr<const Script> script_ = std::make_shared<const Script>();
  std::size_t refused_ = 0;
};

}  // namespace callosum::sim::deepgram
