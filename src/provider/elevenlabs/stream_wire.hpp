#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "provider/cloud/connect_options.hpp"
#include "provider/mouth/mouth_wire.hpp"
#include "provider/mouth/spoken_text.hpp"

namespace callosum::provider::elevenlabs {

namespace json = boost::json;

/// How a voice is asked for.
struct StreamOptions {
  cloud::CloudOptions service;  ///< its base, our key, the model
  std::string voice;            ///< the id of one
  std::string language;         ///< "en"; empty: as the model hears it in the words
};

/// ElevenLabs, `…/multi-stream-input` (protocols §4.3): a context for each utterance, sound as
/// base64, each chunk with the times of its characters.
class StreamWire final : public mouth::MouthWire {
 public:
  StreamWire(StreamOptions options, std::string format);

  net::WsConnectOptions where() const override;
  void open() override;
  void say(std::string_view piece) override;
  void flush() override;
  void cancel() override;
  Result<void> take(std::string_view data, bool is_binary) override;

 private:
  void send(json::object message);
  Result<void> take_sound(const json::object& message);
  void take_alignment(const json::object& alignment, std::size_t sound_before);

  StreamOptions options_;
  std::string format_;
  mouth::SampleJoiner joiner_;
  mouth::SpokenText text_;
  std::size_t sound_bytes_ = 0;  // of the utterance
  std::string context_;          // of it; empty: none
  bool is_closing_ = false;      // all of it has been given
  std::uint64_t next_context_ = 1;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace callosum::provider::elevenlabs
