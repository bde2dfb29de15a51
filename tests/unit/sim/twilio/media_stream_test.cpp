// A media stream of the simulated carrier, against a gateway in the test (protocol: telephony
// §1.4, §1.5).
#include "sim/twilio/media_stream.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "memory_ws.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::twilio {
namespace {

using ::testing::ElementsAre;

/// A stream under virtual time; `gateway` is its other end.
class Line {
 public:
  explicit Line(const std::string& yaml, bool has_faults = true)
      : script(parse_call_script(yaml, "").value()),
        line{.caller = Caller(script.steps, Ms(0)), .hearing = {}, .begun = {}} {
    auto pair = callosum::testing::make_memory_ws_pair(world.executor(), limits());
    gateway = std::move(pair.client);
    socket = std::move(pair.server);
    line.begun = world.time().now();
    line.note = [this](std::string_view event, const json::object& details) {
      notes.push_back(std::string(event) + " " + json::serialize(details));
    };
    stream = std::make_unique<MediaStream>(phone, script, line, *socket);
    boost::asio::co_spawn(world.context(),
                          stream->run({"AC1", "CA1", "MZ1"}, parameters, orders, has_faults),
                          [this](const std::exception_ptr& failure, StreamEnd how) {
                            if (failure) std::rethrow_exception(failure);
                            end = how;
                          });
    world.settle();
  }
  ~Line() {
    gateway->abort();
    world.settle();
  }

  void pass(Ms span) {
    for (; span.count() > 0; span -= Ms(5)) {
      world.time().advance(Ms(5));
      world.settle();
    }
  }
  void order(const json::object& frame) {
    gateway->send(json::serialize(frame));
    world.settle();
  }
  void play(Ms length) {
    const std::vector<std::uint8_t> sound = make_tone(length)->sound;
    order(
        {{"event", "media"}, {"streamSid", "MZ1"}, {"media", {{"payload", encode_base64(sound)}}}});
  }
  void mark(std::string_view name) {
    order({{"event", "mark"}, {"streamSid", "MZ1"}, {"mark", {{"name", name}}}});
  }
  /// What has come since the last call.
  std::vector<json::object> take() {
    std::vector<json::object> out;
    while (true) {
      const auto message = world.run(gateway->read(world.in({})));
      if (!message) return out;
      if (message->is_binary) {
        out.push_back({{"event", "binary"}});
        continue;
      }
      const auto parsed = parse_strict(message->data, {.max_bytes = 8 << 20});
      out.push_back(parsed ? parsed->get_object() : json::object{{"event", "broken"}});
    }
  }
  static net::WsLimits limits() {
    net::WsLimits limits;
    limits.max_queued_bytes = 64u << 20;
    return limits;
  }

  callosum::testing::VirtualWorld world;
  SeededRandom random{7};
  Report report{Report::Form::nothing};
  Phone phone{world.time(), random, report, {}};
  CallScript script;
  CallLine line;
  FormFields parameters{{"token", "t"}};
  async::Event orders{world.executor()};
  std::unique_ptr<net::WsConnection> gateway;
  std::unique_ptr<net::WsConnection> socket;
  std::unique_ptr<MediaStream> stream;
  std::vector<std::string> notes;
  std::optional<StreamEnd> end;
};

std::vector<std::string> events_of(const std::vector<json::object>& frames) {
  std::vector<std::string> out;
  for (const auto& frame : frames) {
    auto event = std::string(text_at(frame, "event"));
    if (event == "mark") event += " " + std::string(text_at(frame.at("mark").get_object(), "name"));
    if (out.empty() || out.back() != event) out.push_back(std::move(event));
  }
  return out;
}
std::vector<std::string> timestamps_of(const std::vector<json::object>& frames) {
  std::vector<std::string> out;
  for (const auto& frame : frames) {
    if (text_at(frame, "event") != "media") continue;
    out.emplace_back(text_at(frame.at("media").get_object(), "timestamp"));
  }
  return out;
}

TEST(TwilioStream, SendsAFrameEveryTwentyMillisecondsWhateverHoldsItUp) {
  Line line("steps: [{pause_ms: 1000}]\n");
  line.pass(Ms(100));
  const auto steady = timestamps_of(line.take());

  line.world.time().advance(Ms(100));  // the machine was busy
  line.world.settle();
  const auto caught_up = timestamps_of(line.take());

  EXPECT_THAT(steady, ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(caught_up, ElementsAre("120", "140", "160", "180", "200"));
}

TEST(TwilioStream, EchoesMarksAsTheyAreHeardAndAllOnClear) {
  Line line("steps: [{pause_ms: 5000}]\n");
  line.play(Ms(100));
  line.mark("a");
  line.play(Ms(2000));
  line.mark("b");
  line.pass(Ms(60));
  const auto early = events_of(line.take());
  line.pass(Ms(60));
  const auto heard = events_of(line.take());
  line.order({{"event", "clear"}, {"streamSid", "MZ1"}});
  line.mark("c");

  EXPECT_THAT(early, ElementsAre("connected", "start", "media"));
  EXPECT_THAT(heard, ElementsAre("media", "mark a", "media"));
  EXPECT_THAT(events_of(line.take()), ElementsAre("mark b", "mark c"));
}

TEST(TwilioStream, MeasuresTheAnswerAndSaysWhatWasHeard) {
  Line line("steps: [{tone_ms: 100}, {wait_silence_ms: 500}]\n");
  line.pass(Ms(100));  // the last voiced frame went at 80
  line.play(Ms(200));
  line.pass(Ms(2000));
  const auto frames = line.take();  // and answers the close
  line.pass(Ms(50));

  EXPECT_THAT(line.notes,
              ElementsAre(R"(speaks {"what":"tone of 100 ms"})",
                          R"(said {"what":"tone of 100 ms","over_the_other":false})",
                          R"(answered {"latency_ms":2E1})", R"(heard {"from":120,"to":320})"));
  EXPECT_EQ(line.end, StreamEnd::caller_hung_up);
  EXPECT_EQ(text_at(frames.back(), "event"), "stop");
}

TEST(TwilioStream, LeavesAGapWhereFramesAreLost) {
  Line line("steps: [{pause_ms: 5000}]\nloss_percent: 30\n");
  line.pass(Ms(1000));

  const auto frames = line.take();
  const auto times = timestamps_of(frames);

  EXPECT_LT(times.size(), 48u);
  EXPECT_GT(times.size(), 20u);
  std::int64_t sequence = 0;
  for (std::size_t i = 1; i < frames.size(); ++i) {  // behind `connected`
    EXPECT_EQ(text_at(frames[i], "sequenceNumber"), std::to_string(++sequence));
  }
}

TEST(TwilioStream, KeepsTheOrderOfLateFrames) {
  Line line("steps: [{pause_ms: 5000}]\njitter_ms: 70\n");
  line.pass(Ms(500));
  line.mark("m");  // comes back behind them
  line.pass(Ms(500));

  const auto frames = line.take();
  const auto times = timestamps_of(frames);

  ASSERT_GT(times.size(), 40u);
  for (std::size_t i = 0; i < times.size(); ++i) EXPECT_EQ(times[i], std::to_string(i * 20));
  std::size_t sequence = 0;
  for (const auto& frame : frames) {
    if (text_at(frame, "event") == "connected") continue;
    EXPECT_EQ(text_at(frame, "sequenceNumber"), std::to_string(++sequence));
  }
}

TEST(TwilioStream, EndsWhereTheRestSideSaysSo) {
  Line line("steps: [{pause_ms: 5000}]\n");
  line.pass(Ms(50));

  line.orders.set();
  line.world.settle();
  const auto last = line.take();
  line.pass(Ms(100));

  EXPECT_EQ(line.end, StreamEnd::ordered);
  EXPECT_EQ(text_at(last.back(), "event"), "stop");
}

TEST(TwilioStream, IsOverWhenTheGatewayCloses) {
  Line line("steps: [{pause_ms: 5000}]\n");

  line.gateway->abort();
  line.world.settle();

  EXPECT_EQ(line.end, StreamEnd::gateway_closed);
}

TEST(TwilioStream, MisbehavesWhereItIsTold) {
  const auto frames_with = [](const std::string& faults, bool has_faults = true) {
    Line line("steps: [{pause_ms: 5000}]\nfaults: [" + faults + "]\n", has_faults);
    line.pass(Ms(1100));
    return line.take();
  };

  EXPECT_THAT(events_of(frames_with("second_start")),
              ElementsAre("connected", "start", "media"));  // two of them in a row
  EXPECT_EQ(text_at(frames_with("media_before_start")[1], "event"), "media");
  EXPECT_THAT(events_of(frames_with("no_start")), ElementsAre("connected"));
  EXPECT_THAT(events_of(frames_with("binary_frame")),
              ElementsAre("connected", "start", "media", "binary", "media"));
  EXPECT_THAT(events_of(frames_with("bad_json")),
              ElementsAre("connected", "start", "media", "broken", "media"));
  EXPECT_TRUE(
      frames_with("no_parameters")[1].at("start").at("customParameters").get_object().empty());
  EXPECT_EQ(frames_with("wrong_parameters")[1].at("start").at("customParameters").at("token"),
            "t0");
  EXPECT_THAT(events_of(frames_with("no_start, binary_frame", false)),
              ElementsAre("connected", "start", "media"));
}

TEST(TwilioStream, RefusesNonsenseAsTheCarrierWarnsOfIt) {
  Line line("steps: [{pause_ms: 5000}]\n");

  line.order({{"event", "hello"}, {"streamSid", "MZ1"}});
  line.gateway->send_binary("abc", net::FrameKind::control);
  line.world.settle();

  EXPECT_THAT(line.notes, ElementsAre(R"(refused_order {"why":"31951: no such event: 'hello'"})",
                                      R"(refused_order {"why":"31950: a binary frame"})"));
}

}  // namespace
}  // namespace callosum::sim::twilio
