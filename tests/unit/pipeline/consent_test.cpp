// The ways a model might confirm for its caller, none of which runs anything, and the genuine one.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <memory>

#include "tool_world.hpp"

namespace callosum::pipeline {
namespace {

using namespace std::chrono_literals;
using testing::make_tool;
using testing::ToolWorld;

registry::ToolSpec make_booking() {
  auto tool = make_tool("book");
  tool.access = registry::Access::write;
  tool.confirmation = registry::Confirmation::spoken;
  return tool;
}

/// A conversation in which a model wants to book, and a caller may be asked.
struct Talk {
  ToolWorld w{{make_booking()}};
  std::uint64_t turn = 1;
  int calls = 0;
  std::string session = "sess_1", tenant = "tenant-a";

  policy::Questions& questions() { return w.calls->facts().questions; }
  registry::Envelope call(const std::string& token = {}, const std::string& slot = "nine") {
    json::object arguments{{"slot", slot}};
    if (!token.empty()) arguments["confirmationToken"] = token;
    auto request =
        w.request("call_number_" + std::to_string(++calls), "book", json::serialize(arguments));
    auto& context = ToolWorld::edit(request);
    context.turn = turn;
    context.session_id = session;
    context.tenant_id = tenant;
    return w.run(request);
  }
  /// The token of the question that the refusal holds.
  static std::string token_of(const registry::Envelope& refused) {
    if (!refused.error_extra.contains("confirmation_request")) return {};
    const auto& request = refused.error_extra.at("confirmation_request").as_object();
    return std::string(request.at("token").as_string());
  }
  std::string ask() { return token_of(call()); }
  void put_question(bool completed = true) {
    questions().reply_began();
    questions().reply_ended(completed);
  }
  void caller_says(const std::string& words) { questions().user_said(++turn, words); }
  int runs() { return w.scripts["book"].runs; }
};

TEST(Consent, AsksFirstAndRunsOnceWhenTheCallerHasAgreed) {
  Talk talk;
  const auto refused = talk.call();
  const auto& request = refused.error_extra.at("confirmation_request").as_object();
  talk.put_question();
  talk.caller_says("yes please");

  const auto done = talk.call(Talk::token_of(refused));

  EXPECT_EQ(refused.error->type, ErrorType::confirmation_required);
  EXPECT_EQ(request.at("tool"), "book");
  EXPECT_EQ(request.at("args").as_object().at("slot"), "nine");
  EXPECT_TRUE(request.at("expires").is_int64());
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(talk.runs(), 1);
  EXPECT_EQ(talk.w.audit.consents, (std::vector<std::string>{"", "spoken"}));
}

TEST(Consent, IsAskedForWhatARuleMakesAWriteAndForNothingElse) {
  auto tool = make_tool("mail");
  tool.confirmation = registry::Confirmation::spoken;
  tool.risk = {{{{"action", {"send"}}}, registry::Access::write, std::nullopt},
               {{{"action", {"draft"}}}, registry::Access::write, registry::Confirmation::none},
               {{{"action", {"delete"}}}, registry::Access::destructive, std::nullopt}};
  ToolWorld w{{tool}};
  int calls = 0;
  const auto asked = [&](const std::string& action) {
    auto request = w.request("call_number_" + std::to_string(++calls), "mail",
                             json::serialize(json::object{{"action", action}}));
    const auto envelope = w.run(request);
    return envelope.ok() ? std::string("done") : std::string(to_string(envelope.error->type));
  };

  EXPECT_EQ(asked("search"), "done");
  EXPECT_EQ(asked("draft"), "done");
  EXPECT_EQ(asked("send"), "CONFIRMATION_REQUIRED");
  EXPECT_EQ(asked("Send"), "CONFIRMATION_REQUIRED");
  EXPECT_EQ(asked("delete"), "DESTRUCTIVE_BLOCKED");
  EXPECT_EQ(asked("\uff24\uff25LETE"), "DESTRUCTIVE_BLOCKED");
  EXPECT_EQ(w.scripts["mail"].runs, 2);
}

TEST(Consent, IsNotGivenByAModelWhoseCallerSaidNothing) {
  Talk talk;
  const auto token = talk.ask();
  talk.put_question();

  EXPECT_FALSE(talk.call(token).ok());  // in the same turn
  ++talk.turn;                          // a turn whose words never come
  EXPECT_FALSE(talk.call(token).ok());
  EXPECT_EQ(talk.runs(), 0);
}

TEST(Consent, IsNotGivenByANoOrAQuestionOrAMumble) {
  for (const char* words : {"no", "okay, wait, don't", "sure, but what does it cost", "mm", ""}) {
    Talk talk;
    const auto token = talk.ask();
    talk.put_question();
    talk.caller_says(words);

    EXPECT_FALSE(talk.call(token).ok()) << words;
    EXPECT_EQ(talk.runs(), 0) << words;
  }
}

TEST(Consent, CountsOnce) {
  Talk talk;
  const auto token = talk.ask();
  talk.put_question();
  talk.caller_says("yes");
  EXPECT_TRUE(talk.call(token).ok());

  EXPECT_FALSE(talk.call(token).ok());
  talk.caller_says("yes");
  EXPECT_FALSE(talk.call(token).ok());
  EXPECT_EQ(talk.runs(), 1);
}

TEST(Consent, IsForTheVeryArgumentsThatWereAskedAbout) {
  Talk talk;
  const auto token = talk.ask();
  talk.put_question();
  talk.caller_says("yes");

  EXPECT_FALSE(talk.call(token, "ten").ok());
  EXPECT_EQ(talk.runs(), 0);
}

TEST(Consent, OfAnotherSessionOrTenantIsNone) {
  Talk talk;
  const auto token = talk.ask();
  talk.put_question();
  talk.caller_says("yes");
  Talk other;
  other.session = "sess_2";
  other.caller_says("yes");
  Talk foreign;
  foreign.tenant = "tenant-b";
  foreign.caller_says("yes");

  EXPECT_FALSE(other.call(token).ok());
  EXPECT_FALSE(foreign.call(token).ok());
  EXPECT_EQ(other.runs() + foreign.runs(), 0);
}

TEST(Consent, ExpiresAfterFiveMinutes) {
  Talk talk;
  const auto token = talk.ask();
  talk.put_question();
  talk.caller_says("yes");
  talk.w.world.time().advance(301s);

  EXPECT_FALSE(talk.call(token).ok());
  EXPECT_EQ(talk.runs(), 0);
}

TEST(Consent, ToAQuestionThatWasSpokenOverIsNone) {
  Talk cut;
  const auto token = cut.ask();
  cut.put_question(false);
  cut.caller_says("yes");
  EXPECT_FALSE(cut.call(token).ok());

  Talk played_in_part;
  const auto second = played_in_part.ask();
  played_in_part.put_question();
  played_in_part.questions().reply_was_cut();
  played_in_part.caller_says("yes");
  EXPECT_FALSE(played_in_part.call(second).ok());

  Talk unasked;
  const auto third = unasked.ask();
  unasked.caller_says("yes");
  EXPECT_FALSE(unasked.call(third).ok());
  EXPECT_EQ(cut.runs() + played_in_part.runs() + unasked.runs(), 0);
}

TEST(Consent, ToTwoQuestionsAtOnceIsNone) {
  Talk talk;
  const auto nine = talk.ask();
  const auto ten = Talk::token_of(talk.call({}, "ten"));
  talk.put_question();
  talk.caller_says("yes");

  EXPECT_FALSE(talk.call(nine).ok());
  EXPECT_FALSE(talk.call(ten, "ten").ok());
  EXPECT_EQ(talk.runs(), 0);
}

TEST(Consent, ToAQuestionThatWasAskedTwiceIsOneYesToOneCall) {
  Talk talk;
  talk.ask();
  talk.put_question();
  talk.caller_says("hm");
  const auto second = talk.ask();
  talk.put_question();
  talk.caller_says("yes");

  EXPECT_TRUE(talk.call(second).ok());
  EXPECT_FALSE(talk.call(second).ok());
  EXPECT_EQ(talk.runs(), 1);
}

/// What the questions of one connection are on the next one of the same session.
void go_on(Talk& talk, std::vector<policy::Questions::Question> heard) {
  talk.w.calls = std::make_shared<policy::SessionCalls>();
  talk.questions().restore(std::move(heard));
  talk.turn = 0;
}

TEST(Consent, IsGivenOnTheNextConnectionToWhatWasHeardOnTheOneBefore) {
  Talk talk;
  const auto token = talk.ask();
  talk.put_question();
  talk.questions().note_heard();
  go_on(talk, talk.questions().heard());
  EXPECT_FALSE(talk.call(token).ok());  // nobody has said a word
  talk.put_question();                  // a greeting
  talk.questions().reply_was_cut();
  talk.caller_says("yes please");

  EXPECT_FALSE(talk.call(token, "ten").ok());
  EXPECT_TRUE(talk.call(token).ok());
  EXPECT_FALSE(talk.call(token).ok());
  EXPECT_EQ(talk.runs(), 1);
  EXPECT_TRUE(talk.questions().heard().empty());
}

TEST(Consent, IsNotGivenOnTheNextConnectionToWhatWasDeniedExpiredOrNotHeard) {
  Talk denied;
  const auto token = denied.ask();
  denied.put_question();
  denied.questions().note_heard();
  const auto version = denied.questions().heard_version();
  denied.caller_says("no");
  EXPECT_NE(denied.questions().heard_version(), version);
  EXPECT_TRUE(denied.questions().heard().empty());

  Talk unheard;
  unheard.ask();
  unheard.questions().note_heard();  // of a reply before it
  EXPECT_TRUE(unheard.questions().heard().empty());
  unheard.put_question();
  unheard.questions().reply_was_cut();
  unheard.questions().note_heard();
  EXPECT_TRUE(unheard.questions().heard().empty());

  Talk late;
  const auto expired = late.ask();
  late.put_question();
  late.questions().note_heard();
  go_on(late, late.questions().heard());
  late.w.world.time().advance(301s);
  late.caller_says("yes");
  EXPECT_FALSE(late.call(expired).ok());
  EXPECT_EQ(late.runs(), 0);
}

/// A model that reads what strangers wrote, and may write outside.
struct Mailbox {
  static std::vector<registry::ToolSpec> tools() {
    auto read = make_tool("read_mail");
    read.untrusted = true;
    auto send = make_booking();
    send.name = send.id = "send_mail";
    auto draft = send;
    draft.name = draft.id = "draft_mail";
    draft.confirmation = registry::Confirmation::none;
    return {read, send, draft};
  }
  explicit Mailbox(policy::AfterUntrusted scope = policy::AfterUntrusted::turn) : w(tools()) {
    policy::ConsentParts parts{w.world.time(), w.random, nullptr, &w.confirmations};
    parts.after_untrusted = scope;
    std::destroy_at(&w.consent);
    std::construct_at(&w.consent, parts);
  }
  std::string call(const std::string& tool, std::uint64_t turn, const std::string& more = "") {
    auto request =
        w.request("call_number_" + std::to_string(++calls), tool, R"({"to":"anna")" + more + "}");
    ToolWorld::edit(request).turn = turn;
    const auto envelope = w.run(request);
    if (envelope.ok()) return "done";
    const auto* asked = envelope.error_extra.if_contains("confirmation_request");
    if (!asked) return std::string(to_string(envelope.error->type));
    return asked->as_object().contains("token") ? "spoken" : "strong";
  }
  ToolWorld w;
  int calls = 0;
};

TEST(Consent, AsksForMoreInTheTurnInWhichTextOfStrangersWasRead) {
  Mailbox box;
  EXPECT_EQ(box.call("draft_mail", 1), "done");
  EXPECT_EQ(box.call("send_mail", 1), "spoken");

  EXPECT_EQ(box.call("read_mail", 1), "done");

  EXPECT_EQ(box.call("send_mail", 1, R"(,"body":"x")"), "strong");
  EXPECT_EQ(box.call("draft_mail", 1, R"(,"body":"x")"), "spoken");
  EXPECT_EQ(box.call("read_mail", 1, R"(,"id":"2")"), "done");
  // The next turn is the caller's own; what was asked for under the influence stays under it.
  EXPECT_EQ(box.call("send_mail", 2, R"(,"body":"y")"), "spoken");
  EXPECT_EQ(box.call("send_mail", 2, R"(,"body":"x")"), "strong");
}

TEST(Consent, AsksForAClickWhereNobodyListensForAYes) {
  Mailbox box;
  box.w.calls->facts().has_ears = false;
  EXPECT_EQ(box.call("draft_mail", 1), "done");
  box.call("read_mail", 1);

  EXPECT_EQ(box.call("draft_mail", 1, R"(,"body":"x")"), "strong");
}

TEST(Consent, IsGivenThoughSomethingThatWasAskedBeforeWasLeftUnanswered) {
  Talk talk;
  const auto left = Talk::token_of(talk.call("", "nine"));
  talk.put_question();
  talk.caller_says("what is the weather like");
  const auto meant = Talk::token_of(talk.call("", "ten"));
  talk.put_question();
  talk.caller_says("yes please");

  EXPECT_FALSE(talk.call(left, "nine").ok());
  EXPECT_TRUE(talk.call(meant, "ten").ok());
}

TEST(Consent, IsNotGivenToOneOfTwoThatWereAskedInOneTurn) {
  Talk talk;
  const auto nine = Talk::token_of(talk.call("", "nine"));
  const auto ten = Talk::token_of(talk.call("", "ten"));
  talk.put_question();
  talk.caller_says("yes please");

  EXPECT_FALSE(talk.call(nine, "nine").ok());
  EXPECT_FALSE(talk.call(ten, "ten").ok());
}

TEST(Consent, IsKeptForWhatWasAgreedToThoughSomethingElseIsAskedMeanwhile) {
  Talk talk;
  const auto agreed = Talk::token_of(talk.call("", "nine"));
  talk.put_question();
  talk.caller_says("yes please");
  talk.call("", "ten");
  talk.put_question();

  EXPECT_TRUE(talk.call(agreed, "nine").ok());
}

TEST(Consent, IsNotHeldUpByAQuestionThatHasExpired) {
  Talk talk;
  talk.call("", "nine");
  talk.put_question();
  talk.w.world.time().advance(200s);
  const auto meant = Talk::token_of(talk.call("", "ten"));  // of the same turn
  talk.put_question();
  talk.w.world.time().advance(200s);
  talk.questions().drop_expired(epoch_ms(talk.w.world.time().wall_now()));
  talk.caller_says("yes please");

  EXPECT_TRUE(talk.call(meant, "ten").ok());
}

TEST(Consent, AsksForMoreForAllOfASessionOrNeverWhereTheOperatorSaysSo) {
  Mailbox session(policy::AfterUntrusted::session);
  session.call("read_mail", 1);
  EXPECT_EQ(session.call("send_mail", 5), "strong");
  EXPECT_EQ(session.call("draft_mail", 5), "spoken");

  Mailbox off(policy::AfterUntrusted::off);
  off.call("read_mail", 1);
  EXPECT_EQ(off.call("send_mail", 1), "spoken");
  EXPECT_EQ(off.call("draft_mail", 1), "done");
}

TEST(Consent, WaitsForTheWordsOfTheTurn) {
  Talk talk;
  const auto token = talk.ask();
  talk.put_question();
  ++talk.turn;
  auto request = talk.w.request("call_number_9", "book",
                                R"({"slot":"nine","confirmationToken":")" + token + "\"}");
  ToolWorld::edit(request).turn = talk.turn;
  std::optional<bool> ok;
  talk.w.executor->submit(request, [&](const Executor::Answer& answer) { ok = answer->ok(); });
  talk.w.world.settle();
  EXPECT_FALSE(ok);

  talk.questions().user_said(talk.turn, "yes, go ahead");
  talk.w.world.settle();

  EXPECT_EQ(ok, true);
}

}  // namespace
}  // namespace callosum::pipeline
