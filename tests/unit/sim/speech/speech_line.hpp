#pragma once

#include "../service/service_client.hpp"
#include "sim/speech/cloud.hpp"

namespace callosum::sim::speech::testing {

/// A client of the simulated mouths.
class SpeechLine : public sim::testing::ServiceClient {
 public:
  explicit SpeechLine(const std::string& script = {}) : cloud(world, "k") {
    if (!script.empty()) cloud.take_script(script).value();
  }

  net::HttpRequest request(const std::string& target) const {
    net::HttpRequest out;
    out.target = target;
    out.headers.set("xi-api-key", "k");
    out.headers.set("Authorization", "Bearer k");
    out.headers.set("Cartesia-Version", "2026-08-14");
    for (const auto& [name, value] : headers) out.headers.set(name, value);
    return out;
  }
  net::UpgradeDecision ask(const std::string& target) {
    return virtual_world.run(cloud.upgrade(request(target)));
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
  void open_eleven(const std::string& more = {}) {
    open("/v1/text-to-speech/voice/stream-input?output_format=ulaw_8000" + more);
  }
  void open_multi(const std::string& more = {}) {
    open("/v1/text-to-speech/voice/multi-stream-input?output_format=ulaw_8000" + more);
  }
  /// A Cartesia request with all that it needs.
  void push(const std::string& id, const std::string& text, const std::string& more = {}) {
    send(
        R"({"model_id":"sonic-3","voice":{"mode":"id","id":"v"},"output_format":{"container":"raw",)"
        R"("encoding":"pcm_mulaw","sample_rate":8000},"context_id":")" +
        id + R"(","transcript":")" + text + "\"" + more + "}");
  }
  std::optional<StreamPlan> post(const std::string& target, const std::string& body) {
    auto out = request(target);
    out.method = "POST";
    out.body = body;
    return cloud.plan_body(out);
  }

  Cloud cloud;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// How many messages hold sound for a context; `key` names it.
inline std::size_t count_sound(const std::vector<json::object>& events, std::string_view id,
                               std::string_view key = "contextId") {
  std::size_t out = 0;
  for (const auto& event : events) {
    const bool is_sound = !text_at(event, "audio").empty() || !text_at(event, "data").empty();
    out += is_sound && text_at(event, key) == id;
  }
  return out;
}

}  // namespace callosum::sim::speech::testing
