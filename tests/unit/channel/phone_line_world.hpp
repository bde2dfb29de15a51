#pragma once

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "channel/twilio/phone_line.hpp"

namespace callosum::channel::twilio {

using namespace std::chrono_literals;

inline std::string sound(std::chrono::milliseconds span, std::uint8_t code = 0x11) {
  return encode_base64(std::vector<std::uint8_t>(static_cast<std::size_t>(span.count()) * 8, code));
}

/// A line with a test on both of its sides, under virtual time.
class PhoneLineTest : public ::testing::Test {
 protected:
  PhoneLineTest() { begin({}); }

  void begin(LineOpening opening) {
    opening.stream = "MZ1";
    storage::CallRecord before;
    before.call_sid = "CA1";
    record = std::make_unique<CallRecorder>(before, time.wall_now());
    line = std::make_unique<PhoneLine>(std::move(opening), *record, time,
                                       [this](std::string_view text, net::FrameKind) {
                                         sent.emplace_back(text);
                                         return true;
                                       });
    sequence = 0;
  }
  json::object next() {
    const auto event = line->take_event();
    return event ? parse_strict(*event).value().as_object() : json::object();
  }
  std::vector<json::object> rest() {
    std::vector<json::object> out;
    for (auto event = next(); !event.empty(); event = next()) out.push_back(std::move(event));
    return out;
  }
  MediaMessage message(MediaEvent event) {
    MediaMessage out;
    out.event = event;
    out.stream = "MZ1";
    out.sequence = ++sequence;
    return out;
  }
  Result<void> hear(std::int64_t timestamp_ms, std::chrono::milliseconds span = 20ms) {
    auto media = message(MediaEvent::media);
    media.is_inbound = true;
    media.timestamp_ms = timestamp_ms;
    media.payload = sound(span);
    return line->on_message(media);
  }
  Result<void> press(char digit) {
    auto dtmf = message(MediaEvent::dtmf);
    dtmf.digit = digit;
    return line->on_message(dtmf);
  }
  void say(const std::string& item, std::chrono::milliseconds span,
           const std::string& response = "resp_1") {
    line->on_server_event(json::serialize(json::object{{"type", "response.output_audio.delta"},
                                                       {"response_id", response},
                                                       {"item_id", item},
                                                       {"content_index", 0},
                                                       {"delta", sound(span)}}));
  }
  void tell(json::object event) { line->on_server_event(json::serialize(event)); }
  std::string written() { return record->take().transcript; }
  std::size_t count_sent(std::string_view what) const {
    std::size_t count = 0;
    for (const auto& text : sent) count += text.find(what) != std::string::npos ? 1 : 0;
    return count;
  }
  /// Bytes of sound that an append holds.
  static std::size_t bytes_of(const json::object& event) {
    return decoded_size(text_at(event, "audio"));
  }

  async::VirtualTime time;
  std::unique_ptr<CallRecorder> record;
  std::unique_ptr<PhoneLine> line;
  std::vector<std::string> sent;
  std::uint64_t sequence = 0;
};

inline std::vector<std::string> texts_of(const std::string& transcript) {
  std::vector<std::string> out;
  const auto turns = parse_strict(transcript).value();
  for (const auto& turn : turns.as_array()) {
    out.emplace_back(text_at(turn.as_object(), "text"));
  }
  return out;
}

}  // namespace callosum::channel::twilio
