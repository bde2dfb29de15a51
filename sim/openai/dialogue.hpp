#pragma once

#include <boost/json/object.hpp>
#include <string_view>
#include <vector>

#include "sim/openai/ga_listener.hpp"
#include "sim/realtime/partner.hpp"
#include "sim/realtime/responder.hpp"

namespace callosum::sim::openai {

/// OpenAI's side of one conversation.
class Dialogue final : public Partner {
 public:
  Dialogue(Wire& wire, Timeline& timeline, std::unique_ptr<Session> session);

  void begin() override;  ///< session.created
  void on_text(std::string_view frame) override;
  void on_binary(std::string_view bytes) override;
  void end() override;

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

  void add_item(json::object item, const json::object& event);
  void fail_mcp_listings(const json::object& session);
  void record_update(const json::object& event);

  Wire& wire_;
  State state_;
  Responder responder_;
  GaListener listener_;
  /// Outputs that came while a response ran: taken, but added and acknowledged behind it, as
  /// recorded.
  std::vector<json::object> waiting_outputs_;
};

}  // namespace callosum::sim::openai
