#include "tool/builtin/phone_tools.hpp"

#include <gtest/gtest.h>

#include "virtual_world.hpp"

namespace callosum::tool::builtin {
namespace {

using namespace std::chrono_literals;

struct PhoneTools : ::testing::Test {
  PhoneTools() {
    add_phone_tools(kind);
    context.call_sid = "CA1";
    context.transfers = std::make_shared<const registry::Destinations>(
        registry::Destinations{{"Front Desk", "+12125550123"}, {"the manager", "+12125550124"}});
  }
  Result<ToolOutput> run(const char* name, json::object arguments = {}) {
    registry::ToolSpec tool;
    tool.run.config = json::object{{"builtin", name}};
    const auto handler = kind.make(tool, {});
    const std::string key;
    const Invocation invocation{tool, arguments, context, key};
    return world.run((*handler)->run(invocation, world.in(1s)));
  }

  testing::VirtualWorld world;
  BuiltinKind kind;
  registry::CallContext context;
};

TEST_F(PhoneTools, HangUpByEndingTheSession) {
  const auto output = run("hang_up");

  ASSERT_TRUE(output);
  ASSERT_EQ(output->intents.size(), 1u);
  EXPECT_EQ(output->intents[0].intent, registry::Intent::end_voice_session);
  EXPECT_EQ(output->intents[0].argument, registry::kWholeSession);
}

TEST_F(PhoneTools, TransferToADestinationByItsNameAndNeverToANumber) {
  const auto output = run("transfer_call", {{"to", "front desk"}});

  ASSERT_TRUE(output);
  EXPECT_EQ(output->intents[0].intent, registry::Intent::transfer_call);
  EXPECT_EQ(output->intents[0].argument, "Front Desk");
  for (const auto* other : {"+12125550123", "+19005550100", "front", "reception", ""}) {
    const auto refused = run("transfer_call", {{"to", other}});
    ASSERT_FALSE(refused) << other;
    EXPECT_EQ(refused.error().type, ErrorType::not_found);
    EXPECT_EQ(refused.error().message,
              "there is nobody of that name; calls are transferred to Front Desk or the manager");
  }
  context.transfers = nullptr;
  EXPECT_EQ(run("transfer_call", {{"to", "front desk"}}).error().type, ErrorType::not_found);
}

TEST_F(PhoneTools, PressKeysAndNothingElse) {
  const auto output = run("send_dtmf", {{"digits", "12*#"}});

  ASSERT_TRUE(output);
  EXPECT_EQ(output->data, json::value(json::object{{"pressed", 4}}));
  EXPECT_EQ(output->intents[0].intent, registry::Intent::send_digits);
  EXPECT_EQ(output->intents[0].argument, "12*#");
  for (const auto& bad :
       {std::string(), std::string("1a"), std::string("w1"), std::string(33, '1')}) {
    EXPECT_FALSE(run("send_dtmf", {{"digits", bad}})) << bad;
  }
}

TEST_F(PhoneTools, AreNothingWithoutACall) {
  context.call_sid.clear();

  for (const auto* name : {"hang_up", "transfer_call", "send_dtmf"}) {
    EXPECT_EQ(run(name, {{"to", "front desk"}, {"digits", "1"}}).error().type,
              ErrorType::session_inactive)
        << name;
  }
}

}  // namespace
}  // namespace callosum::tool::builtin
