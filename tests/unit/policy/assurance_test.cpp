#include "policy/assurance.hpp"

#include <gtest/gtest.h>

#include "gate_world.hpp"

namespace callosum::policy {
namespace {

using registry::Assurance;

TEST(AssuranceGate, LetsPassWhoIsKnownAsWellAsTheToolAsksAndNobodyElse) {
  GateWorld w;
  AssuranceGate gate;
  auto tool = make_tool("booking");
  for (const auto wanted : {Assurance::none, Assurance::carrier, Assurance::verified}) {
    for (const auto known : {Assurance::none, Assurance::carrier, Assurance::verified}) {
      tool.min_assurance = wanted;
      w.context.assurance = known;
      EXPECT_EQ(w.ask(gate, tool).passes(), known >= wanted);
    }
  }
}

TEST(AssuranceGate, SaysWhatWouldHelp) {
  GateWorld w;
  AssuranceGate gate;
  auto tool = make_tool("booking");
  w.context.assurance = Assurance::none;

  tool.min_assurance = Assurance::carrier;
  EXPECT_EQ(w.refusal(gate, tool), "that needs a call from a number we can recognise");
  tool.min_assurance = Assurance::verified;
  EXPECT_EQ(w.refusal(gate, tool), "please confirm who you are first");
  EXPECT_EQ(type_of(w.ask(gate, tool)), "FORBIDDEN");
}

}  // namespace
}  // namespace callosum::policy
