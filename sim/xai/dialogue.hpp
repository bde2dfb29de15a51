#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sim/realtime/partner.hpp"
#include "sim/realtime/responder.hpp"
#include "sim/xai/resumption.hpp"
#include "sim/xai/xai_listener.hpp"
#include "sim/xai/xai_session.hpp"

namespace callosum::sim::xai {

/// How a connection came in.
struct Arrival {
  std::string model;
  std::string conversation_id;  ///< to be resumed; empty: none
};

/// xAI's side of one conversation.
class Dialogue final : public Partner {
 public:
  Dialogue(Wire& wire, Timeline& timeline, KeptConversations& kept, const Arrival& arrival);

  void begin() override;
  void on_text(std::string_view frame) override;
  void on_binary(std::string_view bytes) override;
  void end() override;

 private:
  using Handler = void (Dialogue::*)(const json::object&);
  static Handler find_handler(std::string_view type);

  void update_session(const json::object& event);
  void append_audio(const json::object& event);
  void commit_audio(const json::object& event);
  void clear_audio(const json::object& event);
  void create_item(const json::object& event);
  void delete_item(const json::object& event);
  void truncate_item(const json::object& event);
  void create_response(const json::object& event);
  void cancel_response(const json::object& event);

  void open_conversation();
  void replay();
  void tell_replayed(json::object item, json::value previous);
  void replay_for_ever();
  void ping();
  void add_item(json::object item, const json::object& event);
  void force_message(const json::object& event);
  void on_free(Ms played);
  void keep();

  Wire& wire_;
  Timeline& timeline_;
  KeptConversations& kept_;
  XaiSession* session_;  ///< of state_
  State state_;
  Responder responder_;
  XaiListener listener_;
  /// Outputs that came while a response ran: taken, but acknowledged behind it, as recorded.
  std::vector<json::object> waiting_outputs_;
  std::string conversation_id_;
  bool is_resumed_ = false;
  bool is_opened_ = false;
  bool is_configured_ = false;
};

}  // namespace callosum::sim::xai
