#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "provider/cloud/connect_options.hpp"
#include "provider/mouth/mouth_wire.hpp"
#include "provider/mouth/spoken_text.hpp"

namespace callosum::provider::cartesia {

namespace json = boost::json;

/// How a voice is asked for.
struct ContextOptions {
  cloud::CloudOptions service;  ///< its base, our key, the model
  std::string voice;            ///< the id of one
  std::string language;         ///< "en"; empty: the voice's own
};

/// Cartesia, `/tts/websocket` (protocols §4.4): a context for each utterance, sound as base64, the
/// times of words beside it. A context whose words pause ends by itself; another goes on from it.
class ContextWire final : public mouth::MouthWire {
 public:
  ContextWire(ContextOptions options, std::string format);

  net::WsConnectOptions where() const override;
  void open() override;
  void say(std::string_view piece) override;
  void flush() override;
  void cancel() override;
  Result<void> take(std::string_view data, bool is_binary) override;

 private:
  void send(std::string_view transcript, bool goes_on);
  Result<void> take_sound(const json::object& message);
  void take_times(const json::object& message);
  void take_error(const json::object& message);
  void take_done();
  void end();

  ContextOptions options_;
  std::string format_;
  mouth::SampleJoiner joiner_;
  mouth::SpokenText text_;         // empty: nothing is being spoken
  std::size_t sound_bytes_ = 0;    // of the utterance
  std::size_t context_began_ = 0;  // after so many of them
  std::string context_;            // empty: none is open
  bool is_flushed_ = false;
  std::uint64_t next_context_ = 1;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace callosum::provider::cartesia
