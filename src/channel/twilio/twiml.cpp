#include "channel/twilio/twiml.hpp"

#include <algorithm>

namespace callosum::channel::twilio {
namespace {

constexpr std::string_view kHead = R"(<?xml version="1.0" encoding="UTF-8"?><Response>)";
constexpr std::string_view kTail = "</Response>";

/// For text and for an attribute in double quotes. Controls that XML 1.0 cannot hold are left out.
std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      default:
        if (byte >= 0x20 && byte != 0x7f) out += c;
    }
  }
  return out;
}

/// Of a call that is put through, in seconds (telephony §1.9: at most four hours).
std::string time_limit(std::int64_t longest_s) {
  constexpr std::int64_t kMost_s = 14'400;
  return "timeLimit=\"" + std::to_string(std::clamp<std::int64_t>(longest_s, 1, kMost_s)) + "\"";
}

std::string respond(const std::string& verbs) {
  return std::string(kHead) + verbs + std::string(kTail);
}

}  // namespace

std::string connect_stream_twiml(const StreamTwiml& stream) {
  const auto pause = stream.pause.count() > 0
                         ? "<Pause length=\"" + std::to_string(stream.pause.count()) + "\"/>"
                         : std::string();
  return respond("<Connect><Stream url=\"" + escape(stream.stream_url) +
                 "\"><Parameter name=\"token\" value=\"" + escape(stream.token) +
                 "\"/></Stream></Connect>" + pause + "<Redirect method=\"POST\">" +
                 escape(stream.redirect_url) + "</Redirect>");
}

std::string dial_twiml(std::string_view number, std::string_view action_url,
                       std::int64_t longest_s) {
  return respond("<Dial timeout=\"30\" " + time_limit(longest_s) + " method=\"POST\" action=\"" +
                 escape(action_url) + "\"><Number>" + escape(number) + "</Number></Dial>");
}

std::string dial_twiml(std::string_view number, std::int64_t longest_s) {
  return respond("<Dial answerOnBridge=\"true\" " + time_limit(longest_s) + "><Number>" +
                 escape(number) + "</Number></Dial>");
}

std::string hangup_twiml() { return respond("<Hangup/>"); }

std::string busy_twiml() { return respond("<Reject reason=\"busy\"/>"); }

std::string say_twiml(std::string_view text) {
  return respond("<Say>" + escape(text) + "</Say><Hangup/>");
}

}  // namespace callosum::channel::twilio
