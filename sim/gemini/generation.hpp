#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/gemini/compose.hpp"
#include "sim/gemini/wire.hpp"
#include "sim/timeline.hpp"

namespace callosum::sim::gemini {

/// One turn of the model, message by message. Whoever owns it says when to go on.
class Generation {
 public:
  Generation(Wire& wire, State& state, Timeline& timeline, Reply reply);

  /// Sends until it has to wait: for the time that it returns, or (nothing) for calls, or because
  /// it has ended.
  std::optional<Ms> advance();
  bool is_waiting() const { return is_waiting_; }  ///< for responses to calls that block
  bool is_done() const { return is_done_; }        ///< its turnComplete has gone out
  bool is_stopped() const { return is_stopped_; }
  /// How long after its calls they are to be cancelled; once.
  std::optional<Ms> take_cancel_after();

  /// Goes on behind the calls: as planned, or with another reply in place of what was planned.
  void go_on();
  void go_on_with(Reply reply);
  bool has_plan_behind_calls() const { return !reply_.say.empty(); }
  /// Nothing more of it is sent. What was said stays said.
  void stop();
  /// turnComplete of a turn that was interrupted.
  json::object interrupted_end() const;
  /// {"usageMetadata": …} of what was sent so far.
  json::object usage() const;
  void cancel_calls(bool with_non_blocking);

 private:
  void perform(Step& step);
  void send(Step& step);
  void open_calls(json::object message);
  void finish(Step& step);
  void go_away(const Step& step);
  void remember();
  void add_steps();

  Wire& wire_;
  State& state_;
  Timeline& timeline_;
  Reply reply_;
  std::vector<Step> steps_;
  std::size_t next_ = 0;
  bool has_waited_ = false;
  bool is_waiting_ = false;
  bool is_done_ = false;
  bool is_stopped_ = false;
  bool is_silent_ = false;
  bool has_calls_to_cancel_ = false;
  std::string spoken_;  ///< since the last entry of the history
  std::size_t words_ = 0;
  Ms sound_{0};
};

/// goAway now, the end when its time has passed.
void say_go_away(Wire& wire, Timeline& timeline, Ms time_left, Disconnect disconnect);

/// Tokens that the context holds (protocol §3.2).
std::size_t prompt_tokens(const State& state);

}  // namespace callosum::sim::gemini
