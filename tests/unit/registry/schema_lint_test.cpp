#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "registry/schema.hpp"

namespace callosum::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> lint(std::string_view schema, Draft draft = Draft::draft2020_12) {
  std::vector<std::string> lines;
  for (const auto& hint : lint_schema(parse_strict(schema).value(), draft)) {
    lines.push_back(hint.path + ": " + hint.message);
  }
  return lines;
}

TEST(SchemaLint, HasNothingToSayOfACleanSchema) {
  EXPECT_THAT(lint(R"({"type": "object", "description": "x", "x-note": 1,
                       "properties": {"date": {"type": "string", "format": "date", "examples": []}},
                       "required": ["date"], "additionalProperties": false})"),
              IsEmpty());
}

TEST(SchemaLint, NamesUnknownKeywordsAndTheNearestKnownOne) {
  EXPECT_THAT(lint(R"({"propertis": {}, "nullable": true})"),
              ElementsAre("/propertis: unknown keyword propertis; did you mean properties?",
                          "/nullable: unknown keyword nullable"));
  EXPECT_THAT(lint(R"({"format": "dat"})"),
              ElementsAre("/format: unknown format dat; did you mean date?"));
  EXPECT_THAT(lint(R"({"dependentRequired": {}})", Draft::draft7).size(), 1u);
  EXPECT_THAT(lint(R"({"additionalItems": true})").size(), 1u);
  EXPECT_THAT(lint(R"({"additionalItems": true})", Draft::draft7), IsEmpty());
}

TEST(SchemaLint, FindsValuesOfTheWrongTypeAtAnyDepth) {
  EXPECT_THAT(
      lint(R"({"properties": {"a/b": {"anyOf": [{"minLength": -1}]}}})"),
      ElementsAre("/properties/a~1b/anyOf/0/minLength: expected a whole number, 0 or more"));
  EXPECT_THAT(lint(R"({"required": "a"})"),
              ElementsAre("/required: expected an array of different strings"));
}

TEST(SchemaLint, FindsSchemasThatNothingFits) {
  EXPECT_THAT(lint(R"({"minimum": 5, "maximum": 3})"),
              ElementsAre("/minimum: nothing fits: minimum is not below maximum"));
  EXPECT_THAT(lint(R"({"exclusiveMinimum": 3, "maximum": 3})").size(), 1u);
  EXPECT_THAT(lint(R"({"minimum": 3, "maximum": 3})"), IsEmpty());
  EXPECT_THAT(lint(R"({"enum": []})"), ElementsAre("/enum: nothing fits: the list is empty"));
  EXPECT_THAT(lint(R"({"type": "string", "enum": ["a", 1, "a"]})"),
              ElementsAre("/enum: a value is not a string", "/enum: a value is there twice"));
}

TEST(SchemaLint, FindsRequiredNamesThatNoPropertyHas) {
  EXPECT_THAT(lint(R"({"properties": {"topic": {}}, "required": ["topik"]})"),
              ElementsAre("/required: topik is not in properties; did you mean topic?"));
  EXPECT_THAT(lint(R"({"properties": {"a": {}}, "required": ["b"], "allOf": [{}]})"), IsEmpty());
}

TEST(SchemaLint, FindsKeywordsWithoutEffect) {
  EXPECT_THAT(lint(R"({"type": "integer", "minLength": 1})"),
              ElementsAre("/minLength: has no effect: the type is an integer"));
  EXPECT_THAT(lint(R"({"then": {}})"), ElementsAre("/then: has no effect without if"));
}

TEST(SchemaLint, ReportsNoMoreThanAHundred) {
  json::object schema;
  for (int i = 0; i < 1000; ++i) schema["unknown" + std::to_string(i)] = 1;

  EXPECT_EQ(lint_schema(schema).size(), 100u);
  EXPECT_EQ(lint_schema(json::array()).size(), 1u);
}

TEST(SchemaKeywords, AreThoseWhereASchemaStands) {
  const auto schema =
      parse_strict(R"({"type": "object", "properties": {"minimum": {"format": "date"}},
    "const": {"pattern": "x"}, "anyOf": [{"odd": {"maximum": 1}}]})");

  EXPECT_THAT(schema_keywords(*schema),
              ElementsAre("anyOf", "const", "format", "odd", "properties", "type"));
}

}  // namespace
}  // namespace callosum::registry
