// Tools that come and go in a conversation: what the model is told and when, and which set a call
// is judged by.
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "conversation_world.hpp"
#include "load_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using testing::LoadWorld;

/// The tools of the gated pack, as the executor runs them.
std::vector<registry::ToolSpec> tools_of(const registry::Snapshot& snapshot) {
  std::vector<registry::ToolSpec> tools;
  for (const auto& tool : snapshot.tools()) {
    tools.push_back(tool);
    tools.back().run.kind = "scripted";
    tools.back().say_on_failure = "That did not work.";
  }
  return tools;
}

std::shared_ptr<const ToolOffer> offer_of(const registry::LoadedSet& set) {
  json::array list;
  for (const auto& name : *set.tools) {
    list.push_back(json::object{{"type", "function"}, {"name", name}});
  }
  return std::make_shared<ToolOffer>(
      std::move(list), std::vector<std::string>(set.tools->begin(), set.tools->end()));
}

SessionStart start_with(const LoadBook::Set& set) {
  SessionStart start;
  start.context.loaded = set;
  start.context.epoch = set->epoch;
  start.context.mode = set->mode;
  auto& source = start.models.emplace_back();
  source.offer = offer_of(*set);
  source.offer_for = offer_of;
  return start;
}

LoadWish in_todo() {
  LoadWish wish;
  wish.mode = "todo";
  return wish;
}

struct Loading : LoadWorld {
  Loading()
      : first(begin()), c(tools_of(*snapshot), start_with(first), nullptr, {}, {}, book.get()) {
    c.w.scripts["set_mode"].act =
        [this](const tool::Invocation& invocation) -> Result<json::value> {
      auto answer =
          book->set_mode(invocation.context, std::string(text_at(invocation.arguments, "mode")));
      if (!answer) return answer.error();
      return json::value(std::move(*answer));
    };
    c.accept_updates(1);
  }

  /// The model asks for a mode, in a response of its own.
  void ask_mode(const std::string& mode, const std::string& response = "resp_1") {
    c.response_created(response);
    c.call(response, "call_mode_" + mode + response, "set_mode", R"({"mode":")" + mode + R"("})");
    c.response_done(response);
  }
  std::vector<std::string> outputs(std::size_t model = SIZE_MAX) {
    std::vector<std::string> out;
    for (const auto& item : c.sent("conversation.item.create", model)) {
      if (item.find("function_call_output") != std::string::npos) out.push_back(item);
    }
    return out;
  }
  int runs(const std::string& tool) { return c.w.scripts[tool].runs; }

  LoadBook::Set first;
  Conversation c;
};

TEST(Loading, TellsTheModelTheNewListAndAnswersOnceItHasIt) {
  Loading w;

  w.ask_mode("todo");

  const auto updates = w.c.sent("session.update");
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_NE(updates[0].find("\"add_todo\""), std::string::npos);
  EXPECT_EQ(updates[0].find("\"find_mail\""), std::string::npos);
  EXPECT_TRUE(w.outputs().empty());  // not before the model has the list
  EXPECT_TRUE(w.c.sent("response.create").empty());

  w.c.accept_updates(1);

  ASSERT_EQ(w.outputs().size(), 1u);
  EXPECT_NE(w.outputs()[0].find("add_todo"), std::string::npos);
  EXPECT_EQ(w.c.sent("response.create").size(), 1u);
  EXPECT_FALSE(w.c.caller_saw("session.updated"));  // the caller's program asked for none
}

TEST(Loading, SendsNothingWhereTheListIsTheSame) {
  Loading w;
  w.ask_mode("todo");
  w.c.accept_updates(1);

  w.c.response_created("resp_2");
  w.c.call("resp_2", "call_mode_again_1", "set_mode", R"({"mode":"todo"})");
  w.c.response_done("resp_2");

  EXPECT_EQ(w.c.sent("session.update").size(), 1u);
  EXPECT_EQ(w.outputs().size(), 2u);
}

TEST(Loading, JudgesACallByTheListThatItsResponseBeganWith) {
  Loading w;
  w.ask_mode("todo");
  w.c.accept_updates(1);
  w.c.response_created("resp_2");  // with the tools of "todo"
  w.c.call("resp_2", "call_mode_email_1", "set_mode", R"({"mode":"email"})");
  EXPECT_EQ(w.c.sent("session.update").size(), 2u);
  w.c.call("resp_2", "call_before_ack_1", "add_todo", R"({"item":"milk"})");
  w.c.accept_updates(1);
  w.c.call("resp_2", "call_after_ack_1", "add_todo", R"({"item":"bread"})");
  w.c.response_done("resp_2");
  EXPECT_EQ(w.runs("add_todo"), 2);  // both of a response that began before

  w.c.response_created("resp_3");
  w.c.call("resp_3", "call_too_late_1", "add_todo", R"({"item":"eggs"})");
  w.c.call("resp_3", "call_mail_1", "find_mail", R"({"from":"john"})");
  w.c.response_done("resp_3");

  EXPECT_EQ(w.runs("add_todo"), 2);
  EXPECT_EQ(w.runs("find_mail"), 1);
  EXPECT_NE(w.outputs().back().find("\\\"ok\\\":true"), std::string::npos);
  bool was_refused = false;
  for (const auto& output : w.outputs())
    was_refused |= output.find("NOT_LOADED") != std::string::npos;
  EXPECT_TRUE(was_refused);
}

TEST(Loading, RefusesWhatIsNotLoadedYet) {
  Loading w;
  w.ask_mode("todo");  // and the model does not say that it has the list

  w.c.response_created("resp_2");
  w.c.call("resp_2", "call_too_soon_1", "add_todo", R"({"item":"milk"})");
  w.c.response_done("resp_2");

  EXPECT_EQ(w.runs("add_todo"), 0);
}

TEST(Loading, GoesOnWhereTheModelNeverSaysThatItHasTheList) {
  Loading w;
  w.ask_mode("todo");
  w.c.pass(4s);
  EXPECT_TRUE(w.outputs().empty());

  w.c.pass(2s);

  EXPECT_EQ(w.outputs().size(), 1u);
  EXPECT_EQ(w.c.sent("response.create").size(), 1u);
}

TEST(Loading, GoesOnWhereTheModelRefusesTheList) {
  Loading w;
  w.ask_mode("todo");

  w.c.refuse_last("session.update", "invalid_value", "session.tools");

  EXPECT_EQ(w.outputs().size(), 1u);
  EXPECT_FALSE(w.c.caller_saw("invalid_value"));  // it was not the caller's
  EXPECT_FALSE(w.c.ended);
}

TEST(Loading, OfAChangeOverHttpReachesTheModel) {
  Loading w;

  const auto changed = w.book->change("sess_1", {.mode = "todo", .only = {}});
  w.c.session->take_loaded();  // as the board has it do
  w.c.w.world.settle();

  ASSERT_TRUE(changed);
  ASSERT_EQ(w.c.sent("session.update").size(), 1u);
  w.c.accept_updates(1);
  w.c.response_created("resp_1");
  w.c.call("resp_1", "call_todo_123", "add_todo", R"({"item":"milk"})");
  w.c.response_done("resp_1");
  EXPECT_EQ(w.runs("add_todo"), 1);
}

TEST(Loading, SurvivesALostConnection) {
  Loading w;
  w.ask_mode("todo");  // on its way

  w.c.lose_model();
  w.c.pass(1s);

  ASSERT_EQ(w.c.models.size(), 2u);
  const auto listed = json::serialize(w.c.models[1]->opened_with.at("tools"));
  EXPECT_NE(listed.find("add_todo"), std::string::npos);
  // The new connection never made that call: it is told in words what came of it.
  const auto told = w.c.sent("conversation.item.create", 1);
  bool is_told = false;
  for (const auto& item : told) is_told |= item.find("list_todo") != std::string::npos;
  EXPECT_TRUE(is_told);
  EXPECT_TRUE(w.outputs(1).empty());
  EXPECT_EQ(w.c.sent("response.create", 1).size(), 1u);
  w.c.accept_updates(1);
  w.c.response_created("resp_2");
  w.c.call("resp_2", "call_todo_123", "add_todo", R"({"item":"milk"})");
  w.c.response_done("resp_2");
  EXPECT_EQ(w.runs("add_todo"), 1);
}

TEST(Loading, TakesAnotherConnectionWhereTheModelTakesNoNewList) {
  Loading w;
  w.c.models[0]->can_change_tools = w.c.can_change_tools = false;
  w.c.response_created("resp_1");
  w.c.call("resp_1", "call_mode_todo_1", "set_mode", R"({"mode":"todo"})");
  EXPECT_EQ(w.c.models.size(), 1u);  // not in the middle of a turn

  w.c.response_done("resp_1");
  w.c.pass(1s);

  EXPECT_TRUE(w.c.sent("session.update", 0).empty());
  ASSERT_EQ(w.c.models.size(), 2u);
  EXPECT_TRUE(w.c.models[0]->is_closed);
  const auto listed = json::serialize(w.c.models[1]->opened_with.at("tools"));
  EXPECT_NE(listed.find("add_todo"), std::string::npos);
  EXPECT_EQ(w.c.sent("response.create", 1).size(), 1u);
  w.c.accept_updates(1);
  w.c.response_created("resp_2");
  w.c.call("resp_2", "call_todo_123", "add_todo", R"({"item":"milk"})");
  w.c.response_done("resp_2");
  EXPECT_EQ(w.runs("add_todo"), 1);
  EXPECT_EQ(w.c.models.size(), 2u);
}

TEST(Loading, RunsTheToolThatAnotherCarriesThroughTheSameGates) {
  LoadWorld frozen;
  frozen.ground.is_frozen = true;
  const auto set = frozen.begin(in_todo());
  auto start = start_with(set);
  start.models[0].offer_for = [](const registry::LoadedSet&) {
    return std::make_shared<const ToolOffer>(
        json::array{{{"type", "function"}, {"name", "run_tool"}}},
        std::vector<std::string>{"run_tool"});
  };
  start.models[0].offer = start.models[0].offer_for(*set);
  Conversation c(tools_of(*frozen.snapshot), std::move(start), nullptr, {}, {}, frozen.book.get());
  c.accept_updates(1);
  c.response_created("resp_1");

  c.call("resp_1", "call_carried_1", "run_tool", R"({"tool":"add_todo","args":{"item":"milk"}})");
  c.call("resp_1", "call_carried_2", "run_tool", R"({"tool":"find_mail"})");
  c.call("resp_1", "call_carried_3", "run_tool", R"({"tool":"run_tool","args":{}})");
  c.response_done("resp_1");

  EXPECT_EQ(c.w.scripts["add_todo"].runs, 1);
  EXPECT_EQ(c.w.scripts["add_todo"].arguments.back(), R"({"item":"milk"})");
  EXPECT_EQ(c.w.scripts["find_mail"].runs, 0);
  EXPECT_EQ(c.w.scripts["run_tool"].runs, 1);  // that one is refused by what runs it
  EXPECT_FALSE(c.caller_saw("run_tool"));
}

TEST(Loading, OfAnotherAccountWaitsForTheListThatIsOnItsWay) {
  Loading w;
  w.book->set_accounts("tenant-a", "user-1",
                       {{"google", "john@example.com"}, {"google", "john@work.example"}});
  w.c.w.scripts["select_account"].act =
      [&w](const tool::Invocation& invocation) -> Result<json::value> {
    auto answer = w.book->select_account(invocation.context, "work");
    if (!answer) return answer.error();
    return json::value(std::move(*answer));
  };
  w.c.response_created("resp_1");
  w.c.call("resp_1", "call_mode_email_1", "set_mode", R"({"mode":"email"})");
  w.c.call("resp_1", "call_account_123", "select_account", R"({"account":"work"})");
  w.c.response_done("resp_1");
  EXPECT_EQ(w.c.sent("session.update").size(), 1u);  // the list is the same
  EXPECT_TRUE(w.outputs().empty());

  w.c.accept_updates(1);

  EXPECT_EQ(w.outputs().size(), 2u);
  w.c.response_created("resp_2");
  std::string account;
  w.c.w.scripts["find_mail"].act =
      [&account](const tool::Invocation& invocation) -> Result<json::value> {
    account = invocation.context.account;
    return json::value(json::object());
  };
  w.c.call("resp_2", "call_mail_12345", "find_mail", R"({"from":"anna"})");
  EXPECT_EQ(account, "john@work.example");
  // Nothing waits for ever: what changes nothing is answered at once.
  w.c.call("resp_2", "call_mode_again_1", "set_mode", R"({"mode":"email"})");
  EXPECT_EQ(w.outputs().size(), 4u);
}

TEST(Loading, AnswersWithTheRefusalOfTheListAndTriesItAgain) {
  Loading w;
  w.ask_mode("todo");
  w.c.refuse_last("session.update", "invalid_value", "session.tools");
  ASSERT_EQ(w.outputs().size(), 1u);
  EXPECT_NE(w.outputs()[0].find("TRANSIENT"), std::string::npos);

  w.ask_mode("todo", "resp_2");

  EXPECT_EQ(w.c.sent("session.update").size(), 2u);
  w.c.accept_updates(1);
  ASSERT_EQ(w.outputs().size(), 2u);
  EXPECT_NE(w.outputs()[1].find("\\\"ok\\\":true"), std::string::npos);
}

TEST(Loading, ByConnectionsIsNoLossHoweverOften) {
  Loading w;
  w.c.models[0]->can_change_tools = w.c.can_change_tools = false;
  for (int i = 0; i < 10; ++i) {
    const auto response = "resp_" + std::to_string(i);
    w.ask_mode(i % 2 == 0 ? "todo" : "email", response);
    w.c.pass(300ms);
    w.c.accept_updates(1);
    w.c.response_created(response + "_b");
    w.c.response_done(response + "_b");
    ASSERT_FALSE(w.c.ended) << i;
  }

  EXPECT_EQ(w.c.models.size(), 11u);
}

TEST(Loading, ByAnotherConnectionWaitsForWhoSpeaks) {
  Loading w;
  w.c.models[0]->can_change_tools = w.c.can_change_tools = false;
  w.c.model_says(
      R"({"type":"input_audio_buffer.speech_started","item_id":"item_u","audio_start_ms":1})");

  (void)w.book->change("sess_1", {.mode = "todo", .only = {}});
  w.c.session->take_loaded();
  w.c.pass(20s);
  EXPECT_EQ(w.c.models.size(), 1u);

  w.c.model_says(
      R"({"type":"input_audio_buffer.speech_stopped","item_id":"item_u","audio_end_ms":9})");
  w.c.pass(10s);
  EXPECT_EQ(w.c.models.size(), 2u);
}

TEST(Loading, LeavesNoNameOfThePacksToTheCallersProgram) {
  Loading w;

  w.c.caller_says(R"({"type":"session.update","event_id":"e1","session":{"type":"realtime",)"
                  R"("tools":[{"type":"function","name":"add_todo","parameters":{}}]}})");

  EXPECT_TRUE(w.c.caller_saw("belongs to this gateway's own tools"));
}

TEST(Loading, LeavesNoNameOfThePacksToAResponseOfTheCallersProgram) {
  for (const char* conversation : {"auto", "none"}) {
    Loading w;

    w.c.caller_says(std::string(R"({"type":"response.create","event_id":"e1","response":{)") +
                    R"("conversation":")" + conversation +
                    R"(","tools":[{"type":"function","name":"theirs"},)"
                    R"({"type":"function","name":"add_todo","parameters":{}}]}})");

    EXPECT_TRUE(w.c.caller_saw("belongs to this gateway's own tools")) << conversation;
    EXPECT_TRUE(w.c.caller_saw("response.tools[1].name")) << conversation;
    EXPECT_TRUE(w.c.sent("response.create").empty()) << conversation;
  }
}

/// A thousand random courses of switches, calls and losses; the model's own knowledge is the judge.
TEST(Loading, NoCallIsEverJudgedByAnotherSetThanTheOneItWasIssuedIn) {
  const std::vector<std::string> modes{"email", "todo"};
  const std::map<std::string, std::string> of{{"find_mail", "email"}, {"add_todo", "todo"}};
  int ran = 0;
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Loading w;
    SeededRandom random(seed);
    const auto pick = [&](std::uint64_t most) { return random.next_u64() % most; };
    std::string has;                 // the mode whose list the model has
    std::deque<std::string> on_way;  // lists that it has been sent and has not taken yet
    std::size_t read = 0;            // session.updates seen
    std::string response;
    std::string issued_in;
    int next = 0;
    const auto mode_in = [&](const std::string& list) {
      return list.find("\"add_todo\"") != std::string::npos    ? "todo"
             : list.find("\"find_mail\"") != std::string::npos ? "email"
                                                               : "";
    };
    const auto look = [&] {
      const auto updates = w.c.sent("session.update");
      for (; read < updates.size(); ++read) on_way.push_back(mode_in(updates[read]));
    };
    const auto finish = [&] {
      if (response.empty()) return;
      w.c.response_done(response);
      response.clear();
    };
    for (int step = 0; step < 24 && !w.c.ended; ++step) {
      switch (pick(9)) {
        case 0:  // a program changes the mode
          (void)w.book->change("sess_1", {.mode = modes[pick(2)], .only = {}});
          w.c.session->take_loaded();
          w.c.w.world.settle();
          break;
        case 1:  // the model has one more list
          look();
          if (on_way.empty()) break;
          has = on_way.front();
          on_way.pop_front();
          w.c.accept_updates(1);
          break;
        case 2:
          finish();
          response = "resp_" + std::to_string(++next);
          issued_in = has;
          w.c.response_created(response);
          break;
        case 3:
          finish();
          break;
        case 4:
        case 5:
        case 6:
        case 7: {
          if (response.empty()) break;
          if (pick(5) == 0) {
            w.c.call(response, "call_mode_" + std::to_string(++next), "set_mode",
                     R"({"mode":")" + modes[pick(2)] + R"("})");
            break;
          }
          const auto* tool = pick(2) == 0 ? "find_mail" : "add_todo";
          const auto before = w.runs(tool);
          w.c.call(response, "call_number_" + std::to_string(++next), tool,
                   R"({"x":1})");  // refused by its schema only once it may run at all
          ASSERT_FALSE(w.c.w.audit.lines.empty()) << seed;
          const auto& line = w.c.w.audit.lines.back();
          const bool is_loaded = line.find(" loaded") == std::string::npos;
          EXPECT_EQ(is_loaded, of.at(tool) == issued_in) << seed << ": " << line;
          EXPECT_EQ(w.runs(tool), before);
          ++(is_loaded ? ran : refused);
          break;
        }
        default:
          if (pick(4) != 0) break;
          w.c.lose_model();
          w.c.pass(20s);  // it has lasted, then
          response.clear();
          on_way.clear();
          read = 0;
          has = mode_in(json::serialize(w.c.models.back()->opened_with.at("tools")));
          w.c.accept_updates(1);
          break;
      }
    }
  }
  EXPECT_GT(ran, 200);
  EXPECT_GT(refused, 200);
}

}  // namespace
}  // namespace callosum::session
