#include "executor/plain_exchange.hpp"

#include <fcntl.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/socket.hpp"

namespace callosum::bench {

PlainExchange::PlainExchange() : connection_(connect_to(backend_.port())) {
  fcntl(connection_, F_SETFL, fcntl(connection_, F_GETFL) & ~O_NONBLOCK);
  const std::string body = R"({"phone":"+15550100","service":"beard trim","at":"2026-11-24"})";
  request_ =
      "POST /businesses/1/bookings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
      "\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
}

PlainExchange::~PlainExchange() { close(connection_); }

Nanos PlainExchange::run() {
  const auto start = now();
  if (send(connection_, request_.data(), request_.size(), MSG_NOSIGNAL) < 0) die("send");
  char buffer[4096];
  std::string answer;
  while (answer.empty() || answer.back() != '}') {
    const auto got = recv(connection_, buffer, sizeof buffer, 0);
    if (got <= 0) die("the backend has gone");
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  return now() - start;
}

}  // namespace callosum::bench
