// Every event of xAI's wire as the simulator sends it, in its order (tests/fixtures/sim_xai). Ids
// are numbered as they appear; sound is its length.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/ids.hpp"
#include "golden.hpp"
#include "xai_line.hpp"

namespace callosum::sim::xai::testing {
namespace {

using callosum::testing::matches_golden;

/// Replaces what differs from run to run or is too long to read.
class Plain {
 public:
  std::string spell(const std::vector<json::object>& events) {
    std::string out;
    for (const auto& event : events) out += json::serialize(plain(event)) + "\n";
    return out;
  }

 private:
  json::value plain(const json::value& value) {
    if (const auto* text = value.if_string()) return json::value(name_of(std::string(*text)));
    if (const auto* list = value.if_array()) {
      json::array out;
      for (const auto& entry : *list) out.push_back(plain(entry));
      return out;
    }
    const auto* object = value.if_object();
    if (!object) return value;
    json::object out;
    for (const auto& member : *object) out[member.key()] = plain(member.value());
    return out;
  }
  std::string name_of(const std::string& text) {
    if (text.size() > 1000) return "<" + std::to_string(text.size()) + " characters>";
    const bool is_call = text.starts_with("call-") && text.size() == 43;
    const auto id = is_call ? text.substr(5, 36) : text;
    const bool is_id =
        is_uuid(id) ||
        (id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string::npos);
    if (!is_id) return text;
    const auto number =
        "<" + std::to_string(names_.try_emplace(id, names_.size() + 1).first->second) + ">";
    return is_call ? "call-" + number + "-0" : number;
  }

  std::map<std::string, std::size_t> names_;
};

TEST(XaiGolden, ASessionBegins) {
  XaiLine line;

  line.configure();

  EXPECT_TRUE(matches_golden(Plain().spell(line.take()), "sim_xai/begin.jsonl"));
}

TEST(XaiGolden, AToolRoundWithAPreamble) {
  XaiLine line(
      "rules: [{when: {text: look}, preamble: Let me see., calls: [{name: look, "
      "arguments: '{\"a\":1}'}]}]\n");
  line.configure();
  Plain plain;
  plain.spell(line.take());

  line.say("look");
  line.send(R"({"type":"response.create","response":{"metadata":{"client_event_id":"r1"}}})");
  auto events = line.take();
  line.answer(text_at(last_of(events, "response.function_call_arguments.done"), "call_id"),
              R"({"ok":true})");
  for (auto& event : line.take()) events.push_back(std::move(event));

  EXPECT_TRUE(matches_golden(plain.spell(events), "sim_xai/tool_round.jsonl"));
}

TEST(XaiGolden, ASpokenTurn) {
  XaiLine line("transcripts: [what time is it now]\n");
  line.configure();
  Plain plain;
  plain.spell(line.take());

  line.speak();
  line.pass(std::chrono::milliseconds(30));

  EXPECT_TRUE(matches_golden(plain.spell(line.take()), "sim_xai/spoken_turn.jsonl"));
}

TEST(XaiGolden, ACommitByHandIsAnsweredByItself) {
  XaiLine line("transcripts: [what time is it now]\n");
  line.update(R"({"audio":{"input":{"transcription":{"model":"grok-transcribe"}}}})");
  Plain plain;
  plain.spell(line.take());

  line.speak();
  line.send(R"({"type":"input_audio_buffer.commit"})");
  line.pass(std::chrono::milliseconds(30));
  line.send(R"({"type":"input_audio_buffer.clear"})");

  EXPECT_TRUE(matches_golden(plain.spell(line.take()), "sim_xai/commit.jsonl"));
}

TEST(XaiGolden, AResumedConversation) {
  XaiLine line;
  line.configure();
  line.say("call look {}");
  line.respond();
  auto events = line.take();
  line.answer(text_at(last_of(events, "response.function_call_arguments.done"), "call_id"), "seen");
  line.respond();
  line.take();
  line.hang_up();
  const std::string id(
      text_at(last_of(events, "conversation.created").at("conversation").get_object(), "id"));

  line.connect(id);
  line.configure();

  EXPECT_TRUE(matches_golden(Plain().spell(line.take()), "sim_xai/resumed.jsonl"));
}

TEST(XaiGolden, SeededItemsAndWhatElseIsAnswered) {
  XaiLine line("truncate: accepted\n");
  line.configure();
  Plain plain;
  plain.spell(line.take());

  line.send(R"({"type":"conversation.item.create","item":{"type":"function_call","name":"look",
    "call_id":"c1","arguments":"{}"}})");
  line.answer("c1", "seen");
  line.send(R"({"type":"conversation.item.create","item":{"id":"mine","type":"message",
    "role":"assistant","content":[{"type":"output_text","text":"Seen."}]}})");
  line.send(R"({"type":"conversation.item.delete","item_id":"mine"})");
  line.send(R"({"type":"conversation.item.retrieve","item_id":"mine","event_id":"e1"})");
  line.send(R"({"type":"response.cancel"})");
  line.pass(std::chrono::seconds(10));
  const auto events = line.take();

  EXPECT_TRUE(matches_golden(plain.spell(events), "sim_xai/others.jsonl"));
}

TEST(XaiGolden, ATruncatedReplyAndAnInterruptedOne) {
  XaiLine line("truncate: accepted\n");
  line.configure();
  Plain plain;
  plain.spell(line.take());

  line.say("say yes");
  line.respond();
  auto events = line.take();
  const std::string id(text_at(last_of(events, "response.output_audio.delta"), "item_id"));
  line.send(
      R"({"type":"conversation.item.truncate","content_index":0,"audio_end_ms":100,"item_id":")" +
      id + "\"}");
  line.say("slowly");
  line.respond();
  line.pass(std::chrono::milliseconds(160));
  line.pass(std::chrono::milliseconds(40));
  line.send(R"({"type":"response.cancel"})");
  for (auto& event : line.take()) events.push_back(std::move(event));

  EXPECT_TRUE(matches_golden(plain.spell(events), "sim_xai/cut.jsonl"));
}

}  // namespace
}  // namespace callosum::sim::xai::testing
