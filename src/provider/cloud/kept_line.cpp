#include "provider/cloud/kept_line.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "async/with_deadline.hpp"

namespace callosum::provider::cloud {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kDialTime = 5s;
constexpr auto kPatience = 10s;  // without a connection that was of any use
constexpr auto kLasting = 5s;    // one that lived so long was of use, whatever came over it
constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 2000ms;
constexpr auto kRoomPause = 20ms;

bool is_hopeless(const Error& why) {
  return why.type == ErrorType::auth || why.type == ErrorType::permanent ||
         why.type == ErrorType::validation;
}

/// Of one connection, from its beginning to its end.
struct Served {
  Error why;
  bool was_of_use = false;
};

Error explain_end(const net::WsConnection& connection, const Error& error) {
  const auto& info = connection.close_info();
  if (!info) return error;
  return fail(ErrorType::transient, "the service closed the connection",
              std::to_string(info->code) + " " + info->reason);
}

asio::awaitable<Served> serve(async::TimeSource& time, std::shared_ptr<LineUser> user,
                              net::WsConnection& connection) {
  Served served;
  while (true) {
    while (!user->has_room()) {
      auto pausing = async::sleep_until(async::Deadline::after(time, kRoomPause));
      co_await std::move(pausing);
    }
    const auto deadline = async::Deadline::at(time, user->quiet_at());  // its owner's end bounds it
    auto reading = connection.read(deadline);
    const auto message = co_await std::move(reading);
    if (message) {
      served.was_of_use = true;
      const auto taken = user->on_message(*message);
      if (taken) continue;
      served.why = taken.error();
      co_return served;
    }
    if (message.error().type != ErrorType::timeout) {
      served.why = explain_end(connection, message.error());
      co_return served;
    }
    if (time.now() >= user->quiet_at()) user->on_quiet();
  }
}

}  // namespace

Dial make_dial(async::TimeSource& time) {
  return [&time](net::WsConnectOptions where, async::Deadline deadline) {
    return net::connect_websocket(time, std::move(where), deadline);
  };
}

asio::awaitable<void> keep_line(async::TimeSource& time, Dial dial,
                                std::shared_ptr<LineUser> user) {
  auto last_use = time.now();
  auto pause = std::chrono::milliseconds(kFirstPause);
  while (true) {
    auto dialling = dial(user->where(), async::Deadline::after(time, kDialTime));
    auto connected = co_await std::move(dialling);
    Error why;
    if (connected) {
      const auto began = time.now();
      user->on_open(**connected);
      auto serving = serve(time, user, **connected);
      auto served = co_await std::move(serving);
      connected->reset();
      why = std::move(served.why);
      if (served.was_of_use || time.now() - began >= kLasting) {
        last_use = time.now();
        pause = kFirstPause;
      }
      user->on_closed(why);
    } else {
      why = connected.error();
    }
    if (is_hopeless(why) || time.now() - last_use >= kPatience) {
      user->on_lost(why);
      co_return;
    }
    auto pausing = async::sleep_until(async::Deadline::after(time, pause));
    co_await std::move(pausing);
    pause = std::min(pause * 2, std::chrono::milliseconds(kLongestPause));
  }
}

}  // namespace callosum::provider::cloud
