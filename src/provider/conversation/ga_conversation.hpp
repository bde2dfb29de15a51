#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "provider/conversation/ga_session.hpp"
#include "provider/conversation/turn.hpp"
#include "realtime/confidence.hpp"

namespace callosum::provider::conversation {

namespace json = boost::json;

/// The server's side of a GA conversation without a network: items, one response at a time
/// (ga_response.cpp), and the events that tell of them and of the session, in the order the
/// protocol records (§11). Pure: what it says collects in `out`.
class GaConversation {
 public:
  /// `random` outlives it.
  GaConversation(std::string model, std::int64_t now_s, Random& random, VoiceList voices = {});

  std::deque<std::string>& out() { return out_; }
  const GaSession& session() const { return session_; }
  /// What the response that goes on is an answer to.
  const std::vector<Turn>& turns() const { return input_ ? *input_ : turns_; }
  const json::array& tools() const { return tools_of(asked_); }
  std::string instructions() const { return instructions_of(asked_); }
  /// What a response that asks so would be given.
  const json::array& tools_of(const json::object& asked) const;
  std::string instructions_of(const json::object& asked) const;
  bool is_audio_out() const;

  void say_created();
  /// The first update, the gateway's own: it holds, but for a voice that is not there.
  void open(json::object session);
  /// Sparse merge; answers session.updated or an error.
  void update_session(const json::object& update, std::string_view event_id);
  void error(std::string_view code, std::string_view message, std::string_view param,
             std::string_view event_id);

  // Input audio.
  std::string speech_started(std::int64_t at_ms);  ///< the new item's id
  /// Of an item that was named before somebody knew that it would be one.
  void speech_started(std::int64_t at_ms, std::string_view item_id);
  std::string name_item() { return make_id("item_"); }
  void speech_stopped(std::int64_t at_ms, std::string_view item_id);
  void committed(std::string_view item_id);
  std::string committed();  ///< by hand: the new item's id
  void cleared();
  /// The words of a committed item, when the ears have them.
  void heard(std::string_view item_id, std::string_view text, bool understood,
             const realtime::Confidence& confidence = {});

  void create_item(const json::object& event);
  void delete_item(std::string_view item_id, std::string_view event_id);
  void retrieve_item(std::string_view item_id, std::string_view event_id);
  void truncate_item(const json::object& event);
  /// What was said in an item of the assistant's, as far as it was heard; nothing: it is forgotten.
  void cut_turn(std::string_view item_id, std::string_view heard);

  // Responses.
  bool is_responding() const { return !response_id_.empty(); }
  const std::string& response_id() const { return response_id_; }
  /// What the next response shall answer instead of the conversation. False: refused, and said so.
  bool take_input(const json::object& asked, std::string_view event_id);
  void begin_response(const json::object& asked);
  /// Also while a message goes on, behind which it stands.
  void add_call(const PlannedCall& call);
  std::string begin_message();  ///< its item's id
  /// Audio as whole samples in the output format, with the words it speaks.
  void add_audio(std::span<const std::uint8_t> bytes);
  void add_words(std::string_view words);
  void end_message(std::string_view status = "completed");  ///< or "incomplete": it was cut off
  void end_response(std::string_view status, std::string_view reason = {});
  /// A call of the conversation has no output yet.
  bool has_open_calls() const;
  bool is_out_of_band() const { return out_of_band_; }

 private:
  struct Message {
    std::string id;
    std::string words;
    std::int64_t index = 0;
    bool is_audio = true;
  };
  /// Nobody may guess what an item of ours is called.
  std::string make_id(std::string_view prefix);
  std::string next_event_id();
  void refuse(const GaSession::Refusal& refusal, std::string_view event_id);
  const json::object* find_item(std::string_view id) const;
  void emit(std::string_view type, json::object fields);
  json::value last_item() const;  ///< its id, or null
  /// Tells of it; `place` is among the items.
  void add_item(json::object item, std::size_t place);
  void keep(json::object item);
  void keep(Turn turn);
  void keep(Turn turn, std::size_t place);
  /// What was said, before the calls that were made meanwhile.
  void keep_message(json::object item, Turn turn);
  void forget_oldest();
  /// Where an item is to stand that `event` wants behind another; nothing where there is no such.
  std::optional<std::size_t> find_place(const json::object& event) const;
  json::object response_object(std::string_view status, std::string_view reason) const;
  json::object message_item(const Message& message, std::string_view status) const;

  Random& random_;  // first: what follows takes its ids from it
  std::string conversation_id_;
  GaSession session_;
  std::deque<std::string> out_;
  std::vector<Turn> turns_;
  std::vector<json::object> items_;
  std::vector<std::size_t> item_bytes_;  ///< of each
  std::string response_id_;
  json::object asked_;
  json::array output_;
  std::optional<Message> message_;
  std::string first_call_beside_;  ///< item that was made while the message went on
  bool out_of_band_ = false;
  std::optional<std::vector<Turn>> input_;  ///< of this response, in place of `turns_`
  std::uint64_t next_event_ = 1;
};

}  // namespace callosum::provider::conversation
