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
constexpr auto kPatience = 10s;  // without a connection that lasted
constexpr auto kLasting = 5s;
constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 2000ms;
constexpr auto kRoomPause = 20ms;

/// While it lives, the user has the connection.
class Holding {
 public:
  Holding(LineUser& user, net::WsConnection& connection) : user_(user) {
    user_.on_open(connection);
  }
  ~Holding() { user_.on_gone(); }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;

 private:
  LineUser& user_;
};

bool is_hopeless(const Error& why) {
  return why.type == ErrorType::auth || why.type == ErrorType::permanent ||
         why.type == ErrorType::validation;
}

Error explain_end(const net::WsConnection& connection, const Error& error) {
  const auto& info = connection.close_info();
  if (!info) return error;
  return fail(ErrorType::transient, "the service closed the connection",
              std::to_string(info->code) + " " + info->reason);
}

/// Until the connection ends, and why.
asio::awaitable<Error> serve(async::TimeSource& time, std::shared_ptr<LineUser> user,
                             net::WsConnection& connection) {
  auto look_at = user->look_at();
  while (true) {
    if (time.now() >= look_at) {
      user->look();
      look_at = user->look_at();
    }
    while (!user->has_room()) {
      auto pausing = async::sleep_until(async::Deadline::after(time, kRoomPause));
      co_await std::move(pausing);
    }
    auto reading =
        connection.read(async::Deadline::at(time, look_at));  // its owner's end bounds it
    const auto message = co_await std::move(reading);
    if (!message && message.error().type == ErrorType::timeout) continue;
    if (!message) co_return explain_end(connection, message.error());
    const auto taken = user->on_message(*message);
    if (!taken) co_return taken.error();
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
  auto latest = time.now();
  auto pause = std::chrono::milliseconds(kFirstPause);
  while (true) {
    auto dialling = dial(user->where(), async::Deadline::after(time, kDialTime));
    auto connected = co_await std::move(dialling);
    Error why;
    if (connected) {
      const auto began = time.now();
      {
        const Holding holding(*user, **connected);
        auto serving = serve(time, user, **connected);
        why = co_await std::move(serving);
      }
      connected->reset();
      if (user->has_hung_up() || time.now() - began >= kLasting) {
        latest = time.now();
        pause = kFirstPause;
      }
      user->on_closed(why);
    } else {
      why = connected.error();
    }
    const bool is_patient = time.now() - latest < kPatience;
    if (is_hopeless(why) || !is_patient) {
      // It was waited for long enough: who looks for another service looks there first.
      if (!is_hopeless(why)) why.type = ErrorType::timeout;
      user->on_lost(why);
      co_return;
    }
    auto pausing = async::sleep_until(async::Deadline::after(time, pause));
    co_await std::move(pausing);
    pause = std::min(pause * 2, std::chrono::milliseconds(kLongestPause));
  }
}

}  // namespace callosum::provider::cloud
