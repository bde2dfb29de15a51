#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "real_world.hpp"
#include "registry/export/export.hpp"
#include "registry/render.hpp"
#include "registry/snapshot.hpp"
#include "storage/database.hpp"
#include "storage/tenants.hpp"
#include "tool/http/http_kind.hpp"
#include "tool/sql/install.hpp"
#include "tool/sql/sql_kind.hpp"

namespace callosum::tool {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

registry::LoadOutcome load_assistant(const registry::Styles& styles = {}) {
  return registry::load_packs({std::string(CALLOSUM_SOURCE_DIR) + "/packs/assistant"},
                              {"openai", "xai", "gemini", "gemini-json-schema", "chat", "mcp"},
                              styles);
}

/// Without those that change its mode.
std::vector<registry::ToolSpec> tools_of(const registry::Snapshot& snapshot) {
  auto tools = snapshot.tools();
  std::erase_if(tools, [](const auto& tool) { return tool.pack == registry::kMetaPack; });
  return tools;
}

TEST(AssistantPack, LoadsInBothStylesForEveryConsumerWithoutAWord) {
  for (const auto& [style, count] : {std::pair{"single", 5U}, {"fine", 14U}}) {
    const auto loaded = load_assistant({{"assistant", style}});

    ASSERT_NE(loaded.snapshot, nullptr) << registry::render_problems(loaded.problems);
    EXPECT_EQ(registry::render_problems(loaded.warnings), "");
    EXPECT_EQ(tools_of(*loaded.snapshot).size(), count) << style;
    const auto kind = http::make_http_kind(
        {}, {.account_apis = {
                 {"google", {"https://gmail.googleapis.com", "https://www.googleapis.com"}}}});
    const auto tools = tools_of(*loaded.snapshot);
    for (const auto& tool : tools) {
      EXPECT_EQ(tool.modes.size(), 1U) << tool.name;
      const bool is_google = tool.modes[0] == "email" || tool.modes[0] == "calendar";
      EXPECT_EQ(tool.account, is_google ? "google" : "") << tool.name;
      EXPECT_EQ(tool.run.kind, is_google ? "http" : "sql") << tool.name;
      if (!is_google) continue;
      const auto handler = kind->make(tool, *loaded.snapshot->find_pack("assistant"));
      EXPECT_TRUE(handler) << tool.name << ": " << handler.error().message;
    }
  }
  EXPECT_EQ(tools_of(*load_assistant().snapshot)[0].name, "email_actions")
      << "single unless chosen";
}

TEST(AssistantPack, JudgesAnActionByWhatItDoes) {
  using registry::Access;
  using registry::Confirmation;
  const auto snapshot = load_assistant().snapshot;
  const auto judged = [&](const char* name, const char* action) {
    const json::object arguments{{"action", action}};
    const auto* tool = snapshot->find(name);
    return std::pair{tool->access_for(&arguments), tool->confirmation_for(&arguments)};
  };

  EXPECT_EQ(judged("email_actions", "search"), (std::pair{Access::read, Confirmation::none}));
  EXPECT_EQ(judged("email_actions", "archive"), (std::pair{Access::write, Confirmation::none}));
  EXPECT_EQ(judged("email_actions", "send"), (std::pair{Access::write, Confirmation::spoken}));
  for (const char* spelling :
       {"delete", "DELETE", "De\u200blete", "\uff44elete", "\U0001d41delete"}) {
    EXPECT_EQ(judged("email_actions", spelling).first, Access::destructive) << spelling;
  }
  for (const char* action : {"create", "move", "cancel"}) {
    EXPECT_EQ(judged("calendar_actions", action), (std::pair{Access::write, Confirmation::spoken}));
  }
  EXPECT_EQ(judged("calendar_actions", "find_free_slot").first, Access::read);
  EXPECT_EQ(judged("todo_actions", "add"), (std::pair{Access::write, Confirmation::none}));
  const auto fine = load_assistant({{"assistant", "fine"}}).snapshot;
  EXPECT_EQ(fine->find("delete_email")->access, Access::destructive);
  EXPECT_EQ(fine->find("send_email")->confirmation, Confirmation::spoken);
}

TEST(AssistantPack, TakesNoOtherSpellingAndAsksForWhatAnActionNeeds) {
  const auto snapshot = load_assistant().snapshot;
  const auto is_valid = [&](const char* name, const char* arguments) {
    return snapshot->find(name)->input->is_valid(parse_strict(arguments).value());
  };

  for (const char* action : {"delete ", " delete", "Delete", "trash", ""}) {
    EXPECT_FALSE(
        is_valid("email_actions",
                 (R"({"action":")" + std::string(action) + R"(","args":{"id":"a"}})").c_str()))
        << action;
  }
  EXPECT_TRUE(is_valid("email_actions", R"({"action":"search"})"));
  EXPECT_TRUE(is_valid("email_actions", R"({"action":"search","args":{"from":"john"}})"));
  EXPECT_FALSE(is_valid("email_actions", R"({"action":"search","args":{"from":"x) in:(trash"}})"));
  EXPECT_FALSE(is_valid("email_actions", R"({"action":"read","args":{}})"));
  EXPECT_FALSE(is_valid("email_actions", R"({"action":"read","args":{"id":"../../other"}})"));
  EXPECT_FALSE(is_valid("email_actions",
                        R"({"action":"send","args":{"to":["a@b.example"],"subject":"x"}})"));
  EXPECT_FALSE(
      is_valid("email_actions", R"({"action":"search","args":{},"account":"other@x.example"})"));
  EXPECT_FALSE(is_valid("calendar_actions", R"({"action":"create","args":{"title":"x"}})"));
  EXPECT_TRUE(is_valid("calendar_actions",
                       R"({"action":"move","args":{"id":"a","start":"monday 10:00"}})"));
  EXPECT_FALSE(is_valid("todo_actions", R"({"action":"add"})"));
  EXPECT_TRUE(is_valid("todo_actions", R"({"action":"complete","id":"TD-101"})"));
}

/// The lists that the gateway keeps, with the pack's demo data.
class AssistantLists : public ::testing::Test {
 protected:
  AssistantLists() {
    database_ = std::move(*storage::Database::open({.path = folder_.path() / "x.db"}));
    loaded_ = load_assistant();
    const auto& pack = *loaded_.snapshot->find_pack("assistant");
    for (int start = 0; start < 2; ++start) {
      const auto schema = sql::install_pack_schema(*database_, pack);
      if (!schema) ADD_FAILURE() << schema.error().message;
      const auto demo = sql::install_demo_data(*database_, pack);
      if (!demo) ADD_FAILURE() << demo.error().message;
    }
    kind_ = sql::make_sql_kind(*database_, {.readers = 1});
    for (const auto& tool : loaded_.snapshot->tools()) {
      if (tool.run.kind != "sql") continue;
      auto handler = kind_->make(tool, pack);
      if (!handler)
        ADD_FAILURE() << tool.name << ": " << handler.error().message << handler.error().detail;
      if (handler) handlers_[tool.name] = std::move(*handler);
    }
  }

  json::value ask(const std::string& name, json::object arguments,
                  const char* slug = "willow-hair") {
    const auto* tool = loaded_.snapshot->find(name);
    registry::CallContext context;
    context.tenant_id =
        real_.run(storage::resolve_canonical_tenant(*database_, slug, real_.in(5s)))->id;
    EXPECT_TRUE(tool->input->is_valid(arguments)) << json::serialize(arguments);
    arguments["business_id"] = context.tenant_id;
    arguments["user"] = user_;
    const std::string key;
    const Invocation invocation{*tool, arguments, context, key, nullptr};
    const auto output = real_.run(handlers_.at(name)->run(invocation, real_.in(5s)));
    EXPECT_TRUE(output) << name << ": " << output.error().message << output.error().detail;
    if (!output) return nullptr;
    for (const auto& hint : tool->output->explain(output->data)) {
      ADD_FAILURE() << name << " " << hint.path << ": " << hint.message;
    }
    return output->data;
  }
  std::string said(const std::string& name, json::object arguments,
                   const char* slug = "willow-hair") {
    const auto data = ask(name, std::move(arguments), slug);
    return data.is_object() ? std::string(data.as_object().at("said").as_string()) : "nothing";
  }

  std::string user_ = "demo";
  testing::TempFolder folder_;
  testing::RealWorld real_;
  std::unique_ptr<storage::Database> database_;
  registry::LoadOutcome loaded_;
  std::unique_ptr<ToolKind> kind_;
  std::map<std::string, std::unique_ptr<ToolHandler>> handlers_;
};

TEST_F(AssistantLists, KeepWhatSomebodyHasToDo) {
  EXPECT_EQ(said("todo_actions", {{"action", "list"}}),
            "On your list: call the plumber, send the numbers to Marek, buy bread.");
  EXPECT_EQ(said("todo_actions", {{"action", "add"}, {"item", "milk"}}),
            "I have put milk on your list.");
  EXPECT_EQ(said("todo_actions", {{"action", "complete"}, {"item", "the plumber"}}),
            "Done: call the plumber.");
  EXPECT_EQ(said("todo_actions", {{"action", "complete"}, {"item", "the plumber"}}), "nothing")
      << "it is done";

  EXPECT_EQ(ask("todo_actions", {{"action", "list"}}).as_object().at("items").as_array().size(),
            3U);
  EXPECT_EQ(said("todo_actions", {{"action", "list"}}, "cedar-dental"),
            "On your list: call the laboratory.");
  user_ = "maya";
  EXPECT_EQ(said("todo_actions", {{"action", "list"}}), "On your list: order the spring colours.");
  EXPECT_EQ(said("todo_actions", {{"action", "complete"}, {"id", "TD-103"}}), "nothing")
      << "somebody else's";
}

TEST_F(AssistantLists, AskWhatSomebodyDoesNotKnowYet) {
  EXPECT_EQ(said("learning_actions", {{"action", "plan"}, {"subject", "Spanish"}}),
            "Next in spanish is saying hello.");
  EXPECT_EQ(said("learning_actions", {{"action", "progress"}, {"subject", "spanish"}}),
            "You know 1 of 5.");
  const auto quiz =
      ask("learning_actions", {{"action", "quiz"}, {"subject", "spanish"}}).as_object();
  EXPECT_EQ(quiz.at("question_id"), "Q-12");
  EXPECT_FALSE(quiz.contains("right_answer")) << "it would be told";

  EXPECT_EQ(said("learning_actions",
                 {{"action", "answer"}, {"question_id", "Q-12"}, {"answer", "Hello"}}),
            "Not quite.");
  EXPECT_EQ(
      said("learning_actions",
           {{"action", "answer"}, {"question_id", "Q-12"}, {"answer", "It means See you later"}}),
      "That is right.");

  EXPECT_EQ(said("learning_actions", {{"action", "plan"}, {"subject", "spanish"}}),
            "Next in spanish is ordering food.");
  EXPECT_EQ(said("learning_actions", {{"action", "progress"}, {"subject", "spanish"}}),
            "You know 2 of 5.");
}

TEST_F(AssistantLists, PlayASoundUntilToldToStop) {
  EXPECT_EQ(said("relax_actions", {{"action", "stop"}}), "nothing");
  EXPECT_EQ(said("relax_actions", {{"action", "start"}, {"sound", "Ocean"}, {"minutes", 5}}),
            "Now playing ocean.");
  EXPECT_EQ(said("relax_actions", {{"action", "start"}, {"sound", "traffic"}}), "nothing");
  EXPECT_EQ(said("relax_actions", {{"action", "stop"}}), "I have stopped it.");
  EXPECT_EQ(said("relax_actions", {{"action", "stop"}}), "nothing");
  EXPECT_EQ(ask("relax_actions", {{"action", "list"}}).as_object().at("items").as_array().size(),
            3U);
}

}  // namespace
}  // namespace callosum::tool
