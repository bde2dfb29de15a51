#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "memory_ws.hpp"
#include "sim/realtime/world.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::testing {

using callosum::testing::VirtualWorld;

/// A client on a line to a simulator, under virtual time. Whoever derives from it says which
/// vendor's, by `serve`.
class ClientLine {
 public:
  void send(std::string_view text) {
    client->send(text);
    virtual_world.settle();
  }
  void say(std::string_view text) {
    const json::object event{{"type", "conversation.item.create"},
                             {"item",
                              {{"type", "message"},
                               {"role", "user"},
                               {"content", {{{"type", "input_text"}, {"text", text}}}}}}};
    send(json::serialize(event));
  }
  void answer(std::string_view call_id, std::string_view output) {
    const json::object event{
        {"type", "conversation.item.create"},
        {"item", {{"type", "function_call_output"}, {"call_id", call_id}, {"output", output}}}};
    send(json::serialize(event));
  }
  void respond() { send(R"({"type":"response.create"})"); }
  void pass(std::chrono::milliseconds span) {
    virtual_world.time().advance(span);
    virtual_world.settle();
  }
  void hang_up() {
    client->abort();
    virtual_world.settle();
  }

  /// Everything that has come since the last call.
  std::vector<json::object> take() {
    std::vector<json::object> events;
    while (true) {
      const auto message = virtual_world.run(client->read(virtual_world.in({})));
      if (!message) return events;
      if (message->is_binary) {
        sound.emplace_back(message->data);
        continue;
      }
      events.push_back(parse_strict(message->data, {.max_bytes = 64u << 20})->get_object());
    }
  }

  static net::WsLimits limits() {
    net::WsLimits limits;
    limits.max_queued_bytes = 64u << 20;
    return limits;
  }

  VirtualWorld virtual_world;
  SeededRandom random{7};
  EventLog log{virtual_world.time()};
  Stats stats;
  World shared{virtual_world.time(), random, log, stats};
  std::unique_ptr<net::WsConnection> client;
  bool is_over = false;
  std::vector<std::string> sound;  ///< binary frames that `take` met

 protected:
  template <class Serve>
  void connect_with(Serve serve) {
    auto pair = callosum::testing::make_memory_ws_pair(virtual_world.executor(), limits());
    client = std::move(pair.client);
    is_over = false;
    boost::asio::co_spawn(virtual_world.context(), serve(std::move(pair.server)),
                          [this](const std::exception_ptr& failure) {
                            is_over = true;
                            if (failure) std::rethrow_exception(failure);
                          });
    virtual_world.settle();
  }
};

inline std::vector<std::string> types_of(const std::vector<json::object>& events) {
  std::vector<std::string> types;
  for (const auto& event : events) {
    auto type = std::string(text_at(event, "type"));
    const bool is_same_delta = type.ends_with(".delta") && !types.empty() && types.back() == type;
    if (!is_same_delta) types.push_back(std::move(type));
  }
  return types;
}

/// The last event of a type; an empty object when there is none.
inline json::object last_of(const std::vector<json::object>& events, std::string_view type) {
  json::object found;
  for (const auto& event : events) {
    if (text_at(event, "type") == type) found = event;
  }
  return found;
}

inline std::size_t count_of(const std::vector<json::object>& events, std::string_view type) {
  std::size_t count = 0;
  for (const auto& event : events) count += text_at(event, "type") == type;
  return count;
}

inline json::object error_of(const std::vector<json::object>& events) {
  const auto event = last_of(events, "error");
  return event.empty() ? json::object() : event.at("error").get_object();
}

inline json::object done_response(const std::vector<json::object>& events) {
  const auto event = last_of(events, "response.done");
  return event.empty() ? json::object() : event.at("response").get_object();
}

}  // namespace callosum::sim::testing
