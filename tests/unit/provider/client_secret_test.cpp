#include "provider/openai/client_secret.hpp"

#include <gtest/gtest.h>

namespace callosum::provider::openai {
namespace {

TEST(ClientSecretOfTheProvider, IsAskedForBesideItsSocket) {
  EXPECT_EQ(client_secrets_url("wss://api.openai.com/v1/realtime"),
            "https://api.openai.com/v1/realtime/client_secrets");
  EXPECT_EQ(client_secrets_url("ws://127.0.0.1:9/v1/realtime/?model=x"),
            "http://127.0.0.1:9/v1/realtime/client_secrets");
}

TEST(ClientSecretOfTheProvider, IsReadStrictly) {
  const auto minted = decode_minted_secret(R"({"value":"ek_1","expires_at":7,"session":{}})");

  ASSERT_TRUE(minted);
  EXPECT_EQ(minted->value, "ek_1");
  EXPECT_EQ(minted->expires_at_s, 7);
  for (const auto* body :
       {"", "[]", "{}", R"({"value":"","expires_at":7})", R"({"value":5,"expires_at":7})",
        R"({"value":"ek_1"})", R"({"value":"ek_1","expires_at":"7"})",
        R"({"value":"ek_1","value":"ek_2","expires_at":7})"}) {
    const auto refused = decode_minted_secret(body);
    ASSERT_FALSE(refused) << body;
    EXPECT_EQ(refused.error().type, ErrorType::invalid_output) << body;
  }
}

}  // namespace
}  // namespace callosum::provider::openai
