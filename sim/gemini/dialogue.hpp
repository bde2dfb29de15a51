#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/gemini/listener.hpp"

namespace callosum::sim::gemini {

/// What the handshake said about a connection. A refusal is told behind the upgrade.
struct Admission {
  Api api;
  std::string token;  ///< "auth_tokens/…": an ephemeral one of ours
  std::optional<Complaint> refusal;
};

/// One connection's conversation: client messages in, server messages out through the Wire. Knows
/// no socket and waits for nothing; what happens later goes to the Timeline.
class Dialogue {
 public:
  Dialogue(Wire& wire, Timeline& timeline, Admission admission);
  ~Dialogue();

  void on_frame(std::string_view frame);
  /// The connection has gone: counts the calls that nobody answered.
  void end();

 private:
  /// From the setup on.
  struct Talk;
  using Handler = void (Dialogue::*)(const json::object&);
  static Handler find_handler(std::string_view kind);

  void on_message(const json::object& message);
  bool is_token_spent();
  void dispatch(std::string_view kind, const json::object& body);

  void set_up(const json::object& given, const Reading& reading);
  Verdict check(const json::object& setup, const Reading& reading, State& state);
  Verdict resume(const json::object& setup, State& state);
  void complete_setup();

  void take_content(const json::object& content);
  void take_input(const json::object& input);
  void take_responses(const json::object& response);
  void update_context(const json::object& update);
  void add_turns(const json::array& turns);
  void record_tools();

  Wire& wire_;
  Timeline& timeline_;
  Admission admission_;
  std::unique_ptr<Talk> talk_;
  bool is_complete_ = false;         ///< setupComplete has gone out
  bool is_seeding_ = false;          ///< the next clientContent is history
  std::vector<json::object> early_;  ///< sent before setupComplete
};

}  // namespace callosum::sim::gemini
