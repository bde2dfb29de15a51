#include "channel/twilio/twiml.hpp"

#include <algorithm>
#include <initializer_list>

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
  return std::to_string(std::clamp<std::int64_t>(longest_s, 1, kMost_s));
}

struct Value {
  std::string_view name, text;
  bool is_markup = false;
};

/// In one pass: what was filled in is never looked at again.
std::string fill(std::string_view verbs, std::initializer_list<Value> values) {
  std::string out;
  while (!verbs.empty()) {
    const auto open = std::min(verbs.find('{'), verbs.size());
    out += verbs.substr(0, open);
    verbs.remove_prefix(open);
    if (verbs.empty()) break;
    const auto close = verbs.find('}');
    const auto name = verbs.substr(1, close - 1);
    for (const auto& value : values) {
      if (value.name == name) out += value.is_markup ? std::string(value.text) : escape(value.text);
    }
    verbs.remove_prefix(close + 1);
  }
  return out;
}

std::string respond(std::string_view verbs, std::initializer_list<Value> values = {}) {
  return std::string(kHead) + fill(verbs, values) + std::string(kTail);
}

}  // namespace

std::string connect_stream_twiml(const StreamTwiml& stream, const Markup& markup) {
  const auto seconds = std::to_string(stream.pause.count());
  const auto pause =
      stream.pause.count() > 0 ? fill(markup.pause, {{"seconds", seconds}}) : std::string();
  const auto words =
      stream.words.empty() ? std::string() : fill(markup.speak, {{"text", stream.words}});
  return respond(markup.connect, {{"words", words, true},
                                  {"stream", stream.stream_url},
                                  {"token", stream.token},
                                  {"pause", pause, true},
                                  {"back", stream.redirect_url}});
}

std::string dial_twiml(std::string_view number, std::string_view action_url, std::int64_t longest_s,
                       const Markup& markup) {
  return respond(markup.dial_and_ask,
                 {{"number", number}, {"next", action_url}, {"limit", time_limit(longest_s)}});
}

std::string dial_twiml(std::string_view number, std::int64_t longest_s, const Markup& markup) {
  return respond(markup.dial, {{"number", number}, {"limit", time_limit(longest_s)}});
}

std::string hangup_twiml(const Markup& markup) { return respond(markup.hang_up); }

std::string busy_twiml(const Markup& markup) { return respond(markup.busy); }

std::string say_twiml(std::string_view text, const Markup& markup) {
  return respond(std::string(markup.speak) + std::string(markup.hang_up), {{"text", text}});
}

}  // namespace callosum::channel::twilio
