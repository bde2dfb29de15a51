// Our own brain: a chat model plans, the provider is a mouth, and what was not heard was not said.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "conversation_world.hpp"
#include "fake_chat.hpp"
#include "fake_ears.hpp"
#include "session/brain_port.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::make_tool;
using ::testing::Not;

struct Brained {
  explicit Brained(std::vector<registry::ToolSpec> tools = {make_tool("stock")},
                   std::size_t tokens = 8000, std::size_t sources = 1)
      : c(std::move(tools), start(sources), nullptr, {},
          [this, tokens, sources](auto& world, auto provider) {
            if (!chat) {
              chat = std::make_shared<testing::FakeChat>(world.w.world.executor(),
                                                         world.w.world.time());
            }
            BrainParts parts{world.w.world.time(),
                             world.random,
                             std::move(provider),
                             chat,
                             testing::make_fake_ears(ears),
                             "Caller",
                             tokens,
                             [this](std::string_view tool) { ignored.emplace_back(tool); },
                             [this](const Error& why) { failures.push_back(why.message); }};
            parts.gives_up = sources > 1;
            return make_brain_port(std::move(parts));
          }) {}
  static SessionStart start(std::size_t sources) {
    SessionStart out;
    out.context.reply_path = registry::ReplyPath::brain;
    out.context.tool_ownership = registry::ToolOwnership::transport_only;
    out.context.is_provider_planned = false;
    out.models.resize(sources);
    for (auto& model : out.models) model.transcription_model = "callosum-ears";
    for (std::size_t i = 0; i < sources && sources > 1; ++i) {
      out.models[i].name = i == 0 ? "first" : "second";
    }
    return out;
  }
  ~Brained() {
    c.hang_up();
    c.pass(1s);
    chat.reset();  // it waits on the world's context
  }
  void settle() { c.w.world.settle(); }
  void type(const std::string& text) {
    c.caller_says(
        R"({"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":")" +
        text + R"("}]}})");
    c.caller_says(R"({"type":"response.create"})");
  }
  void utter(const std::string& words) {
    if (ears->empty()) c.caller_says(R"({"type":"input_audio_buffer.append","audio":"AAAA"})");
    ears->back()->utter(words);
    settle();
  }
  void says(const std::string& text, std::vector<realtime::ChatCall> calls = {}) {
    chat->say(text);
    chat->end(std::move(calls));
    settle();
  }
  /// The mouth begins with what it was asked to say, so long, and ends if told to.
  void speak(const std::string& id, std::chrono::milliseconds length, bool ends = true) {
    c.model_says(R"({"type":"response.created","response":{"id":")" + id +
                 R"(","status":"in_progress","conversation_id":null,"output":[]}})");
    const std::vector<std::uint8_t> pcm(static_cast<std::size_t>(length.count()) * 48);
    c.model_says(R"({"type":"response.output_audio.delta","response_id":")" + id +
                 R"(","item_id":"x","delta":")" + encode_base64(pcm) + "\"}");
    if (ends) done(id);
  }
  void done(const std::string& id) {
    c.model_says(R"({"type":"response.done","response":{"id":")" + id +
                 R"(","status":"completed","conversation_id":null,"output":[]}})");
  }
  std::vector<std::string> asked_to_say() const {
    std::vector<std::string> out;
    for (const auto& text : c.sent("response.create")) {
      const auto event = parse_strict(text).value().as_object();
      const std::string words(text_at(event.at("response").as_object(), "instructions"));
      out.push_back(words.substr(words.find(": ") + 2));
    }
    return out;
  }
  /// The messages of the latest question to the chat model, but for the system's.
  std::vector<std::string> told() const {
    std::vector<std::string> out;
    for (const auto& message : chat->asked.back().messages) {
      const auto& object = message.as_object();
      if (object.at("role") != "system") {
        const auto* content = object.at("content").if_string();
        out.push_back(std::string(object.at("role").as_string()) + ": " +
                      (content ? std::string(*content) : "calls"));
      }
    }
    return out;
  }

  std::shared_ptr<testing::EarsScripts> ears = std::make_shared<testing::EarsScripts>();
  std::shared_ptr<testing::FakeChat> chat;
  std::vector<std::string> ignored, failures;
  Conversation c;
};

TEST(Brain, GivesTheProviderNoToolsAndNoPrompt) {
  Brained b;

  const auto& opened = b.c.models.back()->opened_with;

  EXPECT_TRUE(opened.at("tools").as_array().empty());
  EXPECT_EQ(opened.at("tool_choice"), "none");
  EXPECT_THAT(json::serialize(opened), Not(HasSubstr("PROMPT")));
  EXPECT_TRUE(opened.at("audio").at("input").at("turn_detection").is_null());
  EXPECT_EQ(b.c.got("session.created").size(), 1u);
}

TEST(Brain, PlansWithTheChatModelAndHasEveryPieceSpokenAsSoonAsItIsThere) {
  Brained b;
  b.type("when are you open");
  ASSERT_EQ(b.chat->asked.size(), 1u);
  EXPECT_EQ(b.chat->asked[0].messages[0].at("content"), "PROMPT");
  EXPECT_EQ(b.chat->asked[0].tools.size(), 1u);
  EXPECT_THAT(b.told(), ElementsAre("user: when are you open"));

  b.chat->say("From nine. Until ");
  b.settle();
  EXPECT_THAT(b.asked_to_say(), ElementsAre("From nine."));
  b.chat->say("six.");
  b.chat->end();
  b.settle();
  EXPECT_EQ(b.asked_to_say().size(), 1u);  // one utterance after the other
  b.speak("u1", 500ms);
  EXPECT_THAT(b.asked_to_say(), ElementsAre("From nine.", "Until six."));
  EXPECT_TRUE(b.c.got("response.done").empty());
  b.speak("u2", 500ms);

  EXPECT_EQ(b.c.got("response.created").size(), 1u);
  ASSERT_EQ(b.c.got("response.done").size(), 1u);
  EXPECT_THAT(b.c.got("response.done")[0], HasSubstr("From nine. Until six."));
  EXPECT_EQ(b.c.got("response.output_audio.delta").size(), 2u);
  ASSERT_EQ(b.c.got("response.output_audio_transcript.done").size(), 1u);
  EXPECT_FALSE(b.c.caller_saw("Say exactly"));
}

TEST(Brain, RunsItsCallsThroughTheExecutorAndPlansOnWithTheirResults) {
  Brained b;
  b.type("is it in stock");
  b.says("One moment.", {{"call_of_chat", "stock", "{}"}});
  EXPECT_EQ(b.c.w.scripts["stock"].runs, 1);  // while the words before it are spoken
  EXPECT_EQ(b.chat->asked.size(), 1u);
  b.speak("u1", 100ms);

  EXPECT_THAT(b.c.w.audit.lines, ElementsAre("test.stock ok"));
  ASSERT_EQ(b.chat->asked.size(), 2u);
  const auto told = b.told();
  ASSERT_EQ(told.size(), 4u);
  EXPECT_EQ(told[1], "assistant: One moment.");
  EXPECT_EQ(told[2], "assistant: calls");
  EXPECT_THAT(told[3], HasSubstr(R"("ok":true)"));
  EXPECT_FALSE(b.c.caller_saw("function_call"));
  b.says("It is.");
  b.speak("u2", 100ms);
  EXPECT_THAT(b.c.got("response.done").back(), HasSubstr("It is."));
}

TEST(Brain, TellsCallsOfOneStepInOneMessageAndLaterOnesInAnother) {
  Brained b({make_tool("stock"), make_tool("price")});
  b.type("is it in stock");
  b.says("", {{"c1", "stock", "{}"}, {"c2", "price", "{}"}});
  b.says("", {{"c3", "stock", R"({"again":1})"}});

  const auto told = b.told();
  ASSERT_EQ(told.size(), 6u);
  EXPECT_EQ(told[1], "assistant: calls");
  EXPECT_THAT(told[2], HasSubstr("tool: "));
  EXPECT_THAT(told[3], HasSubstr("tool: "));
  EXPECT_EQ(told[4], "assistant: calls");
  EXPECT_THAT(told[5], HasSubstr("tool: "));
}

TEST(Brain, SaysSoWhereTheChatModelAnswersNothing) {
  Brained b;
  b.type("hello");
  b.says("");
  b.speak("u1", 100ms);

  EXPECT_THAT(b.asked_to_say(), ElementsAre(HasSubstr("I'm sorry")));
  EXPECT_EQ(b.c.got("response.done").size(), 1u);
  EXPECT_TRUE(b.c.got("error").empty());
}

TEST(Brain, IsNotAskedForMoreBehindAGoodbyeAndTheCallThatEndsTheLine) {
  auto hang_up = make_tool("hang_up");
  hang_up.terminal = true;
  Brained b({hang_up});
  b.c.w.scripts["hang_up"].intents = {{registry::Intent::end_voice_session, ""}};
  b.type("bye");
  b.says("Goodbye then.", {{"c1", "hang_up", "{}"}});
  b.speak("u1", 100ms);
  b.c.pass(1s);

  EXPECT_THAT(b.asked_to_say(), ElementsAre("Goodbye then."));
  EXPECT_EQ(b.chat->asked.size(), 1u);
  EXPECT_TRUE(b.c.ended);
}

TEST(Brain, AsksWhatElseThereIsWhereItHasNothingToSayOfATool) {
  Brained b;
  b.type("is it in stock");
  b.says("One moment.", {{"c1", "stock", "{}"}});
  b.speak("u1", 100ms);
  b.says("");
  b.speak("u2", 100ms);

  EXPECT_THAT(b.asked_to_say(), ElementsAre("One moment.", HasSubstr("anything else")));
}

TEST(Brain, MakesNoCallsWhereNoneMayBeMade) {
  Brained b;
  b.c.caller_says(
      R"({"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"hello"}]}})");
  b.c.caller_says(R"({"type":"response.create","response":{"tool_choice":"none"}})");
  b.says("", {{"c1", "stock", "{}"}});
  b.speak("u1", 100ms);

  EXPECT_THAT(b.ignored, ElementsAre("stock"));
  EXPECT_EQ(b.c.w.scripts["stock"].runs, 0);
  EXPECT_THAT(b.asked_to_say(), ElementsAre(HasSubstr("I'm sorry")));
}

TEST(Brain, IgnoresAndCountsTheCallsOfTheModelThatSpeaks) {
  Brained b;
  b.type("hello");
  b.says("Hello.");
  b.c.model_says(
      R"({"type":"response.created","response":{"id":"u1","conversation_id":null,"output":[]}})");
  b.c.call("u1", "call_of_mouth", "stock");
  const std::string output =
      R"([{"id":"i","type":"function_call","status":"completed","call_id":"call_of_mouth","name":"stock","arguments":"{}"}])";
  b.c.model_says(
      R"({"type":"response.done","response":{"id":"u1","status":"completed","conversation_id":null,"output":)" +
      output + "}}");

  EXPECT_THAT(b.ignored, ElementsAre("stock"));
  EXPECT_EQ(b.c.w.scripts["stock"].runs, 0);
  EXPECT_TRUE(b.c.w.audit.lines.empty());
  EXPECT_TRUE(b.c.sent("conversation.item.create").empty());
}

TEST(Brain, ThatOnlySpeaksIsRefusedByTheExecutorWhateverItsModelPlans) {
  Brained b;
  auto request = b.c.w.request("call_1", "stock");
  auto& context = testing::ToolWorld::edit(request);
  context.tool_ownership = registry::ToolOwnership::transport_only;
  context.is_provider_planned = true;

  const auto envelope = b.c.w.run(std::move(request));

  ASSERT_FALSE(envelope.ok());
  EXPECT_EQ(envelope.error->type, ErrorType::forbidden);
  EXPECT_EQ(b.c.w.scripts["stock"].runs, 0);
}

TEST(Brain, HearsByOurEarsAndAnswersByItself) {
  Brained b;
  b.c.caller_says(R"({"type":"input_audio_buffer.append","speaker":"Maya","audio":"AAAA"})");
  b.utter("when are you [Owner] open");

  EXPECT_THAT(b.told(), ElementsAre("user: [Maya] when are you (Owner) open"));
  EXPECT_EQ(b.c.got("input_audio_buffer.speech_started").size(), 1u);
  EXPECT_EQ(b.c.got("input_audio_buffer.committed").size(), 1u);
  EXPECT_TRUE(b.c.sent("input_audio_buffer.append").empty());
}

TEST(Brain, IsCutOffByWhoeverSpeaksAndRemembersOnlyWhatWasHeard) {
  Brained b;
  b.utter("tell me all");
  b.says("One two three four. Five six seven eight.");
  b.speak("u1", 2s);
  b.speak("u2", 2s, false);
  b.c.pass(1s);

  b.utter("stop");

  ASSERT_EQ(b.c.sent("response.cancel").size(), 1u);
  EXPECT_THAT(b.c.sent("response.cancel")[0], HasSubstr("u2"));
  EXPECT_THAT(b.c.got("response.done").at(0), HasSubstr("turn_detected"));
  EXPECT_THAT(b.told(), ElementsAre("user: [Caller] tell me all", "assistant: One two",
                                    "user: [Caller] stop"));
}

TEST(Brain, RemembersOnlyWhatWasHeardOfAnAnswerThatWasMadeWhole) {
  Brained b;
  b.utter("tell me all");
  b.says("One two three four.");
  b.speak("u1", 4s);
  EXPECT_EQ(b.c.got("response.done").size(), 1u);
  b.c.pass(2s);

  b.utter("stop");

  EXPECT_THAT(b.told(), ElementsAre("user: [Caller] tell me all", "assistant: One two",
                                    "user: [Caller] stop"));
}

TEST(Brain, BelievesTheCallersProgramOnHowMuchWasPlayed) {
  Brained b;
  b.type("tell me all");
  b.says("One two three four.");
  b.speak("u1", 4s);
  const auto done = parse_strict(b.c.got("response.output_item.done").at(0)).value().as_object();
  const auto id = std::string(text_at(done.at("item").as_object(), "id"));
  b.c.pass(10s);

  b.c.caller_says(R"({"type":"conversation.item.truncate","item_id":")" + id +
                  R"(","content_index":0,"audio_end_ms":1000})");
  b.type("go on");

  EXPECT_THAT(b.told(), ElementsAre("user: tell me all", "assistant: One", "user: go on"));
}

TEST(Brain, ThatIsCutOffBeforeTheFirstWordForgetsTheAnswerAndStopsPlanning) {
  Brained b;
  b.utter("tell me all");
  b.chat->say("One two three. Four");
  b.settle();
  b.utter("never mind");
  EXPECT_EQ(b.chat->running, 1);  // of the new question alone

  // The mouth begins late with what is not wanted any more.
  b.speak("u1", 1s);

  EXPECT_EQ(b.c.sent("response.cancel").size(), 1u);
  EXPECT_TRUE(b.c.got("response.output_audio.delta").empty());
  EXPECT_THAT(b.told(), ElementsAre("user: [Caller] tell me all", "user: [Caller] never mind"));
  b.says("Fine.");
  b.speak("u2", 1s);
  EXPECT_THAT(b.c.got("response.done").back(), HasSubstr("Fine."));
  EXPECT_EQ(b.c.got("response.output_audio.delta").size(), 1u);
}

TEST(Brain, ExcusesItselfWhenTheChatModelFails) {
  Brained b;
  b.type("hello");
  b.chat->fail_with("no answer");
  b.settle();
  b.speak("u1", 100ms);

  EXPECT_THAT(b.asked_to_say(), ElementsAre(HasSubstr("I'm sorry")));
  EXPECT_THAT(b.failures, ElementsAre("no answer"));
  EXPECT_THAT(b.c.got("error").at(0), HasSubstr("brain_unavailable"));
  EXPECT_EQ(b.c.got("response.done").size(), 1u);
}

TEST(Brain, LeavesToAnotherProviderWhatItsChatModelHasFailedTwice) {
  Brained b({make_tool("stock")}, 8000, 2);
  b.type("hello");
  b.chat->fail_with("no answer");
  b.settle();
  b.speak("u1", 100ms);
  EXPECT_EQ(b.c.models.back()->source, "first");

  b.utter("are you there");
  b.chat->fail_with("none again");
  b.settle();
  b.c.pass(1s);

  EXPECT_EQ(b.c.models.back()->source, "second");
  EXPECT_EQ(b.chat->asked.size(), 3u);
  EXPECT_THAT(b.told().back(), HasSubstr("are you there"));
  b.says("I am.");
  b.speak("u2", 100ms);
  EXPECT_THAT(b.c.got("response.done").back(), HasSubstr("I am."));
  EXPECT_THAT(b.failures, ElementsAre("no answer", "none again"));
}

TEST(Brain, LeavesAtOnceAChatModelThatDoesNotKnowUs) {
  Brained b({make_tool("stock")}, 8000, 2);
  b.type("hello");
  b.chat->fail_with("wrong key", ErrorType::auth);
  b.settle();
  b.c.pass(1s);

  EXPECT_EQ(b.c.models.back()->source, "second");
  EXPECT_TRUE(b.asked_to_say().empty());
  b.says("I am.");
  b.speak("u2", 100ms);
  EXPECT_THAT(b.c.got("response.done").back(), HasSubstr("I am."));
}

TEST(Brain, StaysWhereThereIsNoOtherProviderHoweverOftenItsChatModelFails) {
  Brained b;
  for (int i = 1; i <= 3; ++i) {
    b.type("hello");
    b.chat->fail_with("no answer");
    b.settle();
    b.speak("u" + std::to_string(i), 100ms);
  }

  EXPECT_EQ(b.asked_to_say().size(), 3u);
  EXPECT_EQ(b.c.models.size(), 1u);
}

TEST(Brain, GoesOnWhenTheMouthRefusesOrFallsSilent) {
  Brained b;
  b.type("hello");
  b.says("One one. Two two. Three.");
  b.c.refuse_last("response.create", "server_error", "");
  EXPECT_EQ(b.asked_to_say().size(), 2u);
  b.c.pass(16s);
  EXPECT_EQ(b.asked_to_say().size(), 3u);
  b.speak("u3", 100ms);

  EXPECT_EQ(b.c.got("response.done").size(), 1u);
  EXPECT_TRUE(b.c.got("error").empty());
}

TEST(Brain, WritesWhatIsOnlyToBeRead) {
  Brained b;
  b.c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}})");
  b.type("hello");
  b.says("Hello. How are you?");

  EXPECT_TRUE(b.asked_to_say().empty());
  EXPECT_THAT(b.c.got("response.output_text.done").at(0), HasSubstr("Hello. How are you?"));
}

TEST(Brain, IsToldOfTheConversationAgainWhenItsMouthWasLost) {
  Brained b;
  b.type("first");
  b.says("One.");
  b.speak("u1", 100ms);
  b.c.lose_model();
  b.c.pass(2s);
  ASSERT_EQ(b.c.models.size(), 2u);

  b.type("second");

  EXPECT_THAT(b.told(), ElementsAre("user: first", "assistant: One.", "user: second"));
  EXPECT_TRUE(b.c.models[1]->opened_with.at("tools").as_array().empty());
}

TEST(Brain, KeepsToItsBudgetOfTokens) {
  auto tool = make_tool("stock");
  Brained b({tool}, 1500);
  b.c.w.scripts["stock"].data = json::object{{"all", std::string(9000, 'x')}};
  b.type("is it in stock");
  b.says("", {{"c1", "stock", "{}"}});
  b.says("Yes.");
  b.speak("u1", 100ms);
  b.type("and now");

  const auto told = b.told();
  ASSERT_EQ(told.size(), 5u);
  EXPECT_THAT(told[2], HasSubstr("handle call_"));
  EXPECT_LT(told[2].size(), 200u);
}

}  // namespace
}  // namespace callosum::session
