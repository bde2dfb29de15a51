#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "provider/gemini/calls.hpp"
#include "provider/gemini/conversation.hpp"
#include "provider/gemini/ear.hpp"
#include "provider/gemini/profile.hpp"
#include "provider/gemini/reply.hpp"
#include "provider/gemini/session_book.hpp"
#include "provider/gemini/turn.hpp"
#include "provider/sound/audio_in.hpp"
#include "provider/sound/audio_out.hpp"

namespace callosum::provider::gemini {

/// Both directions of one GA conversation with a Gemini behind it, without a socket: what the
/// gateway says becomes BidiGenerateContent's messages, what the model says GA events. Told the
/// time. Outlives a connection that it wants replaced.
class Wire {
 public:
  static constexpr std::ptrdiff_t kMaxHeld = 64;  ///< events that wait for setupComplete
  static constexpr std::size_t kMaxHeldBytes = 512 * 1024;
  static constexpr std::size_t kMaxHeldSound = 512 * 1024;  ///< about ten seconds
  static constexpr std::size_t kMaxAsks = 8;
  static constexpr std::chrono::seconds kAskPatience{8};
  /// A client's output is kept for the response.create that follows it, as the model would speak
  /// to it at once.
  static constexpr std::chrono::seconds kCreatePatience{3};
  static constexpr std::chrono::seconds kSpeechPatience{5};  ///< without a word being heard
  static constexpr std::chrono::seconds kLateWords{2};       ///< behind the turn they belong to
  /// Between words of one utterance, told while the model waits for a tool's output.
  static constexpr std::chrono::milliseconds kWordsPause{1000};
  static constexpr std::chrono::seconds kSetupPatience{
      3};  ///< for a handle, before it is done without
  /// Before a connection that was to replace another is replaced: a provider may send each away.
  static constexpr std::chrono::seconds kReplacePause{5};

  /// Rounds of calls since the user has said something. A model that answers every output with
  /// another call is left without them then: until somebody asks for an answer.
  static constexpr int kMaxRounds = 16;

  Wire(std::string model, Random& random);

  /// `setup` is what stands first in `to_model` then, with the opening's resumption.
  void open(const realtime::SessionOpening& opening, std::string_view event_id);
  void from_gateway(std::string_view event, SteadyTime now);
  /// An input_audio_buffer.append. True: `sound()` is to be sent, behind `to_model`.
  bool hear(std::string_view append, SteadyTime now);
  const std::string& sound() const { return sound_; }
  void answer_call(std::string_view call_id, std::string_view output, std::string_view event_id,
                   realtime::OutputDelivery delivery, SteadyTime now);
  /// Exactly these words, in a response outside the conversation.
  void speak(std::string_view text, std::string_view event_id, SteadyTime now);
  void from_model(std::string_view message, SteadyTime now);
  /// Does what is due.
  void look(SteadyTime now);
  SteadyTime next_look(SteadyTime now) const;
  /// What waits for the last moment: answers that are kept.
  void finish();

  /// Another connection is to take this one's place, now that nothing runs: with nothing to take
  /// up, with `resumption()`, or as one that was lost.
  enum class Replace : std::uint8_t { no, fresh, resumed, lost };
  Replace wants_connection(SteadyTime now) const;
  /// The old one has gone: what is said now waits for `reconnect`.
  void leave();
  void reconnect(bool resumes);
  /// No connection was found: what has waited is refused.
  void give_up();

  Frames& to_model() { return to_model_; }
  Frames& to_gateway() { return conversation_.out(); }
  bool is_ready() const { return is_ready_; }  ///< setupComplete has come
  bool has_resumed() const { return has_resumed_; }
  std::string resumption() const;
  bool knows_context_update() const { return traits_.context_update; }
  void forget_context_update() { traits_.context_update = false; }
  /// And nothing has shown since that it was taken.
  bool sent_context_update() const { return sent_context_update_; }
  std::uint64_t unreadable_messages() const { return unreadable_; }
  std::uint64_t dropped_sound() const { return dropped_sound_; }

 private:
  using Content = const json::object&;

  // wire.cpp: turns, asks and answers
  void begin_reply(Ask ask);
  void end_reply(std::string_view status, json::value details, json::value usage);
  void close_turn();
  void give_up_turn();
  bool has_called_enough() const;
  bool may_answer(SteadyTime now) const;
  void send_answers(SteadyTime now);
  bool may_ask(const Ask& ask, SteadyTime now) const;
  void send_ask(SteadyTime now);
  void send_turns(bool is_complete);
  bool awaits_late_words() const;
  bool awaits_words_of_call() const;
  void look_at_ear(SteadyTime now);
  void tell(json::object message);
  bool is_idle() const;
  /// What goes on now ends at the earliest now.
  void note_activity(SteadyTime now) {
    if (!is_idle()) busy_until_ = now;
  }
  bool is_unwanted() const { return goes_away_ || needs_setup_; }
  SteadyTime patient_until() const;
  bool must_hold(SteadyTime now) const;

  // wire_gateway.cpp: GA events
  void act(realtime::EventType type, const json::object& event, SteadyTime now);
  void hold(std::string_view event);
  void hold_sound(std::string_view append);
  void update_session(const json::object& event, SteadyTime now);
  void create_item(const json::object& event, SteadyTime now);
  void create_message(json::object item, std::string_view event_id);
  void delete_item(const json::object& event);
  void retrieve_item(const json::object& event);
  void truncate_item(const json::object& event);
  void create_response(const json::object& event, SteadyTime now);
  void cancel_response(const json::object& event);
  void commit(const json::object& event, SteadyTime now);
  std::string own_instructions(std::string_view whole) const;

  // wire_model.cpp: the model's messages
  void on_setup_complete(SteadyTime now);
  void on_content(Content content, SteadyTime now);
  void on_heard(std::string_view words, SteadyTime now);
  void on_interrupted(SteadyTime now);
  void on_sound(const json::object& blob, SteadyTime now);
  void on_turn_complete(std::string_view reason, SteadyTime now);
  void on_calls(const json::array& calls, SteadyTime now);
  void on_cancellation(Content cancellation);
  void on_resumption(Content update);
  bool begin_content(SteadyTime now);
  void note_user_turn();

  std::string model_;
  ModelTraits traits_;
  Conversation conversation_;
  SessionBook session_;
  Reply reply_;
  Ear ear_;
  Calls calls_;
  Turn turn_;
  Deque<Ask> asks_;
  json::object setup_;  ///< as the model has it
  struct PendingTurn {
    std::string item_id, role, text;
  };
  Deque<PendingTurn> turns_;  ///< text that the model has not been told
  std::size_t turns_bytes_ = 0;
  json::value usage_ = nullptr;
  Frames to_model_;
  struct Held {
    std::string text;
    bool is_sound = false;
  };
  Deque<Held> held_;  ///< what the gateway has said before setupComplete
  std::size_t held_bytes_ = 0;
  std::size_t held_sound_bytes_ = 0;
  sound::AudioIn audio_in_;
  sound::AudioOut audio_out_;
  std::vector<std::int16_t> samples_;
  std::string sound_;
  std::string delta_;
  std::string handle_;
  SteadyTime ask_until_{};        ///< a response.create is expected behind a client's output
  SteadyTime late_until_{};       ///< `interrupted` is of a turn that has ended
  SteadyTime words_rest_at_{};    ///< no more of them has come for a while
  SteadyTime words_until_{};      ///< words are of an utterance that was answered
  SteadyTime speech_until_{};     ///< the user is taken to have stopped
  SteadyTime setup_wanted_at_{};  ///< since when another connection is wanted
  SteadyTime busy_until_{};       ///< before then nobody could take its place
  SteadyTime rests_until_{};      ///< its provider's wish alone does not replace it before
  int rounds_ = 0;
  std::uint64_t unreadable_ = 0;
  std::uint64_t dropped_sound_ = 0;
  bool is_ready_ = false;
  bool said_created_ = false;
  bool has_resumed_ = false;
  bool is_resuming_ = false;
  bool is_resumable_ = false;
  bool needs_setup_ = false;
  bool goes_away_ = false;
  bool has_content_ = false;   ///< something was said over this connection
  bool is_unclaimed_ = false;  ///< the reply began by outputs; the client is about to ask for it
  bool is_by_hand_ =
      false;  ///< as this connection was set up: the client says what an utterance is
  bool owes_answer_ = false;  ///< an answer was asked for that could not be told all there was
  bool is_in_activity_ = false;
  bool is_committed_ = false;  ///< by the client: the activity ends once an answer is wanted
  bool sent_context_update_ = false;
};

}  // namespace callosum::provider::gemini
