// What the offline voice does where the tools come and go with a mode.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "provider/offline/phrase_brain.hpp"
#include "real_world.hpp"

namespace callosum::provider::offline {
namespace {

constexpr const char* kPack = R"yaml(pack: helper
version: 1.0.0
access_mode: confirm
modes:
  todo: {summary: The list of things to do.}
  mail: {summary: Mail.}
meta_tools: [search_tools, describe_tool]
tools:
  - {name: list_todo, version: 1.0.0, summary: What is on the list., category: action, access: read,
     channels: [voice, text], modes: [todo], phrases: [what is on my list],
     input: {type: object, properties: {}, additionalProperties: false}, run: {builtin: noop}}
  - {name: find_mail, version: 1.0.0, summary: Look through the mail., category: action, access: read,
     channels: [voice, text], modes: [mail], phrases: [check my mail],
     input: {type: object, properties: {}, additionalProperties: false}, run: {builtin: noop}}
)yaml";

struct Talk {
  Talk() : brain(make_phrase_brain(registry::load_pack_text(kPack, "pack.yaml").snapshot)) {}

  Plan plan(std::vector<std::string> names) {
    json::array tools;
    const auto snapshot = registry::load_pack_text(kPack, "pack.yaml").snapshot;
    for (const auto& name : names) {
      tools.push_back(json::object{{"type", "function"},
                                   {"name", name},
                                   {"description", snapshot->find(name)->summary},
                                   {"parameters", snapshot->find(name)->input_schema}});
    }
    const std::string instructions;
    auto planning = brain->plan(turns, tools, instructions, world.in(std::chrono::seconds(5)));
    return *world.run(std::move(planning));
  }
  void says(std::string text) { turns.push_back({Turn::Kind::user, std::move(text), "", ""}); }
  void called(const PlannedCall& call, const std::string& output) {
    const auto id = "call_" + std::to_string(turns.size());
    turns.push_back({Turn::Kind::call, call.arguments, id, call.name});
    turns.push_back({Turn::Kind::output, output, id, ""});
  }

  testing::RealWorld world;
  std::unique_ptr<Brain> brain;
  std::vector<Turn> turns;
};

const std::vector<std::string> kStart{"set_mode", "select_account"};
const std::vector<std::string> kTodo{"set_mode", "select_account", "search_tools", "describe_tool",
                                     "list_todo"};

TEST(OfflineModes, EntersTheModeOfWhatIsAskedAndThenDoesIt) {
  Talk talk;
  talk.says("what is on my list");

  const auto first = talk.plan(kStart);
  ASSERT_EQ(first.calls.size(), 1u) << first.text;
  EXPECT_EQ(first.calls[0].name, "set_mode");
  EXPECT_EQ(first.calls[0].arguments, R"({"mode":"todo"})");
  talk.called(first.calls[0], R"({"ok":true,"data":{"mode":"todo"},"intents":[],"meta":{}})");

  const auto second = talk.plan(kTodo);
  ASSERT_EQ(second.calls.size(), 1u) << second.text;
  EXPECT_EQ(second.calls[0].name, "list_todo");
}

TEST(OfflineModes, SaysWhyAModeCannotBeEntered) {
  Talk talk;
  talk.says("check my mail");
  const auto first = talk.plan(kStart);
  ASSERT_EQ(first.calls.size(), 1u) << first.text;
  talk.called(first.calls[0],
              R"({"ok":false,"error":{"type":"NOT_LOADED","message":"connect one first",)"
              R"("retryable":false},"intents":[],"meta":{}})");

  const auto second = talk.plan(kStart);

  EXPECT_TRUE(second.calls.empty());
  EXPECT_FALSE(second.text.empty());
}

TEST(OfflineModes, TriesNoModeTwiceForTheSameWords) {
  Talk talk;
  talk.says("what is on my list");
  talk.called({"set_mode", R"({"mode":"todo"})"}, R"({"ok":true,"data":{"mode":"todo"}})");

  const auto plan = talk.plan(kStart);  // and its tools are not there all the same

  EXPECT_TRUE(plan.calls.empty());
}

TEST(OfflineVoice, SaysThatItCannotTakeUpAnOffer) {
  for (const char* words : {"yes please", "Yeah, book it.", "I'll take that one, thanks"}) {
    Talk talk;
    talk.says(words);
    EXPECT_NE(talk.plan(kTodo).text.find("a yes to what was offered takes a language model"),
              std::string::npos)
        << words;
  }
  for (const char* words : {"thank you", "okay", "yes, on my bicycle", ""}) {
    Talk talk;
    talk.says(words);
    EXPECT_NE(talk.plan(kTodo).text.find("I did not catch that"), std::string::npos) << words;
  }
}

}  // namespace
}  // namespace callosum::provider::offline
