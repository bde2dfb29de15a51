// The list of gates that wiring.cpp makes: its order, and that each of them is needed.
#include <gtest/gtest.h>

#include "app/wiring.hpp"
#include "gate_contest.hpp"
#include "pipeline/write_record.hpp"
#include "real_world.hpp"

namespace callosum::app {
namespace {

using policy::Contest;

/// In the order of DESIGN "The way of one tool call".
const std::vector<std::string_view> kOrder{
    "ownership", "duplicate", "known",      "channel",      "loaded",     "access",
    "role",      "assurance", "membership", "arguments",    "provenance", "same_act",
    "chain",     "rate",      "budget",     "loop_breaker", "consent"};

constexpr int kCalls = 30'000;

/// The parts of a gateway, with the limits that the oracle knows.
class Wired {
 public:
  Wired() {
    config::Config config;
    config.data = (folder.path() / "data").string();
    config.packs = {std::string(CALLOSUM_SOURCE_DIR) + "/packs/receptionist"};
    config.log.file = (folder.path() / "log").string();
    const auto limits = policy::contest_limits();
    const std::array<const char*, 3> channels{"voice", "text", "mcp"};
    for (std::size_t i = 0; i < channels.size(); ++i) {
      config.limits[channels[i]] = to_config(limits.channels[i]);
    }
    config.reads_per_minute = std::chrono::minutes(1) / limits.read_every;
    config.writes_per_minute = std::chrono::minutes(1) / limits.write_every;
    PartsOptions options;
    options.config = std::move(config);
    options.with_provider = false;
    parts = make_parts(std::move(options)).value();
  }

  static config::ChannelLimits to_config(const policy::oracle::Limits::Channel& limit) {
    config::ChannelLimits out;
    out.retrieval_calls = limit.retrieval;
    out.calls = limit.calls;
    out.turn_ms = limit.time.count();
    out.turn_bytes = static_cast<std::int64_t>(limit.bytes);
    out.session_calls = limit.session_calls;
    out.session_tool_ms = limit.session_time.count();
    out.session_bytes = static_cast<std::int64_t>(limit.session_bytes);
    return out;
  }

  boost::asio::awaitable<void> keep_act(const policy::PreparedCall& call) {
    const registry::Envelope done;
    pipeline::CallEnd end{storage::CallState::done, registry::encode_text(done), {}};
    auto ending =
        parts->ledger->end_unstarted(pipeline::ledger_call(call), std::move(end), call.deadline);
    const auto kept = co_await std::move(ending);
    EXPECT_TRUE(kept) << kept.error().message;
  }

  boost::asio::awaitable<void> click(const policy::PreparedCall& call) {
    auto listing = parts->confirmations->list_open(call.context.subject);
    const auto open = co_await std::move(listing);
    for (const auto& row : *open) {
      const bool is_asked =
          row.tenant_id == call.context.tenant_id && row.session_id == call.context.session_id &&
          row.tool_id == call.tool->id && row.arguments_hash == call.arguments_hash;
      if (!is_asked) continue;
      storage::ConfirmationAnswer answer;
      answer.id = row.id;
      answer.tenant_id = row.tenant_id;
      answer.subject = row.subject;
      answer.agrees = true;
      auto answering = parts->confirmations->answer(std::move(answer));
      const auto answered = co_await std::move(answering);
      EXPECT_TRUE(answered) << answered.error().message;
    }
  }

  /// A game over the list without the gate of that name; what it says of the first difference.
  std::string play(std::string_view without, int calls) {
    async::VirtualTime time;
    testing::RealWorld world;
    Contest contest({time, [&](auto work) { run(world, std::move(work)); },
                     policy::all_but(parts->gate_list(), without), parts->enablement,
                     [this](const auto& call, bool) { return keep_act(call); },
                     [this](const auto& call) { return click(call); }});
    return contest.play(calls, 11);
  }

  static void run(testing::RealWorld& world, boost::asio::awaitable<void> work) {
    auto whole = [](boost::asio::awaitable<void> all) -> boost::asio::awaitable<bool> {
      co_await std::move(all);
      co_return true;
    };
    world.run(whole(std::move(work)));
  }

  testing::TempFolder folder;
  std::unique_ptr<Parts> parts;
};

TEST(WiredGates, AreAskedInTheOrderOfTheDesign) {
  Wired wired;

  const auto gates = make_gates(*wired.parts);

  std::vector<std::string_view> names;
  for (const auto& gate : gates) names.push_back(gate->name());
  EXPECT_EQ(names, kOrder);
}

TEST(WiredGates, JudgeRandomCallsAsTheRulesDo) { EXPECT_EQ(Wired().play("", kCalls), ""); }

TEST(WiredGates, AreEachMissedWhenTakenOut) {
  for (const auto gate : kOrder) EXPECT_NE(Wired().play(gate, kCalls), "") << gate;
}

}  // namespace
}  // namespace callosum::app
