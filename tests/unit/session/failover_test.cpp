// A provider that cannot be had: another takes its place, with what the conversation has come to.
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using ::testing::HasSubstr;
using testing::make_tool;
using ::testing::Not;

constexpr const char* kUserSays =
    R"({"type":"conversation.item.create","item":{"id":"item_1","type":"message","role":"user","content":[{"type":"input_text","text":"BOOK IT"}]}})";

SessionStart two_providers() {
  SessionStart start;
  start.models.resize(2);
  start.models[0].name = "first";
  start.models[0].voice = "anna";
  start.models[0].breaker = std::make_shared<ProviderBreaker>();
  start.models[1].name = "second";
  start.models[1].voice = "bert";
  start.models[1].transcription_model = "scribe";
  start.models[1].breaker = std::make_shared<ProviderBreaker>();
  start.wants_timeline = true;
  return start;
}

struct Rows final : SessionRecords {
  void note(storage::RealtimeSession session) override { all.push_back(std::move(session)); }
  std::vector<storage::RealtimeSession> all;
};

registry::ToolSpec write_tool() {
  auto tool = make_tool("book");
  tool.access = registry::Access::write;
  tool.on_interrupt = registry::OnInterrupt::commit;
  return tool;
}

double failovers(const Conversation& c) {
  const auto page = c.metrics.render();
  const std::string name = "provider_failovers_total{from=\"first\",to=\"second\"} ";
  const auto at = page.find(name);
  return at == std::string::npos ? 0 : std::stod(page.substr(at + name.size()));
}

std::vector<std::string> asked(const Conversation& c) {
  std::vector<std::string> sources;
  for (const auto& model : c.models) sources.push_back(model->source);
  return sources;
}
using Names = std::vector<std::string>;

TEST(FailOver, AtTheStartIsToTheNextThatOpens) {
  for (const auto why : {ErrorType::auth, ErrorType::permanent, ErrorType::transient,
                         ErrorType::rate_limit, ErrorType::timeout}) {
    Rows rows;
    Conversation talk({make_tool("stock")}, two_providers(), &rows, {{"first", fail(why, "no")}});

    talk.accept_updates(1);

    EXPECT_EQ(asked(talk), (Names{"first", "second"}));
    EXPECT_EQ(talk.models[1]->opened_with.at("audio").at("output").at("voice"), "bert");
    EXPECT_EQ(talk.models[1]->opened_with.at("audio").at("input").at("transcription").at("model"),
              "scribe");
    EXPECT_EQ(talk.models[1]->opened_with.at("tools").as_array().size(), 1u);
    EXPECT_EQ(rows.all.back().provider, "second");
    EXPECT_EQ(failovers(talk), 1);
    ASSERT_EQ(talk.got("callosum.timeline").size(), 1u);
    EXPECT_THAT(talk.got("callosum.timeline")[0], HasSubstr("from first to second"));
    EXPECT_THAT(talk.caller->got.front(), HasSubstr("session.created"));
    EXPECT_FALSE(talk.ended);
  }
}

TEST(FailOver, AfterTheLastOneSaysThatTheModelCannotBeReached) {
  Conversation c({make_tool("stock")}, two_providers(), nullptr,
                 {{"first", fail(ErrorType::auth, "no")}, {"second", fail(ErrorType::auth, "no")}});
  c.pass(1s);

  EXPECT_EQ(asked(c), (Names{"first", "second"}));
  EXPECT_TRUE(c.ended);
  EXPECT_EQ(c.caller->close_code, 1013);
  EXPECT_EQ(c.got("error").size(), 1u);
}

TEST(FailOver, InMidCallComesAfterTwoTriesAndCarriesTheConversation) {
  Rows rows;
  Conversation c({make_tool("stock")}, two_providers(), &rows);
  c.accept_updates(1);
  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"mine"}}}})");
  c.accept_updates(1);
  c.caller_says(kUserSays);
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.refusals["first"] = fail(ErrorType::transient, "unreachable");

  c.lose_model();
  c.pass(3s);

  EXPECT_EQ(asked(c), (Names{"first", "first", "first", "second"}));
  EXPECT_EQ(c.models[3]->opened_with.at("audio").at("output").at("voice"), "bert");
  const auto told = c.sent("conversation.item.create", 3);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[0], HasSubstr("BOOK IT"));
  EXPECT_THAT(told[0], HasSubstr("item_1"));
  EXPECT_THAT(told[1], HasSubstr("The result of the earlier call of stock is"));
  EXPECT_EQ(c.sent("response.create", 3).size(), 1u);
  EXPECT_EQ(rows.all.back().provider, "second");
  EXPECT_EQ(failovers(c), 1);
  EXPECT_TRUE(c.got("error").empty());
}

TEST(FailOver, ComesAtOnceWhereTheProviderWillNotHaveUs) {
  Conversation c({make_tool("stock")}, two_providers());
  c.accept_updates(1);
  c.refusals["first"] = fail(ErrorType::permanent, "no credit left");

  c.lose_model();
  c.pass(1s);

  EXPECT_EQ(asked(c), (Names{"first", "first", "second"}));
}

TEST(FailOver, ComesAtOnceWhereTheSessionIsRefusedBehindItsOpening) {
  Conversation c({make_tool("stock")}, two_providers());
  for (int i = 0; i < 2; ++i) {
    std::string event_id = "evt_callosum_open";
    if (i > 0) {
      const auto again = parse_strict(c.sent("session.update", 0)[0]).value().as_object();
      event_id = again.at("event_id").as_string();
    }
    c.model_says(R"({"type":"error","event_id":"e","error":{"type":"invalid_request_error","code":)"
                 R"("invalid_value","message":"no","param":"session.audio","event_id":")" +
                 event_id + R"("}})");
  }
  c.pass(1s);

  EXPECT_EQ(asked(c), (Names{"first", "second"}));
  EXPECT_TRUE(c.models[0]->is_closed);
  EXPECT_FALSE(c.ended);
}

TEST(FailOver, KeepsASlowWriteAndTellsItsResultOnce) {
  Conversation c({write_tool()}, two_providers());
  c.w.scripts["book"].takes = 1500ms;
  c.accept_updates(1);
  c.caller_says(kUserSays);
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "book");
  c.response_done("resp_1");
  c.refusals["first"] = fail(ErrorType::auth, "no");

  c.lose_model();
  c.pass(1s);
  const auto while_running = c.sent("conversation.item.create");
  c.pass(10s);

  EXPECT_EQ(c.models.back()->source, "second");
  EXPECT_EQ(c.w.scripts["book"].runs, 1);
  ASSERT_EQ(while_running.size(), 2u);
  EXPECT_THAT(while_running[1], HasSubstr("Do not call it again"));
  const auto told = c.sent("conversation.item.create");
  ASSERT_EQ(told.size(), 3u);
  EXPECT_THAT(told[2], HasSubstr("The result of the earlier call of book is"));
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(FailOver, TakesACallOfTheOtherProviderForAnotherThoughItsIdIsTheSame) {
  auto slow = make_tool("slow");
  slow.on_interrupt = registry::OnInterrupt::finish;
  Conversation c({slow, make_tool("stock")}, two_providers());
  c.w.scripts["slow"].takes = 5s;
  c.accept_updates(1);
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "slow");
  c.response_done("resp_1");
  c.refusals["first"] = fail(ErrorType::auth, "no");
  c.lose_model();
  c.pass(1s);

  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  const auto outputs_before = c.sent("conversation.item.create").size();
  c.pass(10s);

  EXPECT_EQ(c.w.scripts["slow"].runs, 1);
  EXPECT_EQ(c.w.scripts["stock"].runs, 1);
  std::string sent;
  for (const auto& event : c.sent("conversation.item.create")) sent += event;
  EXPECT_EQ(outputs_before, 2u);  // that it still runs, and the output of the other
  EXPECT_THAT(sent, HasSubstr(R"("call_id":"call_1")"));
  EXPECT_THAT(sent, HasSubstr("The result of the earlier call of slow is"));
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

/// An id that says which call it is: the first is answered, in the same session's memory.
TEST(FailOver, NeitherAnswersNorRefusesACallForAnothersOfTheSameId) {
  Conversation c({make_tool("stock"), make_tool("price"), write_tool()}, two_providers());
  c.accept_updates(1);
  c.response_created("resp_1");
  c.call("resp_1", "call_00000001", "stock");
  c.call("resp_1", "call_00000002", "stock", R"({"sku":"a"})");
  c.call("resp_1", "call_00000003", "book");
  c.response_done("resp_1");
  c.refusals["first"] = fail(ErrorType::auth, "no");
  c.lose_model();
  c.pass(1s);

  c.response_created("resp_1");
  c.call("resp_1", "call_00000001", "stock");
  c.call("resp_1", "call_00000002", "price");
  c.call("resp_1", "call_00000003", "book", R"({"when":"noon"})");
  c.response_done("resp_1");
  c.pass(1s);

  EXPECT_EQ(c.models.back()->source, "second");
  EXPECT_EQ(c.w.scripts["stock"].runs, 3);
  EXPECT_EQ(c.w.scripts["price"].runs, 1);
  EXPECT_EQ(c.w.scripts["book"].runs, 2);
  std::string outputs;
  for (const auto& event : c.sent("conversation.item.create")) {
    if (event.find("function_call_output") != std::string::npos) outputs += event;
  }
  EXPECT_THAT(outputs, Not(HasSubstr("CONFLICT")));
  for (const char* id : {"call_00000001", "call_00000002", "call_00000003"}) {
    EXPECT_THAT(outputs, HasSubstr(id));
  }
}

TEST(FailOver, ShowsTheCallersOwnCallsThoughOneOfOursHadTheSameId) {
  Conversation c({make_tool("stock")}, two_providers());
  c.accept_updates(1);
  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"lamp"}]}})");
  c.accept_updates(1);
  c.response_created("resp_1");
  c.call("resp_1", "call_00000001", "stock");
  c.response_done("resp_1");
  c.refusals["first"] = fail(ErrorType::auth, "no");
  c.lose_model();
  c.pass(1s);

  c.response_created("resp_2");
  c.response_done("resp_2", "completed",
                  R"([{"id":"item_of_second","type":"function_call","status":"completed",)"
                  R"("call_id":"call_00000001","name":"lamp","arguments":"{}"}])");

  EXPECT_THAT(c.got("response.done").back(), HasSubstr("lamp"));
}

TEST(FailOver, GoesBackWhereTheOtherIsLostInItsTurn) {
  Conversation c({make_tool("stock")}, two_providers());
  c.accept_updates(1);
  c.refusals["first"] = fail(ErrorType::auth, "no");
  c.lose_model();
  c.pass(15s);
  c.accept_updates(1);
  c.refusals.clear();
  c.refusals["second"] = fail(ErrorType::auth, "no");

  c.lose_model();
  c.pass(2s);

  EXPECT_EQ(asked(c), (Names{"first", "first", "second", "second", "first"}));
  EXPECT_FALSE(c.ended);
}

TEST(FailOver, BetweenTwoThatDoNotLastComesToAnEnd) {
  Conversation c({make_tool("stock")}, two_providers());
  for (int i = 0; i < 40 && !c.ended; ++i) {
    c.lose_model();
    c.pass(8s);
  }

  EXPECT_TRUE(c.ended);
  EXPECT_EQ(c.caller->close_code, 1013);
  EXPECT_LE(c.models.size(), 20u);
}

TEST(FailOver, LeavesAProviderAloneThatOthersFoundGone) {
  const auto start = two_providers();
  const std::map<std::string, Error> gone{{"first", fail(ErrorType::auth, "no")}};
  Conversation one({make_tool("stock")}, start, nullptr, gone);

  Conversation two({make_tool("stock")}, start, nullptr, gone);

  EXPECT_EQ(asked(one), (Names{"first", "second"}));
  EXPECT_EQ(asked(two), (Names{"second"}));
}

}  // namespace
}  // namespace callosum::session
