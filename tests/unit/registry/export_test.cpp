#include "registry/export/export.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "manifest_text.hpp"
#include "registry/export/report.hpp"
#include "registry/render.hpp"

namespace callosum::registry {
namespace {

std::shared_ptr<const Snapshot> good_snapshot() {
  return load_pack_text(kGoodManifest, "shop/pack.yaml").snapshot;
}

ToolSpec tool_with(std::string_view input) {
  ToolSpec tool;
  tool.name = "look";
  tool.summary = "Looks.";
  tool.input_schema = parse_strict(input)->as_object();
  return tool;
}

Result<ExportedTools> compile(const ToolSpec& tool) {
  const ToolSpec* const tools[] = {&tool};
  return find_export("openai")->compile(tools);
}

TEST(OpenAiExport, WritesToolsAsTheGaSessionTakesThem) {
  const auto snapshot = good_snapshot();
  const auto tools = visible_tools(
      *snapshot, {.assurance = Assurance::carrier, .access_mode = AccessMode::confirm});

  const auto exported = find_export("openai")->compile(tools);

  ASSERT_TRUE(exported);
  EXPECT_EQ(
      exported->text,
      R"([{"type":"function","name":"get_faqs","description":"What customers ask, by topic.",)"
      R"("parameters":{"type":"object","properties":{"topic":{"type":"string","minLength":1}},)"
      R"("required":["topic"],"additionalProperties":false}},)"
      R"({"type":"function","name":"change_booking","description":"Moves or cancels a booking.",)"
      R"("parameters":{"type":"object","properties":{"booking_id":{"type":"string"},)"
      R"("action":{"enum":["move","cancel"]},"confirmationToken":{"type":"string","description":)"
      R"("Only when repeating a call that asked for confirmation: its token."}},)"
      R"("required":["booking_id","action"],"additionalProperties":false}}])");
  EXPECT_TRUE(exported->losses.empty());
  EXPECT_EQ(exported->tokens, (exported->text.size() + 3) / 4);
}

TEST(OpenAiExport, OffersNoTokenWhereOnlyTheCallersHandConfirms) {
  auto tool = tool_with(R"({"type":"object","properties":{}})");
  tool.confirmation = Confirmation::spoken;
  EXPECT_NE(compile(tool)->text.find("confirmationToken"), std::string::npos);

  tool.confirmation = Confirmation::strong;
  EXPECT_EQ(compile(tool)->text.find("confirmationToken"), std::string::npos);
}

TEST(OpenAiExport, ReportsEachKeywordThatItDropsOrRewrites) {
  const auto tool = tool_with(R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
      "type":"object","additionalProperties":false,"dependentRequired":{"b":["a"]},
      "properties":{"a":{"const":5},"b":{"type":"array","items":{"if":true,"title":"T"}},
      "c/d":true}})");

  const auto exported = compile(tool);

  ASSERT_TRUE(exported);
  EXPECT_EQ(render_export_report(*exported),
            "look /: `$schema` dropped; a note; it never refused a value\n"
            "look /: `dependentRequired` dropped; the executor validates the schema as written\n"
            "look /properties/a: `const` rewritten; same meaning\n"
            "look /properties/b/items: `if` dropped; the executor validates the schema as written\n"
            "look /properties/b/items: `title` dropped; a note; it never refused a value\n"
            "look /properties/c~1d: `true` rewritten; same meaning\n"
            "look: about 48 tokens\n"
            "1 tool, about " +
                std::to_string(exported->tokens) + " tokens, 6 losses\n");
  EXPECT_EQ(canonical_json(exported->tools[0].at("parameters").at("properties")),
            R"({"a":{"enum":[5]},"b":{"items":{},"type":"array"},"c/d":{}})");
}

TEST(OpenAiExport, SpeaksOfOneToolAndOneLossAsOfOne) {
  const auto one = compile(tool_with(R"({"type":"object","title":"T"})"));
  const auto none = find_export("openai")->compile({});

  ASSERT_TRUE(one && none);
  EXPECT_TRUE(render_export_report(*one).ends_with(
      "\n1 tool, about " + std::to_string(one->tokens) + " tokens, 1 loss\n"));
  EXPECT_EQ(render_export_report(*none), "0 tools, about 1 token, 0 losses\n");
}

TEST(OpenAiExport, RefusesAToolThatTheProviderCannotCarryAndSaysWhy) {
  const auto problem_of = [](const ToolSpec& tool) {
    const auto exported = compile(tool);
    return exported ? "" : exported.error().message;
  };
  auto long_summary = tool_with(R"({"type":"object"})");
  long_summary.summary = std::string(1025, 'x');
  auto dotted = tool_with(R"({"type":"object"})");
  dotted.name = "a.b";

  EXPECT_NE(problem_of(tool_with(R"({"type":"array"})")).find("look: openai cannot carry it"),
            std::string::npos);
  EXPECT_NE(problem_of(tool_with(R"({"type":"object","oneOf":[]})")).find("`oneOf` at the root"),
            std::string::npos);
  EXPECT_NE(problem_of(long_summary).find("longer than 1024"), std::string::npos);
  EXPECT_NE(problem_of(dotted).find("a.b: openai"), std::string::npos);
}

TEST(OpenAiExport, RefusesMoreToolsThanTheProviderTakes) {
  const auto tool = tool_with(R"({"type":"object"})");
  const std::vector<const ToolSpec*> tools(129, &tool);

  const auto exported = find_export("openai")->compile(tools);

  ASSERT_FALSE(exported);
  EXPECT_NE(exported.error().message.find("at most 128 tools, found 129"), std::string::npos);
}

TEST(Exports, AreFoundByNameWithOrWithoutAModel) {
  EXPECT_NE(find_export("openai"), nullptr);
  EXPECT_EQ(find_export("openai:gpt-realtime"), find_export("openai"));
  for (const auto name : export_names()) EXPECT_EQ(find_export(name)->name(), name);
  EXPECT_EQ(find_export("nobody"), nullptr);
  EXPECT_EQ(find_export(""), nullptr);
}

std::string names(const Snapshot& snapshot, const Audience& audience) {
  std::string out;
  for (const auto* tool : visible_tools(snapshot, audience)) out += tool->name + " ";
  return out;
}

class VisibleTools : public ::testing::Test {
 protected:
  VisibleTools() {
    ToolSpec tool;
    tool.channels = {Channel::voice, Channel::text};
    add(tool, "read");
    tool.access = Access::propose;
    add(tool, "propose");
    tool.access = Access::destructive;
    add(tool, "wipe");
    tool.access = Access::read;
    add(tool, "delete_all");
    tool.modes = {"email"};
    add(tool, "mail");
    tool.modes.clear();
    tool.roles = {"admin"};
    add(tool, "admin");
    tool.roles.clear();
    tool.min_assurance = Assurance::verified;
    add(tool, "verified");
    tool.min_assurance = Assurance::none;
    tool.channels = {Channel::text};
    add(tool, "typed");
  }
  void add(ToolSpec tool, std::string_view name) {
    tool.name = name;
    tools_.push_back(std::move(tool));
  }
  std::string see(const Audience& audience) const { return names({{}, tools_, "1"}, audience); }

  std::vector<ToolSpec> tools_;
};

TEST_F(VisibleTools, AreTheHarmlessOnesForAnUnknownCaller) { EXPECT_EQ(see({}), "read "); }

TEST_F(VisibleTools, HideWritesInReadOnlySessionsOnly) {
  EXPECT_EQ(see({.access_mode = AccessMode::propose_actions}), "read propose ");
}

TEST_F(VisibleTools, HideTheWritesOfAPackThatOnlyReadsAndNobodyElses) {
  for (auto& tool : tools_) {
    if (tool.name == "propose") tool.access_mode = AccessMode::read_only;
  }

  EXPECT_EQ(see({.is_realtime = false, .access_mode = AccessMode::confirm}),
            "read wipe delete_all ");
}

TEST_F(VisibleTools, HoldDestructiveOnesOnlyOutsideOfRealtimeSessions) {
  EXPECT_EQ(see({.is_realtime = false, .access_mode = AccessMode::confirm}),
            "read propose wipe delete_all ");
}

TEST_F(VisibleTools, FollowChannelModeRoleAndAssurance) {
  const std::vector<std::string> roles{"staff", "admin"};

  EXPECT_EQ(see({.channel = Channel::text}), "read typed ");
  EXPECT_EQ(see({.channel = Channel::mcp}), "");
  EXPECT_EQ(see({.mode = "email"}), "read mail ");
  EXPECT_EQ(see({.roles = roles}), "read admin ");
  EXPECT_EQ(see({.assurance = Assurance::verified}), "read verified ");
}

TEST(Render, ListsToolsInColumns) {
  const auto snapshot = good_snapshot();

  EXPECT_EQ(render_tool_list(*snapshot),
            "TOOL            VERSION  PACK  CATEGORY   ACCESS  CHANNELS        SUMMARY\n"
            "get_faqs        1.0.0    shop  retrieval  read    voice text mcp  "
            "What customers ask, by topic.\n"
            "change_booking  2.0.1    shop  action     write   voice text mcp  "
            "Moves or cancels a booking.\n"
            "2 tools, registry " +
                snapshot->version() + "\n");
}

TEST(Render, ShowsOneToolInFull) {
  const auto text = render_tool(*good_snapshot()->find("change_booking"));

  for (const auto* part :
       {"shop.change_booking 2.0.1  (shop/pack.yaml:34)",
        "destructive when {\"action\":[\"cancel\"]}", "business_id = session.tenant_id",
        "builtin (shop/pack.yaml:65)", "customer_phone = log", "booking_id business_id"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
  }
}

TEST(Render, EndsALintWithHowItStands) {
  const auto good = load_pack_text(kGoodManifest, "p");
  const auto bad = load_pack_text("pack: 5", "p");

  EXPECT_EQ(render_lint(good), "2 tools, registry " + good.snapshot->version() + ", 0 warnings\n");
  EXPECT_NE(render_lint(bad).find("p:1: tools: missing"), std::string::npos);
  EXPECT_TRUE(render_lint(bad).ends_with("3 problems\n")) << render_lint(bad);
}

}  // namespace
}  // namespace callosum::registry
