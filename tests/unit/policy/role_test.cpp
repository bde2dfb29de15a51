#include "policy/role.hpp"

#include <gtest/gtest.h>

#include "gate_world.hpp"

namespace callosum::policy {
namespace {

TEST(RoleGate, AsksForOneOfTheToolsRoles) {
  GateWorld w;
  RoleGate gate;
  auto tool = make_tool("payroll");
  tool.roles = {"manager", "owner"};

  EXPECT_EQ(w.refusal(gate, tool), "that needs somebody with the role manager or owner");
  EXPECT_EQ(type_of(w.ask(gate, tool)), "FORBIDDEN");
  w.context.roles = {"clerk"};
  EXPECT_NE(w.refusal(gate, tool), "");
  w.context.roles = {"Owner", "manager2", ""};
  EXPECT_NE(w.refusal(gate, tool), "");
  w.context.roles = {"clerk", "owner"};
  EXPECT_EQ(w.refusal(gate, tool), "");
}

TEST(RoleGate, AToolWithoutRolesIsForEveryMember) {
  GateWorld w;
  RoleGate gate;

  EXPECT_EQ(w.refusal(gate, make_tool("hours")), "");
}

}  // namespace
}  // namespace callosum::policy
