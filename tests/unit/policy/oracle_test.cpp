// A million random calls, judged by the gates and by a small independent telling of their rules.
#include "oracle.hpp"

#include <array>
#include <cstdio>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "gate_world.hpp"
#include "policy/access.hpp"
#include "policy/arguments.hpp"
#include "policy/assurance.hpp"
#include "policy/budget.hpp"
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
#include "registry/schema.hpp"

namespace callosum::policy {
namespace {

using namespace std::chrono_literals;

const std::array<std::string, 10> kIds{"LD-1", "LD-2", "LD-3", "LD-4", "LD-5",
                                       "LD-6", "LD-7", "LD-8", "LD-9", "LD-10"};
const std::array<std::string, 3> kActions{"read", "send", "delete"};

std::vector<oracle::Tool> make_oracle_tools() {
  return {
      {.name = "plain"},
      {.name = "polled", .is_polled = true},
      {.name = "spoken", .channels = {0}},
      {.name = "typed", .channels = {1, 2}, .modes = {"email", "crm"}},
      {.name = "payroll", .roles = {"owner", "manager"}, .assurance = 1},
      {.name = "secret", .assurance = 2},
      {.name = "get_lead", .needs_seen_id = true},
      {.name = "mail", .has_risk = true, .is_retrieval = false, .account = "google"},
      {.name = "create", .access = 2, .is_retrieval = false},
      {.name = "suggest", .pack = "crm", .access = 1, .pack_mode = 1, .is_retrieval = false},
      {.name = "book", .access = 2, .is_retrieval = false, .needs_confirmation = true},
      {.name = "pay", .access = 2, .is_retrieval = false, .needs_click = true},
      {.name = "wipe", .access = 3, .is_retrieval = false},
      {.name = "delete_lead", .is_retrieval = false},
  };
}

registry::ToolSpec to_spec(const oracle::Tool& from) {
  auto tool = make_tool(from.name);
  tool.pack = from.pack;
  tool.id = from.pack + "." + from.name;
  tool.channels.clear();
  for (const int c : from.channels) tool.channels.push_back(static_cast<registry::Channel>(c));
  tool.modes = from.modes;
  tool.roles = from.roles;
  tool.min_assurance = static_cast<registry::Assurance>(from.assurance);
  tool.access = static_cast<registry::Access>(from.access);
  tool.access_mode = static_cast<registry::AccessMode>(from.pack_mode);
  if (from.has_risk) {
    tool.risk = {{{{"action", {json::value("send")}}}, registry::Access::write},
                 {{{"action", {json::value("delete")}}}, registry::Access::destructive}};
  }
  tool.category = from.is_retrieval ? registry::Category::retrieval : registry::Category::action;
  tool.poll = from.is_polled;
  if (from.needs_confirmation) tool.confirmation = registry::Confirmation::spoken;
  if (from.needs_click) tool.confirmation = registry::Confirmation::strong;
  if (from.needs_seen_id) tool.provenance_seen = {"id"};
  tool.account = from.account;
  const auto schema = *parse_strict(
      R"({"type":"object","additionalProperties":false,"properties":{
          "id":{"type":"string"},"action":{"type":"string"},"size":{"type":"integer"}}})");
  tool.input = *registry::compile_schema(schema);
  return tool;
}

std::string to_text(const oracle::Arguments& from) {
  if (from.is_broken) return "{\"id\":";
  json::object out;
  if (from.size >= 0) out["size"] = from.size == 0 ? json::value(3) : json::value("three");
  if (from.action >= 0) out["action"] = kActions[static_cast<std::size_t>(from.action)];
  if (from.id >= 0) out["id"] = kIds[static_cast<std::size_t>(from.id)];
  return canonical_json(json::value(out));
}

/// Agreements by whoever clicks; what is agreed to is used up.
class Clicks final : public ConfirmationStore {
 public:
  boost::asio::awaitable<Result<Settled>> settle(const PreparedCall& call, std::string,
                                                 std::int64_t expires_at_ms) override {
    const auto standing =
        agreed_.erase(key_of(call.context.tenant_id, call.tool->name, call.arguments_hash)) > 0
            ? Standing::agreed
            : Standing::open;
    co_return Settled{standing, expires_at_ms, "user-1"};
  }
  void click(const std::string& tenant, const std::string& tool, const std::string& arguments) {
    agreed_.insert(key_of(tenant, tool, arguments));
  }
  void clear() { agreed_.clear(); }

 private:
  static std::string key_of(const std::string& tenant, const std::string& tool,
                            const std::string& arguments) {
    return tenant + "\n" + tool + "\n" + arguments;
  }
  std::set<std::string> agreed_;
};

class RandomCalls {
 public:
  explicit RandomCalls(std::uint64_t seed) : random_(seed) {}

  int below(int n) { return static_cast<int>(random_.next_u64() % static_cast<std::uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }

  oracle::Call make(const std::vector<oracle::Tool>& tools, int turn) {
    oracle::Call call;
    if (!one_in(40)) call.tool = &tools[static_cast<std::size_t>(below(int(tools.size())))];
    if (one_in(2)) call.arguments.id = below(3 + below(8));
    if (one_in(3)) call.arguments.action = below(3);
    if (one_in(4)) call.arguments.size = one_in(6) ? 1 : 0;
    if (one_in(30)) call.arguments = {.is_broken = true};
    const bool is_again = again_ && one_in(25);
    if (is_again) call.arguments = again_->arguments;
    choose_id(call);
    call.channel = one_in(12) ? 2 : below(2);
    call.turn = turn;
    call.tenant = "tenant-" + std::to_string(below(5));
    call.is_member = !one_in(25);
    for (const char* role : {"owner", "clerk", "manager"}) {
      if (one_in(3)) call.roles.emplace_back(role);
    }
    call.assurance = below(3);
    call.mode = std::array{"", "email", "crm", "calendar"}[static_cast<std::size_t>(below(4))];
    choose_set(call, tools);
    call.access_mode = one_in(5) ? below(2) : 2;
    call.is_realtime = !one_in(4);
    call.is_planned = !one_in(3);
    call.is_mouth = one_in(25);
    if (is_again) {
      call.tool = again_->tool;
      call.tenant = again_->tenant;
    }
    return call;
  }
  /// The same tool, arguments and tenant come up again, now and then.
  void ask_again(const oracle::Call& call) { again_ = call; }

 private:
  /// Ids come again, the late ones, with the arguments they had or with others.
  void choose_id(oracle::Call& call) {
    std::size_t number = made_.size();
    if (number > 8 && one_in(10)) {
      number -= static_cast<std::size_t>(1 + below(8));
      if (!one_in(4)) call.arguments = made_[number];
    } else {
      made_.push_back(call.arguments);
    }
    call.call_id = "call_" + std::to_string(number);
  }

  void choose_set(oracle::Call& call, const std::vector<oracle::Tool>& tools) {
    call.has_set = !one_in(3);
    call.epoch = below(3);
    call.set_epoch = one_in(20) ? below(3) : call.epoch;
    if (one_in(10)) call.disabled = {one_in(2) ? "shop.plain" : "crm"};
    if (!one_in(4)) call.accounts = {one_in(5) ? "microsoft" : "google"};
    if (!one_in(5)) return;
    call.set_tools.emplace();
    for (const auto& tool : tools) {
      if (one_in(2)) call.set_tools->insert(tool.name);
    }
  }

  SeededRandom random_;
  std::optional<oracle::Call> again_;
  std::vector<oracle::Arguments> made_;  // by the number of the call's id
};

/// The gates over the same calls. `without` is left out of the list.
class Contest {
 public:
  explicit Contest(std::string_view without = {}) {
    for (auto* gate : std::initializer_list<Gate*>{
             &ownership_, &duplicate_, &known_, &channel_, &loaded_, &access_, &role_, &assurance_,
             &membership_, &arguments_, &provenance_, &rate_, &budget_, &loops_, &consent_}) {
      if (gate->name() != without) gates_.push_back(gate);
    }
    for (const auto& tool : tools_) specs_.push_back(to_spec(tool));
  }

  /// The first call that both do not judge alike, in words; "" for none.
  std::string play(int calls, std::uint64_t seed) {
    RandomCalls random(seed);
    std::string difference;
    auto work = play_all(random, calls, difference);
    world_.run(std::move(work));
    return difference;
  }

  const std::map<std::string, int>& counts() const { return counts_; }

 private:
  boost::asio::awaitable<void> play_all(RandomCalls& random, int calls, std::string& difference) {
    constexpr int kCallsOfASession = 300;
    for (int i = 0; i < calls && difference.empty(); ++i) {
      if (i % kCallsOfASession == 0) {
        theirs_ = std::make_unique<oracle::Session>();
        ours_ = std::make_unique<SessionCalls>();
        clicks_.clear();
        turn_ = 0;
      }
      if (random.one_in(4)) ++turn_;
      if (random.one_in(3)) world_.time().advance(std::chrono::milliseconds(random.below(400)));
      const auto call = random.make(tools_, turn_);
      const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
          world_.time().now().time_since_epoch());
      const auto expected = oracle_.judge(call, *theirs_, now);
      const auto found = co_await judge(call);
      ++counts_[expected];
      if (found != expected) {
        difference = "call " + std::to_string(i) + ": the gates say " + found + ", the rules say " +
                     expected;
      }
      note_end(call, expected, random);
    }
  }

  boost::asio::awaitable<std::string> judge(const oracle::Call& from) {
    const registry::ToolCall call{from.call_id, from.tool ? from.tool->name : "nowhere",
                                  to_text(from.arguments)};
    const auto context = to_context(from);
    PreparedCall prepared{call, context, *ours_, world_.in(20s)};
    prepared.key = call.call_id;
    if (from.tool) {
      prepared.tool = &specs_[static_cast<std::size_t>(from.tool - tools_.data())];
    }
    auto parsed = parse_arguments(call.arguments);
    if (parsed) {
      prepared.sent = std::move(*parsed);
      prepared.arguments_hash = canonical_json(prepared.sent);  // as good as its hash
    } else {
      prepared.arguments_problem = parsed.error();
      prepared.arguments_hash = call.arguments;
    }
    if (prepared.tool) {
      prepared.access = prepared.tool->access_for(parsed ? &prepared.arguments() : nullptr);
    }
    bool is_strong = false;
    for (auto* gate : gates_) {
      const auto verdict = co_await gate->ask(prepared);
      is_strong |= verdict.consent == "strong";
      if (verdict.answer) co_return std::string(gate->name()) + " answer";
      if (verdict.refusal) {
        EXPECT_FALSE(verdict.refusal->error.message.empty());
        co_return std::string(gate->name()) + " " + type_of(verdict);
      }
    }
    co_return is_strong ? "pass strong" : "pass";
  }

  static registry::CallContext to_context(const oracle::Call& from) {
    registry::CallContext context;
    context.tenant_id = from.tenant;
    context.subject = "user-1";
    context.roles = from.roles;
    context.is_member = from.is_member;
    context.assurance = static_cast<registry::Assurance>(from.assurance);
    context.channel = static_cast<registry::Channel>(from.channel);
    context.mode = from.mode;
    context.epoch = static_cast<std::uint64_t>(from.epoch);
    context.turn = static_cast<std::uint64_t>(from.turn);
    context.access_mode = static_cast<registry::AccessMode>(from.access_mode);
    context.is_realtime = from.is_realtime;
    context.is_provider_planned = from.is_planned;
    if (from.is_mouth) context.tool_ownership = registry::ToolOwnership::transport_only;
    if (!from.has_set) return context;
    auto set = std::make_shared<registry::LoadedSet>();
    set->epoch = static_cast<std::uint64_t>(from.set_epoch);
    if (from.set_tools) set->tools.emplace(from.set_tools->begin(), from.set_tools->end());
    set->disabled.insert(from.disabled.begin(), from.disabled.end());
    set->accounts.insert(from.accounts.begin(), from.accounts.end());
    context.loaded = std::move(set);
    return context;
  }

  /// The caller agrees to what was asked.
  void click(const oracle::Call& call) {
    clicks_.click(call.tenant, call.tool->name, to_text(call.arguments));
    theirs_->clicked.insert(oracle::Oracle::question_of(call));
  }

  /// What the executor does with a call that has been judged, told to both.
  void note_end(const oracle::Call& call, const std::string& verdict, RandomCalls& random) {
    if (verdict.starts_with("duplicate") || verdict.starts_with("ownership")) return;
    if (verdict == "consent CONFIRMATION_REQUIRED" && call.tool->needs_click) {
      random.ask_again(call);
      if (random.one_in(2)) click(call);
    }
    if (verdict.starts_with("pass")) {
      const bool still_runs = random.one_in(200);
      const auto took = std::chrono::milliseconds(random.below(700));
      ours_->spent_in(static_cast<std::uint64_t>(call.turn)).tool_time += took;
      theirs_->time += took;
      if (still_runs) return;
      const int id = random.below(static_cast<int>(kIds.size()));
      ours_->facts().seen.add_result(json::array{kIds[static_cast<std::size_t>(id)]});
      theirs_->seen_ids.insert(id);
    }
    ours_->answer(call.call_id, std::make_shared<registry::Envelope>(), 10);
    theirs_->known[call.call_id].is_answered = true;
  }

  static constexpr std::array<TurnLimits, 3> kTurns{
      TurnLimits{.retrieval_calls = 2, .calls = 3},
      TurnLimits{.retrieval_calls = 3, .calls = 4, .turn_time = 1000ms},
      TurnLimits{.retrieval_calls = 1, .calls = 1}};

  testing::VirtualWorld world_;
  std::vector<oracle::Tool> tools_ = make_oracle_tools();
  std::vector<registry::ToolSpec> specs_;
  oracle::Oracle oracle_{{.turns = {{2, 3, 0ms}, {3, 4, 1000ms}, {1, 1, 0ms}},
                          .read_every = 1500ms,
                          .write_every = 6000ms,
                          .read_burst = 6,
                          .write_burst = 2}};
  std::unique_ptr<oracle::Session> theirs_;
  std::unique_ptr<SessionCalls> ours_;
  int turn_ = 0;
  std::map<std::string, int> counts_;
  std::vector<Gate*> gates_;
  OwnershipGate ownership_;
  DuplicateGate duplicate_;
  KnownGate known_;
  ChannelGate channel_;
  LoadedGate loaded_;
  AccessGate access_;
  MembershipGate membership_;
  RoleGate role_;
  AssuranceGate assurance_;
  ArgumentsGate arguments_;
  ProvenanceGate provenance_;
  RateGate rate_{{.reads = {40, 6}, .writes = {10, 2}}};
  BudgetGate budget_{
      {ChannelBudget{kTurns[0], {}}, ChannelBudget{kTurns[1], {}}, ChannelBudget{kTurns[2], {}}}};
  LoopBreakerGate loops_;
  SeededRandom tokens_{13};
  Clicks clicks_;
  ConsentGate consent_{{world_.time(), tokens_, nullptr, &clicks_}};
};

TEST(Gates, JudgeAMillionRandomCallsAsTheRulesDo) {
  Contest contest;

  EXPECT_EQ(contest.play(1'000'000, 20261121), "");

  for (const auto& [verdict, count] : contest.counts()) {
    std::printf("[ numbers  ] %s: %d\n", verdict.c_str(), count);
    EXPECT_GE(count, 500) << verdict << " is hardly tried";
  }
  EXPECT_EQ(contest.counts().size(), 20U);
}

TEST(Gates, EachIsMissedWhenItIsTakenOut) {
  for (const std::string_view gate :
       {"ownership", "duplicate", "channel", "loaded", "access", "membership", "role", "assurance",
        "arguments", "provenance", "rate", "budget", "loop_breaker", "consent"}) {
    Contest contest(gate);
    EXPECT_NE(contest.play(50'000, 7), "") << gate;
  }
}

}  // namespace
}  // namespace callosum::policy
