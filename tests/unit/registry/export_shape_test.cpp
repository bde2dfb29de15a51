// How each consumer takes tools and results.
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "registry/envelope.hpp"
#include "registry/export/export.hpp"
#include "registry/json_text.hpp"

namespace callosum::registry {
namespace {

ToolSpec some_tool() {
  ToolSpec tool;
  tool.name = "find_slot";
  tool.summary = "Finds a slot.";
  tool.description = "The long story.";
  tool.run.kind = "sql";
  tool.input_schema = parse_strict(R"({"type":"object","properties":{"day":{"const":"monday"}},
      "required":["day"],"additionalProperties":false})")
                          ->as_object();
  return tool;
}

std::string exported(std::string_view consumer, const ToolSpec& tool) {
  const ToolSpec* const one[] = {&tool};
  const auto out = find_export(consumer)->compile(one);
  return out ? out->text : out.error().message;
}

TEST(ExportShape, IsWhatEachConsumerTakes) {
  const auto tool = some_tool();
  constexpr const char* kFlat =
      R"([{"type":"function","name":"find_slot","description":"Finds a slot.","parameters":)"
      R"({"type":"object","properties":{"day":{"enum":["monday"]}},"required":["day"],)"
      R"("additionalProperties":false}}])";

  EXPECT_EQ(exported("openai", tool), kFlat);
  EXPECT_EQ(exported("xai:grok-voice-latest", tool), kFlat);
  EXPECT_EQ(exported("gemini", tool),
            R"([{"functionDeclarations":[{"name":"find_slot","description":"Finds a slot.",)"
            R"("parameters":{"type":"OBJECT","required":["day"],"properties":{"day":)"
            R"({"type":"STRING","enum":["monday"]}}}}]}])");
  EXPECT_EQ(exported("gemini-json-schema", tool),
            R"([{"functionDeclarations":[{"name":"find_slot","description":"Finds a slot.",)"
            R"("parametersJsonSchema":{"type":"object","properties":{"day":{"enum":["monday"]}},)"
            R"("required":["day"],"additionalProperties":false}}]}])");
  EXPECT_EQ(exported("chat", tool),
            R"([{"type":"function","function":{"name":"find_slot","description":)"
            R"("Finds a slot.\nThe long story.","parameters":{"type":"object","properties":)"
            R"({"day":{"enum":["monday"]}},"required":["day"],"additionalProperties":false}}}])");
  EXPECT_EQ(exported("mcp", tool),
            R"([{"name":"find_slot","description":"Finds a slot.\nThe long story.","inputSchema":)"
            R"({"type":"object","properties":{"day":{"const":"monday"}},"required":["day"],)"
            R"("additionalProperties":false},"annotations":{"readOnlyHint":true,)"
            R"("destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}])");
}

TEST(ExportShape, TellsAnMcpClientOfTheWorstThatAToolMayDo) {
  const auto hints = [](Access access, Access at_worst, std::string_view kind) {
    auto tool = some_tool();
    tool.access = access;
    tool.risk.push_back({{{"day", {json::value("monday")}}}, at_worst});
    tool.run.kind = kind;
    const ToolSpec* const one[] = {&tool};
    return canonical_json(find_export("mcp")->compile(one)->tools.at(0).at("annotations"));
  };

  EXPECT_EQ(hints(Access::propose, Access::propose, "sql"),
            R"({"destructiveHint":false,"idempotentHint":false,"openWorldHint":false,)"
            R"("readOnlyHint":false})");
  EXPECT_EQ(hints(Access::read, Access::destructive, "http"),
            R"({"destructiveHint":true,"idempotentHint":false,"openWorldHint":true,)"
            R"("readOnlyHint":false})");
}

TEST(ExportShape, LeavesTheLongStoryOutWhereItDoesNotFit) {
  auto tool = some_tool();
  tool.description = "Told at length." + std::string(1005, '.');

  EXPECT_EQ(exported("chat", tool).find("Told at length"), std::string::npos);
  EXPECT_NE(exported("mcp", tool).find("Told at length"), std::string::npos);
}

TEST(ExportShape, ListsOnlyToolsOfItsChannel) {
  auto typed = some_tool(), wiping = some_tool(), spoken = some_tool();
  typed.channels = {Channel::text};
  typed.name = "typed";
  wiping.channels = {Channel::voice, Channel::text};
  wiping.access = Access::destructive;
  wiping.name = "wiping";
  spoken.channels = {Channel::voice, Channel::mcp};
  const Snapshot snapshot({}, {typed, wiping, spoken}, "1");
  const auto names = [&](std::string_view consumer) {
    std::string out;
    for (const auto* tool : listed_tools(snapshot, *find_export(consumer))) out += tool->name + " ";
    return out;
  };

  EXPECT_EQ(names("gemini"), "find_slot ");
  EXPECT_EQ(names("chat"), "typed wiping ");
  EXPECT_EQ(names("mcp"), "find_slot ");
}

TEST(ExportShape, TakesAClientsOwnToolAsWell) {
  const auto tool = parse_strict(R"({"type":"function","name":"paint","parameters":)"
                                 R"({"type":"object","properties":{"hue":{"type":"string"}}}})")
                        ->as_object();
  const json::object bare{{"type", "function"}, {"name", "stop"}};

  const auto painted = export_client_tool(*find_export("gemini"), tool);
  const auto stopped = export_client_tool(*find_export("openai"), bare);
  const auto nameless = export_client_tool(*find_export("gemini"), {{"type", "function"}});

  ASSERT_TRUE(painted && stopped);
  EXPECT_EQ(to_json_text(*painted),
            R"([{"functionDeclarations":[{"name":"paint","description":"","parameters":)"
            R"({"type":"OBJECT","properties":{"hue":{"type":"STRING"}}}}]}])");
  EXPECT_EQ(to_json_text(*stopped),
            R"([{"type":"function","name":"stop","description":"","parameters":)"
            R"({"type":"object","properties":{}}}])");
  ASSERT_FALSE(nameless);
  EXPECT_EQ(nameless.error().type, ErrorType::validation);
  auto broken = tool;
  broken["parameters"].as_object()["properties"].as_object()["hue"] = {{"minLength", "two"}};
  const auto refused = export_client_tool(*find_export("gemini"), broken);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("paint: its parameters are no JSON Schema: "), 0u)
      << refused.error().message;
  EXPECT_NE(refused.error().message.find("/properties/hue"), std::string::npos);
}

TEST(ExportShape, KeepsAReferenceOnlyWhereItLeadsSomewhere) {
  auto tool = some_tool();
  tool.input_schema = parse_strict(R"({"type":"object","properties":{"a":{"$ref":"#/$defs/kept"},
      "b":{"$ref":"#/patternProperties/p"},"c":{"$ref":"#named"},"d":{"$ref":"#"}},
      "patternProperties":{"p":{"type":"string"}},
      "$defs":{"kept":{"type":"string"},"named":{"$anchor":"named","type":"string"}}})")
                          ->as_object();
  const ToolSpec* const one[] = {&tool};

  const auto out = find_export("openai")->compile(one);

  ASSERT_TRUE(out);
  EXPECT_EQ(canonical_json(out->tools.at(0).at("parameters").at("properties")),
            R"({"a":{"$ref":"#/$defs/kept"},"b":{},"c":{},"d":{"$ref":"#"}})");
  std::string lost;
  for (const auto& loss : out->losses) lost += loss.place + " " + loss.keyword + "\n";
  EXPECT_EQ(lost,
            " patternProperties\n/$defs/named $anchor\n/properties/b $ref\n"
            "/properties/c $ref\n");
}

Envelope answered(json::value data) {
  Envelope envelope;
  envelope.data = std::move(data);
  envelope.meta = {.tool_id = "shop.find_slot", .tool_version = "1.0.0", .registry_version = "1.0"};
  return envelope;
}

TEST(ShapedResult, IsTheTextItselfWhereTheWireTakesText) {
  const auto text = encode_text(answered(5));
  for (const auto* consumer : {"openai", "xai", "chat"}) {
    EXPECT_EQ(find_export(consumer)->shape_result(text), json::value(text));
  }
}

TEST(ShapedResult, HoldsAllOfTheEnvelopeInOutputOrError) {
  auto failed = answered(nullptr);
  failed.error = fail(ErrorType::confirmation_required, "not yet");
  failed.error->say = "Shall I?";
  failed.error_extra = {{"confirmation_request", json::object{{"token", "ct_1"}}}};
  failed.intents = {{Intent::set_pending_message, "Soon."}};
  const auto* target = find_export("gemini");

  const auto ok = target->shape_result(encode_text(answered(json::array{1, 2})));
  auto refused = target->shape_result(encode_text(failed));

  EXPECT_EQ(ok.at("output"), *parse_strict(encode_text(answered(json::array{1, 2}))));
  auto& error = refused.at("error").as_object();
  EXPECT_EQ(text_at(error, "type"), "CONFIRMATION_REQUIRED");
  EXPECT_EQ(text_at(error, "say"), "Shall I?");
  // Put together again, it is what it was.
  json::object whole;
  for (const auto* key : {"ok", "intents", "meta"}) {
    whole[key] = error.at(key);
    error.erase(key);
  }
  whole["error"] = error;
  EXPECT_EQ(canonical_json(whole), canonical_json(*parse_strict(encode_text(failed))));
}

TEST(ShapedResult, IsAnObjectWhateverAClientAnswered) {
  const auto* target = find_export("gemini");

  EXPECT_EQ(to_json_text(target->shape_result("done")), R"({"output":"done"})");
  EXPECT_EQ(to_json_text(target->shape_result("")), R"({"output":""})");
  EXPECT_EQ(to_json_text(target->shape_result("[1]")), R"({"output":[1]})");
  EXPECT_EQ(to_json_text(target->shape_result(R"({"ok":false})")), R"({"output":{"ok":false}})");
}

TEST(ShapedResult, OfMcpSaysWhetherItFailed) {
  auto failed = answered(nullptr);
  failed.error = fail(ErrorType::timeout, "too slow");
  const auto* target = find_export("mcp");
  const auto text = encode_text(failed);

  const auto result = target->shape_result(text);

  EXPECT_EQ(result.at("isError"), json::value(true));
  EXPECT_EQ(result.at("structuredContent"), *parse_strict(text));
  EXPECT_EQ(result.at("content").at(0).at("text"), json::value(text));
  EXPECT_EQ(target->shape_result(encode_text(answered(1))).at("isError"), json::value(false));
  EXPECT_FALSE(target->shape_result("hello").as_object().contains("structuredContent"));
}

}  // namespace
}  // namespace callosum::registry
