// What Deepgram's recognisers tell, as files (tests/fixtures/provider/ears): a file is what
// happens, `.expected` beside it what becomes of each line.
//
//   ? MODEL FORMAT  of the caller's sound; first     open MS   a connection begins with it there
//   < MESSAGE  the service says        silence MS AT  so much was sent      settle MS  no more
//   comes commit, detect on|off                          what the session does
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "golden.hpp"
#include "provider/deepgram/listen_wire.hpp"

namespace callosum::provider::deepgram {
namespace {

using Kind = realtime::HeardEvent::Kind;
using testing::list_fixtures;
using testing::matches_golden;
using testing::read_fixture;

constexpr std::int64_t kSent_ms = 60'000;
constexpr std::string_view kSuffix = ".expected";

/// " 0.9 of 3", where it is known.
std::string show(const realtime::Confidence& confidence) {
  const auto mean = confidence.mean();
  if (!mean) return "";
  return " " + boost::json::serialize(boost::json::value(*mean)) + " of " +
         std::to_string(confidence.words());
}

std::string show(const realtime::HeardEvent& event) {
  const auto at = "@" + std::to_string(event.at_ms);
  switch (event.kind) {
    case Kind::started:
      return "started " + at;
    case Kind::partial:
      return std::string(event.is_stable ? "stable" : "partial") + " \"" + event.text + "\"";
    case Kind::stopped:
      return "stopped " + at;
    case Kind::words:
      return "words \"" + event.text + "\"" + show(event.confidence);
    case Kind::failed:
      return "failed " + event.text;
    case Kind::lost:
      return "lost " + event.text;
  }
  return "";
}

/// Plays a file and writes down what becomes of each line.
class Play {
 public:
  std::string of(const std::string& script) {
    for (const auto line : split(script, '\n')) {
      if (line.empty() || line.starts_with('#')) continue;
      told_ += "\n" + std::string(cut_utf8(line, 100)) + "\n";
      act(line);
      while (const auto event = wire_->turns().take()) told_ += "  " + show(*event) + "\n";
    }
    told_ += "\nacknowledged @" + std::to_string(wire_->acknowledged_ms()) + "\n";
    return told_.substr(1);
  }

 private:
  void act(std::string_view line) {
    const auto words = split(line, ' ');
    const std::string argument(words.size() > 1 ? words[1] : "");
    if (words[0] == "?") return begin(argument, words[2]);
    if (words[0] == "open") return wire_->open(std::stoll(argument));
    if (words[0] == "silence") {
      return wire_->add_silence(std::stoll(argument), std::stoll(std::string(words[2])));
    }
    if (words[0] == "settle") return wire_->settle(std::stoll(argument));
    if (words[0] == "detect") return wire_->turns().detect(argument == "on");
    if (words[0] == "commit") {
      told_ += wire_->turns().commit(true) ? "  > " + wire_->finalize() + "\n" : "  nothing\n";
      return;
    }
    const auto taken = wire_->take(line.substr(2), kSent_ms);
    if (!taken) {
      told_ += "  refused: " + std::string(to_string(taken.error().type)) + " " +
               taken.error().message + " (" + taken.error().detail + ")\n";
    }
  }
  void begin(const std::string& model, std::string_view format) {
    ListenOptions options;
    options.service.url = "wss://speech.example";
    options.service.key = Secret("KEY");
    options.service.model = model;
    options.language = "en";
    options.keyterms = {"Da Mario", "tiramisù"};
    wire_ = make_listen_wire(options);
    const auto where = wire_->where(format);
    told_ += "  at " + where.url + "\n";
    for (const auto& [name, value] : where.headers.all())
      told_ += "  " + name + ": " + value + "\n";
    told_ += "  keep-alive: " + wire_->keep_alive() + "\n";
  }

  std::unique_ptr<ListenWire> wire_;
  std::string told_;
};

class EarsGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(EarsGolden, EveryFileIsPlayedAsWritten) {
  const std::string folder = "provider/ears/" + std::string(GetParam());
  int played = 0;
  for (const auto& name : list_fixtures(folder)) {
    if (name.ends_with(kSuffix)) continue;
    EXPECT_TRUE(matches_golden(Play().of(read_fixture(name)), name + std::string(kSuffix))) << name;
    ++played;
  }
  EXPECT_GE(played, 3);
}

INSTANTIATE_TEST_SUITE_P(Wires, EarsGolden, ::testing::Values("flux", "live"));

}  // namespace
}  // namespace callosum::provider::deepgram
