// A conversation that xAI has kept (protocols: xAI voice §6.1): taken up by its id, shown to
// nobody, run never, and bounded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "golden.hpp"
#include "provider/cloud/connect_options.hpp"
#include "provider/xai/wire.hpp"

namespace callosum::provider::xai {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kCreated = R"({"type":"session.created","session":{"id":"s1"}})";
constexpr const char* kUpdated = R"({"type":"session.updated","session":{}})";
constexpr const char* kPing = R"({"type":"ping","timestamp":1})";

class XaiResumption : public ::testing::Test {
 protected:
  /// As a port begins, with what was in the opening before.
  void open(const std::string& resumption) {
    wire_ = Wire("grok-voice-latest");
    auto tools = std::make_shared<realtime::OfferedTools>();
    tools->text = "[]";
    realtime::SessionOpening opening;
    opening.session = json::object{{"type", "realtime"}, {"instructions", "Be brief."}};
    opening.tools = tools;
    opening.resumption = resumption;
    wire_.open(opening, "evt_open");
  }
  bool hear(const std::string& frame) {
    return wire_.from_model({realtime::peek_type(frame), frame}, now_);
  }
  void begin(const std::string& id) {
    hear(kCreated);
    hear(R"({"type":"conversation.created","conversation":{"id":")" + id + "\"}}");
    hear(kPing);
  }
  static std::string message(const std::string& id, const std::string& text,
                             const std::string& event = "added") {
    return R"({"type":"conversation.item.)" + event + R"(","item":{"id":")" + id +
           R"(","type":"message","role":"user","status":"completed","content":[)" +
           R"({"type":"input_text","text":")" + text + R"("}],"replayed":true}})";
  }
  static std::string tool_item(const std::string& type, const std::string& call_id) {
    return R"({"type":"conversation.item.added","item":{"id":"i_)" + call_id + R"(","type":")" +
           type + R"(","status":"completed","role":"tool","call_id":")" + call_id +
           R"(","name":"look","arguments":"{}","output":"seen"}})";
  }
  /// Everything that was told since the last time.
  std::string told() { return take(wire_.to_gateway()); }
  std::string sent() { return take(wire_.to_model()); }
  static std::string take(Frames& frames) {
    std::string out;
    for (const auto& frame : frames) out += frame + "\n";
    frames.clear();
    return out;
  }
  void take_up() {
    open("conv-1");
    begin("conv-1");
    hear(message("m1", "Hello."));
    hear(tool_item("function_call", "call-1"));
    hear(tool_item("function_call_output", "call-1"));
    hear(tool_item("function_call", "call-2"));
    hear(message("m2", "Where are you?", "created"));
    hear(kUpdated);
  }

  Wire wire_{"grok-voice-latest"};
  SteadyTime now_{1h};
};

TEST_F(XaiResumption, IsAskedForByEverySession) {
  open("");
  EXPECT_TRUE(testing::matches_golden(sent(), "provider/xai/opening.jsonl"));

  open("conv-1");
  EXPECT_TRUE(testing::matches_golden(sent(), "provider/xai/opening.jsonl"));
}

TEST_F(XaiResumption, IsOfferedOnceThereIsSomethingToTakeUp) {
  open("");
  begin("conv-1");
  hear(kUpdated);
  const auto before = wire_.resumption();
  hear(R"({"type":"response.created","response":{"id":"r1"}})");
  const auto during = wire_.resumption();
  hear(R"({"type":"response.done","response":{"id":"r1","status":"completed"}})");

  EXPECT_EQ(before, "");
  EXPECT_EQ(during, "conv-1");
  EXPECT_EQ(wire_.resumption(), "conv-1");
}

TEST_F(XaiResumption, IsNotOfferedUnderNoNameOrOneThatIsNone) {
  for (const auto& name : {std::string(), std::string(300, 'x')}) {
    open("");
    begin(name);
    hear(R"({"type":"response.created","response":{"id":"r1"}})");

    EXPECT_EQ(wire_.resumption(), "");
  }
}

TEST_F(XaiResumption, TellsNothingOfWhatComesBackButTheSession) {
  take_up();

  const auto all = told();
  EXPECT_THAT(all, HasSubstr(R"("type":"session.created")"));
  EXPECT_THAT(all, HasSubstr(R"("type":"session.updated")"));
  EXPECT_THAT(all, Not(HasSubstr("item")));
  EXPECT_TRUE(wire_.replay().has_resumed());
  EXPECT_FALSE(wire_.replay().is_coming());
  EXPECT_EQ(wire_.resumption(), "conv-1");
}

TEST_F(XaiResumption, SaysWhatStandsThere) {
  take_up();

  const auto kept = wire_.take_kept();
  ASSERT_EQ(kept.size(), 5u);
  EXPECT_EQ(kept[0].item_id, "m1");
  EXPECT_EQ(kept[0].role, "user");
  EXPECT_EQ(kept[0].text, "Hello.");
  EXPECT_EQ(kept[1].call_id, "call-1");
  EXPECT_FALSE(kept[1].is_output);
  EXPECT_TRUE(kept[2].is_output);
  EXPECT_EQ(kept[4].text, "Where are you?");
  EXPECT_THAT(wire_.take_kept(), IsEmpty());
}

TEST_F(XaiResumption, RunsNoCallThatCameBackHoweverItIsRepeated) {
  take_up();
  wire_.take_kept();
  told();
  hear(R"({"type":"response.created","response":{"id":"r1"}})");
  told();

  for (const char* type : {"added", "done"}) {
    for (const char* call_id : {"call-1", "call-2"}) {
      hear(R"({"type":"response.output_item.)" + std::string(type) +
           R"(","response_id":"r1","item":{"id":"x)" + call_id +
           R"(","type":"function_call","status":"completed","call_id":")" + call_id +
           R"(","name":"look","arguments":"{}"}})");
    }
  }

  EXPECT_EQ(told(), "");
}

TEST_F(XaiResumption, RunsNoCallThatIsToldAsAResponseWhileItComesBack) {
  open("conv-1");
  begin("conv-1");
  hear(R"({"type":"response.created","response":{"id":"r1"}})");
  hear(
      R"({"type":"response.output_item.done","response_id":"r1","item":{"id":"x","type":"function_call",)"
      R"("status":"completed","call_id":"call-9","name":"look","arguments":"{}"}})");
  hear(R"({"type":"response.output_audio.delta","response_id":"r1","delta":"AAAA"})");
  hear(kUpdated);

  EXPECT_THAT(told(), Not(HasSubstr(R"("type":"response)")));
}

TEST_F(XaiResumption, TellsNothingOfItemsThatComeBackTooLate) {
  take_up();
  told();

  EXPECT_FALSE(hear(message("m3", "Hello?")));
  EXPECT_EQ(told(), "");
}

TEST_F(XaiResumption, OfAnUnknownConversationIsANewOne) {
  open("conv-1");
  begin("conv-2");
  hear(kUpdated);

  EXPECT_FALSE(wire_.replay().is_coming());
  EXPECT_FALSE(wire_.replay().has_failed());
  EXPECT_FALSE(wire_.replay().has_resumed());
  EXPECT_EQ(wire_.resumption(), "");
}

TEST_F(XaiResumption, ThatIsRefusedFailsAndTellsNobody) {
  open("conv-1");
  begin("conv-1");
  hear(
      R"({"type":"error","error":{"type":"invalid_request_error","code":"not_found","message":"No."}})");

  EXPECT_TRUE(wire_.replay().has_failed());
  EXPECT_THAT(told(), Not(HasSubstr("error")));
}

TEST_F(XaiResumption, ThatNeverEndsIsGivenUp) {
  open("conv-1");
  begin("conv-1");
  std::size_t frames = 0;
  while (wire_.replay().is_coming()) {
    hear(message("m" + std::to_string(frames), "And so on."));
    ASSERT_LE(++frames, Replay::kMaxFrames);
  }

  EXPECT_TRUE(wire_.replay().has_failed());
  EXPECT_THAT(wire_.take_kept(), IsEmpty());
}

TEST_F(XaiResumption, OfTenMegabytesIsGivenUp) {
  for (const std::size_t piece : {std::size_t{64} << 10, std::size_t{10} << 20}) {
    open("conv-1");
    begin("conv-1");
    std::size_t bytes = 0;
    while (wire_.replay().is_coming()) {
      hear(message("m", std::string(piece, 'x')));
      bytes += piece;
      ASSERT_LE(bytes, std::size_t{10} << 20);
    }

    EXPECT_TRUE(wire_.replay().has_failed());
    EXPECT_THAT(wire_.take_kept(), IsEmpty());
  }
}

TEST_F(XaiResumption, NamesItemsAsTheCallersProgramKnowsThem) {
  take_up();
  const auto kept = wire_.take_kept();
  wire_.name_kept(kept[0], "item_a");
  wire_.name_kept(kept[4], "item_b");
  told();
  sent();

  const auto say = [&](const std::string& event) { return wire_.from_gateway(event, now_); };
  EXPECT_FALSE(say(R"({"type":"conversation.item.delete","item_id":"item_a"})"));
  EXPECT_THAT(sent(), HasSubstr(R"("item_id":"m1")"));
  hear(R"({"type":"conversation.item.deleted","item_id":"m1"})");
  EXPECT_THAT(told(), HasSubstr(R"("item_id":"item_a")"));

  say(R"({"type":"conversation.item.retrieve","item_id":"item_b"})");
  EXPECT_THAT(told(), HasSubstr("Where are you?"));

  EXPECT_FALSE(say(
      R"({"type":"conversation.item.create","previous_item_id":"item_b","item":{"type":"message"}})"));
  EXPECT_THAT(sent(), HasSubstr(R"("previous_item_id":"m2")"));
  EXPECT_TRUE(say(R"({"type":"conversation.item.create","item":{"type":"message"}})"));

  say(R"({"type":"conversation.item.truncate","item_id":"item_b","content_index":0,"audio_end_ms":1})");
  EXPECT_THAT(sent(), HasSubstr(R"("item_id":"m2")"));
  EXPECT_THAT(told(), HasSubstr(R"("item_id":"item_b")"));
}

TEST_F(XaiResumption, PutsWhatFollowsBehindWhatTheCallersProgramKnows) {
  take_up();
  const auto kept = wire_.take_kept();
  wire_.name_kept(kept[4], "item_b");
  told();

  hear(
      R"({"type":"conversation.item.added","previous_item_id":"m2","item":{"id":"m9","type":"message",)"
      R"("role":"user","status":"completed","content":[{"type":"input_text","text":"New."}],"replayed":false}})");

  EXPECT_THAT(told(), HasSubstr(R"("type":"conversation.item.added","previous_item_id":"item_b")"));
}

TEST(CloudAddress, HoldsWhatIsAskedForEscaped) {
  EXPECT_EQ(cloud::with_parameter("wss://x/v1?model=a", "conversation_id", "c&d=e f/1"),
            "wss://x/v1?model=a&conversation_id=c%26d%3De%20f%2F1");
  EXPECT_EQ(cloud::with_parameter("wss://x/v1", "model", "a-b_c.d~"), "wss://x/v1?model=a-b_c.d~");
}

}  // namespace
}  // namespace callosum::provider::xai
