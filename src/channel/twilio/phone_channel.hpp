#pragma once

#include <functional>
#include <memory>
#include <string>

#include "channel/twilio/call_recorder.hpp"
#include "channel/twilio/media_wire.hpp"
#include "channel/twilio/voice_webhook.hpp"
#include "net/server.hpp"
#include "session/session_host.hpp"

namespace callosum::channel::twilio {

/// A session for a call, and what its line begins with.
struct PhonePlan {
  session::SessionPlan session;
  std::string transcription_model;  ///< what writes down the caller's words; empty: nothing does
  bool asks_first = false;          ///< nobody has written the first words
  /// See PhoneLinkParts.
  std::function<void(EndedCall call)> on_ended = {};
};

/// `GET /NAME/media`: the sound of a call (telephony §1.4). The upgrade is signed, where the
/// carrier signs it; the stream opens with a token that a signed webhook gave out for this very
/// call. Until then nothing is asked of any provider.
class PhoneChannel {
 public:
  using Plan = std::function<boost::asio::awaitable<Result<PhonePlan>>(StreamGrant grant)>;
  /// Beyond `slots` a stream is turned away. `budget`: of what slow lines are sent.
  struct Parts {
    session::SessionHost& host;
    session::SessionSlots& slots;
    std::shared_ptr<net::QueueBudget> budget;
    PhoneGround ground;
    const Carrier& carrier;
    Plan plan;
  };
  explicit PhoneChannel(Parts parts) : parts_(std::move(parts)) {}

  boost::asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest& request);

 private:
  boost::asio::awaitable<void> serve(std::unique_ptr<net::WsConnection> connection);
  boost::asio::awaitable<Result<MediaMessage>> await_start(net::WsConnection& connection);
  boost::asio::awaitable<void> turn_away(std::unique_ptr<net::WsConnection> connection, Error why);
  boost::asio::awaitable<Result<storage::CallRecord>> find_record(std::string call_sid, int step);

  Parts parts_;
};

}  // namespace callosum::channel::twilio
