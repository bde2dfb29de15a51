#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace callosum::channel::twilio {

/// What a call is connected to, and where it goes on when that ends without the caller's doing.
struct StreamTwiml {
  std::string_view stream_url;    ///< wss://, without a query: it would not arrive
  std::string_view token;         ///< of the stream, once; letters and digits alone
  std::string_view redirect_url;  ///< asked for TwiML again when the stream has ended
  std::chrono::seconds pause{0};  ///< before that
  std::string_view words = {};    ///< said by the carrier before all; may be empty
};

/// How a carrier's verbs are written. What stands in braces is filled in, escaped.
struct Markup {
  std::string_view connect;       ///< {words} {stream} {token} {pause} {back}
  std::string_view pause;         ///< {seconds}
  std::string_view dial_and_ask;  ///< {number} {next} {limit}
  std::string_view dial;          ///< {number} {limit}
  std::string_view hang_up;
  std::string_view busy;
  std::string_view speak;  ///< {text}
};

/// Twilio's own (telephony §1.3).
inline constexpr Markup kTwiml{
    .connect = R"({words}<Connect><Stream url="{stream}"><Parameter name="token" value="{token}"/>)"
               R"(</Stream></Connect>{pause}<Redirect method="POST">{back}</Redirect>)",
    .pause = R"(<Pause length="{seconds}"/>)",
    .dial_and_ask = R"(<Dial timeout="30" timeLimit="{limit}" method="POST" action="{next}">)"
                    "<Number>{number}</Number></Dial>",
    .dial = R"(<Dial answerOnBridge="true" timeLimit="{limit}"><Number>{number}</Number></Dial>)",
    .hang_up = "<Hangup/>",
    .busy = R"(<Reject reason="busy"/>)",
    .speak = "<Say>{text}</Say>",
};

// What a carrier is answered with, as text/xml.
std::string connect_stream_twiml(const StreamTwiml& stream, const Markup& markup = kTwiml);
/// Rings somebody else, and asks `action_url` what comes next when that has ended, or has failed.
std::string dial_twiml(std::string_view number, std::string_view action_url, std::int64_t longest_s,
                       const Markup& markup = kTwiml);
/// The caller is put through to another number, then the call ends.
std::string dial_twiml(std::string_view number, std::int64_t longest_s,
                       const Markup& markup = kTwiml);
std::string hangup_twiml(const Markup& markup = kTwiml);
/// The call is not answered, and not paid for (telephony §1.3).
std::string busy_twiml(const Markup& markup = kTwiml);
/// Says it in the carrier's own voice, then hangs up. For when nothing of ours can speak.
std::string say_twiml(std::string_view text, const Markup& markup = kTwiml);

}  // namespace callosum::channel::twilio
