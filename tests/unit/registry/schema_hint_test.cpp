#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "registry/schema.hpp"

namespace callosum::registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kBooking = R"({
  "type": "object",
  "properties": {
    "topic": {"type": "string", "minLength": 1, "examples": ["cancellation", "deposits"]},
    "date": {"type": "string", "format": "date"},
    "count": {"type": "integer", "minimum": 1, "maximum": 9},
    "color": {"type": "string", "enum": ["red", "green"]},
    "items": {"type": "array", "maxItems": 3, "uniqueItems": true, "items": {
      "type": "object", "properties": {"price": {"type": "number"}}, "required": ["price"],
      "additionalProperties": false}}
  },
  "required": ["topic"],
  "additionalProperties": false
})";

std::vector<std::string> hints(std::string_view schema, std::string_view value,
                               std::size_t limit = 8) {
  const auto compiled = compile_schema(parse_strict(schema).value()).value();
  std::vector<std::string> lines;
  for (const auto& hint : compiled->explain(parse_strict(value).value(), limit)) {
    lines.push_back(hint.path + ": " + hint.message);
  }
  return lines;
}

TEST(SchemaHints, NameWhatIsMissingAndWhatWouldDo) {
  EXPECT_THAT(hints(kBooking, "{}"),
              ElementsAre("topic: required; expected a non-empty string, for example cancellation, "
                          "deposits"));
  EXPECT_THAT(hints(R"({"required": ["topic"], "properties": {
                "topic": {"enum": ["cancellation", "deposits"]}}})",
                    "{}"),
              ElementsAre("topic: required; one of cancellation, deposits"));
  EXPECT_THAT(hints(R"({"required": ["a"]})", "{}"), ElementsAre("a: required"));
}

TEST(SchemaHints, SayWhatAValueShouldLookLike) {
  EXPECT_THAT(hints(kBooking, R"({"topic": "x", "date": "tomorrow"})"),
              ElementsAre("date: expected YYYY-MM-DD"));
  EXPECT_THAT(hints(kBooking, R"({"topic": "x", "count": "3"})"),
              ElementsAre("count: expected an integer from 1 to 9"));
  EXPECT_THAT(hints(kBooking, R"({"topic": "x", "count": 10})"),
              ElementsAre("count: expected an integer from 1 to 9"));
  EXPECT_THAT(hints(kBooking, R"({"topic": "x", "color": "blue"})"),
              ElementsAre("color: expected one of red, green"));
  EXPECT_THAT(
      hints(kBooking, R"({"topic": ""})"),
      ElementsAre("topic: expected a non-empty string, for example cancellation, deposits"));
  EXPECT_THAT(hints(R"({"type": "integer"})", "1.5"), ElementsAre(": expected an integer"));
}

TEST(SchemaHints, PointAtTheNearestKnownName) {
  EXPECT_THAT(hints(kBooking, R"({"topic": "x", "topik": 1, "zzzzzzz": 2})"),
              ElementsAre("topik: not a known argument (did you mean topic?)",
                          "zzzzzzz: not a known argument"));
  EXPECT_THAT(
      hints(R"({"enum": ["monday", "tuesday", "friday", "sunday"]})", R"("fryday")"),
      ElementsAre(": expected one of monday, tuesday, friday, sunday (did you mean friday?)"));
}

TEST(SchemaHints, UsePathsAPersonCanRead) {
  EXPECT_THAT(hints(kBooking, R"({"topic": "x", "items": [{"price": 1}, {"price": "2"}, {}]})"),
              ElementsAre("items[2].price: required; expected a number",
                          "items[1].price: expected a number"));
  EXPECT_THAT(hints(kBooking, R"({"topic": "x", "items": [{"price": 1, "cost": 2}]})"),
              ElementsAre("items[0].cost: not a known field"));
}

TEST(SchemaHints, PutTheWorstFirstAndStopAtTheLimit) {
  const std::string_view value = R"({"extra": 1, "date": "x", "count": 0})";

  EXPECT_THAT(hints(kBooking, value, 2),
              ElementsAre(HasSubstr("topic: required"), HasSubstr("date: expected")));
  EXPECT_THAT(hints(kBooking, value), Contains("extra: not a known argument"));
  EXPECT_THAT(hints(kBooking, value, 0), IsEmpty());
}

TEST(SchemaHints, SpeakForTheNearestOfSeveralForms) {
  const std::string_view forms = R"({"oneOf": [
    {"type": "object", "properties": {"kind": {"const": "a"}, "x": true}, "required": ["kind", "x"]},
    {"type": "object", "properties": {"kind": {"const": "b"}, "y": true}, "required": ["kind", "y"]}
  ]})";

  EXPECT_THAT(hints(forms, R"({"kind": "b"})"), ElementsAre("y: required"));
  EXPECT_THAT(
      hints(R"({"anyOf": [{"type": "string", "format": "date"}, {"type": "integer"}]})", "true"),
      ElementsAre(": expected YYYY-MM-DD or an integer"));
  EXPECT_THAT(hints(R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})", "3"),
              ElementsAre(HasSubstr("exactly one is expected")));
}

TEST(SchemaHints, FollowReferencesConditionsAndUnevaluatedNames) {
  EXPECT_THAT(hints(R"({"properties": {"a": {"$ref": "#/$defs/d"}}, "required": ["a"],
                        "$defs": {"d": {"type": "string", "format": "uuid"}}})",
                    "{}"),
              ElementsAre("a: required; expected a UUID"));
  EXPECT_THAT(hints(R"({"if": {"properties": {"k": {"const": 1}}}, "then": {"required": ["z"]}})",
                    R"({"k": 1})"),
              ElementsAre("z: required"));
  EXPECT_THAT(hints(R"({"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false})",
                    R"({"a": 1, "b": 2})"),
              ElementsAre("b: not a known argument"));
  EXPECT_THAT(hints(R"({"dependentRequired": {"a": ["b"]}})", R"({"a": 1})"),
              ElementsAre("b: required when a is given"));
}

TEST(SchemaHints, QuoteOnlyShortPrintableText) {
  const std::string long_name(5000, 'n');

  const auto long_hints = hints(kBooking, R"({"topic": "x", ")" + long_name + R"(": 1})");
  const auto odd_hints = hints(kBooking, R"({"topic": "x", "a\u202e\nb\u0000": 1})");

  ASSERT_EQ(long_hints.size(), 1u);
  EXPECT_LT(long_hints[0].size(), 100u);
  EXPECT_THAT(odd_hints, ElementsAre("a??b?: not a known argument"));
}

TEST(SchemaHints, AreThereForEveryRefusedValueAndForNoOther) {
  for (const std::string_view schema :
       {R"({"not": {}})", R"({"not": {"required": ["a"]}})", R"(false)", R"({"allOf": [false]})",
        R"({"oneOf": [true, true]})", R"({"propertyNames": false})", R"({"minProperties": 2})"}) {
    EXPECT_FALSE(hints(schema, R"({"a": 1})").empty()) << schema;
  }
  EXPECT_THAT(hints(kBooking, R"({"topic": "x", "date": "2026-11-21"})"), IsEmpty());
}

}  // namespace
}  // namespace callosum::registry
