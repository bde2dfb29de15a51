// A million random calls, judged by the gates and by a small independent telling of their rules.
#include <cstdio>
#include <gtest/gtest.h>
#include <set>

#include "gate_contest.hpp"
#include "policy/access.hpp"
#include "policy/arguments.hpp"
#include "policy/assurance.hpp"
#include "policy/budget.hpp"
#include "policy/chain.hpp"
#include "policy/channel.hpp"
#include "policy/consent.hpp"
#include "policy/duplicate.hpp"
#include "policy/known.hpp"
#include "policy/loaded.hpp"
#include "policy/loop_breaker.hpp"
#include "policy/membership.hpp"
#include "policy/ownership.hpp"
#include "policy/provenance.hpp"
#include "policy/rate.hpp"
#include "policy/role.hpp"
#include "policy/same_act.hpp"

namespace callosum::policy {
namespace {

using namespace std::chrono_literals;

class MemoryActs final : public ActStore {
 public:
  boost::asio::awaitable<void> keep(const PreparedCall& call, bool is_done) {
    auto envelope = std::make_shared<registry::Envelope>();
    if (!is_done) envelope->error = fail(ErrorType::conflict, "that is being done already");
    acts_[key_of(call)] = std::move(envelope);
    co_return;
  }
  boost::asio::awaitable<std::shared_ptr<const registry::Envelope>> answer_of(
      const PreparedCall& call) override {
    const auto at = acts_.find(key_of(call));
    co_return at == acts_.end() ? nullptr : at->second;
  }

 private:
  static std::string key_of(const PreparedCall& call) {
    return call.context.tenant_id + " " + call.context.session_id + " " + call.act;
  }
  std::map<std::string, std::shared_ptr<const registry::Envelope>> acts_;
};

/// Agreements by whoever clicks; what is agreed to is used up.
class Clicks final : public ConfirmationStore {
 public:
  boost::asio::awaitable<Result<Settled>> settle(const PreparedCall& call, std::string,
                                                 std::int64_t expires_at_ms) override {
    const bool is_agreed = agreed_.erase(key_of(call)) > 0;
    co_return Settled{is_agreed ? Standing::agreed : Standing::open, expires_at_ms, "user-1"};
  }
  boost::asio::awaitable<void> click(const PreparedCall& call) {
    agreed_.insert(key_of(call));
    co_return;
  }

 private:
  static std::string key_of(const PreparedCall& call) {
    const auto& context = call.context;
    return context.tenant_id + "\n" + context.session_id + "\n" + call.tool->name + "\n" +
           call.arguments_hash;
  }
  std::set<std::string> agreed_;
};

class MemoryProposals final : public ProposalStore {
 public:
  boost::asio::awaitable<Result<std::string>> keep(const PreparedCall& call, std::string) override {
    kept.insert(call.context.session_id + " " + call.key);
    co_return "prop_" + call.key;
  }
  std::set<std::string> kept;
};

ChannelBudget to_budget(const oracle::Limits::Channel& limit) {
  return {.turn = {limit.retrieval, limit.calls, limit.time, limit.bytes},
          .session = {limit.session_calls, limit.session_time, limit.session_bytes}};
}

/// A list of gates of its own, and what they stand on.
struct OwnGates {
  explicit OwnGates(std::string_view without = {})
      : contest({world.time(), [this](auto work) { world.run(std::move(work)); },
                 all_but({&ownership, &duplicate, &known, &channel, &loaded, &access, &role,
                          &assurance, &membership, &arguments, &provenance, &same_act, &chain,
                          &rate, &budget, &loops, &consent},
                         without),
                 enablement,
                 [this](const auto& call, bool is_done) { return acts.keep(call, is_done); },
                 [this](const auto& call) { return clicks.click(call); }, 50}) {}

  testing::VirtualWorld world;
  oracle::Limits limits = contest_limits();
  MemoryActs acts;
  MemoryProposals proposals;
  Clicks clicks;
  Enablement enablement;
  SeededRandom tokens{13};
  OwnershipGate ownership;
  DuplicateGate duplicate;
  KnownGate known;
  ChannelGate channel;
  LoadedGate loaded{&enablement};
  AccessGate access;
  MembershipGate membership;
  RoleGate role;
  AssuranceGate assurance;
  ArgumentsGate arguments;
  ProvenanceGate provenance;
  SameActGate same_act{acts};
  ChainGate chain;
  RateGate rate{{.reads = {60, 6}, .writes = {20, 2}}};
  BudgetGate budget{{to_budget(limits.channels[0]), to_budget(limits.channels[1]),
                     to_budget(limits.channels[2]), to_budget(limits.channels[0])}};
  LoopBreakerGate loops;
  ConsentGate consent{{world.time(), tokens, &proposals, &clicks}};
  Contest contest;
};

TEST(Gates, JudgeAMillionRandomCallsAsTheRulesDo) {
  OwnGates own;

  EXPECT_EQ(own.contest.play(1'000'000, 20261121), "");

  for (const auto& [verdict, count] : own.contest.counts()) {
    std::printf("[ numbers  ] %s: %d\n", verdict.c_str(), count);
    EXPECT_GE(count, 200) << verdict << " is hardly tried";
  }
  EXPECT_EQ(own.contest.counts().size(), 24U);
  EXPECT_EQ(own.proposals.kept.size(), own.contest.counts().at("consent answer"));
}

TEST(Gates, AreTriedByEveryReasonThatTheyHave) {
  OwnGates own;

  own.contest.play(300'000, 4);

  for (const auto& [reason, count] : own.contest.reasons()) {
    std::printf("[ numbers  ] %s: %d\n", reason.c_str(), count);
    EXPECT_GE(count, 50) << reason << " is hardly ever the only reason";
  }
  EXPECT_EQ(own.contest.reasons().size(), 17U);
}

TEST(Gates, EachIsMissedWhenItIsTakenOut) {
  for (const std::string_view gate :
       {"ownership", "duplicate", "known", "channel", "loaded", "access", "role", "assurance",
        "membership", "arguments", "provenance", "same_act", "chain", "rate", "budget",
        "loop_breaker", "consent"}) {
    OwnGates own(gate);
    EXPECT_NE(own.contest.play(50'000, 7), "") << gate;
  }
}

}  // namespace
}  // namespace callosum::policy
