#pragma once

#include <memory>
#include <string>

#include "provider/cloud/connect_options.hpp"
#include "provider/mouth/mouth_wire.hpp"

namespace callosum::provider::deepgram {

/// Aura, `/v1/speak` (protocols §4.1): one stream of text, sound in binary frames, which belongs to
/// the words before the Flush that it precedes. It says nothing of where the words lie.
class SpeakWire final : public mouth::MouthWire {
 public:
  /// `options.model` is the voice: aura-2-thalia-en.
  SpeakWire(cloud::CloudOptions options, std::string format);

  net::WsConnectOptions where() const override;
  void open() override;
  void say(std::string_view piece) override;
  void flush() override;
  void cancel() override;
  Result<void> take(std::string_view data, bool is_binary) override;

 private:
  void send(std::string_view type);

  cloud::CloudOptions options_;
  std::string format_;
  mouth::SampleJoiner joiner_;
  bool is_speaking_ = false;
  bool has_words_ = false;  // of the utterance
  int clears_ = 0;          // unanswered: until then all sound is of what was cut
};

}  // namespace callosum::provider::deepgram
