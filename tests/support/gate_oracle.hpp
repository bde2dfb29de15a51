#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// The gates' rules, told a second time, in plain data and without a line of theirs.
namespace callosum::policy::oracle {

struct Tool {
  std::string name;
  std::string pack = "shop";
  std::vector<int> channels{0, 1};  // voice, text, mcp
  std::vector<std::string> modes;
  std::vector<std::string> roles;
  int assurance = 0;
  int access = 0;         // read, propose, write, destructive
  int pack_mode = 2;      // as access_mode of the call
  bool has_risk = false;  // action "send" writes, "delete" destroys
  bool is_retrieval = true;
  bool is_polled = false;
  bool needs_confirmation = false;
  bool needs_click = false;
  bool needs_seen_id = false;
  bool is_act_by_size = false;  // two calls of one size are the same act
  int max_chain = 0;            // 0: no limit
  std::string needs;            // another tool
  std::string account;
};

/// The arguments of a call, before they are written as JSON.
struct Arguments {
  int id = -1;      // none, or which of kIds
  int action = -1;  // none, or read, send, delete
  int size = -1;    // none, a number, or text where a number belongs
  bool is_broken = false;

  bool operator<(const Arguments& other) const { return key() < other.key(); }
  bool operator==(const Arguments& other) const { return key() == other.key(); }
  std::tuple<int, int, int, bool> key() const { return {id, action, size, is_broken}; }
};

struct Call {
  std::string call_id;
  const Tool* tool = nullptr;  // null: one that is nowhere
  Arguments arguments;
  int channel = 0;
  int turn = 0;
  std::string tenant;
  bool is_member = true;
  std::vector<std::string> roles;
  int assurance = 0;
  std::string mode;
  int epoch = 0;
  bool has_set = false;
  int set_epoch = 0;
  std::optional<std::set<std::string>> set_tools;
  std::set<std::string> disabled;
  std::set<std::string> accounts;
  int access_mode = 2;  // read_only, propose_actions, confirm
  bool is_realtime = true;
  bool is_planned = true;  // by the provider's model
  bool is_mouth = false;   // of a session whose provider only speaks
  std::string pack;        // the only one of its session; empty: all
  int token = kNone;       // of which question

  static constexpr int kNone = -1;
};

struct Limits {
  struct Channel {
    int retrieval;
    int calls;
    std::chrono::milliseconds time{0};  // 0: no limit, here and below
    std::size_t bytes = 0;
    int session_calls = 0;
    std::chrono::milliseconds session_time{0};
    std::size_t session_bytes = 0;
  };
  std::vector<Channel> channels;
  std::chrono::milliseconds read_every;  // one token
  std::chrono::milliseconds write_every;
  int read_burst;
  int write_burst;
};

enum class Answer { yes, no, unclear };

struct Session {
  struct Known {
    Arguments arguments;
    const Tool* tool = nullptr;
    bool is_answered = false;
  };
  std::map<std::string, Known> known;
  struct Made {
    int times = 0;
    int turn = 0;
  };
  std::map<std::pair<std::string, Arguments>, Made> made;
  std::set<int> seen_ids;
  std::vector<std::pair<std::string, Arguments>> answered;  // calls that others need
  int turn = -1;
  struct Spent {
    int calls = 0;
    int retrieval = 0;
    std::chrono::milliseconds time{0};
    std::size_t bytes = 0;
  };
  Spent spent;
  Spent in_all;
  std::map<std::tuple<std::string, std::string, int>, bool> acts;  // whether they are done
  struct Question {
    int number;
    const Tool* tool;
    Arguments arguments;
    int asked_in;
    bool was_put = false;
    int agreed_in = -1;
  };
  std::vector<Question> questions;
  using Click = std::tuple<std::string, std::string, Arguments>;  // tenant, tool
  std::set<Click> clicked;
  int last_question = -1;

  /// The model has spoken to its end, or was cut off: then its questions are void.
  void replied(bool was_heard) {
    if (!was_heard) std::erase_if(questions, [](const Question& q) { return !q.was_put; });
    if (was_heard) leave_unanswered();
    for (auto& question : questions) question.was_put = true;
  }
  /// What is put now was asked in a later turn: what nobody answered before it is left.
  void leave_unanswered() {
    int newest = -1;
    for (const auto& q : questions) newest = q.was_put ? newest : std::max(newest, q.asked_in);
    std::set<std::pair<const Tool*, Arguments>> now;
    for (const auto& q : questions) {
      if (!q.was_put && q.asked_in == newest) now.emplace(q.tool, q.arguments);
    }
    std::erase_if(questions, [&](const Question& q) {
      const bool is_older = q.asked_in < newest && q.agreed_in < newest;
      return is_older && now.count({q.tool, q.arguments}) == 0;
    });
  }
  void said(int in_turn, Answer answer) {
    // However often it was asked, one call is one question.
    std::set<std::pair<const Tool*, Arguments>> put;
    for (const auto& q : questions) {
      if (q.was_put) put.emplace(q.tool, q.arguments);
    }
    if (answer == Answer::no) std::erase_if(questions, [](const Question& q) { return q.was_put; });
    for (auto& question : questions) {
      const bool agrees = question.was_put && put.size() == 1 && answer == Answer::yes;
      question.agreed_in = agrees ? in_turn : -1;
    }
  }
  void ran(std::chrono::milliseconds took, std::size_t bytes) {
    for (auto* each : {&spent, &in_all}) {
      each->time += took;
      each->bytes += bytes;
    }
  }
};

class Oracle {
 public:
  explicit Oracle(Limits limits) : limits_(std::move(limits)) {}

  /// "GATE TYPE", "duplicate answer", "pass" or "pass strong".
  std::string judge(const Call& call, Session& session, std::chrono::milliseconds now) {
    if (call.is_planned && call.is_mouth) return "ownership FORBIDDEN";
    const auto [known, is_new] =
        session.known.try_emplace(call.call_id, Session::Known{call.arguments, call.tool});
    if (!is_new) {
      const bool is_same =
          known->second.arguments == call.arguments && known->second.tool == call.tool;
      if (!is_same) return "duplicate CONFLICT";
      return known->second.is_answered ? "duplicate answer" : "duplicate CONFLICT";
    }
    if (!call.tool) return "known NOT_FOUND";
    if (!has(call.tool->channels, call.channel)) return "channel MODE_RESTRICTED";
    if (!is_loaded(call)) return "loaded NOT_LOADED";
    const int access = access_of(call);
    const int mode = std::min(call.access_mode, call.tool->pack_mode);
    if (access == 3 && call.is_realtime) return "access DESTRUCTIVE_BLOCKED";
    if (access > 0 && mode == 0) return "access FORBIDDEN";
    if (!call.tool->roles.empty() && !meets(call.tool->roles, call.roles)) return "role FORBIDDEN";
    if (call.assurance < call.tool->assurance) return "assurance FORBIDDEN";
    if (!call.is_member) return "membership FORBIDDEN";
    if (call.arguments.is_broken || call.arguments.size == 1) return "arguments VALIDATION";
    const bool is_person = !call.is_realtime && !call.is_planned;
    if (!is_person && call.tool->needs_seen_id && call.arguments.id >= 0 &&
        session.seen_ids.count(call.arguments.id) == 0) {
      return "provenance VALIDATION";
    }
    if (call.tool->is_act_by_size && access > 0) {
      const auto at = session.acts.find(act_of(call));
      if (at != session.acts.end()) return at->second ? "same_act answer" : "same_act CONFLICT";
    }
    if (call.tool->max_chain > 0 && spent_before(call, session) >= call.tool->max_chain) {
      return "chain BUDGET_EXCEEDED";
    }
    if (!is_person && !is_in_order(call, session)) return "chain VALIDATION";
    if (!take_token(call, access > 0, now)) return "rate RATE_LIMIT";
    if (!spend(call, session)) return "budget BUDGET_EXCEEDED";
    const bool is_confirmed = call.tool->needs_confirmation && call.token != Call::kNone;
    if (!call.tool->is_polled && !is_confirmed && !call.tool->needs_click &&
        is_a_loop(session.made[{call.tool->name, call.arguments}], call)) {
      return "loop_breaker BUDGET_EXCEEDED";
    }
    // A proposal is no effect yet: nobody is asked before it.
    if (!is_person && (access == 1 || (access > 0 && mode == 1))) return "consent answer";
    if (!is_person && call.tool->needs_confirmation) return redeem(call, session);
    if (is_person || !call.tool->needs_click) return "pass";
    return session.clicked.erase(click_of(call)) > 0 ? "pass strong"
                                                     : "consent CONFIRMATION_REQUIRED";
  }

  static std::tuple<std::string, std::string, int> act_of(const Call& call) {
    return {call.tenant, call.tool->name, call.arguments.size};
  }
  static Session::Click click_of(const Call& call) {
    return {call.tenant, call.tool->name, call.arguments};
  }
  /// What the operator has switched off for a tenant by now.
  std::map<std::string, std::set<std::string>> switched_off;
  /// How often a rule, and no other of its gate, was the reason.
  const std::map<std::string, int>& reasons() const { return reasons_; }

 private:
  /// The third of one kind, unless three turns went by without one.
  static bool is_a_loop(Session::Made& made, const Call& call) {
    if (call.turn - made.turn > 3) made.times = 0;
    made.turn = std::max(made.turn, call.turn);
    return made.times++ >= 2;
  }
  template <class T>
  static bool has(const std::vector<T>& list, const T& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  }
  static bool meets(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    for (const auto& item : a) {
      if (has(b, item)) return true;
    }
    return false;
  }

  bool is_loaded(const Call& call) {
    const auto& tool = *call.tool;
    const auto is_off = [&](const std::set<std::string>& names) {
      return names.count(tool.pack + "." + tool.name) > 0 || names.count(tool.pack) > 0;
    };
    const bool is_person = !call.is_realtime && !call.is_planned;
    const bool has_set = call.has_set && !is_person;
    const auto lacks = [&](const std::string& name) {
      return has_set && call.set_tools && !name.empty() && call.set_tools->count(name) == 0;
    };
    return has_no_reason({
        {"switched off now", is_off(switched_off[call.tenant])},
        {"switched off then", call.has_set && is_off(call.disabled)},
        {"of another pack", !call.pack.empty() && tool.pack != call.pack},
        {"of another mode", !is_person && !tool.modes.empty() && !has(tool.modes, call.mode)},
        {"of another epoch", has_set && call.set_epoch != call.epoch},
        {"not in the set", lacks(tool.name)},
        {"needs what is not in the set", lacks(tool.needs)},
        {"no account", has_set && !tool.account.empty() && call.accounts.count(tool.account) == 0},
    });
  }

  static int access_of(const Call& call) {
    const auto& tool = *call.tool;
    if (tool.name.rfind("delete_", 0) == 0) return 3;
    if (!tool.has_risk) return tool.access;
    if (call.arguments.is_broken || call.arguments.action == 2) return 3;
    return call.arguments.action == 1 ? std::max(tool.access, 2) : tool.access;
  }

  static int spent_before(const Call& call, const Session& session) {
    return call.turn == session.turn ? session.spent.calls : 0;
  }
  /// What it needs was called, and for the same.
  bool is_in_order(const Call& call, const Session& session) {
    if (call.tool->needs.empty()) return true;
    bool was_called = false;
    bool was_for_this = false;
    for (const auto& [name, arguments] : session.answered) {
      was_called |= name == call.tool->needs;
      was_for_this |= name == call.tool->needs && arguments == call.arguments;
    }
    return has_no_reason(
        {{"needs what was not called", !was_called},
         {"needs what was called for something else", was_called && !was_for_this}});
  }

  /// The bucket as the moment at which it would be full again (virtual scheduling).
  bool take_token(const Call& call, bool is_write, std::chrono::milliseconds now) {
    const auto every = is_write ? limits_.write_every : limits_.read_every;
    const int burst = is_write ? limits_.write_burst : limits_.read_burst;
    auto& full_at = full_at_[{call.tenant, call.tool->name, is_write}];
    const auto from = std::max(full_at, now);
    if (from + every > now + every * burst) return false;
    full_at = from + every;
    return true;
  }

  bool spend(const Call& call, Session& session) {
    if (call.turn != session.turn) {
      session.turn = call.turn;
      session.spent = {};
    }
    auto& spent = session.spent;
    const auto& in_all = session.in_all;
    const auto& tool = *call.tool;
    const auto& limit = limits_.channels[static_cast<std::size_t>(call.channel)];
    const auto is_over = [](auto value, auto most) {
      return most > decltype(most){} && value >= most;
    };
    const bool may = has_no_reason({
        {"calls of the turn", spent.calls >= limit.calls},
        {"look-ups of the turn", tool.is_retrieval && spent.retrieval >= limit.retrieval},
        {"time of the turn", is_over(spent.time, limit.time)},
        {"bytes of the turn", is_over(spent.bytes, limit.bytes)},
        {"calls of the session", is_over(in_all.calls, limit.session_calls)},
        {"time of the session", is_over(in_all.time, limit.session_time)},
        {"bytes of the session", is_over(in_all.bytes, limit.session_bytes)},
    });
    if (!may) return false;
    for (auto* each : {&session.spent, &session.in_all}) {
      ++each->calls;
      each->retrieval += tool.is_retrieval ? 1 : 0;
    }
    return true;
  }

  /// The yes of this very turn to this very question, once.
  static std::string redeem(const Call& call, Session& session) {
    auto& questions = session.questions;
    const auto is_same = [&](const Session::Question& q) {
      return q.tool == call.tool && q.arguments == call.arguments;
    };
    const auto at = std::find_if(questions.begin(), questions.end(), [&](const auto& q) {
      return q.number == call.token && is_same(q);
    });
    if (at != questions.end() && at->was_put && call.turn > at->asked_in &&
        at->agreed_in == call.turn) {
      std::erase_if(questions, is_same);
      return "pass";
    }
    std::erase_if(questions, [&](const auto& q) { return is_same(q) && !q.was_put; });
    if (questions.size() >= 8) questions.erase(questions.begin());
    questions.push_back({++session.last_question, call.tool, call.arguments, call.turn});
    return "consent CONFIRMATION_REQUIRED";
  }

  bool has_no_reason(std::initializer_list<std::pair<const char*, bool>> reasons) {
    const char* only = nullptr;
    int count = 0;
    for (const auto& [name, holds] : reasons) {
      if (!holds) continue;
      only = name;
      ++count;
    }
    if (count == 1) ++reasons_[only];
    return count == 0;
  }

  Limits limits_;
  std::map<std::tuple<std::string, std::string, bool>, std::chrono::milliseconds> full_at_;
  std::map<std::string, int> reasons_;
};

}  // namespace callosum::policy::oracle
