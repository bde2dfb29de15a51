#pragma once

#include <boost/json/object.hpp>
#include <string_view>
#include <vector>

#include "sim/openai/listener.hpp"
#include "sim/openai/responder.hpp"

namespace callosum::sim::openai {

/// One connection's conversation: client events in, server events out through the Wire. Knows no
/// socket and waits for nothing; what happens later goes to the Timeline.
class Dialogue {
 public:
  Dialogue(Wire& wire, Timeline& timeline, SessionConfig config);

  void begin();  ///< session.created
  void on_text(std::string_view frame);
  void on_binary();
  /// The connection has gone: counts the calls that nobody answered.
  void end();

 private:
  using Handler = void (Dialogue::*)(const json::object&);
  static Handler find_handler(std::string_view type);

  void on_event(std::string_view type, const json::object& event);
  void update_session(const json::object& event);
  void append_audio(const json::object& event);
  void commit_audio(const json::object& event);
  void clear_audio(const json::object& event);
  void create_item(const json::object& event);
  void retrieve_item(const json::object& event);
  void delete_item(const json::object& event);
  void truncate_item(const json::object& event);
  void create_response(const json::object& event);
  void cancel_response(const json::object& event);
  void clear_output(const json::object& event);

  bool accept_output(const json::object& item, const json::object& event);
  void add_item(json::object item, const json::object& event);
  void fail_mcp_listings(const json::object& session);
  void record_update(const json::object& event);

  Wire& wire_;
  State state_;
  Responder responder_;
  Listener listener_;
  /// Outputs that came while a response ran: taken, but added and acknowledged behind it, as
  /// recorded.
  std::vector<json::object> waiting_outputs_;
};

}  // namespace callosum::sim::openai
