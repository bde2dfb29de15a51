#include "policy/loaded.hpp"

#include <gtest/gtest.h>

#include "gate_world.hpp"

namespace callosum::policy {
namespace {

struct LoadedWorld : GateWorld {
  LoadedGate gate;
  registry::ToolSpec tool = make_tool("send_mail");
  registry::LoadedSet set;

  std::string ask_with_set() {
    context.loaded = std::make_shared<const registry::LoadedSet>(set);
    return refusal(gate, tool);
  }
};

TEST(LoadedGate, WithoutASetEverythingIsLoaded) {
  LoadedWorld w;
  w.tool.account = "google";
  w.context.epoch = 9;

  EXPECT_EQ(w.refusal(w.gate, w.tool), "");
}

TEST(LoadedGate, RefusesWhatIsSwitchedOffForTheTenantByToolOrByPack) {
  LoadedWorld w;

  w.set.disabled = {"shop.other", "send_mail"};  // a bare name may be another pack's
  EXPECT_EQ(w.ask_with_set(), "");
  w.set.disabled = {"shop.send_mail"};
  EXPECT_EQ(w.ask_with_set(),
            "that is switched off for this business; somebody who manages it can switch it on");
  w.set.disabled = {"shop"};
  EXPECT_EQ(type_of(w.ask(w.gate, w.tool)), "NOT_LOADED");
  w.context.is_realtime = false;
  w.context.is_provider_planned = false;
  EXPECT_NE(w.ask_with_set(), "") << "not for a person at the operator's door either";
}

TEST(LoadedGate, RefusesWhatWasSwitchedOffAfterTheSessionBegan) {
  LoadedWorld w;
  w.context.tenant_id = "bella";
  Enablement enablement;
  LoadedGate gate(&enablement);
  EXPECT_EQ(w.refusal(gate, w.tool), "");

  enablement.set("other", {"shop"}, 1);
  EXPECT_EQ(w.refusal(gate, w.tool), "");
  enablement.set("bella", {"shop.send_mail"}, 2);
  EXPECT_EQ(type_of(w.ask(gate, w.tool)), "NOT_LOADED");
  enablement.set("bella", {}, 1);  // overtaken by the change that came after it
  EXPECT_EQ(type_of(w.ask(gate, w.tool)), "NOT_LOADED");
  enablement.set("bella", {}, 3);
  EXPECT_EQ(w.refusal(gate, w.tool), "");
}

TEST(LoadedGate, KeepsASessionOfOnePackToIt) {
  LoadedWorld w;

  w.context.pack = "desk";
  EXPECT_EQ(type_of(w.ask(w.gate, w.tool)), "NOT_LOADED");
  w.context.pack = "shop";
  EXPECT_EQ(w.refusal(w.gate, w.tool), "");
}

TEST(LoadedGate, KeepsAToolToItsModes) {
  LoadedWorld w;
  w.tool.modes = {"email", "calendar"};

  w.context.mode = "crm";
  EXPECT_EQ(w.refusal(w.gate, w.tool), "that belongs to email or calendar; switch to it first");
  w.context.mode = "";
  EXPECT_NE(w.refusal(w.gate, w.tool), "");
  w.context.mode = "calendar";
  EXPECT_EQ(w.refusal(w.gate, w.tool), "");
  w.context.mode = "crm";
  w.context.is_realtime = false;
  w.context.is_provider_planned = false;
  EXPECT_EQ(w.refusal(w.gate, w.tool), "") << "a person at the operator's door has no mode";
}

TEST(LoadedGate, JudgesByTheSetOfTheCallsOwnEpoch) {
  LoadedWorld w;
  w.context.epoch = 4;
  w.set.epoch = 5;
  EXPECT_EQ(w.ask_with_set(), "the tools have changed in the meantime; make the call again");
  w.tool.modes = {"email"};  // what may be done about it is not to switch
  EXPECT_EQ(w.ask_with_set(), "the tools have changed in the meantime; make the call again");
  w.tool.modes.clear();

  w.set.epoch = 4;
  EXPECT_EQ(w.ask_with_set(), "");
  w.set.tools = registry::LoadedSet::Names{"read_mail"};
  EXPECT_EQ(w.ask_with_set(), "that is not loaded at the moment; load it first");
  w.set.tools = registry::LoadedSet::Names{"send_mail"};
  EXPECT_EQ(w.ask_with_set(), "");
  w.tool.requires_tools = {"read_mail"};
  EXPECT_NE(w.ask_with_set(), "") << "nor one whose groundwork is not loaded";
}

TEST(LoadedGate, AsksForTheConnectedAccount) {
  LoadedWorld w;
  w.tool.account = "google";

  w.set.accounts = {"microsoft"};
  EXPECT_EQ(w.ask_with_set(), "that needs a google account; connect one first");
  w.set.accounts = {"google", "microsoft"};
  EXPECT_EQ(w.ask_with_set(), "");
}

}  // namespace
}  // namespace callosum::policy
