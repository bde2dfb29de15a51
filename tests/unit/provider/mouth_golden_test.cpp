// What speech services are told and tell, as files (tests/fixtures/provider/mouths): a file is what
// happens, `.expected` beside it what becomes of each line.
//
//   ? FORMAT  the session's sound; first    open  another connection begins
//   say WORDS, flush, cancel                what the session does
//   < MESSAGE the service says              ~ BYTES  the service sends so much sound
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "golden.hpp"
#include "provider/cartesia/context_wire.hpp"
#include "provider/deepgram/speak_wire.hpp"
#include "provider/elevenlabs/stream_wire.hpp"

namespace callosum::provider::mouth {
namespace {

using realtime::MouthEvent;
using testing::list_fixtures;
using testing::matches_golden;
using testing::read_fixture;

constexpr std::string_view kSuffix = ".expected";

std::unique_ptr<MouthWire> make_wire(std::string_view service, const std::string& format) {
  cloud::CloudOptions options;
  options.url = "wss://speech.example/";
  options.key = Secret("KEY");
  options.model = "model-1";
  if (service == "deepgram") return std::make_unique<deepgram::SpeakWire>(options, format);
  if (service == "elevenlabs") {
    return std::make_unique<elevenlabs::StreamWire>(
        elevenlabs::StreamOptions{options, "voice/1", "en"}, format);
  }
  return std::make_unique<cartesia::ContextWire>(cartesia::ContextOptions{options, "voice-1", ""},
                                                 format);
}

std::string show(const MouthEvent& event) {
  switch (event.kind) {
    case MouthEvent::Kind::sound:
      return "sound " + std::to_string(event.sound.size());
    case MouthEvent::Kind::marks: {
      std::string out = "marks";
      for (const auto& mark : event.marks) {
        out += " " + std::to_string(mark.bytes) + "@" + std::to_string(mark.at.count());
      }
      return out;
    }
    case MouthEvent::Kind::spoken:
      return "spoken";
    case MouthEvent::Kind::failed:
      return "failed " + std::string(to_string(event.why.type)) + " " + event.why.message + " (" +
             event.why.detail + ")";
  }
  return "";
}

/// Plays a file and writes down what becomes of each line.
class Play {
 public:
  explicit Play(std::string service) : service_(std::move(service)) {}

  std::string of(const std::string& script) {
    for (const auto line : split(script, '\n')) {
      if (line.empty() || line.starts_with('#')) continue;
      told_ += "\n" + std::string(cut_utf8(line, 100)) + "\n";
      act(line);
      tell();
    }
    return told_.substr(std::min<std::size_t>(1, told_.size()));
  }

 private:
  void act(std::string_view line) {
    if (line.starts_with("? ")) return begin(std::string(line.substr(2)));
    if (line == "open") return wire_->open();
    if (line == "flush") return wire_->flush();
    if (line == "cancel") {
      wire_->cancel();
      wire_->events().clear();
      return;
    }
    if (line.starts_with("say ")) return wire_->say(line.substr(4));
    if (line.starts_with("~ ")) {
      const std::string sound(std::stoul(std::string(line.substr(2))), '\1');
      return note(wire_->take(sound, true));
    }
    note(wire_->take(line.substr(2), false));
  }
  void begin(const std::string& format) {
    wire_ = make_wire(service_, format);
    const auto where = wire_->where();
    told_ += "  at " + where.url + "\n";
    for (const auto& [name, value] : where.headers.all())
      told_ += "  " + name + ": " + value + "\n";
  }
  void note(const Result<void>& taken) {
    if (taken) return;
    const auto& error = taken.error();
    told_ += "  refused: " + std::string(to_string(error.type)) + " " + error.message + " (" +
             error.detail + ")\n";
  }
  void tell() {
    for (const auto& text : wire_->to_service()) told_ += "  > " + text + "\n";
    wire_->to_service().clear();
    for (const auto& event : wire_->events()) told_ += "  " + show(event) + "\n";
    wire_->events().clear();
  }

  std::string service_;
  std::unique_ptr<MouthWire> wire_;
  std::string told_;
};

class MouthGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(MouthGolden, EveryFileIsPlayedAsWritten) {
  const std::string folder = "provider/mouths/" + std::string(GetParam());
  int played = 0;
  for (const auto& name : list_fixtures(folder)) {
    if (name.ends_with(kSuffix)) continue;
    EXPECT_TRUE(
        matches_golden(Play(GetParam()).of(read_fixture(name)), name + std::string(kSuffix)))
        << name;
    ++played;
  }
  EXPECT_GE(played, 1);
}

INSTANTIATE_TEST_SUITE_P(Services, MouthGolden,
                         ::testing::Values("deepgram", "elevenlabs", "cartesia"));

}  // namespace
}  // namespace callosum::provider::mouth
