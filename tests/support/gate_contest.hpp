#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/random.hpp"
#include "gate_calls.hpp"
#include "gate_oracle.hpp"
#include "gate_world.hpp"
#include "policy/enablement.hpp"

namespace callosum::policy {

/// What a list of gates is judged on. All of it outlives the contest.
struct ContestGround {
  async::VirtualTime& time;
  std::function<void(boost::asio::awaitable<void>)> run;
  std::vector<Gate*> gates;  ///< with the limits of `contest_limits`
  Enablement& enablement;
  /// Takes note of an act: it is done, or still being done.
  std::function<boost::asio::awaitable<void>(const PreparedCall&, bool is_done)> keep_act;
  /// The caller agrees to what the gates have just asked.
  std::function<boost::asio::awaitable<void>(const PreparedCall&)> click;
  /// One call in so many has not ended when the next is made; 0: none. Who waits for one needs a
  /// world whose time passes.
  int one_still_runs_in = 0;
};

inline oracle::Limits contest_limits() {
  using std::chrono::milliseconds;
  return {.channels = {{.retrieval = 2, .calls = 3, .bytes = 3000, .session_calls = 45},
                       {.retrieval = 3,
                        .calls = 4,
                        .time = milliseconds(1000),
                        .session_time = milliseconds(20'000)},
                       {.retrieval = 1, .calls = 1, .session_bytes = 30'000}},
          .read_every = milliseconds(1000),
          .write_every = milliseconds(3000),
          .read_burst = 6,
          .write_burst = 2};
}

/// Random calls, judged by a list of gates and by the oracle.
class Contest {
 public:
  explicit Contest(ContestGround ground) : ground_(std::move(ground)) {
    for (const auto& tool : tools_) specs_.push_back(to_spec(tool));
    snapshot_ = std::make_shared<registry::Snapshot>(std::vector<registry::Pack>(), specs_, "1");
  }

  /// The first call that both do not judge alike, in words; "" for none.
  std::string play(int calls, std::uint64_t seed) {
    RandomCalls random(seed);
    std::string difference;
    ground_.run(play_all(random, calls, difference));
    return difference;
  }

  /// How often the rules came to each verdict, and by each reason of theirs.
  const std::map<std::string, int>& counts() const { return counts_; }
  const std::map<std::string, int>& reasons() const { return oracle_.reasons(); }

 private:
  boost::asio::awaitable<void> play_all(RandomCalls& random, int calls, std::string& difference) {
    constexpr int kCallsOfASession = 300;
    for (int i = 0; i < calls && difference.empty(); ++i) {
      if (i % kCallsOfASession == 0) begin_session();
      if (turn_ == 0 || random.one_in(4)) next_turn(random);
      if (random.one_in(300)) switch_off(random);
      if (random.one_in(3)) ground_.time.advance(std::chrono::milliseconds(random.below(400)));
      const auto call = random.make(tools_, *theirs_, turn_);
      const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
          ground_.time.now().time_since_epoch());
      const auto expected = oracle_.judge(call, *theirs_, now);
      auto judging = judge(call, expected, random);
      const auto found = co_await std::move(judging);
      ++counts_[expected];
      if (found != expected) {
        difference = "call " + std::to_string(i) + ": the gates say " + found + ", the rules say " +
                     expected;
      }
    }
  }

  void begin_session() {
    theirs_ = std::make_unique<oracle::Session>();
    ours_ = std::make_unique<SessionCalls>();
    tokens_.clear();
    turn_ = 0;
    ++session_;
  }

  /// What the session tells of a reply and of the user's words.
  void next_turn(RandomCalls& random) {
    const bool was_heard = !random.one_in(6);
    const auto answer = static_cast<oracle::Answer>(random.one_in(3) ? random.below(3) : 0);
    constexpr std::array kWords{"yes please", "no", "what does it cost"};
    auto& questions = ours_->facts().questions;
    questions.reply_began();
    questions.reply_ended(was_heard);
    theirs_->replied(was_heard);
    ++turn_;
    questions.user_said(static_cast<std::uint64_t>(turn_),
                        kWords[static_cast<std::size_t>(answer)]);
    theirs_->said(turn_, answer);
  }

  void switch_off(RandomCalls& random) {
    const auto tenant = random.tenant();
    std::set<std::string> off;
    if (random.one_in(3)) off.insert(random.one_in(2) ? "shop.plain" : "crm");
    oracle_.switched_off[tenant] = off;
    ground_.enablement.set(tenant, {off.begin(), off.end()}, ++revision_);
  }

  boost::asio::awaitable<std::string> judge(const oracle::Call& from, const std::string& expected,
                                            RandomCalls& random) {
    const registry::ToolCall call{from.call_id, from.tool ? from.tool->name : "nowhere",
                                  to_text(from.arguments)};
    auto context = to_context(from);
    context.snapshot = snapshot_;
    context.session_id = "sess_" + std::to_string(session_);
    const auto deadline = async::Deadline::after(ground_.time, std::chrono::seconds(20));
    PreparedCall prepared{call, context, *ours_, deadline};
    fill(prepared, from);
    std::string found = "pass";
    bool is_strong = false;
    for (auto* gate : ground_.gates) {
      if (!prepared.tool && reads_tool(gate->name())) {
        found = std::string(gate->name()) + " is asked of no tool";
        break;
      }
      auto asking = gate->ask(prepared);
      const auto verdict = co_await std::move(asking);
      is_strong |= verdict.consent == "strong";
      if (verdict.passes()) continue;
      found = std::string(gate->name()) + " " + (verdict.answer ? "answer" : type_of(verdict));
      if (verdict.refusal) keep_token(*verdict.refusal);
      break;
    }
    if (found == "pass" && is_strong) found = "pass strong";
    auto noting = note_end(prepared, from, expected, random);
    co_await std::move(noting);
    co_return found;
  }

  static bool reads_tool(std::string_view gate) {
    return gate != "ownership" && gate != "duplicate" && gate != "known";
  }

  void fill(PreparedCall& prepared, const oracle::Call& from) const {
    prepared.key = prepared.call.call_id;
    if (from.tool) {
      prepared.tool = &specs_[static_cast<std::size_t>(from.tool - tools_.data())];
    }
    const auto token = tokens_.find(from.token);
    if (from.token != oracle::Call::kNone) {
      prepared.confirmation_token = token == tokens_.end() ? "confirm_made_up" : token->second;
    }
    auto parsed = parse_arguments(prepared.call.arguments);
    if (parsed) {
      prepared.sent = std::move(*parsed);
      prepared.canonical = canonical_json(prepared.sent);
      prepared.arguments_hash = prepared.canonical;  // as good as its hash
    } else {
      prepared.arguments_problem = parsed.error();
      prepared.arguments_hash = prepared.call.arguments;
    }
    if (!prepared.tool) return;
    prepared.access = prepared.tool->access_for(parsed ? &prepared.arguments() : nullptr);
    if (from.tool->is_act_by_size && prepared.is_write() && parsed) {
      prepared.act = from.tool->name + std::to_string(from.arguments.size);
    }
  }

  void keep_token(const Refusal& refusal) {
    EXPECT_FALSE(refusal.error.message.empty());
    const auto* request = refusal.extra.if_contains("confirmation_request");
    const auto* token = request ? request->as_object().if_contains("token") : nullptr;
    if (token) tokens_[theirs_->last_question] = std::string(token->as_string());
  }

  /// What the executor does with a call that has been judged, told to both.
  boost::asio::awaitable<void> note_end(const PreparedCall& prepared, const oracle::Call& call,
                                        const std::string& verdict, RandomCalls& random) {
    if (verdict.starts_with("duplicate") || verdict.starts_with("ownership")) co_return;
    if (verdict == "same_act CONFLICT") {
      ours_->forget(call.call_id);
      theirs_->known.erase(call.call_id);
      co_return;
    }
    if (verdict == "consent CONFIRMATION_REQUIRED" && call.tool->needs_click) {
      random.ask_again(call);
      if (random.one_in(2)) {
        theirs_->clicked.insert(oracle::Oracle::click_of(call));
        auto clicking = ground_.click(prepared);
        co_await std::move(clicking);
      }
    }
    if (verdict.starts_with("pass")) {
      const int one_in = ground_.one_still_runs_in;
      const bool still_runs = one_in > 0 && random.one_in(one_in);
      if (!prepared.act.empty()) {
        theirs_->acts[oracle::Oracle::act_of(call)] = !still_runs;
        auto keeping = ground_.keep_act(prepared, !still_runs);
        co_await std::move(keeping);
      }
      if (still_runs) co_return;
      const auto took = std::chrono::milliseconds(random.below(700));
      const auto bytes = static_cast<std::size_t>(random.below(2500));
      ours_->spend(prepared.context.turn, took, bytes);
      theirs_->ran(took, bytes);
      const int id = random.below(static_cast<int>(kIds.size()));
      ours_->facts().seen.add_result(json::array{kIds[static_cast<std::size_t>(id)]});
      theirs_->seen_ids.insert(id);
      if (snapshot_->is_required(call.tool->name)) {
        ours_->facts().answered.add(call.tool->name, prepared.arguments());
        note_answered(call);
      }
    }
    ours_->answer(call.call_id, std::make_shared<registry::Envelope>(), 10);
    theirs_->known[call.call_id].is_answered = true;
  }

  /// The last 32 different ones.
  void note_answered(const oracle::Call& call) {
    auto& answered = theirs_->answered;
    const std::pair made{call.tool->name, call.arguments};
    if (std::find(answered.begin(), answered.end(), made) != answered.end()) return;
    if (answered.size() == 32) answered.erase(answered.begin());
    answered.push_back(made);
  }

  ContestGround ground_;
  std::vector<oracle::Tool> tools_ = make_oracle_tools();
  std::vector<registry::ToolSpec> specs_;
  std::shared_ptr<const registry::Snapshot> snapshot_;
  oracle::Oracle oracle_{contest_limits()};
  std::unique_ptr<oracle::Session> theirs_;
  std::unique_ptr<SessionCalls> ours_;
  std::map<int, std::string> tokens_;  // by the number of the question
  int session_ = 0;
  int turn_ = 0;
  std::int64_t revision_ = 0;
  std::map<std::string, int> counts_;
};

/// A list without the gate of that name.
inline std::vector<Gate*> all_but(const std::vector<Gate*>& gates, std::string_view name) {
  std::vector<Gate*> rest;
  for (auto* gate : gates) {
    if (gate->name() != name) rest.push_back(gate);
  }
  return rest;
}

}  // namespace callosum::policy
