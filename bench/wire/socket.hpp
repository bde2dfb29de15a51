#pragma once

#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace callosum::bench {

/// All of them non-blocking, TCP_NODELAY, on 127.0.0.1. Failures end the program with a message: a
/// bench that cannot open a socket has nothing to say.
int listen_on(std::uint16_t port);  ///< 0: any free one
std::uint16_t port_of(int listener);
int accept_from(int listener);  ///< -1: nobody waits
int connect_to(std::uint16_t port);
/// Whether somebody listens there, now. Blocking.
bool can_connect(std::uint16_t port);
/// As many descriptors as the system allows; children inherit it.
void raise_descriptor_limit();

[[noreturn]] void die(const std::string& why);

/// A connected socket with what could not be sent yet and what is not a whole frame yet.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int fd() const { return fd_; }
  bool has_unsent() const { return !unsent_.empty(); }

  /// False: the peer has gone.
  bool send(std::string_view bytes);
  bool flush();

  /// Reads once and offers what there is: `take(std::span<char>)` says how many bytes it has dealt
  /// with. False: the peer has gone.
  template <class Take>
  bool receive(Take&& take) {
    const auto got = read_some();
    if (got <= 0) return got < 0;
    const auto fresh = std::span<char>(buffer(), static_cast<std::size_t>(got));
    if (rest_.empty()) {
      const auto used = take(fresh);
      if (used < fresh.size()) rest_.assign(fresh.data() + used, fresh.size() - used);
      return true;
    }
    rest_.append(fresh.data(), fresh.size());
    const auto used = take(std::span<char>(rest_.data(), rest_.size()));
    rest_.erase(0, used);
    if (rest_.empty()) std::string().swap(rest_);
    return true;
  }

 private:
  /// Bytes read; 0: the end; -1: nothing there now.
  long read_some() const;
  static char* buffer();  // one for all: the program has one thread

  int fd_;
  std::string unsent_;
  std::string rest_;
};

}  // namespace callosum::bench
