#include "pipeline/prepare.hpp"

#include <gtest/gtest.h>

#include "tool_world.hpp"

namespace callosum::pipeline {
namespace {

using namespace std::chrono_literals;
using testing::make_tool;
using testing::ToolWorld;

/// What a call is told apart by.
class CallKey : public ::testing::Test {
 protected:
  std::string key(const std::string& call_id, const std::string& arguments = "{}",
                  const std::string& tool = "stock") {
    const registry::ToolCall call{call_id, tool, arguments};
    return prepare(call, context, calls, w.world.in(20s)).key;
  }
  static bool is_hash(const std::string& key) {
    return key.size() == 5 + 64 && key.starts_with("hash:") &&
           key.find_first_not_of("0123456789abcdef", 5) == std::string::npos;
  }

  ToolWorld w{{make_tool("stock"), make_tool("price")}};
  registry::CallContext context = w.context();
  policy::SessionCalls calls;
};

TEST_F(CallKey, IsTheProvidersIdWhereThatSaysSomething) {
  EXPECT_EQ(key("123456789"), "provider:123456789");
  EXPECT_EQ(key("call_of_a_model"), "provider:call_of_a_model");
  EXPECT_EQ(key("call_of_a_model", R"({"a":1})"), "provider:call_of_a_model");
}

TEST_F(CallKey, IsAHashWhereTheIdIsMissingOrOfEightCharactersAtMost) {
  for (const char* id : {"", "1", "call_17", "12345678"}) {
    EXPECT_TRUE(is_hash(key(id))) << id << " " << key(id);
  }
}

TEST_F(CallKey, IsAHashWhereTheProvidersIdsAreNotToBeTrusted) {
  context.has_stable_call_ids = false;

  EXPECT_TRUE(is_hash(key("call_of_a_model"))) << key("call_of_a_model");
}

TEST_F(CallKey, OfCallsWithoutAnIdIsTheSameForTheSameCallOfATurnAlone) {
  const auto first = key("1", R"({"a":1,"b":2})");

  EXPECT_EQ(key("2", R"({"b": 2.0, "a": 1})"), first) << "a counter says nothing";
  EXPECT_NE(key("1", R"({"a":1,"b":3})"), first);
  EXPECT_NE(key("1", R"({"a":1,"b":2})", "price"), first);
  EXPECT_NE(key("1", R"({"a":1,"b":2)"), first) << "and cannot be read";
  for (auto* part : {&context.tenant_id, &context.session_id}) {
    const auto before = std::exchange(*part, "another");
    EXPECT_NE(key("1", R"({"a":1,"b":2})"), first);
    *part = before;
  }
  ++context.turn;
  EXPECT_NE(key("1", R"({"a":1,"b":2})"), first);
}

TEST_F(CallKey, IsToldInTheMetaOfTheAnswer) {
  auto request = w.request("any", "stock");
  request.call.call_id = "7";

  const auto envelope = w.run(std::move(request));

  EXPECT_TRUE(is_hash(envelope.meta.idempotency_key)) << envelope.meta.idempotency_key;
}

}  // namespace
}  // namespace callosum::pipeline
