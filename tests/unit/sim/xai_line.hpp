#pragma once

#include <cmath>

#include "base/encoding.hpp"
#include "client_line.hpp"
#include "sim/xai/cloud.hpp"
#include "sim/xai/xai_script.hpp"

namespace callosum::sim::xai::testing {

using namespace sim::testing;

/// A client on a line to xAI's simulator.
class XaiLine : public ClientLine {
 public:
  explicit XaiLine(const std::string& script = {}) {
    shared.script = *parse_script(script, std::make_shared<XaiScript>());
    connect();
  }
  ~XaiLine() { hang_up(); }

  void connect(std::string conversation_id = {}) {
    connect_with([&](std::unique_ptr<net::WsConnection> socket) {
      Arrival arrival{.model = "grok-voice-latest", .conversation_id = std::move(conversation_id)};
      return serve_connection(shared, kept, std::move(arrival), std::move(socket));
    });
  }
  void update(const std::string& session) {
    send(R"({"type":"session.update","session":)" + session + "}");
  }
  /// A session as a careful client makes it.
  void configure() { update(kSession); }
  /// Half a second of a tone, and of silence behind it.
  void speak() {
    send_sound(500, 8000);
    send_sound(300, 0);
  }
  void send_sound(int ms, double loudness) {
    send(json::serialize(json::object{{"type", "input_audio_buffer.append"},
                                      {"audio", encode_base64(make_sound(ms, loudness))}}));
  }
  static std::vector<std::uint8_t> make_sound(int ms, double loudness) {
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < ms * 24; ++i) {
      const auto sample = static_cast<std::int16_t>(loudness * std::sin(i * 0.08));
      bytes.push_back(static_cast<std::uint8_t>(sample & 0xff));
      bytes.push_back(static_cast<std::uint8_t>((sample >> 8) & 0xff));
    }
    return bytes;
  }

  static constexpr const char* kSession = R"({"instructions":"Be brief.","voice":"eve",
    "turn_detection":{"type":"server_vad","create_response":true,"interrupt_response":true},
    "audio":{"input":{"format":{"type":"audio/pcm","rate":24000},
                      "transcription":{"model":"grok-transcribe"}},
             "output":{"format":{"type":"audio/pcm","rate":24000}}},
    "resumption":{"enabled":true},
    "tools":[{"type":"function","name":"look","description":"Looks.",
              "parameters":{"type":"object","properties":{}}}]})";

  KeptConversations kept{virtual_world.time()};
};

}  // namespace callosum::sim::xai::testing
