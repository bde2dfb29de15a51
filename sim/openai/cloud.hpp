#pragma once

#include <memory>
#include <string>

#include "sim/openai/admission.hpp"
#include "sim/realtime/service_cloud.hpp"

namespace callosum::sim::openai {

/// OpenAI's Realtime service.
class Cloud final : public ServiceCloud {
 public:
  Cloud(World& world, std::string key) : ServiceCloud(world), door_(world, std::move(key)) {}

 protected:
  net::HttpResponse error_response(int status, const WireError& error) const override;
  net::HttpResponse make_secret(const net::HttpRequest& request) override;
  net::UpgradeDecision admit(const net::HttpRequest& request) override;

 private:
  Door door_;
};

}  // namespace callosum::sim::openai
