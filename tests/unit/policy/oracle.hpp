#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
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
};

struct Limits {
  struct Turn {
    int retrieval;
    int calls;
    std::chrono::milliseconds time;
  };
  std::vector<Turn> turns;               // by channel
  std::chrono::milliseconds read_every;  // one token
  std::chrono::milliseconds write_every;
  int read_burst;
  int write_burst;
};

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
  using Question = std::tuple<std::string, std::string, Arguments>;  // tenant, tool
  std::set<Question> clicked;
  int turn = -1;
  int calls = 0;
  int retrieval = 0;
  std::chrono::milliseconds time{0};
};

class Oracle {
 public:
  explicit Oracle(Limits limits) : limits_(std::move(limits)) {}

  static Session::Question question_of(const Call& call) {
    return {call.tenant, call.tool->name, call.arguments};
  }

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
    if (!take_token(call, access > 0, now)) return "rate RATE_LIMIT";
    if (!spend_turn(call, session)) return "budget BUDGET_EXCEEDED";
    const bool may_repeat = call.tool->is_polled || call.tool->needs_click;
    if (!may_repeat && is_a_loop(session.made[{call.tool->name, call.arguments}], call)) {
      return "loop_breaker BUDGET_EXCEEDED";
    }
    // A proposal is no effect yet: nobody is asked before it; here none can be kept.
    if (!is_person && (access == 1 || (access > 0 && mode == 1))) return "consent FORBIDDEN";
    if (!is_person && call.tool->needs_confirmation) return "consent CONFIRMATION_REQUIRED";
    if (!is_person && call.tool->needs_click) {
      if (session.clicked.erase(question_of(call)) > 0) return "pass strong";
      return "consent CONFIRMATION_REQUIRED";
    }
    return "pass";
  }

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

  static bool is_loaded(const Call& call) {
    const auto& tool = *call.tool;
    if (call.has_set && (call.disabled.count(tool.pack + "." + tool.name) > 0 ||
                         call.disabled.count(tool.pack) > 0)) {
      return false;
    }
    if (!call.is_realtime && !call.is_planned) return true;
    if (!tool.modes.empty() && !has(tool.modes, call.mode)) return false;
    if (!call.has_set) return true;
    if (call.set_epoch != call.epoch) return false;
    if (call.set_tools && call.set_tools->count(tool.name) == 0) return false;
    return tool.account.empty() || call.accounts.count(tool.account) > 0;
  }

  static int access_of(const Call& call) {
    const auto& tool = *call.tool;
    if (tool.name.rfind("delete_", 0) == 0) return 3;
    if (!tool.has_risk) return tool.access;
    if (call.arguments.is_broken || call.arguments.action == 2) return 3;
    return call.arguments.action == 1 ? std::max(tool.access, 2) : tool.access;
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

  bool spend_turn(const Call& call, Session& session) const {
    if (call.turn != session.turn) {
      session.turn = call.turn;
      session.calls = session.retrieval = 0;
      session.time = std::chrono::milliseconds(0);
    }
    const auto& limit = limits_.turns[static_cast<std::size_t>(call.channel)];
    if (session.calls >= limit.calls) return false;
    if (call.tool->is_retrieval && session.retrieval >= limit.retrieval) return false;
    if (limit.time.count() > 0 && session.time >= limit.time) return false;
    ++session.calls;
    session.retrieval += call.tool->is_retrieval ? 1 : 0;
    return true;
  }

  Limits limits_;
  std::map<std::tuple<std::string, std::string, bool>, std::chrono::milliseconds> full_at_;
};

}  // namespace callosum::policy::oracle
