#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/call/timeline.hpp"
#include "async/deadline.hpp"
#include "audio/pcm.hpp"
#include "net/client.hpp"

namespace callosum::app {

struct CallOptions {
  std::string url;
  std::string token;
  std::optional<audio::Pcm> speech;  ///< what the caller says; or
  std::string text;                  ///< what they type
  bool is_phone = false;             ///< 8 kHz mu-law frames instead of 24 kHz linear ones
  bool wants_audio = true;           ///< the reply as sound
  bool confirms = false;             ///< what is asked to be confirmed with more than words
  std::shared_ptr<net::TlsContext> tls;
  std::function<void(const TimelineEntry&)> on_entry;
};

struct CallOutcome {
  audio::Pcm reply;
  bool was_heard = false;
  bool was_answered = false;
};

/// Places one call as a phone or browser would: real frames at real-time pace over the WebSocket.
/// Ends when the answer has been given and nothing more comes, or nothing was heard at all.
boost::asio::awaitable<Result<CallOutcome>> place_call(async::TimeSource& time,
                                                       CallOptions options);

}  // namespace callosum::app
