// What holds for every conversation with xAI: audio is not touched, a call is told once, memory is
// bounded, nothing waits for ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "heap_count.hpp"
#include "provider/xai/profile.hpp"
#include "provider/xai/wire.hpp"

namespace callosum::provider::xai {
namespace {

using cloud::ItemStore;

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class XaiWire : public ::testing::Test {
 protected:
  bool hear(const std::string& frame) {
    return wire_.from_model({realtime::peek_type(frame), frame}, now_);
  }
  static std::string created(const std::string& id) {
    return R"({"type":"response.created","response":{"id":")" + id +
           R"(","status":"in_progress","status_details":"unimplemented","usage":{}}})";
  }
  static std::string item(const std::string& id, const std::string& type = "added") {
    return R"({"type":"response.output_item.)" + type +
           R"(","response_id":"r1","output_index":0,)" + R"("item":{"id":")" + id +
           R"(","type":"message","role":"assistant"}})";
  }
  static std::string call(const std::string& id, const std::string& call_id,
                          const std::string& type) {
    return R"({"type":"response.output_item.)" + type +
           R"(","response_id":"r1","output_index":0,)" + R"("item":{"id":")" + id +
           R"(","type":"function_call","status":"completed","role":"user",)" + R"("call_id":")" +
           call_id + R"(","name":"get_policies","arguments":"{}"}})";
  }
  /// Everything that was told since the last time.
  std::string told() {
    std::string out;
    for (const auto& frame : wire_.to_gateway()) out += frame + "\n";
    wire_.to_gateway().clear();
    return out;
  }
  static std::size_t count(const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }

  Wire wire_{"grok-voice-latest"};
  SteadyTime now_{1h};
};

/// Audio as xAI sends it, of any length, with more members than GA has.
std::string some_audio(Random& random) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string delta;
  const auto quads = random.next_u64() % 400;
  for (std::uint64_t i = 0; i < 4 * quads; ++i) delta += kAlphabet[random.next_u64() % 64];
  return R"({"type":"response.output_audio.delta","event_id":"e","item_id":"m1","response_id":"r1",)"
         R"("delta":")" +
         delta + R"(","content_index":0,"output_index":0,"rid":"x","latency":"0.62",)" +
         R"("audio_duration_ms":560,"ts":1783466217880,"previous_item_id":null})";
}

TEST_F(XaiWire, PassesAudioByteForByteAndAsksTheHeapForNothing) {
  SeededRandom random{7};
  hear(created("r1"));
  hear(item("m1"));
  told();
  for (int i = 0; i < 2000; ++i) {
    const auto frame = some_audio(random);
    const realtime::ServerFrame seen{realtime::peek_type(frame), frame};

    testing::heap_count = 0;
    testing::heap_is_counted = true;
    const bool passes = wire_.from_model(seen, now_);
    testing::heap_is_counted = false;

    ASSERT_TRUE(passes);
    ASSERT_EQ(testing::heap_count, 0u);
    ASSERT_TRUE(wire_.to_gateway().empty());
  }
}

TEST_F(XaiWire, PassesAudioOfALaterItemUnderItsOwnNumberAndOtherwiseUntouched) {
  SeededRandom random{8};
  hear(created("r1"));
  hear(item("m0"));
  hear(item("m1"));
  told();
  for (int i = 0; i < 200; ++i) {
    auto frame = some_audio(random);

    EXPECT_FALSE(hear(frame));

    const std::string from = R"("output_index":0)";
    frame.replace(frame.find(from), from.size(), R"("output_index":1)");
    EXPECT_EQ(told(), frame + "\n");
  }
}

TEST_F(XaiWire, TellsTheEndOfACallOnceHoweverOftenItComes) {
  hear(created("r1"));
  for (int i = 0; i < 5; ++i) {
    for (const char* id : {"c1", "c2", "c3"}) {
      hear(call(id, "call-1", "added"));
      hear(call(id, "call-1", "done"));
    }
  }
  hear(
      R"({"type":"response.done","response":{"id":"r1","status":"completed","output":[)"
      R"({"id":"c3","type":"function_call","status":"completed","call_id":"call-1","name":"x"}]}})");

  const auto all = told();
  EXPECT_EQ(count(all, R"("type":"response.output_item.done")"), 1u) << all;
  EXPECT_EQ(count(all, R"("type":"response.output_item.added")"), 1u) << all;
}

TEST_F(XaiWire, TellsACallOnceThoughItsItemsChangeWhatTheyAre) {
  for (const std::string announced :
       {R"("type":"widget","call_id":"call-1")", R"("type":"function_call","call_id":"")",
        R"("type":"function_call")", R"("status":"in_progress")",
        R"("type":"message","call_id":"call-1")"}) {
    wire_ = Wire("grok-voice-latest");
    hear(created("r1"));
    hear(R"({"type":"response.output_item.added","response_id":"r1","item":{"id":"c1",)" +
         announced + "}}");
    hear(call("c2", "call-1", "added"));
    hear(call("c2", "call-1", "done"));
    hear(call("c1", "call-1", "done"));
    hear(R"({"type":"response.done","response":{"id":"r1","status":"completed","output":[)"
         R"({"id":"c1","type":"function_call","status":"completed","call_id":"call-1"}]}})");

    std::size_t finished = 0;
    for (const auto& frame : wire_.to_gateway()) {
      const bool is_done = count(frame, R"("type":"response.output_item.done")") == 1;
      finished += is_done && count(frame, R"("type":"function_call","status":"completed")") +
                                 count(frame, R"("status":"completed","type":"function_call")");
    }
    EXPECT_LE(finished, 1u) << announced << "\n" << told();
  }
}

/// The calls that are told as finished, with the response that each is of.
TEST_F(XaiWire, TellsACallThatFinishesBehindTheEndOfItsResponse) {
  for (const bool is_announced : {true, false}) {
    for (const bool is_another_running : {true, false}) {
      for (const std::string status : {"completed", "cancelled"}) {
        wire_ = Wire("grok-voice-latest");
        hear(created("r1"));
        if (is_announced) {
          hear(R"({"type":"response.output_item.added","response_id":"r1","item":{"id":"c1",)"
               R"("type":"function_call","status":"in_progress","call_id":"call-1","name":"x"}})");
        }
        hear(R"({"type":"response.done","response":{"id":"r1","status":")" + status + "\"}}");
        if (is_another_running) hear(created("r2"));
        told();

        hear(call("c1", "call-1", "done"));
        const auto first = told();
        for (const char* id : {"c1", "c2"}) {
          hear(call(id, "call-1", "added"));
          hear(call(id, "call-1", "done"));
        }

        EXPECT_EQ(count(first, R"("type":"response.output_item.done")"), 1u) << first;
        EXPECT_EQ(count(first, R"("response_id":"r1")"), is_announced ? 1u : 2u) << first;
        EXPECT_THAT(first, HasSubstr(R"("arguments":"{}")"));
        EXPECT_THAT(first, HasSubstr(R"("status":"completed")"));
        EXPECT_EQ(told(), "");
      }
    }
  }
}

/// xAI's own rule: a call is whole with its arguments.
TEST_F(XaiWire, TellsACallWhoseArgumentsEndedThoughItsItemNeverDoes) {
  const std::string added =
      R"({"type":"response.output_item.added","response_id":"r1","item":{"id":"c1",)"
      R"("type":"function_call","status":"in_progress","call_id":"call-1","name":"x"}})";
  const std::string arguments =
      R"({"type":"response.function_call_arguments.done","response_id":"r1","item_id":"c1",)"
      R"("call_id":"call-1","name":"x","arguments":"{\"a\":1}"})";
  const std::string done =
      R"({"type":"response.done","response":{"id":"r1","status":"completed"}})";
  for (const bool is_late : {false, true}) {
    wire_ = Wire("grok-voice-latest");
    hear(created("r1"));
    hear(added);
    hear(is_late ? done : arguments);
    hear(is_late ? arguments : done);
    hear(call("c1", "call-1", "done"));

    std::size_t finished = 0;
    for (const auto& frame : wire_.to_gateway()) {
      const auto event = parse_strict(frame).value().as_object();
      if (event.at("type") != "response.output_item.done") continue;
      const auto& item = event.at("item").as_object();
      if (item.at("status") != "completed") continue;
      ++finished;
      EXPECT_EQ(item.at("arguments"), R"({"a":1})");
    }
    EXPECT_EQ(finished, 1u) << is_late;
  }
}

TEST_F(XaiWire, RunsNoCallOfAResponseThatWasCutOffForItsArgumentsAlone) {
  hear(created("r1"));
  hear(R"({"type":"response.output_item.added","response_id":"r1","item":{"id":"c1",)"
       R"("type":"function_call","status":"in_progress","call_id":"call-1","name":"x"}})");
  hear(R"({"type":"response.function_call_arguments.done","response_id":"r1","item_id":"c1",)"
       R"("call_id":"call-1","name":"x","arguments":"{}"})");
  hear(R"({"type":"response.done","response":{"id":"r1","status":"cancelled"}})");

  EXPECT_THAT(told(), Not(HasSubstr(R"("status":"completed")")));
}

TEST_F(XaiWire, EveryResponseThatBeganEndsOnceWhateverFollows) {
  for (int i = 0; i < 20; ++i) hear(created("r" + std::to_string(i)));
  for (int i = 0; i < 20; ++i) {
    hear(R"({"type":"response.done","response":{"id":"r)" + std::to_string(i) +
         R"(","status":"completed"}})");
  }

  const auto all = told();
  EXPECT_EQ(count(all, R"("type":"response.created")"), 20u);
  EXPECT_EQ(count(all, R"("type":"response.done")"), 20u);
  EXPECT_EQ(count(all, R"("status":"cancelled")"), 19u);
}

TEST_F(XaiWire, KeepsNoMoreItemsThanItsBoundAndTheNewestOfThem) {
  const auto added = [&](int i) {
    hear(R"({"type":"conversation.item.added","item":{"id":"item_)" + std::to_string(i) +
         R"(","type":"message","role":"user","status":"completed","content":[)"
         R"({"type":"input_text","text":"hello"}]}})");
  };
  hear(R"({"type":"session.updated","session":{}})");
  for (int i = 0; i <= static_cast<int>(ItemStore::kMaxItems); ++i) added(i);
  told();
  const auto retrieve = [&](int i) {
    wire_.from_gateway(
        R"({"type":"conversation.item.retrieve","item_id":"item_)" + std::to_string(i) + "\"}",
        now_);
    return told();
  };

  EXPECT_THAT(retrieve(0), HasSubstr("item_retrieve_invalid_item_id"));
  EXPECT_THAT(retrieve(1), HasSubstr("conversation.item.retrieved"));
  EXPECT_THAT(retrieve(ItemStore::kMaxItems), HasSubstr("conversation.item.retrieved"));
}

TEST_F(XaiWire, KeepsNoMoreBytesOfItemsThanItsBound) {
  const std::string text(ItemStore::kMaxBytes / 3, 'x');
  ItemStore store;
  for (int i = 0; i < 5; ++i) {
    store.keep({{"id", "item_" + std::to_string(i)}, {"type", "message"}, {"text", text}});
  }

  EXPECT_FALSE(store.knows("item_2"));
  EXPECT_TRUE(store.knows("item_3"));
  EXPECT_TRUE(store.knows("item_4"));
}

TEST_F(XaiWire, SendsWhatWasAskedForWithinItsPatienceWhateverTheModelDoes) {
  hear(created("r1"));  // and never ends
  wire_.speak("One moment.", "evt_1", now_);
  EXPECT_TRUE(wire_.to_model().empty());

  while (wire_.to_model().empty()) {
    const auto next = wire_.next_look(now_);
    ASSERT_GT(next, now_);
    ASSERT_NE(next, SteadyTime::max());
    now_ = next;
    wire_.look(now_);
  }

  EXPECT_LE(now_ - SteadyTime{1h}, Turns::kPatience);
}

TEST_F(XaiWire, NeverLooksTwiceAtTheSameMoment) {
  hear(R"({"type":"input_audio_buffer.speech_started","item_id":"u1","audio_start_ms":1})");
  for (int i = 0; i < 3; ++i) {
    wire_.speak("One moment.", "evt_" + std::to_string(i), now_);
    wire_.from_gateway(R"({"type":"response.create"})", now_);
    wire_.from_gateway(R"({"type":"input_audio_buffer.commit"})", now_);
  }
  for (int steps = 0; wire_.next_look(now_) != SteadyTime::max(); ++steps) {
    ASSERT_LT(steps, 20);
    ASSERT_GT(wire_.next_look(now_), now_);
    now_ = wire_.next_look(now_);
    wire_.look(now_);
  }
}

TEST(XaiProfile, IsDatedForEveryModelAndCautiousAboutOneThatIsNotKnown) {
  for (const char* model : {"grok-voice-latest", "grok-voice-think-fast-2.0", "grok-voice-9"}) {
    const auto profile = profile_of(model);

    EXPECT_EQ(profile.provider, "xai");
    EXPECT_EQ(profile.as_of.size(), 10u) << model;
    EXPECT_EQ(profile.session_cap, 30min);
  }
  EXPECT_LT(profile_of("grok-voice-9").as_of, profile_of("grok-voice-latest").as_of);
}

}  // namespace
}  // namespace callosum::provider::xai
