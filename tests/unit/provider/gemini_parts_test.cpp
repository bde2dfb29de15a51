// What Gemini's adapter makes of other worlds' schemas, addresses and names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "provider/gemini/address.hpp"
#include "provider/gemini/declarations.hpp"

namespace callosum::provider::gemini {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

json::object parameters_of(const char* schema) {
  json::array tools;
  tools.push_back(json::object{
      {"type", "function"}, {"name", "f"}, {"parameters", parse_strict(schema).value()}});
  const auto declared = declare(tools, {});
  const auto* parameters = find_object(declared.at(0).as_object(), "parameters");
  return parameters ? *parameters : json::object{};
}
std::string rewritten(const std::string& property) {
  const auto root = R"({"type":"object","properties":{"p":)" + property + "}}";
  return canonical_json(parameters_of(root.c_str()).at("properties").at("p"));
}

TEST(GeminiDeclarations, SayInGooglesWordsWhatTheyCan) {
  EXPECT_EQ(rewritten(R"({"type":["string","null"]})"), R"({"nullable":true,"type":"STRING"})");
  EXPECT_EQ(rewritten(R"({"type":["string","integer"]})"),
            R"({"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]})");
  EXPECT_EQ(rewritten(R"({"anyOf":[{"type":"number"},{"type":"null"}],"description":"d"})"),
            R"({"description":"d","nullable":true,"type":"NUMBER"})");
  EXPECT_EQ(rewritten(R"({"oneOf":[{"type":"string"},{"type":"number"}]})"),
            R"({"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]})");
  EXPECT_EQ(rewritten(R"({"const":"x"})"), R"({"enum":["x"],"type":"STRING"})");
  EXPECT_EQ(rewritten(R"({"type":"integer","enum":[1,2]})"),
            R"({"description":"One of 1, 2.","maximum":2,"minimum":1,"type":"INTEGER"})");
  EXPECT_EQ(rewritten(R"({"type":"string","format":"uuid"})"),
            R"({"description":"Format: a UUID.","type":"STRING"})");
  EXPECT_EQ(rewritten(R"({"type":"integer","exclusiveMinimum":0,"multipleOf":5})"),
            R"({"description":"A multiple of 5.","minimum":1,"type":"INTEGER"})");
  EXPECT_EQ(rewritten(R"({"type":"array"})"),
            R"({"items":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"},{"type":"BOOLEAN"}]},)"
            R"("type":"ARRAY"})");
  EXPECT_EQ(rewritten(R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}}},)"
                      R"({"properties":{"b":{"type":"boolean"}},"required":["b","c"]}]})"),
            R"({"properties":{"a":{"type":"STRING"},"b":{"type":"BOOLEAN"}},"required":["b"],)"
            R"("type":"OBJECT"})");
}

TEST(GeminiDeclarations, FollowReferencesAndEndEvenWhereTheseDoNot) {
  const auto followed = parameters_of(
      R"({"type":"object","properties":{"p":{"$ref":"#/$defs/day"}},"$defs":{"day":{"type":"string"}}})");
  const auto endless = parameters_of(
      R"({"type":"object","properties":{"p":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"object","properties":{"a":{"$ref":"#/$defs/n"},"b":{"$ref":"#/$defs/n"}}}}})");

  EXPECT_EQ(canonical_json(followed.at("properties").at("p")), R"({"type":"STRING"})");
  EXPECT_LT(canonical_json(endless).size(), 4u << 20);
}

TEST(GeminiDeclarations, LeaveParametersOutWhereThereAreNone) {
  EXPECT_TRUE(parameters_of(R"({"type":"object","properties":{}})").empty());
}

TEST(GeminiDeclarations, PassASchemaAsItIsToAModelThatTakesOne) {
  json::array tools;
  tools.push_back(json::object{
      {"name", "f"},
      {"parameters", parse_strict(R"({"type":"object","properties":{"p":{"const":1}}})").value()}});

  const auto declared = canonical_json(declare(tools, {.json_schema = true}));

  EXPECT_THAT(declared, HasSubstr("parametersJsonSchema"));
  EXPECT_THAT(declared, HasSubstr(R"("enum":[1])"));
  EXPECT_THAT(declared, Not(HasSubstr("BLOCKING")));
}

TEST(GeminiAddress, HasOneSlashAndTheServicesPathWhereNoneIsGiven) {
  const auto url_of = [](const char* url) {
    cloud::CloudOptions options;
    options.url = url;
    options.model = "gemini-3.8-live";
    return address_options(options).url;
  };
  constexpr const char* kPath =
      "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

  EXPECT_EQ(url_of("ws://host:1"), std::string("ws://host:1") + kPath);
  EXPECT_EQ(url_of("ws://host:1/"), std::string("ws://host:1") + kPath);
  EXPECT_EQ(url_of("ws://host:1/proxy//"), std::string("ws://host:1/proxy") + kPath);
  EXPECT_EQ(url_of("ws://host:1//ws/a.b"), "ws://host:1/ws/a.b");
  EXPECT_EQ(url_of("ws://host:1/x?y=//"), std::string("ws://host:1/x") + kPath + "?y=//");
}

TEST(GeminiAddress, ShowsTheKeyAsItsKindWantsIt) {
  const auto headers_of = [](const char* url, const char* key) {
    cloud::CloudOptions options;
    options.url = url;
    options.key = Secret(key);
    return address_options(options).headers;
  };
  constexpr const char* kCloud =
      "wss://a-aiplatform.googleapis.com/ws/google.cloud.aiplatform.v1.LlmBidiService/"
      "BidiGenerateContent";

  EXPECT_EQ(headers_of("ws://h", "k").get("x-goog-api-key"), "k");
  EXPECT_EQ(headers_of("ws://h", "k").get("Authorization"), "");
  EXPECT_EQ(headers_of("ws://h", "auth_tokens/t").get("Authorization"), "Token auth_tokens/t");
  EXPECT_EQ(headers_of(kCloud, "k").get("Authorization"), "Bearer k");
}

TEST(GeminiAddress, TriesAgainWhatMayPassAndNothingElse) {
  const auto type_of = [](std::uint16_t code, const char* reason) {
    return explain_close({code, reason, true}).type;
  };

  EXPECT_EQ(type_of(1007, "Request contains an invalid argument."), ErrorType::permanent);
  EXPECT_EQ(type_of(1008, "models/x is not found for API version v1beta, or is not"),
            ErrorType::permanent);
  EXPECT_EQ(type_of(1008, "API key not valid. Please pass a valid API key."), ErrorType::auth);
  EXPECT_EQ(type_of(1008, "Requested entity was not found."), ErrorType::transient);
  EXPECT_EQ(type_of(1011, "Internal error encountered."), ErrorType::transient);
  EXPECT_EQ(type_of(1006, ""), ErrorType::transient);
}

TEST(GeminiProfile, IsOfTheLongestKnownPrefixAndCautiousAboutOthers) {
  EXPECT_TRUE(traits_of("gemini-3.8-live").context_update);
  EXPECT_TRUE(traits_of("models/gemini-3.8-live-extended-thinking").calls_go_on);
  EXPECT_FALSE(traits_of("gemini-3.1-flash-live-preview").content_any_time);
  EXPECT_FALSE(traits_of("gemini-9-live").calls_go_on);
  EXPECT_TRUE(profile_of("gemini-9-live").withdraws_calls);
  EXPECT_FALSE(profile_of("gemini-9-live").as_of.empty());
}

}  // namespace
}  // namespace callosum::provider::gemini
