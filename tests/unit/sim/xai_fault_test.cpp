#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xai_line.hpp"

namespace callosum::sim::xai::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

std::string call_with(const std::string& more, const std::string& faults = {}) {
  return "rules: [{when: {any: true}, calls: [{name: look, call_id: c1, arguments: '{\"a\":1}'" +
         more + "}]" + faults + "}]\n";
}

std::vector<json::object> run_turn(XaiLine& line) {
  line.configure();
  line.take();
  line.respond();
  return line.take();
}

std::vector<std::string> deltas_of(const std::vector<json::object>& events) {
  std::vector<std::string> out;
  for (const auto& event : events) {
    if (text_at(event, "type") == "response.function_call_arguments.delta") {
      out.emplace_back(text_at(event, "delta"));
    }
  }
  return out;
}

TEST(XaiFault, ACallComesInOneDeltaUnlessThePiecesAreAsked) {
  XaiLine whole(call_with(""));
  XaiLine halved(call_with(", pieces: 2"));

  EXPECT_THAT(deltas_of(run_turn(whole)), ElementsAre(R"({"a":1})"));
  EXPECT_THAT(deltas_of(run_turn(halved)), ElementsAre(R"({"a")", ":1}"));
}

TEST(XaiFault, AFunctionItemIsAddedTwice) {
  XaiLine line(call_with(", added_twice: true"));

  const auto events = run_turn(line);

  EXPECT_EQ(count_of(events, "response.output_item.added"), 2u);
  EXPECT_EQ(count_of(events, "response.output_item.done"), 1u);
  EXPECT_EQ(done_response(events).at("output").get_array().size(), 1u);
}

TEST(XaiFault, ACallIsDeliveredAgainUnderAnotherItemWithTheSameCallId) {
  XaiLine line(call_with("", ", faults: [{kind: duplicate_call}]"));

  const auto events = run_turn(line);

  std::set<std::string> items;
  for (const auto& event : events) {
    if (text_at(event, "type") != "response.function_call_arguments.done") continue;
    items.emplace(text_at(event, "item_id"));
    EXPECT_EQ(text_at(event, "call_id"), "c1");
    EXPECT_EQ(event.at("output_index"), 0);
  }
  EXPECT_EQ(items.size(), 2u);
}

TEST(XaiFault, IdsAreEmptyOrMissing) {
  XaiLine line(call_with("",
                         ", faults: [{kind: blank, type: response.output_item.done, field: "
                         "item.call_id}, {kind: missing, type: "
                         "response.function_call_arguments.done, field: call_id}]"));

  const auto events = run_turn(line);

  const auto item = last_of(events, "response.output_item.done").at("item").get_object();
  EXPECT_EQ(item.at("call_id"), "");
  EXPECT_FALSE(last_of(events, "response.function_call_arguments.done").contains("call_id"));
}

TEST(XaiFault, AFaultOfAFieldNeedsTheField) {
  const auto script =
      parse_script("rules: [{when: {any: true}, faults: [{kind: blank, type: a}]}]\n",
                   std::make_shared<XaiScript>());

  ASSERT_FALSE(script);
  EXPECT_THAT(script.error().message, HasSubstr("needs `field`"));
}

TEST(XaiFault, AnInterruptedResponseIsLeftUnfinishedAndTheNextBegins) {
  XaiLine line("transcripts: [slowly, good morning]\nunfinished_on_interrupt: true\n");
  line.configure();
  line.speak();
  line.pass(30ms);
  line.pass(400ms);
  const auto before = line.take();

  line.speak();
  line.pass(30ms);
  for (int i = 0; i < 10; ++i) line.pass(40ms);
  const auto after = line.take();

  EXPECT_EQ(count_of(before, "response.created"), 1u);
  EXPECT_EQ(count_of(after, "response.created"), 1u);
  EXPECT_EQ(count_of(after, "response.done"), 1u);
  const auto first = last_of(before, "response.created").at("response").get_object().at("id");
  EXPECT_NE(done_response(after).at("id"), first);
}

TEST(XaiFault, TheTranscriptComesWhenTheReplyHasBegun) {
  XaiLine line("transcripts: [good morning]\nlate_transcripts: true\n");
  line.configure();
  line.take();
  line.speak();
  const auto first = line.take();

  line.pass(30ms);

  const auto completed = "conversation.item.input_audio_transcription.completed";
  EXPECT_EQ(count_of(first, "response.created"), 1u);
  EXPECT_EQ(count_of(first, completed), 0u);
  EXPECT_EQ(text_at(last_of(line.take(), completed), "transcript"), "good morning");
}

TEST(XaiFault, ErrorsAreNestedOrFlat) {
  XaiLine nested;
  XaiLine flat("errors: flat\n");

  nested.send(R"({"type":"response.cancel"})");
  flat.send(R"({"type":"response.cancel"})");

  EXPECT_EQ(text_at(error_of(nested.take()), "code"), "response_cancel_not_active");
  const auto event = last_of(flat.take(), "error");
  EXPECT_FALSE(event.contains("error"));
  EXPECT_EQ(text_at(event, "code"), "response_cancel_not_active");
  EXPECT_THAT(std::string(text_at(event, "message")), HasSubstr("no active response"));
}

TEST(XaiFault, ATruncationIsIgnoredOrRefusedAndCountedEitherWay) {
  const auto* truncate = R"({"type":"conversation.item.truncate","item_id":"x","content_index":0,
    "audio_end_ms":10})";
  XaiLine ignoring;
  XaiLine refusing("truncate: refused\n");
  ignoring.take();
  refusing.take();

  ignoring.send(truncate);
  refusing.send(truncate);

  EXPECT_THAT(ignoring.take(), IsEmpty());
  EXPECT_EQ(text_at(error_of(refusing.take()), "code"), "unknown_event");
  EXPECT_EQ(ignoring.stats.get("truncations"), 1u);
}

TEST(XaiFault, ADeletionIsAnsweredWithAnEmptyId) {
  XaiLine line("deleted_ids: false\n");
  line.send(R"({"type":"conversation.item.create","item":{"id":"m","type":"message","role":"user",
    "content":[{"type":"input_text","text":"a"}]}})");

  line.send(R"({"type":"conversation.item.delete","item_id":"m"})");

  EXPECT_EQ(last_of(line.take(), "conversation.item.deleted").at("item_id"), "");
}

TEST(XaiFault, WhatIsSaidComesAsTextUnderBothNames) {
  XaiLine line("text_events: both\n");
  line.configure();
  line.say("say good day to you");
  line.respond();

  const auto events = line.take();

  EXPECT_EQ(text_at(last_of(events, "response.text.done"), "text"), "good day to you");
  EXPECT_EQ(text_at(last_of(events, "response.output_text.done"), "text"), "good day to you");
  EXPECT_EQ(text_at(last_of(events, "response.output_audio_transcript.done"), "transcript"),
            "good day to you");
}

TEST(XaiFault, SwitchesSayWhichWordsTheyTake) {
  const auto script = parse_script("truncate: maybe\n", std::make_shared<XaiScript>());
  const auto foreign = parse_script("truncate: ignored\n");

  ASSERT_FALSE(script);
  EXPECT_THAT(script.error().message,
              HasSubstr("line 1: truncate must be ignored, refused or accepted"));
  EXPECT_FALSE(foreign);  // OpenAI's script has no such key
}

}  // namespace
}  // namespace callosum::sim::xai::testing
