#include "provider/offline/ga_conversation.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace callosum::provider::offline {
namespace {

class GaConversationTest : public testing::Test {
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

}  // namespace
}  // namespace callosum::provider::offline
