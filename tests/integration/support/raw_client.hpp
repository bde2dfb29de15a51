#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::testing {

/// A client that may do everything wrong: bytes on a TCP connection to this machine.
class RawClient {
 public:
  /// `receive_buffer_bytes`: how little it takes in unread; 0: what the system gives.
  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// As much as the peer takes before it hangs up.
  void send(std::string_view bytes);
  /// Whether the peer's program has read all that was sent.
  bool is_read() const;
  /// Everything until the peer hangs up, or nothing came for so long.
  std::string read_to_end(std::chrono::seconds quiet = std::chrono::seconds(10));

  /// Asks for a WebSocket; the status of the answer, 0 without one.
  int upgrade(std::string_view target, const std::vector<std::string>& fields);
  /// The head that came with it.
  const std::string& head() const { return head_; }

  struct Frame {
    int opcode = 0;  ///< 1 text, 2 binary, 8 close (payload: code and reason), 9 ping
    std::string payload;
    int close_code() const;  ///< 0 when this is no close frame
  };
  /// The next one, or nullopt when the connection ended or nothing came for so long.
  std::optional<Frame> next_frame(std::chrono::seconds limit = std::chrono::seconds(20));
  /// Reads until one of this opcode (and, for text, this event type) comes.
  std::optional<Frame> find_frame(int opcode, std::string_view type = {});

 private:
  bool read_more(std::chrono::seconds limit);

  int socket_ = -1;
  std::string input_;
  std::string head_;
};

/// One frame of a client, masked unless told otherwise.
std::string client_frame(int opcode, std::string_view payload, bool is_masked = true);

}  // namespace callosum::testing
