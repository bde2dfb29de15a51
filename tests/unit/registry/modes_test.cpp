// A pack that gates its tools by mode, as its author writes it.
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "registry/carried_call.hpp"
#include "registry/export/export.hpp"

namespace callosum::registry {
namespace {

std::string pack(const std::string& modes, const std::string& tool_modes = "[email]",
                 const std::string& name = "find_mail") {
  return "pack: helper\nversion: 1.0.0\n" + modes + R"yaml(
tools:
  - name: )yaml" +
         name + R"yaml(
    version: 1.0.0
    summary: Look through the mail.
    category: action
    access: read
    channels: [voice]
    modes: )yaml" +
         tool_modes + R"yaml(
    input: {type: object, properties: {}, additionalProperties: false}
    run: {builtin: noop}
)yaml";
}

std::string problems(const std::string& text) {
  std::string out;
  for (const auto& problem : load_pack_text(text, "pack.yaml").problems) {
    out += problem.to_string() + "\n";
  }
  return out;
}

TEST(Modes, BringTheMetaToolsWithTheModesOfThePack) {
  const auto outcome = load_pack_text(
      pack("modes:\n  email: {summary: Mail.}\n  \"no\": {summary: A strange name.}"), "pack.yaml",
      {"openai", "xai", "gemini", "gemini-json-schema", "chat"});

  ASSERT_TRUE(outcome.snapshot) << outcome.problems.front().to_string();
  for (const auto name :
       {kSetMode, kSelectAccount, kSearchTools, kDescribeTool, kRunTool, kEndSession}) {
    const auto* tool = outcome.snapshot->find(name);
    ASSERT_TRUE(tool) << name;
    EXPECT_EQ(tool->pack, kMetaPack);
    EXPECT_EQ(tool->category, Category::meta);
  }
  const auto& modes =
      outcome.snapshot->find(kSetMode)->input_schema.at("properties").at("mode").at("enum");
  EXPECT_EQ(json::serialize(modes), R"(["email","no"])");
}

TEST(Modes, AreNotThereWithoutAPackThatHasSome) {
  const auto outcome = load_pack_text(pack("", "[]"), "pack.yaml");

  ASSERT_TRUE(outcome.snapshot);
  EXPECT_FALSE(outcome.snapshot->find(kSetMode));
  EXPECT_FALSE(outcome.snapshot->gates_by_mode());
}

TEST(Modes, AreReadWithTheirConditions) {
  const auto outcome = load_pack_text(
      pack("modes:\n  email: {summary: Mail., account: google, roles: [owner, staff], "
           "min_assurance: verified}\n  archive: {summary: Old mail., from: [email]}\n"
           "meta_tools: [search_tools]"),
      "pack.yaml");

  ASSERT_TRUE(outcome.snapshot);
  const auto* email = outcome.snapshot->find_mode("email");
  ASSERT_TRUE(email);
  EXPECT_EQ(email->account, "google");
  EXPECT_EQ(email->roles, (std::vector<std::string>{"owner", "staff"}));
  EXPECT_EQ(email->min_assurance, Assurance::verified);
  EXPECT_EQ(outcome.snapshot->find_mode("archive")->from, std::vector<std::string>{"email"});
  EXPECT_FALSE(outcome.snapshot->find_mode("kitchen"));
}

TEST(Modes, ThatCannotBeAreRefusedWithLineAndField) {
  EXPECT_EQ(problems(pack("modes:\n  email: {summary: Mail.}", "[emial]")),
            "pack.yaml:12: tools.find_mail.modes: there is no mode `emial` (did you mean "
            "`email`?)\n");
  EXPECT_EQ(problems(pack("modes:\n  email: {summary: Mail., from: [todo]}")),
            "pack.yaml:3: modes.email.from: there is no mode `todo`\n");
  EXPECT_NE(problems(pack("modes:\n  email: {}")).find("modes.email.summary"), std::string::npos);
  EXPECT_NE(problems(pack("modes: {}")).find("modes"), std::string::npos);
  EXPECT_NE(problems(pack("modes:\n  email: Mail.")).find("modes.email: expected a map"),
            std::string::npos);
  EXPECT_NE(problems(pack("modes:\n  email: {summary: Mail., sumary: x}")).find("sumary"),
            std::string::npos);
  EXPECT_NE(problems(pack("modes:\n  email: {summary: Mail.}\nmeta_tools: [run_tool]"))
                .find("meta_tools: expected search_tools, describe_tool or end_session"),
            std::string::npos);
  EXPECT_NE(problems(pack("meta_tools: [search_tools]", "[]")).find("meta_tools"),
            std::string::npos);
}

TEST(Modes, LeaveTheNamesOfTheMetaToolsToTheGateway) {
  const auto said = problems(pack("modes:\n  email: {summary: Mail.}", "[email]", "set_mode"));

  EXPECT_NE(said.find("pack.yaml:"), std::string::npos);
  EXPECT_NE(said.find("a tool of this name is already at"), std::string::npos);
}

TEST(CarriedCall, IsTheCallThatAnotherCarries) {
  const auto carried = find_carried("run_tool", R"({"tool":"add_todo","args":{"item":"milk"}})");
  ASSERT_TRUE(carried);
  EXPECT_EQ(carried->name, "add_todo");
  EXPECT_EQ(carried->arguments, R"({"item":"milk"})");
  EXPECT_EQ(find_carried("run_tool", R"({"tool":"list_todo"})")->arguments, "{}");
}

TEST(CarriedCall, IsNoneWhereThatCannotBeRead) {
  for (const char* arguments :
       {"", "{}", "[]", R"({"tool":""})", R"({"tool":7})", R"({"tool":"a","args":[]})",
        R"({"tool":"a","args":"{}"})", R"({"tool":"run_tool","args":{}})",
        R"({"tool":"a","tool":"b"})", R"({"tool":"a","more":1})"}) {
    EXPECT_FALSE(find_carried("run_tool", arguments)) << arguments;
  }
  EXPECT_FALSE(find_carried("add_todo", R"({"tool":"add_todo"})"));
}

}  // namespace
}  // namespace callosum::registry
