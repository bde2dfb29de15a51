#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "memory_ws.hpp"
#include "sim/service/line.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::testing {

/// A client on a line to one of the simulated services, under virtual time.
class ServiceClient {
 public:
  void connect(MakePartner make) {
    auto pair = callosum::testing::make_memory_ws_pair(virtual_world.executor(), service_limits());
    client = std::move(pair.client);
    is_over = false;
    boost::asio::co_spawn(virtual_world.context(),
                          serve_line(world, std::move(make), std::move(pair.server)),
                          [this](const std::exception_ptr& failure) {
                            is_over = true;
                            if (failure) std::rethrow_exception(failure);
                          });
    pass({});
  }
  ~ServiceClient() {
    if (!client) return;
    client->abort();
    virtual_world.settle();
  }

  void send(std::string_view text) {
    client->send(text);
    pass({});
  }
  void send_sound(std::string_view bytes) {
    client->send_binary(bytes);
    pass({});
  }
  /// Lets time go by, ten milliseconds at a time.
  void pass(std::chrono::milliseconds span) {
    virtual_world.settle();
    for (; span.count() > 0; span -= std::chrono::milliseconds(10)) {
      virtual_world.time().advance(std::chrono::milliseconds(10));
      virtual_world.settle();
    }
  }
  /// Everything that has come since the last call; sound is kept apart.
  std::vector<json::object> take() {
    std::vector<json::object> events;
    while (true) {
      const auto message = virtual_world.run(client->read(virtual_world.in({})));
      if (!message) return events;
      if (message->is_binary) {
        sound += message->data;
        order.emplace_back("sound");
        continue;
      }
      events.push_back(parse_strict(message->data, {.max_bytes = 64u << 20})->get_object());
      order.emplace_back(text_at(events.back(), "type"));
    }
  }
  std::optional<net::CloseInfo> closed() {
    take();
    return client->close_info();
  }

  callosum::testing::VirtualWorld virtual_world;
  SeededRandom random{7};
  EventLog log{virtual_world.time()};
  Records records;
  ServiceWorld world{virtual_world.time(), random, log, records};
  std::unique_ptr<net::WsConnection> client;
  bool is_over = false;
  std::string sound;
  std::vector<std::string> order;
};

}  // namespace callosum::sim::testing
