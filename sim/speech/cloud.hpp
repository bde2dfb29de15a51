#pragma once

#include "sim/service/cloud.hpp"
#include "sim/speech/eleven.hpp"
#include "sim/speech/script.hpp"
#include "sim/streaming.hpp"

namespace callosum::sim::speech {

/// The mouths at one address: ElevenLabs, Cartesia, OpenAI.
class Cloud final : public LineCloud {
 public:
  Cloud(ServiceWorld& world, std::string key) : LineCloud(world), key_(std::move(key)) {}

  Result<void> take_script(const std::string& yaml) override;
  std::optional<StreamPlan> plan_body(const net::HttpRequest& request) override;

 private:
  net::UpgradeDecision admit(const net::HttpRequest& request) override;
  net::UpgradeDecision admit_eleven(const net::HttpRequest& request);
  net::UpgradeDecision admit_cartesia(const net::HttpRequest& request);
  net::UpgradeDecision refuse(int status, std::string_view code, std::string_view message);
  StreamPlan plan_openai(const net::HttpRequest& request);
  StreamPlan plan_eleven(const net::HttpRequest& request);
  bool is_key(std::string_view given) const;
  StreamPlan plain(net::HttpResponse response);
  StreamPlan watched(StreamPlan plan);

  std::string key_;
  std::shared_ptr<const Script> script_ = std::make_shared<const Script>();
  std::size_t refused_ = 0;
  std::size_t texts_ = 0;  ///< over HTTP
};

}  // namespace callosum::sim::speech
