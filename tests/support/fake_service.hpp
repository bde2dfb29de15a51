#pragma once

#include <memory>
#include <string>
#include <vector>

#include "async/with_deadline.hpp"
#include "memory_ws.hpp"
#include "net/client.hpp"

namespace callosum::testing {

/// A vendor's WebSocket service played by a test: every dial is kept, with what it was asked for.
struct FakeService {
  FakeService(const boost::asio::any_io_executor& e, async::TimeSource& t) : executor(e), time(t) {}
  boost::asio::any_io_executor executor;
  async::TimeSource& time;
  std::vector<net::WsConnectOptions> dials;
  std::vector<std::unique_ptr<net::WsConnection>> ends;  // the service's, of those that it took
  std::vector<Error> refusals;                           // of dials to come, the last first

  static boost::asio::awaitable<Result<std::unique_ptr<net::WsConnection>>> take(
      FakeService& service) {
    if (!service.refusals.empty()) {
      auto refusal = service.refusals.back();
      service.refusals.pop_back();
      co_return refusal;
    }
    auto pair = make_memory_ws_pair(service.executor);
    service.ends.push_back(std::move(pair.server));
    co_return std::move(pair.client);
  }
  auto dial() {
    return [this](net::WsConnectOptions where, async::Deadline) {
      dials.push_back(std::move(where));
      return take(*this);
    };
  }
  net::WsConnection& line() { return *ends.back(); }
  void says(const std::string& text) { line().send(text, net::FrameKind::control); }
  void sends(std::size_t bytes) { line().send_binary(std::string(bytes, '\1')); }
  void refuse(int times, ErrorType type) {
    for (int i = 0; i < times; ++i) refusals.push_back(fail(type, "refused"));
  }
  /// What has come in over the newest line: text as it is, sound as "~BYTES", one after the other
  /// as one.
  template <class World>
  std::vector<std::string> heard(World& world) {
    std::vector<std::string> out;
    std::size_t sound = 0;
    const auto end_sound = [&] {
      if (sound > 0) out.push_back("~" + std::to_string(sound));
      sound = 0;
    };
    while (true) {
      auto message =
          world.run(line().read(async::Deadline::after(time, std::chrono::nanoseconds(0))));
      if (!message) break;
      if (message->is_binary) {
        sound += message->data.size();
        continue;
      }
      end_sound();
      out.emplace_back(message->data);
    }
    end_sound();
    return out;
  }
};

}  // namespace callosum::testing
