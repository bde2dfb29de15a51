#include "api/client_secrets.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "real_world.hpp"

namespace callosum::api {
namespace {

class ClientSecretsDoor : public ::testing::Test {
 protected:
  net::HttpResponse mint(std::string_view body) {
    net::HttpRequest request;
    request.method = resource.method();
    request.target = resource.path();
    request.body = body;
    request.headers.set("Authorization", "Bearer key");
    return world.run(resource.handle(request, {}));
  }
  /// What a refusal names as its cause.
  std::string param_of_refusal(std::string_view body) {
    const auto response = mint(body);
    EXPECT_EQ(response.status, 400) << body << response.body;
    const auto error = parse_strict(response.body)->at("error");
    EXPECT_EQ(error.at("type"), "invalid_request_error");
    return std::string(text_at(error.as_object(), "param"));
  }

  testing::RealWorld world;
  SystemRandom random;
  auth::ClientSecretStore secrets{world.time(), random};
  auth::Authenticator door{auth::AuthKeys{std::nullopt, {{sha256("key"), "key", {}, {"operator"}}}},
                           secrets, world.time()};
  ClientSecretsResource resource{door, secrets};
};

TEST_F(ClientSecretsDoor, AreNotMintedForASessionThatWouldBeDroppedAtTheConnection) {
  for (const auto& [session, param] : {
           std::pair{R"("tools":5)", "session.tools"},
           {R"("tools":["x"])", "session.tools[0]"},
           {R"("tools":[{"type":"mcp","server_label":"x"}])", "session.tools[0].type"},
           {R"("tools":[{"type":"soap","name":"x"}])", "session.tools[0].type"},
           {R"("tools":[{"type":"function","function":{"name":"x"}}])", "session.tools[0].name"},
           {R"("tools":[{"type":"function","name":"a.b"}])", "session.tools[0].name"},
           {R"("tools":[{"type":"function","name":"a","parameters":5}])",
            "session.tools[0].parameters"},
           {R"("instructions":5)", "session.instructions"},
           {R"("audio":"x")", "session.audio"},
           {R"("audio":{"input":{"format":{"type":"audio/mp3"}}})",
            "session.audio.input.format.type"},
           {R"("type":"transcription")", "session.type"},
       }) {
    const auto body = R"({"session":{)" + std::string(session) + "}}";
    EXPECT_EQ(param_of_refusal(body), param) << session;
  }
  EXPECT_EQ(param_of_refusal(R"({"session":5})"), "session");
  EXPECT_EQ(param_of_refusal(R"({"expires_after":5})"), "expires_after");
  EXPECT_EQ(secrets.size(), 0u);
}

TEST_F(ClientSecretsDoor, AreMintedForWhatClientsAskFor) {
  for (const auto* body :
       {"", "{}", R"({"session":{"type":"realtime","model":"gpt-realtime","tracing":"auto",
          "instructions":"Be brief.","output_modalities":["audio"],"tool_choice":"auto",
          "max_output_tokens":"inf","truncation":{"type":"retention_ratio","retention_ratio":0.5},
          "tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],
          "audio":{"input":{"transcription":null,"turn_detection":null,
          "format":{"type":"audio/pcm","rate":24000}},"output":{"voice":"marin","speed":1.5}}}})"}) {
    const auto response = mint(body);
    EXPECT_EQ(response.status, 200) << body << response.body;
  }
}

}  // namespace
}  // namespace callosum::api
