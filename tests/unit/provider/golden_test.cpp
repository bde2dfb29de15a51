// What the offline voice says on the wire, and what it asks of a language model, as files
// (tests/fixtures/offline).
#include "golden.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "provider/conversation/ga_conversation.hpp"
#include "provider/offline/chat_brain.hpp"
#include "provider/offline/voices.hpp"
#include "realtime/event_type.hpp"

namespace callosum::provider::offline {
namespace {

using conversation::GaConversation;
using testing::matches_golden;

constexpr std::int64_t kNow = 1'795'000'000;

json::object parse(std::string_view text) { return parse_strict(text).value().as_object(); }

/// A message of the user as a client creates it.
json::object typed(std::string_view id, std::string_view text) {
  json::array content;
  content.push_back(json::object{{"type", "input_text"}, {"text", text}});
  json::object item{{"type", "message"}, {"role", "user"}, {"content", std::move(content)}};
  if (!id.empty()) item["id"] = id;
  return {{"event_id", "e_typed"}, {"item", std::move(item)}};
}

/// A conversation whose ids come from a seed.
class GoldenConversation : public ::testing::Test {
 protected:
  void open(std::string_view session) {
    conversation_.say_created();
    conversation_.open(parse(session));
  }
  /// The item of the newest event of this type.
  std::string item_of_last(std::string_view type) {
    const auto& out = conversation_.out();
    for (auto event = out.rbegin(); event != out.rend(); ++event) {
      if (realtime::peek_type_text(*event) != type) continue;
      return std::string(text_at(parse(*event).at("item").as_object(), "id"));
    }
    return {};
  }
  /// One event a line; each is a known one.
  std::string taken() {
    std::string text;
    for (const auto& event : conversation_.out()) {
      EXPECT_TRUE(parse_strict(event)) << event;
      EXPECT_NE(realtime::peek_type(event), realtime::EventType::unknown) << event;
      text += event + "\n";
    }
    conversation_.out().clear();
    return text;
  }

  SeededRandom random_{11};
  GaConversation conversation_{"offline", kNow, random_, installed_voices()};
};

TEST_F(GoldenConversation, OfATypedTurnWithATool) {
  open(R"({"type":"realtime","output_modalities":["text"],"instructions":"Be brief."})");
  conversation_.create_item(typed({}, "Late?"));
  conversation_.begin_response(parse(R"({"metadata":{"client_event_id":"ask_1"}})"));
  conversation_.add_call({"get_policies", R"({"topic":"late arrival"})"});
  conversation_.end_response("completed");
  const json::object output{{"type", "function_call_output"},
                            {"call_id", conversation_.turns().back().call_id},
                            {"output", R"({"ok":true,"data":"15 minutes"})"}};
  conversation_.create_item({{"item", output}});
  conversation_.begin_response({});
  conversation_.begin_message();
  conversation_.add_words("You may be \"fifteen\" minutes late. ");
  conversation_.add_words("Not more.");
  conversation_.end_message();
  conversation_.end_response("completed");

  EXPECT_TRUE(matches_golden(taken(), "offline/typed_turn.jsonl"));
}

TEST_F(GoldenConversation, OfASpokenTurnThatIsInterrupted) {
  open(R"({"type":"realtime","audio":{"input":{"transcription":{"model":"offline"}},
           "output":{"format":{"type":"audio/pcmu"},"voice":"rms"}}})");
  const auto item = conversation_.speech_started(1'200);
  conversation_.speech_stopped(2'400, item);
  conversation_.committed(item);
  conversation_.heard(item, "what if i am late", true);
  conversation_.retrieve_item(item, "e_1");
  conversation_.begin_response({});
  conversation_.begin_message();
  conversation_.add_words("You may be late.");
  const std::uint8_t bytes[] = {0xFF, 0x7F, 0x00, 0x80};
  conversation_.add_audio(bytes);
  conversation_.end_message("incomplete");
  conversation_.end_response("cancelled", "turn_detected");
  conversation_.truncate_item({{"item_id", item_of_last("response.output_item.done")},
                               {"content_index", 0},
                               {"audio_end_ms", 80}});
  conversation_.committed();
  conversation_.cleared();

  EXPECT_TRUE(matches_golden(taken(), "offline/spoken_turn.jsonl"));
}

TEST_F(GoldenConversation, OfAResponseBesideTheConversation) {
  open(R"({"type":"realtime","output_modalities":["text"]})");
  conversation_.create_item(typed("item_of_the_caller", "Late?"));
  const auto asked = parse(R"({"conversation":"none","instructions":"Sum up.","tools":[],
      "output_modalities":["audio"],"metadata":{"purpose":"summary"},
      "input":[{"type":"item_reference","id":"item_of_the_caller"}]})");
  EXPECT_TRUE(conversation_.take_input(asked, "e_1"));
  conversation_.begin_response(asked);
  EXPECT_EQ(conversation_.instructions(), "Sum up.");
  conversation_.begin_message();
  conversation_.add_words("A question.");
  conversation_.end_message();
  conversation_.end_response("completed");
  conversation_.delete_item("item_of_the_caller", "e_2");

  EXPECT_TRUE(matches_golden(taken(), "offline/out_of_band.jsonl"));
}

TEST_F(GoldenConversation, OfWhatIsRefused) {
  open(R"({"type":"realtime","audio":{"output":{"voice":"nobody"}}})");
  conversation_.update_session(parse(R"({"instructions":"no type"})"), "e_1");
  conversation_.update_session(parse(R"({"type":"realtime","audio":{"output":{"voice":7}}})"),
                               "e_2");
  conversation_.update_session(
      parse(R"({"type":"realtime","audio":{"input":{"format":{"type":"audio/mp3"}}}})"), "e_3");
  conversation_.create_item(parse(R"({"event_id":"e_4"})"));
  conversation_.create_item(typed("item_1", "Hello."));
  conversation_.create_item(typed("item_1", "Hello."));
  conversation_.create_item(parse(R"({"event_id":"e_5","item":{"type":"hologram"}})"));
  conversation_.create_item(
      parse(R"({"event_id":"e_6","item":{"type":"message","role":"judge","content":[]}})"));
  conversation_.delete_item("item_0", "e_7");
  conversation_.retrieve_item("item_0", "e_8");
  conversation_.truncate_item(parse(R"({"event_id":"e_9","item_id":"item_1"})"));
  for (const char* input : {"5", "[5]", R"([{"type":"item_reference","id":"item_0"}])",
                            R"([{"type":"message","role":"judge"}])"}) {
    EXPECT_FALSE(conversation_.take_input({{"input", parse_strict(input).value()}}, "e_10"));
  }

  EXPECT_TRUE(matches_golden(taken(), "offline/refusals.jsonl"));
}

TEST(GoldenChatRequest, HoldsTheConversationAndTheTools) {
  const auto tools = parse_strict(R"([{"type":"function","name":"get_policies",
      "description":"What is allowed.","parameters":{"type":"object","properties":{}}},
      {"type":"mcp","server_label":"stock","server_url":"https://stock.example"}])");
  const std::vector<Turn> turns{
      {Turn::Kind::user, "Late?", "", "", true},
      {Turn::Kind::call, R"({"topic":"late"})", "call_1", "get_policies", true},
      {Turn::Kind::call, "{}", "call_2", "get_hours", true},
      {Turn::Kind::output, R"({"ok":true})", "call_1", "", true},
      {Turn::Kind::output, "nine to \"five\"\n", "call_2", "", true},
      {Turn::Kind::assistant, "Fifteen minutes.", "", "", true},
      {Turn::Kind::system, "The shop closes early today.", "", "", true},
      {Turn::Kind::user, "", "", "", false}};

  const auto text = encode_chat_request("tiny", turns, tools.value().as_array(), "Be brief.");

  EXPECT_TRUE(matches_golden(text, "offline/chat_request.json"));
  EXPECT_TRUE(
      matches_golden(encode_chat_request("tiny", {}, {}, ""), "offline/chat_request-empty.json"));
}

}  // namespace
}  // namespace callosum::provider::offline
