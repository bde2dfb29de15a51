#include "executor/backend.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/socket.hpp"

namespace callosum::bench {
namespace {

/// Bytes of one whole request at the front; 0: not yet.
std::size_t request_bytes(std::string_view bytes) {
  const auto head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const auto at = bytes.find(kLength);
  const auto body = at < head ? std::strtoul(bytes.data() + at + kLength.size(), nullptr, 10) : 0UL;
  const auto whole = head + 4 + body;
  return bytes.size() >= whole ? whole : 0;
}

void make_blocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK); }

}  // namespace

CountingBackend::CountingBackend() : listener_(listen_on(0)), port_(port_of(listener_)) {
  thread_ = std::thread([this] { run(); });
}

CountingBackend::~CountingBackend() {
  stops_ = true;
  can_connect(port_);  // wakes it
  thread_.join();
  close(listener_);
}

void CountingBackend::run() {
  while (!stops_) {
    pollfd waiting{listener_, POLLIN, 0};
    poll(&waiting, 1, -1);
    const int connection = accept_from(listener_);
    if (connection < 0) continue;
    make_blocking(connection);
    answer(connection);
    close(connection);
  }
}

/// One caller after the other, each until it hangs up: the gateway has one call at a time here.
void CountingBackend::answer(int connection) {
  std::string bytes;
  char buffer[8192];
  while (true) {
    const auto got = recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return;
    bytes.append(buffer, static_cast<std::size_t>(got));
    const auto whole = request_bytes(bytes);
    if (whole == 0) continue;
    bytes.erase(0, whole);
    const auto body = "{\"number\":" + std::to_string(++count_) + "}";
    const auto answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body;
    if (send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace callosum::bench
