// What golden files cannot show of Gemini's adapter: its order and its bounds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "provider/gemini/usage.hpp"
#include "provider/gemini/wire.hpp"

namespace callosum::provider::gemini {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kBlocking = "gemini-2.5-flash-native-audio-preview-12-2025";
constexpr const char* kCreate = R"({"type":"response.create"})";

std::string join(const Frames& frames) {
  std::string out;
  for (const auto& frame : frames) out += frame + "\n";
  return out;
}

std::string sound(std::size_t bytes) {
  const std::vector<std::uint8_t> pcm(bytes);
  return R"({"type":"input_audio_buffer.append","audio":")" + encode_base64(pcm) + "\"}";
}

class GeminiWire : public ::testing::Test {
 protected:
  void begin(const char* model, bool is_ready = true) {
    wire = std::make_unique<Wire>(model, random);
    auto tools = std::make_shared<realtime::OfferedTools>();
    tools->text = "[]";
    wire->open({json::object{{"type", "realtime"}, {"instructions", "Be brief."}}, tools, ""}, "e");
    if (is_ready) set_up();
    take();
  }
  void set_up() { wire->from_model(R"({"setupComplete":{}})", now); }
  /// What both sides were told since.
  std::string take() {
    told_model = join(wire->to_model());
    told_gateway = join(wire->to_gateway());
    wire->to_model().clear();
    wire->to_gateway().clear();
    return told_gateway;
  }
  void say_item(const std::string& text) {
    wire->from_gateway(
        R"({"type":"conversation.item.create","item":{"type":"message","role":"user",)"
        R"("content":[{"type":"input_text","text":")" +
            text + R"("}]}})",
        now);
  }
  void pass(std::chrono::milliseconds span) {
    now += span;
    wire->look(now);
  }

  SeededRandom random{7};
  std::unique_ptr<Wire> wire;
  SteadyTime now{std::chrono::hours(1)};
  std::string told_model, told_gateway;
};

TEST_F(GeminiWire, OpensWithTheRegistrysToolsBesideAClientsOwn) {
  auto tools = std::make_shared<realtime::OfferedTools>();
  tools->list = parse_strict(R"([{"functionDeclarations":[{"name":"get_policies"}]},
    {"type":"function","name":"paint","parameters":{"type":"object","properties":{}}}])")
                    .value()
                    .as_array();
  wire = std::make_unique<Wire>("gemini-3.8-live", random);

  wire->open({json::object{{"type", "realtime"}, {"instructions", "Be brief."}}, tools, ""}, "e");

  take();
  EXPECT_THAT(told_model, HasSubstr("Be brief."));
  EXPECT_THAT(told_model, HasSubstr(R"({"name":"get_policies","behavior":"NON_BLOCKING"})"));
  EXPECT_THAT(told_model, HasSubstr(R"("name":"paint")"));
  EXPECT_THAT(told_gateway, Not(HasSubstr("error")));
}

TEST_F(GeminiWire, KeepsWhatIsSaidBeforeTheSetupInItsOrderHoweverLateThatIs) {
  begin("gemini-3.8-live", false);
  say_item("first");
  EXPECT_FALSE(wire->hear(sound(960), now));
  pass(1h);
  say_item("second");
  EXPECT_TRUE(take().empty());

  set_up();
  take();

  const auto first = told_model.find("first");
  const auto heard = told_model.find("audio/pcm;rate=16000");
  EXPECT_LT(first, heard);
  EXPECT_NE(heard, std::string::npos);
  EXPECT_THAT(told_gateway, HasSubstr("second"));
  EXPECT_LT(told_gateway.find("session.created"), told_gateway.find("session.updated"));
}

TEST_F(GeminiWire, KeepsNoMoreOfItThanItsBoundsAndSaysWhatIsLost) {
  begin("gemini-3.8-live", false);
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(wire->hear(sound(9600), now));
  for (int i = 0; i <= Wire::kMaxHeld; ++i) say_item("x");

  EXPECT_GT(wire->dropped_sound(), 100u);
  EXPECT_THAT(take(), HasSubstr("Too much waits"));
}

TEST_F(GeminiWire, SendsSoundOfATelephoneAtSixteenKilohertz) {
  begin("gemini-3.8-live");
  wire->from_gateway(R"({"type":"session.update","session":{"type":"realtime","audio":{"input":)"
                     R"({"format":{"type":"audio/pcmu"}}}}})",
                     now);
  std::size_t heard = 0;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(wire->hear(sound(160), now));  // 20 ms
    const auto message = parse_strict(wire->sound()).value();
    std::vector<std::uint8_t> pcm;
    const auto& blob = message.at("realtimeInput").at("audio").as_object();
    ASSERT_TRUE(decode_base64(blob.at("data").as_string(), pcm));
    heard += pcm.size();
  }

  EXPECT_NEAR(static_cast<double>(heard), 32000, 700);  // a second, but for the filter's delay
}

TEST_F(GeminiWire, ReadsSoundWhoseSlashesAreEscaped) {
  begin("gemini-3.8-live");

  EXPECT_TRUE(
      wire->hear(R"({"type":"input_audio_buffer.append","audio":"\/\/8AAP\/\/AAAAAAAA"})", now));
}

TEST_F(GeminiWire, TellsOfEveryResponseThatBeganOneEndWhateverFollows) {
  const std::vector<std::string> ends{
      R"({"serverContent":{"turnComplete":true}})", R"({"serverContent":{"interrupted":true}})",
      R"({"toolCall":{"functionCalls":[{"id":"f1","name":"x"}]}})",
      R"({"serverContent":{"turnComplete":true,"turnCompleteReason":"MALFORMED_FUNCTION_CALL"}})"};
  for (const char* model : {"gemini-3.8-live", kBlocking}) {
    for (const auto& end : ends) {
      begin(model);
      wire->from_gateway(kCreate, now);
      wire->from_model(R"({"serverContent":{"outputTranscription":{"text":"Hi"}}})", now);
      wire->from_model(end, now);
      wire->from_model(ends[0], now);
      wire->from_model(end, now);
      pass(60s);

      const auto told = take();
      const auto count = [&](std::string_view what) {
        std::size_t n = 0;
        for (auto at = told.find(what); at != told.npos; at = told.find(what, at + 1)) ++n;
        return n;
      };
      EXPECT_EQ(count("\"type\":\"response.created\""), count("\"type\":\"response.done\"")) << end;
    }
  }
}

TEST_F(GeminiWire, SpeaksToTheOutputsOfAllOpenCallsAtOnce) {
  begin(kBlocking);
  wire->from_model(
      R"({"toolCall":{"functionCalls":[{"id":"a","name":"x"},{"id":"b","name":"x"},{"id":"c","name":"x"}]}})",
      now);
  take();
  for (const char* id : {"c", "a"}) {
    wire->answer_call(id, "{}", "e", realtime::OutputDelivery::when_idle, now);
  }
  take();
  EXPECT_THAT(told_model, ::testing::IsEmpty());

  wire->answer_call("b", "{}", "e", realtime::OutputDelivery::when_idle, now);
  take();

  EXPECT_LT(told_model.find(R"("id":"a")"), told_model.find(R"("id":"b")"));
  EXPECT_LT(told_model.find(R"("id":"b")"), told_model.find(R"("id":"c")"));
}

TEST_F(GeminiWire, RefusesCallsThatAreTooManyAtOnceInsteadOfLeavingThemWithoutAnAnswer) {
  begin(kBlocking);
  std::string calls;
  for (int i = 0; i < 300; ++i) {
    calls += (i > 0 ? "," : "") + (R"({"name":"x","id":"c)" + std::to_string(i)) + "\"}";
  }
  wire->from_model(R"({"toolCall":{"functionCalls":[)" + calls + "]}}", now);
  take();
  for (std::size_t i = 0; i < 300; ++i) {
    wire->answer_call("c" + std::to_string(i), R"({"ok":true,"data":{}})", "e",
                      realtime::OutputDelivery::when_idle, now);
  }
  take();

  const auto answers = parse_strict(told_model).value().at("toolResponse").at("functionResponses");
  ASSERT_EQ(answers.as_array().size(), 300u);
  EXPECT_THAT(json::serialize(answers.as_array().front()), Not(HasSubstr("error")));
  EXPECT_THAT(json::serialize(answers.as_array().back()), HasSubstr("BUDGET_EXCEEDED"));
}

TEST_F(GeminiWire, KeepsNoCallWhoseNameOrIdIsATextOfItsOwn) {
  begin("gemini-3.8-live");
  const std::string text(5000, 'x');

  wire->from_model(R"({"toolCall":{"functionCalls":[{"id":")" + text + R"(","name":"x"}]}})", now);
  wire->from_model(R"({"toolCall":{"functionCalls":[{"id":"a","name":")" + text + R"("}]}})", now);

  EXPECT_THAT(take(), Not(HasSubstr("function_call")));
  EXPECT_EQ(wire->unreadable_messages(), 2u);
}

/// A model whose calls do not end its turn may make them without end.
TEST_F(GeminiWire, EndsAResponseOfManyItemsAndGoesOnInAnother) {
  begin("gemini-3.8-live");
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    const auto id = "c" + std::to_string(i);
    wire->from_model(R"({"toolCall":{"functionCalls":[{"id":")" + id + R"(","name":"x"}]}})", now);
    wire->answer_call(id, "{}", "e", realtime::OutputDelivery::silent, now);
    all += take();
  }
  wire->from_model(R"({"serverContent":{"turnComplete":true}})", now);
  all += take();

  std::size_t longest = 0, finished = 0, begun = 0, ended = 0;
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) {
    const auto event = parse_strict(line).value().as_object();
    begun += event.at("type") == "response.created";
    finished += event.at("type") == "response.output_item.done";
    if (event.at("type") != "response.done") continue;
    ++ended;
    longest = std::max(longest, event.at("response").at("output").as_array().size());
  }
  EXPECT_EQ(finished, 1000u);
  EXPECT_LE(longest, 128u);
  EXPECT_EQ(begun, ended);
}

TEST(GeminiUsage, OfCountsBeyondAllReasonIsANumberAllTheSame) {
  const auto usage = encode_usage({{"promptTokenCount", INT64_MAX},
                                   {"toolUsePromptTokenCount", INT64_MAX},
                                   {"responseTokenCount", "9223372036854775807"},
                                   {"thoughtsTokenCount", INT64_MAX}});

  EXPECT_GT(usage.at("input_tokens").as_int64(), 0);
  EXPECT_GT(usage.at("total_tokens").as_int64(), usage.at("output_tokens").as_int64());
}

TEST_F(GeminiWire, SchedulesAnOutputByTheDeliveryOfItsToolWhereCallsGoOn) {
  using realtime::OutputDelivery;
  const std::vector<std::pair<OutputDelivery, std::string>> rows{
      {OutputDelivery::when_idle, "WHEN_IDLE"},
      {OutputDelivery::interrupt, "INTERRUPT"},
      {OutputDelivery::silent, "SILENT"}};
  for (const auto& [delivery, word] : rows) {
    begin("gemini-3.8-live");
    wire->from_model(R"({"toolCall":{"functionCalls":[{"id":"a","name":"x"}]}})", now);
    wire->from_model(R"({"serverContent":{"turnComplete":true}})", now);
    wire->answer_call("a", "{}", "e", delivery, now);
    take();

    EXPECT_THAT(told_model, HasSubstr("\"scheduling\":\"" + word + "\""));
  }
}

TEST_F(GeminiWire, LetsAnUrgentOutputInterruptAResponseThatWasCancelledForIt) {
  begin("gemini-3.8-live");
  wire->from_model(R"({"toolCall":{"functionCalls":[{"id":"a","name":"x"}]}})", now);
  wire->from_model(R"({"serverContent":{"turnComplete":true}})", now);
  wire->from_model(R"({"serverContent":{"outputTranscription":{"text":"Meanwhile"}}})", now);
  wire->answer_call("a", "{}", "e", realtime::OutputDelivery::interrupt, now);
  take();
  EXPECT_THAT(told_model, ::testing::IsEmpty());

  wire->from_gateway(R"({"type":"response.cancel"})", now);
  take();

  EXPECT_THAT(told_model, HasSubstr("INTERRUPT"));
}

TEST_F(GeminiWire, DoesNotFeedAModelThatCallsWithoutEnd) {
  for (const char* model : {"gemini-3.8-live", kBlocking}) {
    begin(model);
    say_item("hello");
    wire->from_gateway(kCreate, now);
    int rounds = 0;
    for (; rounds < 100; ++rounds) {
      const auto id = std::to_string(rounds);
      wire->from_model(R"({"toolCall":{"functionCalls":[{"id":")" + id + R"(","name":"x"}]}})",
                       now);
      if (traits_of(model).calls_go_on) {
        wire->from_model(R"({"serverContent":{"turnComplete":true}})", now);
      }
      take();
      wire->answer_call(id, "{}", "e", realtime::OutputDelivery::when_idle, now);
      take();
      if (told_model.empty() || told_model.find("SILENT") != std::string::npos) break;
    }
    EXPECT_EQ(rounds, Wire::kMaxRounds) << model;

    say_item("hello again");
    wire->from_gateway(kCreate, now);
    wire->from_model(R"({"serverContent":{"turnComplete":true}})", now);
    take();
    EXPECT_THAT(told_model, HasSubstr("hello again")) << model;
  }
}

TEST_F(GeminiWire, EndsWhatIsCalledForEverThoughALineWaitsToBeSpoken) {
  begin("gemini-3.8-live");
  say_item("hello");
  wire->from_gateway(kCreate, now);
  int rounds = 0;
  for (; rounds < 100; ++rounds) {
    const auto id = std::to_string(rounds);
    wire->from_model(R"({"toolCall":{"functionCalls":[{"id":")" + id + R"(","name":"x"}]}})", now);
    if (rounds == 1) wire->speak("One moment.", "e1", now);
    wire->answer_call(id, "{}", "e", realtime::OutputDelivery::when_idle, now);
    wire->from_model(R"({"serverContent":{"turnComplete":true}})", now);
    take();
    if (told_model.find("SILENT") != std::string::npos) break;
  }

  EXPECT_LE(rounds, Wire::kMaxRounds + 1);
}

TEST_F(GeminiWire, WaitsForAHandleFromTheEndOfWhatItWaitedFor) {
  begin("gemini-3.8-live");
  say_item("hello");
  wire->from_gateway(kCreate, now);
  wire->from_model(R"({"toolCall":{"functionCalls":[{"id":"1","name":"x"}]}})", now);
  wire->from_model(R"({"serverContent":{"turnComplete":true}})", now);
  wire->from_model(R"({"goAway":{"timeLeft":"50s"}})", now);
  pass(15s);
  wire->answer_call("1", "{}", "e", realtime::OutputDelivery::when_idle, now);
  pass(5s);
  wire->from_model(R"({"serverContent":{"turnComplete":true}})", now);

  EXPECT_EQ(wire->wants_connection(now), Wire::Replace::no);
  EXPECT_EQ(wire->wants_connection(now + Wire::kSetupPatience), Wire::Replace::lost);
  wire->from_model(R"({"sessionResumptionUpdate":{"newHandle":"h1","resumable":true}})", now);
  EXPECT_EQ(wire->wants_connection(now), Wire::Replace::resumed);
}

TEST_F(GeminiWire, SentAwayAtOnceByEachConnectionTakesItsTimeForTheNext) {
  begin("gemini-3.8-live");
  wire->from_model(R"({"goAway":{"timeLeft":"50s"}})", now);
  EXPECT_EQ(wire->wants_connection(now), Wire::Replace::fresh);

  for (int i = 0; i < 3; ++i) {
    wire->leave();
    wire->reconnect(false);
    set_up();
    wire->from_model(R"({"goAway":{"timeLeft":"50s"}})", now);

    EXPECT_EQ(wire->wants_connection(now), Wire::Replace::no);
    ASSERT_EQ(wire->next_look(now), now + Wire::kReplacePause);
    pass(Wire::kReplacePause);
    EXPECT_EQ(wire->wants_connection(now), Wire::Replace::fresh);
  }
}

TEST_F(GeminiWire, LeavesNothingToBeTakenUpWhileTheModelHasNotBeenToldAll) {
  begin("gemini-3.8-live");
  wire->from_model(R"({"sessionResumptionUpdate":{"newHandle":"h1","resumable":true}})", now);
  EXPECT_EQ(wire->resumption(), "h1");

  say_item("hello");
  EXPECT_EQ(wire->resumption(), "");
  wire->from_gateway(kCreate, now);
  EXPECT_EQ(wire->resumption(), "");

  wire->from_model(R"({"serverContent":{"turnComplete":true}})", now);
  wire->from_model(R"({"sessionResumptionUpdate":{"newHandle":"h2","resumable":true}})", now);
  EXPECT_EQ(wire->resumption(), "h2");
}

TEST_F(GeminiWire, WordsThatComeBehindTheCallMadeOfThemAreWholeAfterAPause) {
  for (const char* model : {"gemini-3.8-live", kBlocking}) {
    begin(model);
    wire->hear(sound(960), now);
    wire->from_model(R"({"toolCall":{"functionCalls":[{"id":"a","name":"x"}]}})", now);
    for (const char* words : {"cancel ", "booking 4711"}) {
      pass(200ms);
      wire->from_model(
          R"({"serverContent":{"inputTranscription":{"text":")" + std::string(words) + R"("}}})",
          now);
    }
    EXPECT_THAT(take(), Not(HasSubstr("transcription.completed"))) << model;

    EXPECT_LE(wire->next_look(now), now + 1s) << model;
    pass(1s);

    EXPECT_THAT(take(), HasSubstr(R"("transcript":"cancel booking 4711")")) << model;
  }
}

TEST_F(GeminiWire, NeverLooksTwiceAtTheSameMoment) {
  for (const char* model : {"gemini-3.8-live", kBlocking}) {
    begin(model);
    wire->hear(sound(960), now);
    wire->from_model(R"({"serverContent":{"inputTranscription":{"text":"hm"}}})", now);
    wire->from_gateway(kCreate, now);
    wire->speak("One moment.", "e", now);
    for (int i = 0; i < 100; ++i) {
      const auto next = wire->next_look(now);
      if (next == SteadyTime::max()) break;
      EXPECT_GT(next, now) << model;
      now = next;
      wire->look(now);
    }
    EXPECT_EQ(wire->next_look(now), SteadyTime::max()) << model;
  }
}

}  // namespace
}  // namespace callosum::provider::gemini
