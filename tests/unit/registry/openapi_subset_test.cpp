// JSON Schema on its way into the subset that one provider has for parameters.
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "registry/export/export.hpp"
#include "registry/export/report.hpp"

namespace callosum::registry {
namespace {

ToolSpec tool_with(std::string_view input) {
  ToolSpec tool;
  tool.name = "look";
  tool.summary = "Looks.";
  tool.input_schema = parse_strict(input)->as_object();
  return tool;
}

Result<ExportedTools> compile(const ToolSpec& tool) {
  const ToolSpec* const tools[] = {&tool};
  return find_export("gemini")->compile(tools);
}

/// The schema of the argument `x` as exported.
std::string argument(std::string_view schema, std::string_view defs = "{}") {
  const auto exported =
      compile(tool_with(R"({"type":"object","properties":{"x":)" + std::string(schema) +
                        R"(},"$defs":)" + std::string(defs) + "}"));
  if (!exported) return exported.error().message;
  const auto* found =
      exported->tools.at(0).at("functionDeclarations").at(0).as_object().if_contains("parameters");
  return found ? canonical_json(found->at("properties").at("x")) : "none";
}

/// What is lost of the argument `x`: "place keyword kind: enforced" a line.
std::string losses(std::string_view schema, std::string_view defs = "") {
  auto text = R"({"type":"object","properties":{"x":)" + std::string(schema) + "}";
  if (!defs.empty()) text += R"(,"$defs":)" + std::string(defs);
  const auto exported = compile(tool_with(text + "}"));
  if (!exported) return exported.error().message;
  std::string out;
  for (const auto& loss : exported->losses) {
    out += loss.place + " " + loss.keyword +
           (loss.kind == Loss::Kind::dropped ? " dropped" : " rewritten") +
           (loss.enforced == kByExecutor ? "!\n" : "\n");
  }
  return out;
}

struct Case {
  std::string_view written, exported;
};

TEST(OpenApiSubset, SpellsTypesAndNullsItsOwnWay) {
  for (const auto& [written, exported] : {
           Case{R"({"type":"string","description":"A name"})",
                R"({"description":"A name","type":"STRING"})"},
           Case{R"({"type":["string","null"],"maxLength":9})",
                R"({"maxLength":9,"nullable":true,"type":"STRING"})"},
           Case{R"({"type":["string","integer"],"minLength":2,"minimum":1})",
                R"({"anyOf":[{"minLength":2,"type":"STRING"},{"minimum":1,"type":"INTEGER"}]})"},
           Case{R"({"type":["integer","number"]})", R"({"type":"NUMBER"})"},
           Case{R"({"type":"null"})", R"({"type":"NULL"})"},
           Case{R"({"pattern":"^a"})", R"({"pattern":"^a","type":"STRING"})"},
           Case{"true", R"({"anyOf":[{"type":"STRING"},{"type":"NUMBER"},{"type":"BOOLEAN"}]})"},
       }) {
    EXPECT_EQ(argument(written), exported) << written;
  }
}

TEST(OpenApiSubset, KeepsTextInEnumsAndTellsOtherValues) {
  for (const auto& [written, exported] : {
           Case{R"({"enum":["a","b"]})", R"({"enum":["a","b"],"type":"STRING"})"},
           Case{R"({"enum":["a",null]})", R"({"enum":["a"],"nullable":true,"type":"STRING"})"},
           Case{R"({"const":"a"})", R"({"enum":["a"],"type":"STRING"})"},
           Case{R"({"type":"integer","enum":[3,1]})",
                R"({"description":"One of 3, 1.","maximum":3,"minimum":1,"type":"INTEGER"})"},
           Case{R"({"const":true,"description":"Agreed"})",
                R"({"description":"Agreed. Always true.","type":"BOOLEAN"})"},
           Case{R"({"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":9.5})",
                R"({"maximum":9,"minimum":1,"type":"INTEGER"})"},
           Case{R"({"type":"number","exclusiveMinimum":0,"multipleOf":0.5})",
                R"({"description":"More than 0. A multiple of 0.5.","type":"NUMBER"})"},
           Case{R"({"type":"string","format":"date"})",
                R"({"description":"Format: YYYY-MM-DD.","type":"STRING"})"},
           Case{R"({"type":"string","format":"date-time"})",
                R"({"format":"date-time","type":"STRING"})"},
           Case{R"({"type":"string","examples":["x","y"],"default":"z"})",
                R"({"default":"z","example":"x","type":"STRING"})"},
       }) {
    EXPECT_EQ(argument(written), exported) << written;
  }
}

TEST(OpenApiSubset, LeavesNothingBesideAlternatives) {
  for (const auto& [written, exported] : {
           Case{R"({"anyOf":[{"type":"string"},{"type":"null"}],"description":"D"})",
                R"({"description":"D","nullable":true,"type":"STRING"})"},
           Case{R"({"description":"D","oneOf":[{"type":"string"},{"type":"integer"}]})",
                R"({"anyOf":[{"type":"STRING"},{"type":"INTEGER"}],"description":"D"})"},
           Case{R"({"type":"string","anyOf":[{"maxLength":1},{"pattern":"^a"}]})",
                R"({"anyOf":[{"maxLength":1,"type":"STRING"},{"pattern":"^a","type":"STRING"}]})"},
           Case{R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},)"
                R"("anyOf":[{"required":["a"]},{"required":["b"]}]})",
                R"({"properties":{"a":{"type":"STRING"},"b":{"type":"STRING"}},"type":"OBJECT"})"},
           Case{R"({"type":"object","properties":{"k":{"type":"string"}},"required":["k"],)"
                R"("oneOf":[{"properties":{"a":{"type":"string"}}},)"
                R"({"properties":{"b":{"type":"integer"}}}]})",
                R"({"anyOf":[{"properties":{"a":{"type":"STRING"},"k":{"type":"STRING"}},)"
                R"("required":["k"],"type":"OBJECT"},{"properties":{"b":{"type":"INTEGER"},)"
                R"("k":{"type":"STRING"}},"required":["k"],"type":"OBJECT"}]})"},
       }) {
    EXPECT_EQ(argument(written), exported) << written;
  }
}

TEST(OpenApiSubset, MergesWhatHoldsTogether) {
  EXPECT_EQ(
      argument(R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},)"
               R"("required":["a"]},{"properties":{"a":{"maxLength":3},"b":{"type":"integer",)"
               R"("minimum":2}}},{"properties":{"b":{"minimum":5}}}]})"),
      R"({"properties":{"a":{"maxLength":3,"type":"STRING"},"b":{"minimum":5,)"
      R"("type":"INTEGER"}},"required":["a"],"type":"OBJECT"})");
  EXPECT_EQ(argument(R"({"$ref":"#/$defs/name","description":"Mine"})",
                     R"({"name":{"type":"string","description":"Any","maxLength":5}})"),
            R"({"description":"Mine","maxLength":5,"type":"STRING"})");
  EXPECT_EQ(argument(R"({"$ref":"#it"})", R"({"name":{"$anchor":"it","type":"boolean"}})"),
            R"({"type":"BOOLEAN"})");
}

TEST(OpenApiSubset, WritesAListByItsEntries) {
  for (const auto& [written, exported] : {
           Case{R"({"type":"array","items":{"type":"string"},"uniqueItems":true,"minItems":1})",
                R"({"description":"No two alike.","items":{"type":"STRING"},"minItems":1,)"
                R"("type":"ARRAY"})"},
           Case{R"({"type":"array","prefixItems":[{"type":"number"},{"type":"number"}],)"
                R"("items":false})",
                R"({"items":{"type":"NUMBER"},"maxItems":2,"type":"ARRAY"})"},
           Case{R"({"type":"array"})",
                R"({"items":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"},{"type":"BOOLEAN"}]},)"
                R"("type":"ARRAY"})"},
       }) {
    EXPECT_EQ(argument(written), exported) << written;
  }
}

constexpr std::string_view kTree =
    R"({"node":{"type":"object","properties":{"name":{"type":"string"},)"
    R"("children":{"type":"array","items":{"$ref":"#/$defs/node"}},)"
    R"("next":{"$ref":"#/$defs/node"}},"required":["name"],"additionalProperties":false}})";

TEST(OpenApiSubset, WritesARecursiveSchemaTwiceAndSaysThatItGoesOn) {
  constexpr std::string_view kLeaf =
      R"({"properties":{"children":{"items":{"type":"STRING"},"maxItems":0,"type":"ARRAY"},)"
      R"("name":{"type":"STRING"}},"required":["name"],"type":"OBJECT"})";

  EXPECT_EQ(argument(R"({"$ref":"#/$defs/node"})", kTree),
            R"({"properties":{"children":{"items":)" + std::string(kLeaf) +
                R"(,"type":"ARRAY"},"name":{"type":"STRING"},"next":)" + std::string(kLeaf) +
                R"(},"required":["name"],"type":"OBJECT"})");
  EXPECT_EQ(losses(R"({"$ref":"#/$defs/node"})", kTree),
            " $defs rewritten\n"
            "/properties/x $ref rewritten\n"
            "/$defs/node additionalProperties dropped!\n"
            "/$defs/node/properties/children/items $ref rewritten\n"
            "/$defs/node/properties/children/items $ref dropped\n"
            "/$defs/node/properties/next $ref dropped\n"
            "/$defs/node/properties/next $ref rewritten\n");
}

TEST(OpenApiSubset, ReportsEachKeywordWithWhatHoldsInstead) {
  EXPECT_EQ(losses(R"({"type":"string","format":"email","title":"T","if":{"minLength":2}})"),
            "/properties/x title dropped\n"
            "/properties/x if dropped!\n"
            "/properties/x format dropped!\n");
  EXPECT_EQ(losses(R"({"type":"object","properties":{"a":{"type":"string"}},)"
                   R"("additionalProperties":{"type":"string"},"required":["b"]})"),
            "/properties/x additionalProperties dropped!\n"
            "/properties/x required rewritten!\n");
  EXPECT_EQ(losses(R"({"type":"object","additionalProperties":true,"minLength":4})"),
            "/properties/x additionalProperties dropped\n"
            "/properties/x minLength dropped\n");
  EXPECT_EQ(losses(R"({"type":"string","format":"phone"})"), "/properties/x format dropped\n");
  EXPECT_EQ(losses(R"({"type":"integer","enum":[1,2]})"), "/properties/x enum dropped!\n");
}

TEST(OpenApiSubset, RefusesWhatItCannotCarryAndSaysWhere) {
  const auto refusal = [](std::string_view input) {
    const auto found = find_export("gemini")->find_refusal(tool_with(input));
    return found ? found->key + found->place + " " + found->reason : "";
  };

  EXPECT_EQ(
      refusal(R"({"type":"object","properties":{"x":{"type":"object","properties":)"
              R"({"reply-to":{"type":"string"}}}}})"),
      "input/properties/x/properties/reply-to gemini cannot carry it (its limits of 2026-11): "
      "the argument's name `reply-to` is not 1 to 64 letters, digits and `_`, a letter or `_` "
      "first");
  EXPECT_NE(refusal(R"({"type":"object","properties":{"x":{"$ref":"other.json"}}})")
                .find("input/properties/x/$ref"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"type":"object","properties":{"x":{"type":"object","properties":{"y":)"
                    R"({"$ref":"#/properties/x"}},"required":["y"]}},"required":["x"]})")
                .find("not one object that ends"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"type":"object","oneOf":[{"properties":{"a":{"type":"string"}}},)"
                    R"({"properties":{"b":{"type":"string"}}}]})")
                .find("not one object that ends"),
            std::string::npos);
}

TEST(OpenApiSubset, IsBoundedHoweverOftenReferencesFork) {
  std::string defs = R"({"d0":{"type":"string"})";
  for (int i = 1; i < 30; ++i) {
    const auto below = R"({"$ref":"#/$defs/d)" + std::to_string(i - 1) + R"("})";
    defs += R"(,"d)" + std::to_string(i) + R"(":{"type":"object","properties":{"a":)" + below +
            R"(,"b":)" + below + "}}";
  }

  EXPECT_NE(argument(R"({"$ref":"#/$defs/d29"})", defs + "}").find("too large or too deep"),
            std::string::npos);
}

TEST(OpenApiSubset, LeavesParametersOutWhereThereAreNone) {
  const auto exported = compile(tool_with(R"({"type":"object","properties":{}})"));

  ASSERT_TRUE(exported);
  EXPECT_EQ(exported->text,
            R"([{"functionDeclarations":[{"name":"look","description":"Looks."}]}])");
}

}  // namespace
}  // namespace callosum::registry
