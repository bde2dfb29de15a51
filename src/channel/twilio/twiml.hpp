#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace callosum::channel::twilio {

/// What a call is connected to, and where it goes on when that ends without the caller's doing.
struct StreamTwiml {
  std::string_view stream_url;    ///< wss://, without a query: it would not arrive
  std::string_view token;         ///< of the stream, once
  std::string_view redirect_url;  ///< asked for TwiML again when the stream has ended
  std::chrono::seconds pause{0};  ///< before that
};

// TwiML (telephony §1.3): what Twilio is answered with, as text/xml.
std::string connect_stream_twiml(const StreamTwiml& stream);
/// Rings somebody else, and asks `action_url` what comes next when that has ended, or has failed.
std::string dial_twiml(std::string_view number, std::string_view action_url,
                       std::int64_t longest_s);
/// The caller is put through to another number, then the call ends.
std::string dial_twiml(std::string_view number, std::int64_t longest_s);
std::string hangup_twiml();
/// The call is not answered, and not paid for (telephony §1.3).
std::string busy_twiml();
/// Says it in Twilio's own voice, then hangs up. For when nothing of ours can speak.
std::string say_twiml(std::string_view text);

}  // namespace callosum::channel::twilio
