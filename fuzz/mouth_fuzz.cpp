// What speech services tell, message by message, with what the session does in between: sound comes
// in whole samples and only of what is being spoken, marks never run backwards or out of the words.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "provider/cartesia/context_wire.hpp"
#include "provider/deepgram/speak_wire.hpp"
#include "provider/elevenlabs/stream_wire.hpp"
#include "provider/openai/speech_mouth.hpp"

namespace {

using callosum::provider::mouth::MouthWire;
using callosum::realtime::MouthEvent;

constexpr std::string_view kPiece = "One two three.";

struct Player {
  std::unique_ptr<MouthWire> wire;
  std::size_t sample_bytes = 1;
  std::size_t words = 0;  // of the utterance; none: nothing is being spoken
  std::size_t marked = 0;

  void end() { words = marked = 0; }
  void look() {
    wire->to_service().clear();
    for (const auto& event : wire->events()) {
      if (words == 0) std::abort();
      if (event.kind == MouthEvent::Kind::sound && event.sound.empty()) std::abort();
      if (event.sound.size() % sample_bytes != 0) std::abort();
      for (const auto& mark : event.marks) {
        if (mark.bytes > words || mark.bytes < marked || mark.at.count() < 0) std::abort();
        marked = mark.bytes;
      }
      if (event.kind == MouthEvent::Kind::spoken || event.kind == MouthEvent::Kind::failed) end();
    }
    wire->events().clear();
  }
  void act(std::string_view line) {
    if (line == "say") {
      words += kPiece.size() + (words > 0 ? 1 : 0);
      wire->say(kPiece);
    } else if (line == "flush") {
      wire->flush();
    } else if (line == "cancel" || line == "open") {
      line == "open" ? wire->open() : wire->cancel();
      wire->events().clear();
      end();
    } else {
      const bool is_binary = line.starts_with("~");
      (void)wire->take(line, is_binary);
    }
    look();
  }
};

void play(std::string_view bytes, Player player) {
  player.wire->open();
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    player.act(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  callosum::provider::cloud::CloudOptions options;
  options.url = "wss://speech.example";
  for (const std::string format : {"audio/pcm", "audio/pcmu"}) {
    const std::size_t sample = format == "audio/pcm" ? 2 : 1;
    play(bytes,
         {std::make_unique<callosum::provider::deepgram::SpeakWire>(options, format), sample});
    play(bytes, {std::make_unique<callosum::provider::elevenlabs::StreamWire>(
                     callosum::provider::elevenlabs::StreamOptions{options, "v", ""}, format),
                 sample});
    play(bytes, {std::make_unique<callosum::provider::cartesia::ContextWire>(
                     callosum::provider::cartesia::ContextOptions{options, "v", ""}, format),
                 sample});
    callosum::provider::openai::SpeechSound sound(format);
    if (sound.take(bytes).size() % sample != 0) std::abort();
  }
  return 0;
}
