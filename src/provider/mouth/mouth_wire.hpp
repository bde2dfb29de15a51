#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/client.hpp"
#include "net/ws_connection.hpp"
#include "realtime/mouth.hpp"

namespace callosum::provider::mouth {

/// What a speech service is told and tells over its WebSocket, without one: no sockets, no clock.
/// What it has to send collects in `to_service`, what it has heard in `events`.
class MouthWire {
 public:
  virtual ~MouthWire() = default;
  /// Where the service is, and what it is asked for in the address.
  virtual net::WsConnectOptions where() const = 0;
  /// A connection begins, on which nothing has been said.
  virtual void open() = 0;
  // One utterance; see realtime::Mouth.
  virtual void say(std::string_view piece) = 0;
  virtual void flush() = 0;
  virtual void cancel() = 0;
  /// An error gives the connection up: AUTH and PERMANENT for good.
  virtual Result<void> take(std::string_view data, bool is_binary) = 0;
  /// What keeps a connection alive on which nothing is sent; zero: nothing is needed.
  virtual std::chrono::seconds keep_alive_every() const { return std::chrono::seconds(0); }
  virtual void keep_alive() {}

  std::deque<std::string>& to_service() { return to_service_; }
  std::deque<realtime::MouthEvent>& events() { return events_; }

 protected:
  std::deque<std::string> to_service_;
  std::deque<realtime::MouthEvent> events_;
};

/// Puts the bytes of a stream of sound together again: a service may cut it inside a sample.
class SampleJoiner {
 public:
  explicit SampleJoiner(std::size_t bytes_per_sample) : step_(bytes_per_sample) {}
  /// The whole samples there are now.
  std::vector<std::uint8_t> take(std::span<const std::uint8_t> bytes);
  void reset() { rest_.clear(); }

 private:
  std::size_t step_;
  std::vector<std::uint8_t> rest_;
};

/// Words in parts of so many bytes at most, cut behind a blank where there is one: together they
/// are the whole.
std::vector<std::string_view> parts_of(std::string_view words, std::size_t most_bytes);

/// Longer than any voice takes for so many bytes of words: what is more is not of them.
std::chrono::milliseconds longest_sound(std::size_t words_bytes);

/// Two for 16-bit PCM, one for G.711.
std::size_t bytes_per_sample(std::string_view format);
std::size_t bytes_per_ms(std::string_view format);
/// 24,000 for "audio/pcm", else 8,000.
int rate_of(std::string_view format);
realtime::MouthEvent sound_event(std::vector<std::uint8_t> bytes);
realtime::MouthEvent spoken_event();
realtime::MouthEvent failed_event(Error why);

}  // namespace callosum::provider::mouth
