#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "memory_ws.hpp"
#include "sim/gemini/connection.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::gemini::testing {

using callosum::testing::VirtualWorld;

/// A client on a line to the simulator, under virtual time.
class GeminiLine {
 public:
  explicit GeminiLine(const std::string& script = {}, Admission admission = {}) {
    if (!script.empty()) shared.script = *parse_script(script);
    connect(std::move(admission));
  }
  ~GeminiLine() { hang_up(); }

  void connect(Admission admission = {}) {
    net::WsLimits limits;
    limits.max_queued_bytes = 64u << 20;
    auto pair = callosum::testing::make_memory_ws_pair(virtual_world.executor(), limits);
    client = std::move(pair.client);
    boost::asio::co_spawn(virtual_world.context(),
                          serve_connection(shared, std::move(pair.server), std::move(admission)),
                          [](const std::exception_ptr& failure) {
                            if (failure) std::rethrow_exception(failure);
                          });
    virtual_world.settle();
  }

  void send(std::string_view text) {
    client->send(text);
    virtual_world.settle();
  }
  /// `more` are members of the setup: R"("tools":[…])".
  void set_up(const std::string& more = {}, const std::string& model = "models/gemini-3.8-live") {
    send(R"({"setup":{"model":")" + model + "\"" + (more.empty() ? "" : "," + more) + "}}");
  }
  void say(std::string_view text) {
    const json::object message{
        {"clientContent",
         {{"turns", {{{"role", "user"}, {"parts", {{{"text", text}}}}}}}, {"turnComplete", true}}}};
    send(json::serialize(message));
  }
  /// `more` are members of the function response.
  void answer(std::string_view id, std::string_view name, json::object response,
              const json::object& more = {}) {
    json::object one{{"id", id}, {"name", name}, {"response", std::move(response)}};
    for (const auto& member : more) one[member.key()] = member.value();
    const json::object message{{"toolResponse", {{"functionResponses", json::array{one}}}}};
    send(json::serialize(message));
  }
  void speak(int ms, double loudness = 8000, int rate = 16000) {
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < ms * rate / 1000; ++i) {
      const auto sample = static_cast<std::int16_t>(loudness * std::sin(i * 0.2));
      bytes.push_back(static_cast<std::uint8_t>(sample & 0xff));
      bytes.push_back(static_cast<std::uint8_t>((sample >> 8) & 0xff));
    }
    const json::object message{{"realtimeInput",
                                {{"audio",
                                  {{"mimeType", "audio/pcm;rate=" + std::to_string(rate)},
                                   {"data", encode_base64(bytes)}}}}}};
    send(json::serialize(message));
  }
  void be_quiet(int ms = 400) { speak(ms, 0); }
  void pass(std::chrono::milliseconds span) {
    virtual_world.time().advance(span);
    virtual_world.settle();
  }
  void hang_up() {
    client->abort();
    virtual_world.settle();
  }

  /// Everything that has come since the last call, without the sound's data.
  std::vector<json::object> take() {
    std::vector<json::object> messages;
    while (true) {
      const auto message = virtual_world.run(client->read(virtual_world.in({})));
      if (!message) return messages;
      is_binary = message->is_binary;
      messages.push_back(
          without_data(parse_strict(message->data, {.max_bytes = 64u << 20})->get_object()));
    }
  }
  /// The close that has come; 0: none.
  int close_code() {
    take();
    return client->close_info() ? client->close_info()->code : 0;
  }
  std::string close_reason() {
    take();
    return client->close_info() ? client->close_info()->reason : std::string();
  }
  std::uint64_t count(std::string_view counter) const { return shared.stats.get(counter); }

  VirtualWorld virtual_world;
  SeededRandom random{7};
  EventLog log{virtual_world.time()};
  World shared{virtual_world.time(), random, log};
  std::unique_ptr<net::WsConnection> client;
  bool is_binary = false;
};

/// "toolCall", "turnComplete", …: a serverContent is named by its fields. Equal neighbours once.
inline std::vector<std::string> kinds_of(const std::vector<json::object>& messages) {
  std::vector<std::string> kinds;
  for (const auto& message : messages) {
    const auto* content = find_object(message, "serverContent");
    std::string kind(content ? content->begin()->key() : message.begin()->key());
    if (kinds.empty() || kinds.back() != kind) kinds.push_back(std::move(kind));
  }
  return kinds;
}

/// The value of the last message that has it, at the top or in serverContent; null: none.
inline json::value last_of(const std::vector<json::object>& messages, std::string_view key) {
  json::value found;
  for (const auto& message : messages) {
    const auto* content = find_object(message, "serverContent");
    if (message.contains(key)) found = message.at(key);
    if (content && content->contains(key)) found = content->at(key);
  }
  return found;
}

inline std::string spoken(const std::vector<json::object>& messages) {
  std::string out;
  for (const auto& message : messages) {
    const auto* content = find_object(message, "serverContent");
    const auto* transcript = content ? find_object(*content, "outputTranscription") : nullptr;
    if (transcript) out += text_at(*transcript, "text");
  }
  return out;
}

inline std::vector<std::string> call_ids(const std::vector<json::object>& messages) {
  std::vector<std::string> ids;
  for (const auto& message : messages) {
    const auto* call = find_object(message, "toolCall");
    if (!call) continue;
    for (const auto& one : *find_array(*call, "functionCalls")) {
      ids.emplace_back(text_at(one.get_object(), "id"));
    }
  }
  return ids;
}

constexpr const char* kTranscripts =
    R"("inputAudioTranscription":{},"outputAudioTranscription":{})";
/// Two tools that block, and transcripts.
constexpr const char* kBlocking =
    R"("inputAudioTranscription":{},"outputAudioTranscription":{},"tools":[{"functionDeclarations":[
    {"name":"a","behavior":"BLOCKING"},{"name":"b","behavior":"BLOCKING"}]}])";
/// Two that do not.
constexpr const char* kAsync =
    R"("inputAudioTranscription":{},"outputAudioTranscription":{},"tools":[{"functionDeclarations":[
    {"name":"a"},{"name":"b"}]}])";

}  // namespace callosum::sim::gemini::testing
