#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <string>

#include "async/event.hpp"
#include "net/ws_connection.hpp"
#include "sim/twilio/caller.hpp"
#include "sim/twilio/frames.hpp"
#include "sim/twilio/hearing.hpp"
#include "sim/twilio/phone.hpp"
#include "sim/twilio/playout.hpp"

namespace callosum::sim::twilio {

enum class StreamEnd : std::uint8_t {
  caller_hung_up,
  gateway_closed,
  ordered,  ///< the REST side has other TwiML for the call
  broken,   ///< by us: a fault
};

/// What of a call outlives its stream.
struct CallLine {
  Caller caller;
  Hearing hearing;
  SteadyTime begun;                    ///< of the call: all times of its line are from here
  std::vector<std::int16_t> recorded;  ///< at 8 kHz, as played; only where it is to be saved
  bool is_recording = false;
  /// Writes a line of the timeline.
  std::function<void(std::string_view event, json::object details)> note;
};

/// One media stream: paces the caller's frames on an absolute clock, plays what comes. Lives in the
/// frame that awaits `run`.
class MediaStream {
 public:
  MediaStream(Phone& phone, const CallScript& script, CallLine& line, net::WsConnection& socket);

  /// From `connected` to the end, `stop` and the close included. `orders`: set when the call goes
  /// on elsewhere. `has_faults`: those of the script happen on this stream.
  boost::asio::awaitable<StreamEnd> run(StreamIds ids, const FormFields& parameters,
                                        async::Event& orders, bool has_faults);

 private:
  struct Late {
    SteadyTime due;
    std::string frame;
  };

  boost::asio::awaitable<void> greet(const FormFields& parameters);
  boost::asio::awaitable<void> pump();
  boost::asio::awaitable<void> read();
  boost::asio::awaitable<void> await_orders(async::Event& orders);
  bool has(FaultKind kind) const { return has_faults_ && script_.has(kind); }
  void tick();
  void play();
  void speak(const Act& act);
  void send_frame(std::span<const std::uint8_t> sound);
  void send_due();
  void misbehave();
  void obey(std::string_view text);
  void take_media(const std::vector<std::uint8_t>& sound);
  void take_clear();
  void send(std::string_view text);
  std::chrono::milliseconds frame_time() const { return kFrameTime * frames_; }

  Phone& phone_;
  const CallScript& script_;
  CallLine& line_;
  net::WsConnection& socket_;
  FrameWriter writer_{{}};
  Playout playout_;
  FormFields parameters_;
  SteadyTime begun_{};
  std::size_t frames_ = 0;  ///< of the stream's clock
  std::deque<Late> late_;
  StreamEnd end_ = StreamEnd::gateway_closed;
  std::string pending_reason_;
  bool has_faults_ = false;
  bool is_over_ = false;
  bool is_mute_ = false;  ///< sends no more
  std::size_t orders_refused_ = 0;
};

}  // namespace callosum::sim::twilio
