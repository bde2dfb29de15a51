#include <cstdlib>
#include <memory>
#include <random>
#include <sys/epoll.h>
#include <unistd.h>
#include <vector>

#include "load/frames.hpp"
#include "load/modes.hpp"
#include "load/samples.hpp"

namespace callosum::bench {
namespace {

/// Bytes of one whole response at the front; 0: not yet. What the gateway writes, and no more.
std::size_t response_bytes(std::string_view bytes) {
  const auto head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const auto at = bytes.find(kLength);
  if (at > head) die("an answer without its length");
  const auto whole = head + 4 + std::strtoul(bytes.data() + at + kLength.size(), nullptr, 10);
  return bytes.size() >= whole ? whole : 0;
}

std::string request_for(const LoadOptions& options) {
  const std::string body = R"({"tenant_id":"bench","tool_name":")" + options.tool +
                           R"(","tool_args":{"booking_id":"b_CfQ000000000000"}})";
  return "POST " + options.target +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
         "Authorization: Bearer " +
         options.token + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Clients that keep their connection, each with one request at a time and the next at once.
class Clients {
 public:
  Clients(std::uint16_t port, const LoadOptions& options)
      : rows_(options.rows), request_(request_for(options)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < options.sessions; ++i) {
      clients_.push_back(std::make_unique<Client>(connect_to(port)));
      epoll_event event{};
      event.events = EPOLLIN | EPOLLOUT | EPOLLET;
      event.data.ptr = clients_.back().get();
      epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_.back()->socket.fd(), &event);
    }
  }
  ~Clients() { close(epoll_); }

  void run_until(Nanos until) {
    epoll_event events[64];
    while (now() < until) {
      const int count = epoll_wait(epoll_, events, 64, 10);
      for (int i = 0; i < count; ++i) serve(*static_cast<Client*>(events[i].data.ptr), events[i]);
    }
  }

  Samples times;
  std::uint64_t answered = 0, wrong = 0;

 private:
  struct Client {
    explicit Client(int fd) : socket(fd) {}
    Socket socket;
    std::uint64_t row = 0;  // asked for; 0: not connected yet
    Nanos since = 0;
  };

  void ask(Client& client) {
    client.row = 1 + random_() % rows_;  // all over the table: no page is there by luck
    client.since = now();
    client.socket.send(request_.with(client.row));
  }

  void serve(Client& client, const epoll_event& event) {
    if (client.row == 0 && (event.events & EPOLLOUT) != 0) return ask(client);
    bool is_answered = true;
    while (is_answered) {
      is_answered = false;
      const bool is_there = client.socket.receive([&](std::span<char> bytes) {
        const auto whole = response_bytes({bytes.data(), bytes.size()});
        if (whole > 0) is_answered = take(client, {bytes.data(), whole});
        return whole;
      });
      errno = 0;
      if (!is_there) die("the gateway hung up");
    }
  }

  bool take(Client& client, std::string_view response) {
    times.add(now() - client.since);
    ++answered;
    const bool is_right = response.find(R"("ok":true)") != std::string_view::npos &&
                          response.find(CallFrames::call_id(client.row).substr(4)) !=
                              std::string_view::npos;  // the row that was asked for
    if (!is_right && wrong++ == 0) {
      std::fprintf(stderr, "bench: unexpected answer: %.600s\n", std::string(response).c_str());
    }
    ask(client);
    return true;
  }

  const std::size_t rows_;
  Numbered request_;
  const int epoll_;
  std::mt19937_64 random_{7};
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

Figures measure_execute(Driver& driver, const LoadOptions& options) {
  Clients clients(driver.server_port(), options);
  const auto span = [](double seconds) { return static_cast<Nanos>(seconds * 1e9); };
  clients.run_until(now() + span(options.warm_up_seconds));
  clients.times.clear();
  clients.answered = 0;
  if (!options.profile.empty()) driver.server().profile(options.profile, options.seconds);
  const auto cpu = driver.server().cpu_time();
  const auto started = now();
  clients.run_until(started + span(options.seconds));
  const auto seconds = static_cast<double>(now() - started) / 1e9;
  const auto cpu_seconds = static_cast<double>(driver.server().cpu_time() - cpu) / 1e9;
  const auto answered = static_cast<double>(clients.answered);
  return {{"calls", answered},
          {"wrong", static_cast<double>(clients.wrong)},
          {"calls_per_s", answered / seconds},
          {"calls_per_cpu_s", cpu_seconds > 0 ? answered / cpu_seconds : 0},
          {"server_busy", cpu_seconds / seconds},
          {"p50_us", clients.times.percentile_us(0.5)},
          {"p99_us", clients.times.percentile_us(0.99)}};
}

}  // namespace callosum::bench
