#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "provider/cloud/item_store.hpp"
#include "provider/xai/frames.hpp"
#include "provider/xai/item_names.hpp"
#include "provider/xai/running_response.hpp"
#include "provider/xai/session_book.hpp"
#include "provider/xai/transcripts.hpp"
#include "provider/xai/turns.hpp"
#include "realtime/model_port.hpp"
#include "realtime/server_event.hpp"

namespace callosum::provider::xai {

/// What the names of our events begin with whose refusal nobody needs to hear of.
constexpr std::string_view kSilentEvent = "evt_callosum_silent_";

/// xAI's server frames into GA's (protocols: xAI voice §6, §9), of one connection. What needs no
/// repair passes as the bytes that came: audio is looked at by its type alone. What cannot be read
/// is counted and passed to nobody. No socket, no clock.
class Normaliser {
 public:
  explicit Normaliser(std::string model) : session_(std::move(model)) {}

  /// True: the frame is to be passed on as it came. False: what stands at the end of `out` now is
  /// said in its place, which may be nothing.
  bool take(const realtime::ServerFrame& frame, SteadyTime now, Frames& out);

  // What the gateway's own events depend on.
  SessionBook& session() { return session_; }
  cloud::ItemStore& items() { return items_; }
  Turns& turns() { return turns_; }
  const Turns& turns() const { return turns_; }
  RunningResponse& running() { return running_; }
  /// A conversation.item.delete is on its way: xAI's answer may not say of which item.
  void on_delete_sent(std::string_view item_id);
  const ItemNames& names() const { return names_; }
  /// Of a conversation that was taken up: a call that must not run, whatever is said of it.
  void note_call(std::string_view call_id);
  /// A message of it, which the caller's program knows.
  void keep_item(const realtime::KeptItem& kept, std::string_view known_as);

  /// The response was cancelled or spoken over, and may be left without an end (§9).
  bool awaits_end() const { return running_.is_cancelled() || running_.is_spoken_over(); }
  /// The end that xAI has not told.
  void end_unfinished(Frames& out);
  /// An event of ours, or of the gateway's in xAI's place.
  void say(json::object event, Frames& out);
  /// An error as if xAI had told it.
  void say_error(json::object error, Frames& out);

  const std::string& conversation_id() const { return conversation_id_; }
  bool is_named() const { return is_named_; }  ///< the conversation, by xAI
  bool has_begun() const { return !past_.empty() || running_.is_running(); }  ///< a response
  std::uint64_t unreadable_frames() const { return unreadable_; }

 private:
  struct Event;  ///< one frame, parsed
  using Reader = bool (Normaliser::*)(Event&);
  struct Row;
  struct Late {
    std::string response_id;
    OutputItem item;
  };
  static const Row kRows[];

  // Each answers whether the frame passes as it came.
  bool drop(Event& event);
  bool on_session(Event& event);
  bool on_conversation(Event& event);
  bool on_item_added(Event& event);
  bool on_item_done(Event& event);
  bool on_item_deleted(Event& event);
  bool on_speech_started(Event& event);
  bool on_speech_stopped(Event& event);
  bool on_committed(Event& event);
  bool on_transcription(Event& event);
  bool on_created(Event& event);
  bool on_done(Event& event);
  bool on_output_item_added(Event& event);
  bool on_output_item_done(Event& event);
  bool on_words(Event& event);
  bool on_part(Event& event);
  bool on_arguments(Event& event);
  bool on_audio_done(Event& event);
  bool on_error(Event& event);

  bool on_audio(std::string_view frame, Frames& out);
  bool is_of_running(Event& event);
  void begin_response(std::string_view id, const json::object& metadata, Frames& out);
  OutputItem* find_item(Event& event);
  bool place(Event& event, const OutputItem& item);
  bool is_again(const json::object& item);
  bool names_call(OutputItem& item, const json::object& seen);
  void add_output(Event& event, const json::object& item);
  void end_item(OutputItem& item, json::object seen, std::string_view status, Frames& out);
  void end_response(std::string_view status, json::value details, json::value usage, Frames& out);
  bool mend_previous(json::object& event, std::string_view id) const;
  void say_item(std::string_view type, const json::object& item, json::value previous, Frames& out);
  void keep_late(const OutputItem& item);
  bool on_late_item(Event& event, json::object seen);
  bool on_late_arguments(Event& event);
  void end_late(std::size_t at, json::object seen, Frames& out);
  std::string late_response_of(const Event& event) const;
  std::optional<std::size_t> find_late(std::string_view response_id,
                                       std::string_view item_id) const;
  bool knows_call(std::string_view call_id) const;
  bool is_past(std::string_view response_id) const;

  SessionBook session_;
  cloud::ItemStore items_;
  ItemNames names_;
  Turns turns_;
  RunningResponse running_;
  Transcripts transcripts_;
  std::string conversation_id_ = "conv_unnamed";  ///< until xAI says it
  Deque<std::string> past_;                       ///< responses that have ended
  Deque<std::string> calls_;                      ///< call ids that were seen
  Deque<Late> late_;                              ///< calls that their responses ended without
  Deque<std::string> deleted_;                    ///< items whose deletion is on its way
  std::uint64_t next_event_ = 0;
  std::uint64_t unreadable_ = 0;
  bool is_named_ = false;
  bool was_cut_short_ = false;  ///< the last response got its end from us: stragglers may follow
};

}  // namespace callosum::provider::xai
