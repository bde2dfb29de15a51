// One product context, two renderings: whoever plans is told the same.
#include "session/context.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace callosum::session {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ProductContext whole() {
  ProductContext context;
  context.persona = "You answer for Bella's Bakery.";
  context.facts = {{"business", "Bella's Bakery"}, {"time zone", "Europe/Rome"}};
  context.memory = {"2026-10-30 (voice): done: receptionist.create_booking"};
  context.speakers = {"Maya", "Tom"};
  context.channel = {"It is spoken."};
  context.tool_policy = {"What changes something may ask for confirmation."};
  context.continuity = {{"user", "When are you open?", "Maya", "", "", ""},
                        {"tool", R"({"ok":true,"data":"9 to 5"})", "", "get_working_hours",
                         "call_hours", R"({"day":"monday"})"},
                        {"assistant", "From nine to five.", "", "", "", ""},
                        {"user", "And parking?", "Tom", "", "", ""}};
  return context;
}

std::string as_provider_text(const ProductContext& context) {
  auto text = render_instructions(context);
  for (const auto& line : render_conversation(context.continuity)) text += "\n" + line.text;
  return text;
}

/// Every text that a chat model is given, as it reads it.
std::string as_chat_text(const ProductContext& context) {
  std::string text;
  for (const auto& message : render_chat_messages(context)) {
    const auto& object = message.as_object();
    if (object.at("content").is_string())
      text += std::string(object.at("content").as_string()) + "\n";
    const auto* calls = object.if_contains("tool_calls");
    for (const auto& call : calls ? calls->as_array() : json::array{}) {
      const auto& function = call.at("function").as_object();
      text += std::string(function.at("name").as_string()) + " " +
              std::string(function.at("arguments").as_string()) + "\n";
    }
  }
  return text;
}

TEST(ProductContext, CarriesTheSameFactsInBothRenderings) {
  const auto context = whole();
  const auto provider = as_provider_text(context);
  const auto chat = as_chat_text(context);

  std::vector<std::string> facts{context.persona, context.memory[0], context.channel[0],
                                 context.tool_policy[0]};
  for (const auto& fact : context.facts) facts.push_back(fact.name + ": " + fact.value);
  for (const auto& speaker : context.speakers) facts.push_back("[" + speaker + "]");
  for (const auto& moment : context.continuity) {
    facts.push_back(moment.text);
    if (!moment.speaker.empty()) facts.push_back("[" + moment.speaker + "] " + moment.text);
    if (moment.is_done()) facts.insert(facts.end(), {moment.tool, moment.arguments});
  }
  for (const auto& fact : facts) {
    EXPECT_THAT(provider, HasSubstr(fact));
    EXPECT_THAT(chat, HasSubstr(fact));
  }
}

TEST(ProductContext, OfAPersonaAloneIsThatText) {
  ProductContext context;
  context.persona = "PROMPT";

  EXPECT_EQ(render_instructions(context), "PROMPT");
  EXPECT_EQ(json::serialize(render_chat_messages(context)),
            R"([{"role":"system","content":"PROMPT"}])");
}

TEST(ProductContext, RendersCallsInARowAsOneMessageWithTheirResultsBehindIt) {
  ProductContext context;
  context.continuity = {{"tool", "1", "", "a", "call_a", "{}"},
                        {"tool", "2", "", "b", "call_b", "{}"}};

  const auto messages = render_chat_messages(context);

  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].at("tool_calls").as_array().size(), 2u);
  EXPECT_EQ(messages[1].at("tool_call_id"), "call_a");
  EXPECT_EQ(messages[2].at("content"), "2");
}

Moment result(const std::string& call_id, std::size_t bytes) {
  return {"tool", std::string(bytes, 'x'), "", "look_up", call_id, "{}"};
}

TEST(ContextBudget, TurnsTheOldestAndLargestResultsIntoHandlesFirst) {
  ProductContext context;
  context.continuity = {{"user", "one", "", "", "", ""}, result("old_small", 600),
                        result("old_large", 6000),       {"user", "two", "", "", "", ""},
                        result("late_large", 6000),      {"user", "three", "", "", "", ""},
                        result("of_this_turn", 3000)};

  fit_into(context, 3800);

  const auto& moments = context.continuity;
  ASSERT_EQ(moments.size(), 7u);
  EXPECT_THAT(moments[2].text, HasSubstr("handle old_large"));
  EXPECT_THAT(moments[2].text, HasSubstr("6000 bytes"));
  EXPECT_EQ(moments[1].text.size(), 600u);
  EXPECT_EQ(moments[4].text.size(), 6000u);
  EXPECT_EQ(moments[6].text.size(), 3000u);
  EXPECT_LE(tokens_of(context), 3800u);
}

TEST(ContextBudget, LetsGoOfTheOldestWordsAndMemoriesBeforeTheNewestTurn) {
  ProductContext context;
  context.persona = "PROMPT";
  context.memory = {"long ago " + std::string(600, 'm'), "lately"};
  for (int i = 0; i < 20; ++i) {
    context.continuity.push_back(
        {"user", std::to_string(i) + std::string(300, 'u'), "", "", "", ""});
  }
  context.continuity.push_back(result("of_this_turn", 200));

  fit_into(context, 260);

  EXPECT_LE(tokens_of(context), 260u);
  EXPECT_EQ(context.persona, "PROMPT");
  EXPECT_EQ(context.memory, std::vector<std::string>{"lately"});
  ASSERT_EQ(context.continuity.size(), 2u);
  EXPECT_THAT(context.continuity[0].text, HasSubstr("19u"));
  EXPECT_EQ(context.continuity[1].text.size(), 200u);
}

TEST(ContextBudget, IsTheSameForWhoIsToldTheStandingPartElsewhere) {
  ProductContext whole;
  whole.persona = std::string(900, 'p');
  for (int i = 0; i < 40; ++i) {
    whole.continuity.push_back({"user", "Turn " + std::to_string(i) + " of a long talk."});
  }
  ProductContext told;
  told.continuity = whole.continuity;
  const auto left = tokens_left(whole, 700);
  const auto none = tokens_left(whole, 10);

  fit_into(whole, 700);
  fit_into(told, left);

  EXPECT_LT(told.continuity.size(), 40u);
  EXPECT_EQ(told.continuity.size(), whole.continuity.size());
  fit_into(told, none);
  EXPECT_LE(told.continuity.size(), 1u);
}

TEST(ContextBudget, LeavesWhatFitsAlone) {
  auto context = whole();

  fit_into(context, 8000);

  EXPECT_EQ(as_chat_text(context), as_chat_text(whole()));
  EXPECT_THAT(as_chat_text(context), Not(HasSubstr("left out")));
}

TEST(ContextBudget, CountsNoFewerTokensThanWordsAndNoneForNothing) {
  EXPECT_EQ(estimate_tokens(""), 0u);
  EXPECT_GE(estimate_tokens("the quick brown fox jumps over the lazy dog"), 9u);
  EXPECT_GE(estimate_tokens("東京駅"), 3u);
}

}  // namespace
}  // namespace callosum::session
