#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/time_source.hpp"
#include "base/deque.hpp"
#include "channel/twilio/call_recorder.hpp"
#include "channel/twilio/keypad_questions.hpp"
#include "channel/twilio/media_wire.hpp"
#include "channel/twilio/playout.hpp"
#include "net/ws_connection.hpp"
#include "realtime/server_event.hpp"

namespace callosum::channel::twilio {

/// What a line begins with.
struct LineOpening {
  const Dialect* dialect = &kTwilio;
  std::string stream;
  std::string transcription_model;     ///< what writes down the caller's words; empty: nothing does
  bool asks_first = false;             ///< the model is asked for the first words
  std::chrono::seconds longest{3600};  ///< no stream lasts twice as long
};

/// The phone as a GA Realtime client (protocol §6): its messages become client events, and server
/// events what it is sent. No sockets: whoever holds it reads, and calls it on time. The caller's
/// audio goes through as the base64 that came.
class PhoneLine {
 public:
  /// Sends to the phone; false: it is gone, or reads too slowly.
  using Send = std::function<bool(std::string_view message, net::FrameKind kind)>;
  PhoneLine(LineOpening opening, CallRecorder& record, const Clock& clock, Send send);

  /// VALIDATION: no carrier sends that. TRANSIENT: the stream is over.
  Result<void> on_message(const MediaMessage& message);
  /// False: the phone is gone.
  bool on_server_event(std::string_view event);
  /// Keys for the other side to hear, as tones behind what is being said.
  void press(std::string_view digits);
  /// What is due by the clock: sound, silence, digits.
  void keep_time();
  /// The next client event for the session.
  std::optional<std::string> take_event();

  const Playout& playout() const { return playout_; }
  /// Memory is short: the older half of what waits to be played goes.
  void shed() { playout_.shed(); }
  /// Sound of the caller that came faster than anybody speaks.
  std::uint64_t refused_sounds() const { return refused_sounds_; }

 private:
  void begin();
  void emit(std::string event) { events_.push_back(std::move(event)); }
  std::string next_event_id();
  std::chrono::milliseconds room() const;
  void append_audio(std::string_view base64);
  void append_silence(std::chrono::milliseconds span);
  Result<void> on_media(const MediaMessage& message);
  std::int64_t since_begin(std::int64_t timestamp_ms);
  void fill_gap(std::int64_t timestamp_ms);
  void on_digit(char digit);
  void take_digits();
  void tell_digits();
  void ask_for_reply();
  void on_mark(const std::string& name);
  void note_played();
  bool on_audio_delta(const realtime::ServerEvent& event);
  bool interrupt();
  void on_other(const realtime::ServerEvent& event);
  void on_timeline(const json::object& event);
  void on_item_added(const realtime::ServerEvent& event);
  void tell_question();
  bool send_due();

  LineOpening opening_;
  CallRecorder& record_;
  const Clock& clock_;
  Send send_;
  Playout playout_;
  Deque<std::string> events_;
  std::uint64_t next_event_ = 1;
  std::uint64_t sequence_ = 0;

  std::int64_t zero_ms_ = -1;         // the carrier's time of the first sound, where it counts so
  std::int64_t heard_until_ms_ = -1;  // of the caller's sound, by its timestamps
  SteadyTime began_at_{};
  std::chrono::milliseconds passed_on_{0};  // of sound and silence
  std::uint64_t refused_sounds_ = 0;
  SteadyTime heard_at_{};     // the last of it
  bool is_speaking_ = false;  // the caller, as the model hears it
  bool has_padded_ = false;   // since the last sound

  std::string response_;      // that is being made
  std::string making_;        // likewise, of the conversation
  bool wants_reply_ = false;  // to what was pressed
  bool may_answer_ = false;   // the digits, what waits for a person
  std::string outside_;       // the last that was said beside the conversation
  std::string dropped_;       // that the caller has spoken over: what comes of it yet is for nobody
  std::string playing_;       // the item whose sound is being sent
  KeypadQuestions questions_;
  std::string digits_;
  SteadyTime digits_until_ = SteadyTime::max();
};

}  // namespace callosum::channel::twilio
