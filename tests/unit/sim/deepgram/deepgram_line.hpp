#pragma once

#include "../service/service_client.hpp"
#include "sim/deepgram/cloud.hpp"
#include "sim/twilio/sound.hpp"

namespace callosum::sim::deepgram::testing {

/// A client of the simulated Deepgram that sends mu-law at 8 kHz.
class DeepgramLine : public sim::testing::ServiceClient {
 public:
  explicit DeepgramLine(const std::string& script = {}) : cloud(world, "") {
    if (!script.empty()) cloud.take_script(script).value();
  }

  net::UpgradeDecision ask(const std::string& target) {
    net::HttpRequest request;
    request.target = target;
    request.headers.set("Authorization", "Token any");
    for (const auto& [name, value] : headers) request.headers.set(name, value);
    return virtual_world.run(cloud.upgrade(request));
  }
  void open(const std::string& target) {
    auto decision = ask(target);
    if (decision.refusal) throw std::runtime_error(decision.refusal->body);
    auto pair = callosum::testing::make_memory_ws_pair(virtual_world.executor(), service_limits());
    client = std::move(pair.client);
    boost::asio::co_spawn(virtual_world.context(), decision.serve(std::move(pair.server)),
                          [this](const std::exception_ptr&) { is_over = true; });
    pass({});
  }
  void open_live(const std::string& more = {}) {
    open("/v1/listen?model=nova-3&encoding=mulaw&sample_rate=8000" + more);
  }
  void open_flux(const std::string& more = {}) {
    open("/v2/listen?model=flux-general-en&encoding=mulaw&sample_rate=8000" + more);
  }
  /// In real time, frame by frame.
  void hear(std::span<const std::uint8_t> ulaw) {
    for (; ulaw.size() >= 160; ulaw = ulaw.subspan(160)) {
      send_sound({reinterpret_cast<const char*>(ulaw.data()), 160});
      pass(Ms(20));
    }
  }
  void speak(Ms length) { hear(twilio::make_tone(length)->sound); }
  void hush(Ms length) {
    hear(std::vector<std::uint8_t>(static_cast<std::size_t>(length.count()) * 8, 0xff));
  }

  Cloud cloud;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// What is told, in order: "SpeechStarted", "partial …", "final …", "end …", "UtteranceEnd".
inline std::vector<std::string> told(const std::vector<json::object>& events) {
  std::vector<std::string> out;
  for (const auto& event : events) {
    auto word = std::string(text_at(event, "type"));
    if (word == "TurnInfo") {
      word = std::string(text_at(event, "event")) + " " + std::string(text_at(event, "transcript"));
    } else if (word == "Results") {
      const auto& best = event.at("channel").at("alternatives").at(0).get_object();
      const bool is_end = event.at("speech_final").get_bool();
      const bool is_final = event.at("is_final").get_bool();
      word = std::string(is_end     ? "end "
                         : is_final ? "final "
                                    : "partial ") +
             std::string(text_at(best, "transcript"));
    }
    if (out.empty() || out.back() != word) out.push_back(std::move(word));
  }
  return out;
}

}  // namespace callosum::sim::deepgram::testing
