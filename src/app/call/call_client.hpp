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
  /// Instead of both: each line is typed once what was said to the one before has been heard;
  /// nothing: they hang up. A line `/confirm` or `/deny` clicks on what was asked last.
  using NextLine = std::function<boost::asio::awaitable<std::optional<std::string>>()>;
  NextLine next_line;
  std::function<void(const std::string& tools)> on_tools;  ///< the names that are loaded
  std::shared_ptr<net::TlsContext> tls;
  std::function<void(const TimelineEntry&)> on_entry;
};

struct CallOutcome {
  audio::Pcm reply;
  bool was_heard = false;
  bool was_answered = false;
};

/// Places one call as a phone or browser would: real frames at real-time pace over the WebSocket.
/// Ends when the answer has been given and nothing more comes, or nothing was heard at all; one
/// that is typed line by line when there is no further line, or the other side hangs up.
boost::asio::awaitable<Result<CallOutcome>> place_call(async::TimeSource& time,
                                                       CallOptions options);

}  // namespace callosum::app
