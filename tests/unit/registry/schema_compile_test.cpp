#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/json.hpp"
#include "registry/schema.hpp"

namespace callosum::registry {
namespace {

using ::testing::HasSubstr;

std::string problem_of(const json::value& schema, const SchemaOptions& options = {}) {
  const auto compiled = compile_schema(schema, options);
  return compiled ? "" : compiled.error().message;
}

std::string problem_in(std::string_view schema) { return problem_of(parse_strict(schema).value()); }

bool accepts(std::string_view schema, const json::value& value, const SchemaOptions& options = {}) {
  return compile_schema(parse_strict(schema).value(), options).value()->is_valid(value);
}

TEST(SchemaCompiler, NamesThePlaceAndWhatWasExpected) {
  EXPECT_THAT(problem_in(R"({"properties": {"a/b": {"minLength": "x"}}})"),
              HasSubstr("schema at /properties/a~1b/minLength: expected a whole number"));
  EXPECT_THAT(problem_in(R"({"items": {"type": "strin"}})"), HasSubstr("at /items/type: expected"));
  EXPECT_THAT(problem_in(R"({"items": [{}]})"), HasSubstr("at /items: expected a schema"));
  EXPECT_THAT(problem_in(R"({"pattern": "("})"), HasSubstr("at /pattern: not a regular expr"));
  EXPECT_THAT(problem_in(R"({"patternProperties": {"[": {}}})"),
              HasSubstr("at /patternProperties"));
  EXPECT_THAT(problem_in(R"({"multipleOf": 0})"), HasSubstr("at /multipleOf: expected a number"));
  EXPECT_THAT(problem_in("[]"), HasSubstr("expected an object, true or false"));
}

TEST(SchemaCompiler, RefusesReferencesThatLeadNowhere) {
  EXPECT_THAT(problem_in(R"({"$ref": "#/nope"})"), HasSubstr("at /$ref: there is nothing"));
  EXPECT_THAT(problem_in(R"({"$ref": "#name"})"), HasSubstr("there is no anchor name"));
  EXPECT_THAT(problem_in(R"({"$ref": "other.json"})"), HasSubstr("there is no schema other.json"));
  EXPECT_THAT(problem_in(R"({"$ref": "#/title", "title": "x"})"), HasSubstr("there is no schema"));
  EXPECT_THAT(problem_in(R"({"$schema": "http://json-schema.org/draft-04/schema#"})"),
              HasSubstr("expected draft 2020-12 or draft 7"));
}

TEST(SchemaCompiler, RefusesReferencesThatNeverEnd) {
  EXPECT_THAT(problem_in(R"({"$ref": "#"})"), HasSubstr("refers to itself without end"));
  EXPECT_THAT(problem_in(R"({"$ref": "#/$defs/a", "$defs": {
                "a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}})"),
              HasSubstr("refers to itself without end"));
  EXPECT_EQ(problem_in(R"({"properties": {"child": {"$ref": "#"}}})"), "");
}

TEST(SchemaCompiler, RefusesASecondOwnerOfAName) {
  EXPECT_THAT(problem_in(R"({"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}})"),
              HasSubstr("the anchor x is there twice"));
  EXPECT_THAT(problem_in(R"({"$defs": {"a": {"$id": "u:x"}, "b": {"$id": "u:x"}}})"),
              HasSubstr("two schemas have the $id u:x"));
}

TEST(SchemaCompiler, LoadsOtherDocumentsAndSaysWhichOneIsWrong) {
  const auto other = parse_strict(R"({"$defs": {"n": {"type": "integer"}}})").value();
  const auto broken = parse_strict(R"({"$schema": "urn:none"})").value();
  const SchemaOptions options{.loader = [&](std::string_view uri) -> const json::value* {
    if (uri == "https://example.com/other.json") return &other;
    return uri == "https://example.com/broken.json" ? &broken : nullptr;
  }};
  constexpr std::string_view kGood = R"({"$id": "https://example.com/a.json",
                                         "$ref": "other.json#/$defs/n"})";
  const auto bad = parse_strict(R"({"$ref": "https://example.com/broken.json"})").value();

  EXPECT_TRUE(accepts(kGood, 1, options));
  EXPECT_FALSE(accepts(kGood, "x", options));
  EXPECT_THAT(problem_of(bad, options), HasSubstr("in https://example.com/broken.json"));
}

TEST(SchemaCompiler, KeepsNothingOfTheSchemasText) {
  auto document = std::make_unique<json::value>(
      parse_strict(R"({"enum": ["a long enough string to live on the heap", 7]})").value());
  const auto schema = compile_schema(*document).value();

  document.reset();

  EXPECT_TRUE(schema->is_valid("a long enough string to live on the heap"));
  EXPECT_TRUE(schema->is_valid(7.0));
  EXPECT_FALSE(schema->is_valid("x"));
}

TEST(SchemaLimits, RefuseASchemaThatIsTooLargeOrTooDeep) {
  json::object properties;
  for (int i = 0; i < 100'000; ++i) properties["p" + std::to_string(i)] = json::object();
  json::value deep = json::object();
  for (int i = 0; i < 500; ++i) deep = json::object{{"not", std::move(deep)}};
  json::object chain;
  for (int i = 0; i < 5000; ++i) {
    chain["d" + std::to_string(i)] = json::object{{"$ref", "#/$defs/d" + std::to_string(i + 1)}};
  }
  chain["d5000"] = true;

  EXPECT_THAT(problem_of(json::object{{"properties", properties}}), HasSubstr("20000 schemas"));
  EXPECT_THAT(problem_of(deep), HasSubstr("nested more than 100 deep"));
  EXPECT_THAT(problem_of(json::object{{"$ref", "#/$defs/d0"}, {"$defs", chain}}),
              HasSubstr("more than 100 references"));
}

TEST(SchemaLimits, RefuseAPatternThatIsTooLargeAndStopOneThatIsTooSlow) {
  const std::string text(30'000, 'a');
  const std::string groups = std::string(500, '(') + "a" + std::string(500, ')');

  EXPECT_THAT(problem_in(R"({"pattern": "a{1000000}"})"), HasSubstr("more than 10000 times"));
  EXPECT_THAT(problem_of(json::object{{"pattern", groups}}), HasSubstr("nested too deeply"));
  EXPECT_THAT(problem_of(json::object{{"pattern", std::string(10'000, 'a')}}),
              HasSubstr("longer than 8192 bytes"));
  EXPECT_FALSE(accepts(R"({"pattern": "^(a+)+$"})", json::string(text + "b")));
  EXPECT_FALSE(accepts(R"({"not": {"pattern": "^(a+)+$"}})", json::string(text + "b")));
  EXPECT_FALSE(accepts(R"x({"pattern": "(((a{1000}){1000}){1000})"})x", json::string(text)));
}

TEST(SchemaLimits, StopWorkThatDoublesAtEachStep) {
  json::object defs;
  for (int i = 0; i < 40; ++i) {
    const json::object next{{"$ref", "#/$defs/d" + std::to_string(i + 1)}};
    defs["d" + std::to_string(i)] = json::object{{"allOf", {next, next}}};
  }
  defs["d40"] = true;
  const json::object first{{"$ref", "#/$defs/d0"}};
  const auto schema = compile_schema(json::object{{"allOf", {first}}, {"$defs", defs}}).value();
  const auto opposite = compile_schema(json::object{{"not", first}, {"$defs", defs}}).value();

  EXPECT_FALSE(schema->is_valid(1));
  EXPECT_FALSE(opposite->is_valid(1));
  ASSERT_EQ(schema->explain(1).size(), 1u);
  EXPECT_THAT(schema->explain(1)[0].message, HasSubstr("too large"));
}

TEST(SchemaLimits, StopAtAValueThatIsTooDeep) {
  json::value deep = json::array();
  for (int i = 0; i < 3000; ++i) deep = json::array{std::move(deep)};

  EXPECT_FALSE(accepts(R"({"items": {"$ref": "#"}})", deep));
  EXPECT_FALSE(accepts(R"({"$id": "u:a", "$dynamicAnchor": "n", "$dynamicRef": "#n"})", 1));
}

TEST(SchemaLimits, KeepLargeHonestValuesQuickEnough) {
  json::array numbers;
  for (int i = 0; i < 50'000; ++i) numbers.push_back(i);
  json::array names;
  for (int i = 0; i < 50'000; ++i) names.push_back(json::string("name" + std::to_string(i)));
  const auto choice = compile_schema(json::object{{"items", {{"enum", names}}}}).value();

  EXPECT_TRUE(accepts(R"({"uniqueItems": true, "items": {"type": "integer"}})", numbers));
  EXPECT_TRUE(choice->is_valid(names));
  numbers.push_back(7.0);
  EXPECT_FALSE(accepts(R"({"uniqueItems": true})", numbers));
}

TEST(SchemaValues, AreComparedExactly) {
  EXPECT_TRUE(accepts(R"({"const": 1})", 1.0));
  EXPECT_FALSE(accepts(R"({"const": 9007199254740993})", 9007199254740992.0));
  EXPECT_FALSE(accepts(R"({"maximum": 9007199254740992})", std::int64_t{9007199254740993}));
  EXPECT_TRUE(accepts(R"({"maximum": 1e300})", std::uint64_t{18446744073709551615u}));
  EXPECT_TRUE(accepts(R"({"minimum": -1e300})", std::int64_t{-9223372036854775807}));
  EXPECT_TRUE(accepts(R"({"multipleOf": 0.01})", 4.35));
  EXPECT_FALSE(accepts(R"({"multipleOf": 0.01})", 4.355));
  EXPECT_FALSE(accepts(R"({"minimum": 3, "exclusiveMinimum": 3})", 3));
  EXPECT_TRUE(accepts(R"({"const": {"a": 1, "b": [2]}})", json::object{{"b", {2.0}}, {"a", 1}}));
}

TEST(SchemaValues, OfManyRequiredNamesMissNone) {
  json::array required;
  json::object value;
  for (int i = 0; i < 100; ++i) {
    required.push_back(json::string("n" + std::to_string(i)));
    value["n" + std::to_string(i)] = i;
  }
  const auto schema = compile_schema(json::object{{"required", required}}).value();

  EXPECT_TRUE(schema->is_valid(value));
  for (const auto* name : {"n0", "n63", "n64", "n99"}) {
    json::object without = value;
    without.erase(name);
    EXPECT_FALSE(schema->is_valid(without)) << name;
  }
}

TEST(SchemaValues, AreCheckedByManyThreadsAtOnce) {
  const auto schema =
      compile_schema(
          parse_strict(R"({"properties": {"id": {"pattern": "^[A-Z]{2}-\\d+$"}}})").value())
          .value();
  const json::value good = json::object{{"id", "AB-12"}};
  const json::value bad = json::object{{"id", "ab-12"}};
  std::atomic<int> wrong{0};

  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        wrong += !schema->is_valid(good) + schema->is_valid(bad);
      }
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace callosum::registry
