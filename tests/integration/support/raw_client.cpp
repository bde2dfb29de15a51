#include "raw_client.hpp"

#include <arpa/inet.h>
#include <cstdio>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace callosum::testing {
namespace {

constexpr std::string_view kMask = "\x11\x22\x33\x44";
constexpr int kTakesNothingMs = 20000;

}  // namespace

RawClient::RawClient(std::uint16_t port, int receive_buffer_bytes) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer_bytes > 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof receive_buffer_bytes);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("cannot connect");
  }
}

RawClient::~RawClient() { ::close(socket_); }

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd wanted{socket_, POLLOUT, 0};
    if (::poll(&wanted, 1, kTakesNothingMs) <= 0) return;
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawClient::is_read() const {
  sockaddr_in ours{}, theirs{};
  socklen_t size = sizeof ours;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&ours), &size);
  ::getpeername(socket_, reinterpret_cast<sockaddr*>(&theirs), &size);
  std::ifstream table("/proc/net/tcp");
  std::string line;
  std::getline(table, line);  // the headings
  while (std::getline(table, line)) {
    unsigned local = 0, remote = 0, state = 0, unsent = 0, unread = 0;
    const int found = std::sscanf(line.c_str(), " %*d: %*x:%x %*x:%x %x %x:%x", &local, &remote,
                                  &state, &unsent, &unread);
    if (found == 5 && local == ntohs(theirs.sin_port) && remote == ntohs(ours.sin_port)) {
      return unread == 0;
    }
  }
  return false;
}

bool RawClient::read_more(std::chrono::seconds limit) {
  pollfd wanted{socket_, POLLIN, 0};
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(limit);
  if (::poll(&wanted, 1, static_cast<int>(ms.count())) <= 0) return false;
  char bytes[16 * 1024];
  const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  input_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::read_to_end(std::chrono::seconds quiet) {
  while (read_more(quiet)) {
  }
  return std::exchange(input_, {});
}

int RawClient::upgrade(std::string_view target, const std::vector<std::string>& fields) {
  std::string request = "GET " + std::string(target) +
                        " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const auto& field : fields) request += field + "\r\n";
  send(request + "\r\n");
  auto end = input_.find("\r\n\r\n");
  while (end == std::string::npos && read_more(std::chrono::seconds(20))) {
    end = input_.find("\r\n\r\n");
  }
  if (end == std::string::npos) return 0;
  head_ = input_.substr(0, end);
  input_.erase(0, end + 4);
  return std::stoi(head_.substr(head_.find(' ') + 1, 3));
}

std::optional<RawClient::Frame> RawClient::next_frame(std::chrono::seconds limit) {
  const auto need = [&](std::size_t bytes) {
    while (input_.size() < bytes) {
      if (!read_more(limit)) return false;
    }
    return true;
  };
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(input_[at]); };
  if (!need(2)) return std::nullopt;
  std::size_t head = 2;
  std::size_t length = byte(1) & 0x7f;
  const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (!need(head + extra)) return std::nullopt;
  if (extra > 0) length = 0;
  for (std::size_t i = 0; i < extra; ++i) length = length << 8 | byte(head + i);
  head += extra;
  if (!need(head + length)) return std::nullopt;
  Frame frame{byte(0) & 0x0f, input_.substr(head, length)};
  input_.erase(0, head + length);
  return frame;
}

std::optional<RawClient::Frame> RawClient::find_frame(int opcode, std::string_view type) {
  const std::string wanted = "\"type\":\"" + std::string(type) + "\"";
  while (auto frame = next_frame()) {
    const bool is_type = type.empty() || frame->payload.find(wanted) != std::string::npos;
    if (frame->opcode == opcode && is_type) return frame;
  }
  return std::nullopt;
}

int RawClient::Frame::close_code() const {
  if (opcode != 8 || payload.size() < 2) return 0;
  return static_cast<std::uint8_t>(payload[0]) << 8 | static_cast<std::uint8_t>(payload[1]);
}

std::string client_frame(int opcode, std::string_view payload, bool is_masked) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const int mask_bit = is_masked ? 0x80 : 0;
  const auto length = payload.size();
  const std::size_t extra = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const auto first = extra == 0 ? length : extra == 2 ? 126 : 127;
  frame.push_back(static_cast<char>(mask_bit | first));
  for (std::size_t i = extra; i > 0; --i) {
    frame.push_back(static_cast<char>(length >> (8 * (i - 1)) & 0xff));
  }
  if (!is_masked) return frame.append(payload);
  frame += kMask;
  for (std::size_t i = 0; i < length; ++i) {
    frame.push_back(static_cast<char>(payload[i] ^ kMask[i % kMask.size()]));
  }
  return frame;
}

}  // namespace callosum::testing
