#include "pipeline/executor.hpp"

#include <gtest/gtest.h>

#include "tool_world.hpp"

namespace callosum::pipeline {
namespace {

using namespace std::chrono_literals;
using testing::make_tool;
using testing::ToolWorld;

ErrorType type_of(const registry::Envelope& envelope) {
  return envelope.error ? envelope.error->type : ErrorType::internal;
}

TEST(Executor, RunsAToolAndRecordsItOnce) {
  ToolWorld w({make_tool("stock")});

  const auto envelope = w.run(w.request("call_1", "stock"));

  ASSERT_TRUE(envelope.ok());
  EXPECT_EQ(envelope.meta.tool_id, "test.stock");
  EXPECT_EQ(envelope.meta.registry_version, "1.0.test0000");
  EXPECT_EQ(w.audit.lines, std::vector<std::string>{"test.stock ok"});
}

TEST(Executor, StopsASlowToolAtItsDeadlineAndRecordsTheTimeoutOnce) {
  auto tool = make_tool("stock");
  tool.timeout = 400ms;
  ToolWorld w({tool});
  w.scripts["stock"].hangs = true;
  const auto start = w.world.time().now();

  const auto envelope = w.run(w.request("call_1", "stock"));

  EXPECT_EQ(type_of(envelope), ErrorType::timeout);
  EXPECT_EQ(envelope.error->say, tool.say_on_failure);
  EXPECT_EQ(w.world.time().now() - start, 400ms);
  EXPECT_EQ(w.audit.lines, std::vector<std::string>{"test.stock TIMEOUT"});
}

TEST(Executor, AnswersTheSameCallFiveTimesFromOneRun) {
  auto tool = make_tool("stock");
  tool.on_interrupt = registry::OnInterrupt::finish;
  ToolWorld w({tool});
  w.scripts["stock"].takes = 50ms;
  std::vector<registry::Envelope> answers;
  for (int i = 0; i < 5; ++i) {
    w.executor->submit(w.request("call_1", "stock"), [&](const pipeline::Executor::Answer& answer) {
      answers.push_back(*answer);
    });
  }

  w.world.run(w.executor->drain(w.world.in(10s)));

  ASSERT_EQ(answers.size(), 5u);
  for (const auto& answer : answers) EXPECT_TRUE(answer.ok());
  EXPECT_EQ(w.scripts["stock"].runs, 1);
}

TEST(Executor, RefusesACallIdWithOtherArguments) {
  ToolWorld w({make_tool("stock")});
  w.run(w.request("call_1", "stock", R"({"a":1})"));

  const auto second = w.run(w.request("call_1", "stock", R"({"a":2})"));
  const auto again = w.run(w.request("call_1", "stock", R"({ "a": 1.0 })"));

  EXPECT_EQ(type_of(second), ErrorType::conflict);
  EXPECT_TRUE(again.ok());
  EXPECT_EQ(w.scripts["stock"].runs, 1);
}

TEST(Executor, TellsAModelThatItInventedATool) {
  ToolWorld w({make_tool("stock")});

  const auto envelope = w.run(w.request("call_1", "drop_everything"));

  EXPECT_EQ(type_of(envelope), ErrorType::not_found);
  EXPECT_EQ(envelope.error->message.find("stock"), std::string::npos);
  EXPECT_EQ(w.audit.lines, std::vector<std::string>{"drop_everything NOT_FOUND known"});
}

TEST(Executor, RefusesArgumentsThatAreNoObjectAndNeverGuesses) {
  ToolWorld w({make_tool("stock")});
  const std::vector<std::string> broken = {
      "[]",  "{\"a\":",       "{\"a\":1,\"a\":2}",       "null",
      "\"x", "{\"a\":1e999}", "{\"a\":9007199254740993}"};

  for (std::size_t i = 0; i < broken.size(); ++i) {
    const auto envelope = w.run(w.request("call_" + std::to_string(i), "stock", broken[i]));
    EXPECT_EQ(type_of(envelope), ErrorType::validation) << broken[i];
  }

  EXPECT_EQ(w.scripts["stock"].runs, 0);
}

TEST(Executor, BindsWhatTheGatewayKnowsAndRefusesWhatTheModelMadeUp) {
  auto tool = make_tool("booking");
  tool.bind = {{"business_id", "session.tenant_id"}, {"customer_phone", "session.caller_phone"}};
  ToolWorld w({tool});

  const auto plain = w.run(w.request("call_1", "booking"));
  const auto equal = w.run(w.request("call_2", "booking", R"({"business_id":"tenant-a"})"));
  const auto foreign = w.run(w.request("call_3", "booking", R"({"business_id":"tenant-b"})"));
  const auto null = w.run(w.request("call_4", "booking", R"({"business_id":null})"));

  EXPECT_TRUE(plain.ok());
  EXPECT_TRUE(equal.ok());
  EXPECT_EQ(type_of(foreign), ErrorType::validation);
  EXPECT_EQ(type_of(null), ErrorType::validation);
  ASSERT_EQ(w.scripts["booking"].arguments.size(), 2u);
  EXPECT_EQ(w.scripts["booking"].arguments[0], w.scripts["booking"].arguments[1]);
  EXPECT_EQ(w.scripts["booking"].arguments[0],
            R"({"business_id":"tenant-a","customer_phone":"+15550100"})");
}

TEST(Executor, BlocksDestructiveToolsByAccessByNameAndByArgumentInALiveConversation) {
  auto by_access = make_tool("wipe");
  by_access.access = registry::Access::destructive;
  auto by_name = make_tool("delete_lead");
  auto by_argument = make_tool("mail");
  by_argument.risk = {{{{"action", {json::value("delete")}}}, registry::Access::destructive}};
  ToolWorld w({by_access, by_name, by_argument});

  EXPECT_EQ(type_of(w.run(w.request("1", "wipe"))), ErrorType::destructive_blocked);
  EXPECT_EQ(type_of(w.run(w.request("2", "delete_lead"))), ErrorType::destructive_blocked);
  EXPECT_EQ(type_of(w.run(w.request("3", "mail", R"({"action":"delete"})"))),
            ErrorType::destructive_blocked);
  EXPECT_EQ(type_of(w.run(w.request("4", "mail", "{broken"))), ErrorType::destructive_blocked);
  EXPECT_TRUE(w.run(w.request("5", "mail", R"({"action":"read"})")).ok());
}

TEST(Executor, RefusesAProvidersCallInATransportOnlySession) {
  ToolWorld w({make_tool("stock")});
  auto request = w.request("call_1", "stock");
  ToolWorld::edit(request).tool_ownership = registry::ToolOwnership::transport_only;

  const auto envelope = w.run(std::move(request));

  EXPECT_EQ(type_of(envelope), ErrorType::forbidden);
  EXPECT_EQ(w.audit.lines, std::vector<std::string>{"test.stock FORBIDDEN ownership"});
}

TEST(Executor, AsksForMembershipRoleAndAssurance) {
  auto tool = make_tool("stock");
  tool.roles = {"manager"};
  tool.min_assurance = registry::Assurance::carrier;
  ToolWorld w({tool});
  auto stranger = w.request("1", "stock");
  ToolWorld::edit(stranger).is_member = false;
  auto without_role = w.request("2", "stock");
  auto unknown_caller = w.request("3", "stock");
  ToolWorld::edit(unknown_caller).roles = {"manager"};
  ToolWorld::edit(unknown_caller).assurance = registry::Assurance::none;
  auto right = w.request("4", "stock");
  ToolWorld::edit(right).roles = {"staff", "manager"};

  EXPECT_EQ(type_of(w.run(std::move(stranger))), ErrorType::forbidden);
  EXPECT_EQ(type_of(w.run(std::move(without_role))), ErrorType::forbidden);
  EXPECT_EQ(type_of(w.run(std::move(unknown_caller))), ErrorType::forbidden);
  EXPECT_TRUE(w.run(std::move(right)).ok());
}

TEST(Executor, KeepsAToolToItsChannels) {
  auto tool = make_tool("stock");
  tool.channels = {registry::Channel::text};
  ToolWorld w({tool});

  EXPECT_EQ(type_of(w.run(w.request("1", "stock"))), ErrorType::mode_restricted);
}

TEST(Executor, SpendsABudgetEachTurnAndCountsNoRefusals) {
  ToolWorld w({make_tool("stock")}, {}, {.turn = {.retrieval_calls = 2, .calls = 3}});
  w.run(w.request("0", "unknown"));
  EXPECT_TRUE(w.run(w.request("1", "stock")).ok());
  EXPECT_TRUE(w.run(w.request("2", "stock")).ok());

  const auto third = w.run(w.request("3", "stock"));
  auto next_turn = w.request("4", "stock", R"({"other":1})");
  ToolWorld::edit(next_turn).turn = 1;

  EXPECT_EQ(type_of(third), ErrorType::budget_exceeded);
  EXPECT_TRUE(w.run(std::move(next_turn)).ok());
}

TEST(Executor, SpendsABudgetOfBytesAndCallsOverAWholeSession) {
  const policy::TurnLimits many{.retrieval_calls = 20, .calls = 30};
  ToolWorld bytes({make_tool("stock")}, {}, {.turn = many, .session = {.bytes = 20}});
  EXPECT_TRUE(bytes.run(bytes.request("1", "stock")).ok());  // {"done":true}: 13 bytes
  EXPECT_TRUE(bytes.run(bytes.request("2", "stock")).ok());
  auto later = bytes.request("3", "stock");
  ToolWorld::edit(later).turn = 7;
  EXPECT_EQ(type_of(bytes.run(std::move(later))), ErrorType::budget_exceeded);

  ToolWorld calls({make_tool("stock")}, {}, {.turn = many, .session = {.calls = 1}});
  EXPECT_TRUE(calls.run(calls.request("1", "stock")).ok());
  EXPECT_EQ(type_of(calls.run(calls.request("2", "stock"))), ErrorType::budget_exceeded);
}

TEST(Executor, SpendsABudgetOfToolTime) {
  const policy::TurnLimits many{.retrieval_calls = 20, .calls = 30};
  ToolWorld w({make_tool("stock")}, {}, {.turn = many, .session = {.tool_time = 100ms}});
  w.scripts["stock"].takes = 60ms;
  EXPECT_TRUE(w.run(w.request("1", "stock")).ok());
  EXPECT_TRUE(w.run(w.request("2", "stock")).ok());
  EXPECT_EQ(type_of(w.run(w.request("3", "stock"))), ErrorType::budget_exceeded);
}

TEST(Executor, CallsAToolNoLaterInItsTurnThanItsChainAllows) {
  auto chained = make_tool("page");
  chained.max_chain = 2;
  ToolWorld w({chained, make_tool("stock")});
  EXPECT_TRUE(w.run(w.request("1", "page", R"({"n":1})")).ok());
  EXPECT_TRUE(w.run(w.request("2", "page", R"({"n":2})")).ok());
  EXPECT_EQ(type_of(w.run(w.request("3", "page", R"({"n":3})"))), ErrorType::budget_exceeded);
  EXPECT_TRUE(w.run(w.request("4", "stock")).ok());
}

/// A look-up, and a booking that builds on it.
std::vector<registry::ToolSpec> chained_tools() {
  const auto schema = [](const char* text) { return parse_strict(text)->as_object(); };
  auto look = make_tool("look");
  look.input_schema = schema(R"({"properties":{"day":{},"service":{}}})");
  look.cache_ttl = std::chrono::seconds(30);
  auto book = make_tool("book");
  book.access = registry::Access::write;
  book.requires_tools = {"look"};
  book.input_schema = schema(R"({"properties":{"day":{},"time":{}}})");
  return {look, book};
}

TEST(Executor, RunsAToolOnlyAfterWhatItBuildsOnWasAnsweredForTheSame) {
  ToolWorld w(chained_tools());
  const auto book = [&](const char* id, const char* arguments) {
    return w.run(w.request(id, "book", arguments));
  };

  const auto early = book("1", R"({"day":"friday","time":"10:00"})");
  EXPECT_EQ(type_of(early), ErrorType::validation);
  EXPECT_EQ(early.error->message, "call look first with day friday, and then make this call again");
  EXPECT_EQ(json::serialize(early.error_extra.at("call_first")),
            R"({"tool":"look","arguments":{"day":"friday"}})");
  w.scripts["look"].error = fail(ErrorType::transient, "not now");
  w.run(w.request("2", "look", R"({"day":"friday"})"));
  EXPECT_EQ(type_of(book("3", R"({"day":"friday"})")), ErrorType::validation);
  w.scripts["look"].error.reset();
  EXPECT_TRUE(w.run(w.request("4", "look", R"({"day":"Friday","service":"haircut"})")).ok());
  EXPECT_EQ(type_of(book("5", R"({"day":"monday"})")), ErrorType::validation);
  EXPECT_EQ(type_of(book("6", R"({"time":"10:00"})")), ErrorType::validation);
  EXPECT_EQ(w.scripts["book"].runs, 0);
  EXPECT_TRUE(book("7", R"({"day":"friday","time":"10:00"})").ok());
}

TEST(Executor, ShortensALongListHonestlyAndRefusesOtherOversizeOutput) {
  ToolWorld w({make_tool("list"), make_tool("blob")},
              {.channels = {pipeline::CallLimits{.max_result_bytes = 400}}});
  json::array items;
  for (int i = 0; i < 100; ++i) items.push_back(json::object{{"n", i}});
  w.scripts["list"].data = json::object{{"items", items}, {"count", 100}};
  w.scripts["blob"].data = json::object{{"text", std::string(1000, 'x')}};

  const auto list = w.run(w.request("1", "list"));
  const auto blob = w.run(w.request("2", "blob"));

  ASSERT_TRUE(list.ok());
  EXPECT_TRUE(list.meta.truncated);
  EXPECT_EQ(list.meta.total, 100u);
  EXPECT_EQ(list.data.at("count").as_int64(), 100);
  EXPECT_LT(list.data.at("items").as_array().size(), 100u);
  EXPECT_EQ(type_of(blob), ErrorType::output_too_large);
}

TEST(Executor, RecordsAnInventedNameWithoutHalfACharacter) {
  ToolWorld w({make_tool("stock")});
  w.run(w.request("1", std::string(63, 'a') + "é and more"));

  EXPECT_EQ(w.audit.lines, std::vector<std::string>{std::string(63, 'a') + " NOT_FOUND known"});
}

TEST(Executor, GivesEachChannelItsOwnTimeAndRoom) {
  pipeline::ExecutorLimits limits;
  limits.channels = {pipeline::CallLimits{.max_result_bytes = 400, .tool_time = 100ms},
                     pipeline::CallLimits{.max_result_bytes = 4000, .tool_time = 0ms}};
  ToolWorld w({make_tool("slow"), make_tool("blob")}, limits);
  w.scripts["slow"].takes = 300ms;
  w.scripts["blob"].data = json::object{{"text", std::string(1000, 'x')}};
  const auto by = [&](registry::Channel channel, const std::string& id, const std::string& tool) {
    auto call = w.request(id, tool);
    ToolWorld::edit(call).channel = channel;
    return w.run(std::move(call));
  };

  EXPECT_EQ(type_of(by(registry::Channel::voice, "1", "slow")), ErrorType::timeout);
  EXPECT_EQ(type_of(by(registry::Channel::voice, "2", "blob")), ErrorType::output_too_large);
  EXPECT_TRUE(by(registry::Channel::text, "3", "slow").ok());
  EXPECT_TRUE(by(registry::Channel::text, "4", "blob").ok());
}

TEST(Executor, GivesThePhoneATimeOfItsOwnThoughItIsAVoice) {
  pipeline::ExecutorLimits limits;
  limits.channels[registry::kPhoneLimits].tool_time = 100ms;
  ToolWorld w({make_tool("slow")}, limits);
  w.scripts["slow"].takes = 300ms;
  auto by_phone = w.request("2", "slow");
  ToolWorld::edit(by_phone).call_sid = "CA1";

  EXPECT_TRUE(w.run(w.request("1", "slow")).ok());
  EXPECT_EQ(type_of(w.run(std::move(by_phone))), ErrorType::timeout);
}

TEST(Executor, CutsAReadWhenTheCallerInterruptsAndLetsAWriteEnd) {
  auto write = make_tool("book");
  write.access = registry::Access::write;
  write.on_interrupt = registry::OnInterrupt::commit;
  ToolWorld w({make_tool("look"), write});
  w.scripts["look"].takes = 1s;
  w.scripts["book"].takes = 1s;
  std::vector<std::string> answers;
  const auto note = [&](const pipeline::Executor::Answer& answer) {
    const auto& e = *answer;
    answers.push_back(e.meta.call_id +
                      (e.ok() ? " ok" : " " + std::string(to_string(e.error->type))));
  };
  const auto read = w.executor->submit(w.request("read", "look"), note);
  const auto booking = w.executor->submit(w.request("write", "book"), note);
  w.world.settle();

  w.executor->interrupt(read);
  w.executor->interrupt(booking);
  w.world.run(w.executor->drain(w.world.in(10s)));

  EXPECT_EQ(answers,
            (std::vector<std::string>{"read_of_a_model CANCELLED", "write_of_a_model ok"}));
  EXPECT_EQ(w.scripts["look"].finished, 0);
  EXPECT_EQ(w.scripts["book"].finished, 1);
}

TEST(Executor, AnswersACallThatIsCutWhileItWaitsForTheSameCall) {
  std::vector<std::string> answers;
  ToolWorld w({make_tool("look")});
  w.scripts["look"].takes = 1s;
  const auto note = [&](const pipeline::Executor::Answer& answer) {
    answers.push_back(answer->ok() ? "ok" : std::string(to_string(answer->error->type)));
  };
  w.executor->submit(w.request("same", "look"), note);
  const auto again = w.executor->submit(w.request("same", "look"), note);
  w.world.settle();

  w.executor->interrupt(again);
  w.world.settle();

  EXPECT_EQ(answers, std::vector<std::string>{"CANCELLED"});
  EXPECT_EQ(w.executor->running(), 1u);  // the first goes on, and its answer is the one that stands
  EXPECT_TRUE(w.run(w.request("same", "look")).ok());
  EXPECT_EQ(answers, (std::vector<std::string>{"CANCELLED", "ok"}));
  EXPECT_EQ(w.scripts["look"].runs, 1);
}

/// Its records are on disk when the test says so.
class SlowAudit final : public pipeline::AuditSink {
 public:
  explicit SlowAudit(const boost::asio::any_io_executor& executor) : on_disk(executor) {}
  void write(const pipeline::AuditRecord&, pipeline::AuditPlace) override {}
  bool is_strict() const override { return true; }
  boost::asio::awaitable<bool> settled(async::Deadline deadline) override {
    co_return co_await on_disk.wait(deadline);
  }
  async::Event on_disk;
};

TEST(Executor, AnswersACallThatIsCutWhileItsRecordIsWritten) {
  ToolWorld w({make_tool("look")});
  SlowAudit audit(w.world.executor());
  pipeline::Executor executor(w.world.executor(), {w.world.time(), {&w.duplicate}, audit});
  std::vector<std::string> answers;
  const auto ticket = executor.submit(w.request("one", "look"), [&](const auto& answer) {
    answers.push_back(answer->ok() ? "ok" : std::string(to_string(answer->error->type)));
  });
  w.world.settle();
  EXPECT_TRUE(answers.empty());

  executor.interrupt(ticket);
  w.world.settle();
  audit.on_disk.set();
  w.world.settle();

  EXPECT_EQ(answers, std::vector<std::string>{"ok"});
  w.world.run(executor.drain(w.world.in(1s)));
}

TEST(Executor, LetsAWriteEndWhenNobodyWaitsForItAnyMore) {
  auto write = make_tool("book");
  write.access = registry::Access::write;
  write.on_interrupt = registry::OnInterrupt::commit;
  ToolWorld w({write});
  w.scripts["book"].takes = 1s;
  bool answered = false;
  const auto ticket =
      w.executor->submit(w.request("write", "book"), [&](const auto&) { answered = true; });
  w.world.settle();

  w.executor->forget(ticket);
  w.world.run(w.executor->drain(w.world.in(10s)));

  EXPECT_FALSE(answered);
  EXPECT_EQ(w.audit.lines, std::vector<std::string>{"test.book ok"});
}

TEST(Executor, RunsNothingThatNeedsAConsentWhichCannotBeTaken) {
  auto strong = make_tool("pay");
  strong.confirmation = registry::Confirmation::strong;
  auto write = make_tool("note");
  write.access = registry::Access::write;
  ToolWorld w({strong, write});

  const auto pay = w.run(w.request("call_1", "pay"));
  auto proposed = w.request("call_2", "note");
  ToolWorld::edit(proposed).access_mode = registry::AccessMode::propose_actions;
  const auto note = w.run(proposed);
  const auto agreed = w.run(w.request("call_3", "note"));

  ASSERT_FALSE(pay.ok());
  EXPECT_EQ(pay.error->type, ErrorType::confirmation_required);
  ASSERT_FALSE(note.ok());
  EXPECT_EQ(note.error->type, ErrorType::forbidden);
  EXPECT_TRUE(agreed.ok());
  EXPECT_EQ(w.scripts["pay"].runs, 0);
  EXPECT_EQ(w.scripts["note"].runs, 1);
}

TEST(SessionCalls, KeepWhatATurnHasSpentWhenAnEarlierOnesCallEndsLate) {
  policy::SessionCalls calls;
  calls.spent_in(1).calls = 1;
  calls.spent_in(2).calls = 3;

  calls.spent_in(1).tool_time += 500ms;

  EXPECT_EQ(calls.spent_in(2).calls, 3);
  EXPECT_EQ(calls.spent_in(2).tool_time.count(), 0);
}

TEST(SessionCalls, ForgetTheOldestAnswersBeforeTheirIds) {
  policy::SessionCalls calls;
  const auto answer = std::make_shared<const registry::Envelope>();
  for (int i = 0; i < 40; ++i) {
    const auto id = "call_" + std::to_string(i);
    EXPECT_EQ(calls.find_or_remember(id, {"tool", "hash"}), nullptr);
    calls.answer(id, answer, 16 * 1024);
  }

  EXPECT_TRUE(calls.find("call_39")->answer);
  ASSERT_NE(calls.find("call_0"), nullptr);
  EXPECT_FALSE(calls.find("call_0")->answer);
  EXPECT_TRUE(calls.find("call_0")->is_over);
}

TEST(SessionCalls, KnowTheLastFiveHundredIdsAndTheLastAnswers) {
  policy::SessionCalls calls;
  const auto answer = std::make_shared<const registry::Envelope>();
  for (int i = 0; i < 1500; ++i) {
    const auto id = "call_" + std::to_string(i);
    ASSERT_EQ(calls.find_or_remember(id, {"tool", "hash"}), nullptr);
    if (i % 7 != 0) calls.answer(id, answer, 100);                               // some never end
    if (i % 7 == 1) calls.answer("call_" + std::to_string(i - 1), answer, 100);  // some late
  }

  EXPECT_EQ(calls.find("call_900"), nullptr);
  ASSERT_NE(calls.find("call_1000"), nullptr);
  EXPECT_TRUE(calls.find("call_1000")->is_over);
  EXPECT_FALSE(calls.find("call_1000")->answer);
  EXPECT_TRUE(calls.find("call_1450")->answer);
  EXPECT_TRUE(calls.find("call_1499")->is_of({"tool", "hash"}));
  EXPECT_FALSE(calls.find("call_1499")->is_of({"tool", "other"}));
  EXPECT_EQ(answer.use_count(), 1 + 64);
}

TEST(Executor, MarksACallThatTookLongerThanItsToolShould) {
  auto slow = make_tool("slow");
  slow.latency_budget = 200ms;
  slow.timeout = 1s;
  auto quick = slow;
  quick.name = "quick";
  quick.id = "test.quick";
  ToolWorld w({slow, quick});
  w.scripts["slow"].takes = 201ms;
  w.scripts["quick"].takes = 200ms;

  const auto answer = w.run(w.request("call_1", "slow"));
  w.run(w.request("call_2", "quick"));
  w.run(w.request("call_3", "unknown"));

  EXPECT_TRUE(answer.ok());
  EXPECT_EQ(w.audit.over_budget, std::vector<std::string>{"test.slow"});
}

}  // namespace
}  // namespace callosum::pipeline
