#include "sim/gemini/door.hpp"

#include <gtest/gtest.h>

#include "gemini_line.hpp"

namespace callosum::sim::gemini::testing {
namespace {

TEST(SimGeminiDoor, FindsEveryPathOfTheTwoProducts) {
  const auto service = [](const std::string& version) {
    return "//ws/google.ai.generativelanguage." + version +
           ".GenerativeService.BidiGenerateContent";
  };

  for (const char* version : {"v1", "v1beta", "v1alpha"}) {
    ASSERT_TRUE(find_place(service(version))) << version;
    EXPECT_EQ(find_place(service(version))->api.version, version);
    EXPECT_TRUE(find_place("/prefix/" + service(version) + "Constrained")->is_constrained);
  }
  const auto vertex =
      find_place("//ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent");
  ASSERT_TRUE(vertex);
  EXPECT_TRUE(vertex->api.is_vertex());
  EXPECT_FALSE(find_place(service("v2")));
  EXPECT_FALSE(find_place("/v1/realtime"));
  EXPECT_EQ(tokens_version("//v1alpha//auth_tokens"), "v1alpha");
  EXPECT_EQ(tokens_version("/v7/auth_tokens"), "");
}

struct Entrance {
  const char* name;
  const char* query;
  const char* header;
  const char* value;
  bool is_in;
};

class SimGeminiEntrance : public ::testing::TestWithParam<Entrance> {};

TEST_P(SimGeminiEntrance, IsOpenToTheKeyAlone) {
  GeminiLine line;
  Gate gate(line.shared, "secret");
  net::HttpRequest request;
  request.target = std::string("/ws") + GetParam().query;
  if (*GetParam().header) request.headers.set(GetParam().header, GetParam().value);

  const auto admission = gate.admit(request, {});

  EXPECT_EQ(!admission.refusal, GetParam().is_in);
  EXPECT_TRUE(!admission.refusal || admission.refusal->code == 1008);
}

INSTANTIATE_TEST_SUITE_P(
    All, SimGeminiEntrance,
    ::testing::Values(Entrance{"Query", "?key=secret", "", "", true},
                      Entrance{"AccessToken", "?access_token=secret", "", "", true},
                      Entrance{"Header", "", "x-goog-api-key", "secret", true},
                      Entrance{"Bearer", "", "Authorization", "Bearer secret", true},
                      Entrance{"Wrong", "?key=other", "", "", false},
                      Entrance{"None", "", "", "", false},
                      Entrance{"TokenAtTheOtherDoor", "?access_token=auth_tokens/1", "", "",
                               false}),
    [](const auto& info) { return info.param.name; });

/// A line whose client came with a token.
struct TokenLine : GeminiLine {
  std::string make(const std::string& body) {
    const auto made = shared.tokens.make(body, {});
    return made ? std::string(text_at(*made, "name")) : made.error().message;
  }
  void come_with(const std::string& name) {
    net::HttpRequest request;
    request.target = "/ws?access_token=" + name;
    Gate gate(shared, "secret");
    connect(gate.admit(request, {.api = {}, .is_constrained = true}));
  }
};

TEST(SimGeminiToken, OpensAsManySessionsAsItHasUses) {
  TokenLine line;
  const auto name = line.make(R"({"uses":1})");

  line.come_with(name);
  line.set_up(R"("sessionResumption":{})");
  const auto handle = std::string(
      text_at(last_of(line.take(), "sessionResumptionUpdate").get_object(), "newHandle"));
  line.hang_up();
  line.come_with(name);
  line.set_up(R"("sessionResumption":{"handle":")" + handle + "\"}");
  const auto resumed = line.close_code();
  line.hang_up();
  line.come_with(name);
  line.set_up();

  EXPECT_EQ(resumed, 0);
  EXPECT_EQ(line.close_code(), 1008);
}

TEST(SimGeminiToken, ExpiresForNewSessionsAndThenForMessages) {
  TokenLine line;
  const auto name = line.make(R"({"uses":0})");
  line.come_with(name);
  line.set_up(kTranscripts);
  line.pass(std::chrono::seconds(61));
  line.say("hi");
  const auto told = spoken(line.take());
  line.pass(std::chrono::minutes(8));
  line.say("hi");
  auto first = std::move(line.client);
  line.come_with(name);
  line.set_up();
  const auto late = line.close_code();

  EXPECT_EQ(told, "You said: hi");
  EXPECT_EQ(late, 1008);
  line.pass(std::chrono::minutes(30));
  line.come_with(name);
  EXPECT_EQ(line.close_reason(), "Auth token has expired.");
}

struct Lock {
  const char* name;
  const char* token;
  const char* locked;  ///< what {"a":1,…} becomes
};

class SimGeminiLock : public ::testing::TestWithParam<Lock> {};

TEST_P(SimGeminiLock, BindsTheSetup) {
  TokenLine line;
  const auto name = line.make(GetParam().token);
  const auto client =
      parse_strict(R"({"model":"models/a","generationConfig":{"seed":1,"topK":2}})")->get_object();

  const auto* token = line.shared.tokens.find(name);

  ASSERT_TRUE(token) << name;
  EXPECT_EQ(json::serialize(token->lock(client)), GetParam().locked);
}

INSTANTIATE_TEST_SUITE_P(
    All, SimGeminiLock,
    ::testing::Values(
        Lock{"Nothing", "{}", R"({"model":"models/a","generationConfig":{"seed":1,"topK":2}})"},
        Lock{"Everything", R"({"bidiGenerateContentSetup":{"model":"models/b"}})",
             R"({"model":"models/b"})"},
        Lock{"WhatIsMasked",
             R"({"bidi_generate_content_setup":{"model":"models/b","generationConfig":{"seed":7}},
                 "field_mask":"generation_config.seed,generationConfig.topK"})",
             R"({"model":"models/a","generationConfig":{"seed":7}})"}),
    [](const auto& info) { return info.param.name; });

TEST(SimGeminiToken, RefusesABodyThatGoogleWould) {
  TokenLine line;

  EXPECT_EQ(line.make(R"({"config":{}})"),
            "Invalid JSON payload received. Unknown name \"config\": Cannot find field.");
  EXPECT_EQ(line.make(R"({"expireTime":"soon"})"),
            "Invalid value at 'auth_token.expire_time' "
            "(type.googleapis.com/google.protobuf.Timestamp)");
  EXPECT_EQ(line.make(R"({"expireTime":"2999-01-01T00:00:00Z"})"),
            "expire_time must be in the future and less than 20 hours from now.");
}

}  // namespace
}  // namespace callosum::sim::gemini::testing
