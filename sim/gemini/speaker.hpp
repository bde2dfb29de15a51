#pragma once

#include <boost/json/array.hpp>
#include <memory>

#include "sim/gemini/generation.hpp"

namespace callosum::sim::gemini {

/// The model's side of one connection: whose turn it is, what interrupts it, which calls are open.
class Speaker {
 public:
  Speaker(Wire& wire, State& state, Timeline& timeline);

  /// The user's turn has ended and is in the history: the model's begins.
  void answer_user() { begin(); }
  /// The same for a text; where the model may not be interrupted, behind the turn that runs.
  void take_user_turn(std::string text);
  /// The user has begun: stops the model, and cancels the calls that block.
  void stop_for_user();
  /// The functionResponses of a toolResponse.
  void take_responses(const json::array& responses);
  /// A new handle where the session can be resumed now, else the word that it cannot.
  void tell_resumable();
  bool is_busy() const { return active_ != nullptr; }

 private:
  struct Response;

  void begin();
  Reply make_reply();
  void run(const std::shared_ptr<Generation>& generation);
  void end_turn(const std::shared_ptr<Generation>& generation);
  void interrupt(bool cancels_calls);
  void send_interruption(const Generation& generation);
  void cancel_later(const std::shared_ptr<Generation>& generation, Ms after);
  bool is_too_large();

  bool accept(const json::object& fields, Response& response);
  bool find_call(const json::object& fields, Response& response);
  Entry record(const Response& response);
  void take_now(std::vector<Entry> blocking);
  void take_when_fit(std::vector<Entry> entries, std::string_view urgency);
  void add(std::vector<Entry> entries);
  void go_on_behind_calls();

  Wire& wire_;
  State& state_;
  Timeline& timeline_;
  RuleBook rules_;
  std::shared_ptr<Generation> active_;
  std::vector<Entry> held_;       ///< for the history, behind what is being said
  bool has_more_to_say_ = false;  ///< about what is held: another turn follows
  bool is_resumable_ = false;     ///< as last told
  std::size_t count_ = 0;
};

}  // namespace callosum::sim::gemini
