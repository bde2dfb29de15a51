#include "policy/same_act.hpp"

#include <gtest/gtest.h>

#include "base/short_key.hpp"
#include "gate_world.hpp"

namespace callosum::policy {
namespace {

/// Knows nothing, and counts how often it is asked.
struct CountingActs final : ActStore {
  int asked = 0;
  boost::asio::awaitable<std::shared_ptr<const registry::Envelope>> answer_of(
      const PreparedCall&) override {
    ++asked;
    co_return nullptr;
  }
};

struct ActWorld : GateWorld {
  CountingActs acts;
  registry::ToolSpec tool = make_tool("book");
  ActWorld() { tool.access = registry::Access::write; }

  /// As the executor does.
  void ask_about(SameActGate& gate, std::string act) {
    auto prepared = prepare(tool);
    prepared.act = std::move(act);
    const auto verdict = gate.judge(prepared);
    EXPECT_TRUE(verdict ? verdict->passes() : ask(gate, prepared).passes());
  }
};

TEST(SameActGate, AsksTheLedgerOnlyAboutActsThatAreNotNew) {
  ActWorld w;
  SameActGate gate(w.acts, std::make_unique<ActFilter>());

  w.ask_about(gate, "haircut on Tuesday");
  EXPECT_EQ(w.acts.asked, 0);
  w.ask_about(gate, "haircut on Tuesday");
  EXPECT_EQ(w.acts.asked, 1);
  w.context.session_id = "sess_2";
  w.ask_about(gate, "haircut on Tuesday");
  EXPECT_EQ(w.acts.asked, 1);
}

TEST(SameActGate, AsksTheLedgerAboutActsOfAnEarlierProcess) {
  ActWorld w;
  auto filter = std::make_unique<ActFilter>();
  filter->add(short_key(w.context.tenant_id, w.context.session_id),
              short_key_of_act("haircut on Tuesday"));
  SameActGate gate(w.acts, std::move(filter));

  w.ask_about(gate, "haircut on Tuesday");

  EXPECT_EQ(w.acts.asked, 1);
}

TEST(SameActGate, WithoutAFilterTheLedgerIsAskedEachTime) {
  ActWorld w;
  SameActGate gate(w.acts);

  w.ask_about(gate, "haircut on Tuesday");

  EXPECT_EQ(w.acts.asked, 1);
}

}  // namespace
}  // namespace callosum::policy
