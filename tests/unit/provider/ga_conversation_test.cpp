#include "provider/conversation/ga_conversation.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace callosum::provider::conversation {
namespace {

class GaConversationTest : public ::testing::Test {
 protected:
  /// The type of the one event that answers.
  std::string type_of_answer_to_retrieving(std::string_view item_id) {
    conversation_.out().clear();
    conversation_.retrieve_item(item_id, "e_1");
    EXPECT_EQ(conversation_.out().size(), 1u);
    const auto event = parse_strict(conversation_.out().back());
    return std::string(text_at(event.value().as_object(), "type"));
  }
  std::string item_of_last_event() {
    const auto event = parse_strict(conversation_.out().back());
    return std::string(text_at(event.value().at("item").as_object(), "id"));
  }
  void create(std::string_view event) {
    conversation_.create_item(parse_strict(event).value().as_object());
  }
  json::value newest(std::string_view type) {
    for (auto event = conversation_.out().rbegin(); event != conversation_.out().rend(); ++event) {
      auto parsed = parse_strict(*event).value();
      if (text_at(parsed.as_object(), "type") == type) return parsed;
    }
    ADD_FAILURE() << "there is no " << type;
    return json::object();
  }
  std::vector<std::string> said() {
    std::vector<std::string> texts;
    for (const auto& turn : conversation_.turns()) texts.push_back(turn.text);
    return texts;
  }
  void create_large(const std::string& id, std::string_view member) {
    json::object item{{"id", id}, {"type", "message"}, {"role", "user"}};
    const json::object part{{"type", "input_text"}, {"text", "hello"}};
    item["content"] = json::array{part};
    const std::string large(400 * 1024, 'x');
    if (member == "text") {
      item["content"].as_array()[0].as_object()["text"] = large;
    } else {
      item[member] = large;
    }
    conversation_.create_item(json::object{{"item", item}});
  }
  /// What is said, and its answer.
  void speak_once(std::string_view item_id) {
    conversation_.committed(item_id);
    conversation_.heard(item_id, "hello", true);
    conversation_.begin_response({});
    conversation_.begin_message();
    conversation_.add_words("Hello.");
    conversation_.end_message();
    conversation_.end_response("completed");
    conversation_.out().clear();
  }

  SeededRandom random_{1};
  GaConversation conversation_{"offline", 0, random_};
};

TEST_F(GaConversationTest, ForgetsTheOldestOfWhatIsLargerThanAContextCouldBe) {
  for (const std::string member : {"text", "unknown"}) {
    for (int i = 0; i < 20; ++i) create_large(member + std::to_string(i), member);

    EXPECT_EQ(type_of_answer_to_retrieving(member + "0"), "error");
    EXPECT_EQ(type_of_answer_to_retrieving(member + "13"), "error");
    EXPECT_EQ(type_of_answer_to_retrieving(member + "19"), "conversation.item.retrieved");
  }
  std::size_t bytes = 0;
  for (const auto& turn : conversation_.turns()) bytes += turn.text.size();
  EXPECT_LE(bytes, 2u << 20);
}

TEST_F(GaConversationTest, ForgetsTheOldestOfAConversationThatGoesOnAndOn) {
  speak_once("item_first");
  EXPECT_EQ(type_of_answer_to_retrieving("item_first"), "conversation.item.retrieved");

  for (int i = 0; i < 1000; ++i) speak_once("item_" + std::to_string(i));

  EXPECT_LE(conversation_.turns().size(), 400u);
  EXPECT_EQ(type_of_answer_to_retrieving("item_first"), "error");
  EXPECT_EQ(type_of_answer_to_retrieving("item_700"), "error");
  EXPECT_EQ(type_of_answer_to_retrieving("item_999"), "conversation.item.retrieved");
}

TEST_F(GaConversationTest, HasACallAmongItsItems) {
  conversation_.begin_response({});
  conversation_.add_call({"get_hours", "{}"});
  const auto item_id = item_of_last_event();
  conversation_.end_response("completed");

  EXPECT_EQ(type_of_answer_to_retrieving(item_id), "conversation.item.retrieved");
}

TEST_F(GaConversationTest, ForgetsWhatWasSaidInADeletedItem) {
  create(R"({"item":{"id":"a","type":"message","role":"user",)"
         R"("content":[{"type":"input_text","text":"first"}]}})");
  conversation_.committed("b");
  conversation_.heard("b", "second", true);
  conversation_.committed("c");

  conversation_.delete_item("b", "e_1");
  conversation_.delete_item("c", "e_2");
  conversation_.heard("c", "third", true);

  EXPECT_EQ(said(), std::vector<std::string>{"first"});
  create(R"({"item":{"type":"message","role":"user"}})");
  EXPECT_EQ(newest("conversation.item.added").at("previous_item_id"), "a");
  conversation_.delete_item("a", "e_3");
  EXPECT_EQ(said(), std::vector<std::string>{""});
}

TEST_F(GaConversationTest, PutsAnItemBehindTheOneThatTheClientNames) {
  create(R"({"item":{"id":"b","type":"message","role":"user",)"
         R"("content":[{"type":"input_text","text":"b"}]}})");
  create(R"({"previous_item_id":"root","item":{"id":"a","type":"message","role":"system",)"
         R"("content":[{"type":"input_text","text":"a"}]}})");
  EXPECT_TRUE(newest("conversation.item.added").at("previous_item_id").is_null());
  create(R"({"previous_item_id":"a","item":{"id":"ab","type":"message","role":"user",)"
         R"("content":[{"type":"input_text","text":"ab"}]}})");
  EXPECT_EQ(newest("conversation.item.added").at("previous_item_id"), "a");
  for (const auto* wrong : {"\"nowhere\"", "5"}) {
    create(R"({"previous_item_id":)" + std::string(wrong) +
           R"(,"item":{"type":"message","role":"user"}})");
    EXPECT_EQ(newest("error").at("error").at("param"), "previous_item_id") << wrong;
  }

  EXPECT_EQ(said(), (std::vector<std::string>{"a", "ab", "b"}));
}

TEST_F(GaConversationTest, KeepsACallOutOfBandOutOfTheConversation) {
  conversation_.begin_response({{"conversation", "none"}});
  conversation_.add_call({"get_hours", "{}"});
  conversation_.end_response("completed");

  for (const auto& event : conversation_.out()) {
    EXPECT_EQ(event.find("conversation.item"), std::string::npos) << event;
  }
  const auto item = newest("response.output_item.done").at("item").at("id");
  EXPECT_EQ(type_of_answer_to_retrieving(item.as_string()), "error");
  EXPECT_TRUE(conversation_.turns().empty());
}

TEST_F(GaConversationTest, PutsACallThatIsMadeBesideAMessageBehindIt) {
  conversation_.begin_response({});
  const auto message = conversation_.begin_message();
  conversation_.add_words("One moment.");
  conversation_.add_call({"stock", "{}"});
  const auto added = newest("conversation.item.added");
  EXPECT_EQ(text_at(added.as_object(), "previous_item_id"), message);
  EXPECT_EQ(newest("response.output_item.done").at("output_index"), 1);
  conversation_.add_call({"stock", R"({"of":"tea"})"});
  EXPECT_EQ(newest("response.output_item.done").at("output_index"), 2);
  conversation_.end_message();
  conversation_.end_response("completed");

  EXPECT_EQ(said(), (std::vector<std::string>{"One moment.", "{}", R"({"of":"tea"})"}));
  const auto done = newest("response.done");
  const auto& output = done.at("response").at("output").as_array();
  ASSERT_EQ(output.size(), 3u);
  EXPECT_EQ(text_at(output[0].as_object(), "id"), message);
  EXPECT_EQ(output[1].at("type"), "function_call");
}

}  // namespace
}  // namespace callosum::provider::conversation
