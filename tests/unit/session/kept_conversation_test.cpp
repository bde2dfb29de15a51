// A provider that keeps the conversation and shows what it has kept: nothing is told to it twice,
// no call runs twice, and none is left open that anything is known of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using realtime::KeptItem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

KeptItem said(const std::string& id, const std::string& role, const std::string& text) {
  return {.item_id = id, .role = role, .text = text};
}
KeptItem called(const std::string& call_id) { return {.item_id = "kc", .call_id = call_id}; }
KeptItem answered(const std::string& call_id) {
  return {.item_id = "ko", .call_id = call_id, .is_output = true};
}

/// A conversation whose provider has kept it.
class KeptConversation : public ::testing::Test {
 protected:
  void begin(std::vector<registry::ToolSpec> tools) {
    talk_ = std::make_unique<Conversation>(std::move(tools));
    talk().models[0]->keeps_conversation = true;
    talk().models[0]->resumption = "conv_1";
    talk().keeps_conversation = true;
  }
  Conversation& talk() { return *talk_; }
  /// The connection breaks, and the next one finds these.
  void lose(std::vector<KeptItem> kept) {
    talk().kept = std::move(kept);
    talk().lose_model();
    talk().pass(1s);
    ASSERT_EQ(talk().models.size(), 2u);
    EXPECT_EQ(talk().models[1]->resumed_by, "conv_1");
  }
  void type(const std::string& id, const std::string& text) {
    talk().caller_says(
        R"({"type":"conversation.item.create","item":{"id":")" + id +
        R"(","type":"message","role":"user","content":[{"type":"input_text","text":")" + text +
        "\"}]}}");
  }
  std::vector<std::string> told() { return talk().sent("conversation.item.create", 1); }
  std::unique_ptr<Conversation> talk_;
};

TEST_F(KeptConversation, IsNotToldWhatItHas) {
  begin({make_tool("stock")});
  type("item_mine", "Do you have bread?");
  talk().response_created("resp_1");
  talk().message("resp_1", "We do.");

  lose({said("k1", "user", "Do you have bread?"), said("k2", "assistant", "We do. ")});

  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(KeptConversation, IsToldWhatDidNotArrive) {
  begin({make_tool("stock")});
  type("item_mine", "Do you have bread?");
  talk().response_created("resp_1");
  talk().response_done("resp_1");
  type("item_next", "And milk?");

  lose({said("k1", "user", "Do you have bread?")});

  ASSERT_EQ(told().size(), 1u);
  EXPECT_THAT(told()[0], HasSubstr("And milk?"));
}

TEST_F(KeptConversation, IsNotToldAgainWhatItSpellsInItsOwnWay) {
  begin({make_tool("stock")});
  type("item_mine", "Do you have bread?");
  talk().response_created("resp_1");
  talk().response_done("resp_1");

  lose({said("k1", "user", "do you have bread")});

  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(KeptConversation, IsToldWhatDidNotArriveThoughAResponseHasBegun) {
  begin({make_tool("stock")});
  type("item_mine", "Do you have bread?");
  type("item_next", "And milk?");
  talk().response_created("resp_1");

  lose({said("k1", "user", "Do you have bread?")});

  ASSERT_GE(told().size(), 1u);
  EXPECT_THAT(told()[0], HasSubstr("And milk?"));
}

TEST_F(KeptConversation, IsToldAllOfItWhereAnotherIsFound) {
  begin({make_tool("stock")});
  type("item_mine", "Do you have bread?");
  talk().response_created("resp_1");
  talk().message("resp_1", "We do.");
  talk().response_done("resp_1");

  lose({said("k1", "assistant", "Welcome to somebody else.")});

  ASSERT_EQ(told().size(), 2u);
  EXPECT_THAT(told()[0], HasSubstr("Do you have bread?"));
  EXPECT_THAT(told()[1], HasSubstr("We do."));
  EXPECT_THAT(talk().models[1]->named, IsEmpty());
}

TEST_F(KeptConversation, IsToldAgainWhatWasSaidTwiceAndArrivedOnce) {
  begin({make_tool("stock")});
  type("item_1", "Yes.");
  talk().response_created("resp_1");
  talk().message("resp_1", "Are you sure?");
  talk().response_done("resp_1");
  type("item_2", "Yes.");

  lose({said("k1", "user", "Yes."), said("k2", "assistant", "Are you sure?")});

  ASSERT_EQ(told().size(), 1u);
  EXPECT_THAT(told()[0], AllOf(HasSubstr("item_2"), HasSubstr("Yes.")));
  EXPECT_THAT(talk().models[1]->named, ::testing::Contains("k1 = item_1"));
}

TEST_F(KeptConversation, IsBegunAnewWhereTheCallerTookSomethingBackMeanwhile) {
  begin({make_tool("stock")});
  type("item_1", "My card is 4111.");
  type("item_2", "Do you have bread?");
  talk().refusals_left = 1;
  talk().kept = {said("k1", "user", "My card is 4111."), said("k2", "user", "Do you have bread?")};
  talk().lose_model();
  talk().caller_says(R"({"type":"conversation.item.delete","item_id":"item_1"})");
  talk().pass(3s);

  const auto last = talk().models.size() - 1;
  EXPECT_EQ(talk().models[last]->resumed_by, "");
  const auto told = talk().sent("conversation.item.create", last);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0], HasSubstr("bread"));
}

TEST_F(KeptConversation, HasItsItemsNamedAsTheCallersProgramKnowsThem) {
  begin({make_tool("stock")});
  type("item_1", "Hello.");
  type("item_2", "Hello.");

  lose({said("k1", "user", "Hello."), said("k2", "user", "Hello."), said("k3", "user", "Hello.")});

  EXPECT_THAT(talk().models[1]->named, ElementsAre("k2 = item_1", "k3 = item_2"));
}

TEST_F(KeptConversation, IsNotToldAResultAgainThatItWasToldInWords) {
  begin({make_tool("stock")});
  talk().w.scripts["stock"].takes = 5s;
  talk().response_created("resp_1");
  talk().call("resp_1", "call_1", "stock");
  talk().response_done("resp_1");
  lose({said("k1", "user", "?")});  // the call itself was not kept
  talk().pass(10s);
  const auto first = told();
  talk().models[1]->resumption = "conv_1";
  const auto words = parse_strict(first.back()).value().at("item").as_object();
  talk().kept = {said("k1", "user", "?"), said("k2", "system", realtime::item_text(words))};
  talk().lose_model();
  talk().pass(1s);

  ASSERT_EQ(first.size(), 2u);
  EXPECT_THAT(first[0], HasSubstr("has not ended yet"));
  ASSERT_EQ(talk().models.size(), 3u);
  EXPECT_THAT(talk().sent("conversation.item.create", 2), IsEmpty());
}

TEST_F(KeptConversation, IsSearchedNoFurtherThanAnythingIsKnown) {
  begin({make_tool("stock")});
  type("item_mine", "Do you have bread?");
  std::vector<KeptItem> kept;
  for (int i = 0; i < 4000; ++i) {
    kept.push_back(said("s", "system", "The result of the earlier call of x is: y"));
  }
  kept.push_back(said("k1", "user", "Do you have bread?"));

  lose(kept);

  EXPECT_THAT(talk().models[1]->named, ElementsAre("k1 = item_mine"));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(KeptConversation, IsGivenTheOutputOfACallThatStillRuns) {
  begin({make_tool("stock")});
  talk().w.scripts["stock"].takes = 5s;
  talk().response_created("resp_1");
  talk().call("resp_1", "call_1", "stock");
  talk().response_done("resp_1");

  lose({said("k1", "user", "?"), called("call_1")});
  const auto before = told();
  talk().pass(10s);

  EXPECT_THAT(before, IsEmpty());
  ASSERT_EQ(told().size(), 1u);
  EXPECT_THAT(told()[0], HasSubstr(R"("type":"function_call_output","call_id":"call_1")"));
  EXPECT_EQ(talk().sent("response.create", 1).size(), 1u);
  EXPECT_EQ(talk().w.scripts["stock"].runs, 1);
}

TEST_F(KeptConversation, IsGivenAnOutputThatDidNotArrive) {
  begin({make_tool("stock")});
  talk().response_created("resp_1");
  talk().call("resp_1", "call_1", "stock");
  talk().response_done("resp_1");
  talk().pass(1s);
  ASSERT_EQ(talk().sent("conversation.item.create", 0).size(), 1u);

  lose({called("call_1")});

  ASSERT_EQ(told().size(), 1u);
  EXPECT_THAT(told()[0], HasSubstr(R"("type":"function_call_output","call_id":"call_1")"));
  EXPECT_EQ(talk().sent("response.create", 1).size(), 1u);
  EXPECT_EQ(talk().w.scripts["stock"].runs, 1);
}

TEST_F(KeptConversation, IsGivenNoOutputTwice) {
  begin({make_tool("stock")});
  talk().response_created("resp_1");
  talk().call("resp_1", "call_1", "stock");
  talk().response_done("resp_1");
  talk().pass(1s);

  lose({called("call_1"), answered("call_1")});

  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(talk().w.scripts["stock"].runs, 1);
}

TEST_F(KeptConversation, IsToldThatACallNeverRan) {
  auto book = make_tool("book");
  book.access = registry::Access::write;
  begin({book});
  talk().response_created("resp_1");
  talk().call("resp_1", "call_1", "book");  // a write waits for the end of its response

  lose({called("call_1"), called("call_unheard")});

  ASSERT_EQ(told().size(), 2u);
  EXPECT_THAT(told()[0], HasSubstr(R"("call_id":"call_1")"));
  EXPECT_THAT(told()[0], HasSubstr("nothing was done"));
  EXPECT_THAT(told()[1], HasSubstr(R"("call_id":"call_unheard")"));
  EXPECT_EQ(talk().sent("response.create", 1).size(), 1u);
  EXPECT_EQ(talk().w.scripts["book"].runs, 0);
}

TEST_F(KeptConversation, RunsNoCallThatItRepeats) {
  begin({make_tool("stock")});
  talk().response_created("resp_1");
  talk().call("resp_1", "call-0b6f1c9e-7d5c-4a6e-9b0e-3f9a5c1d2e4f-0", "stock");
  talk().response_done("resp_1");
  talk().pass(1s);

  lose({called("call_unheard"), called("call-0b6f1c9e-7d5c-4a6e-9b0e-3f9a5c1d2e4f-0"),
        answered("call-0b6f1c9e-7d5c-4a6e-9b0e-3f9a5c1d2e4f-0")});
  talk().response_created("resp_2");
  talk().call("resp_2", "call-0b6f1c9e-7d5c-4a6e-9b0e-3f9a5c1d2e4f-0", "stock");
  talk().call("resp_2", "call_unheard", "stock");
  talk().response_done("resp_2");
  talk().pass(1s);

  EXPECT_EQ(talk().w.scripts["stock"].runs, 1);
}

TEST_F(KeptConversation, LeavesTheCallersOwnCallsToTheCaller) {
  begin({make_tool("stock")});
  talk().caller_says(
      R"({"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"theirs","parameters":{}}]}})");
  talk().accept_updates(2);
  talk().response_created("resp_1");
  talk().call("resp_1", "call_1", "theirs");
  talk().response_done("resp_1");

  lose({called("call_1")});
  const auto before = told();
  talk().caller_says(
      R"({"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"call_1","output":"42"}})");

  EXPECT_THAT(before, IsEmpty());
  ASSERT_EQ(told().size(), 1u);
  EXPECT_THAT(told()[0], HasSubstr(R"("function_call_output")"));
  EXPECT_THAT(talk().sent("response.create", 1), IsEmpty());
}

TEST_F(KeptConversation, ThatIsGoneIsToldEverything) {
  begin({make_tool("stock")});
  type("item_mine", "Do you have bread?");
  talk().response_created("resp_1");
  talk().message("resp_1", "We do.");
  talk().response_done("resp_1");
  talk().refusals_left = 1;
  talk().lose_model();
  talk().pass(1s);

  ASSERT_EQ(talk().models.size(), 3u);
  EXPECT_EQ(talk().models[1]->resumed_from, "conv_1");
  EXPECT_EQ(talk().models[2]->resumed_from, "");
  EXPECT_EQ(talk().sent("conversation.item.create", 2).size(), 2u);
  EXPECT_THAT(talk().got("error"), IsEmpty());
}

}  // namespace
}  // namespace callosum::session
