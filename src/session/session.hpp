#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/event.hpp"
#include "base/deque.hpp"
#include "base/random.hpp"
#include "pipeline/confirmations.hpp"
#include "pipeline/executor.hpp"
#include "realtime/model_port.hpp"
#include "session/caller_link.hpp"
#include "session/context.hpp"
#include "session/creates.hpp"
#include "session/history.hpp"
#include "session/model_source.hpp"
#include "session/open_questions.hpp"
#include "session/provider_limits.hpp"
#include "session/recent_ids.hpp"
#include "session/response_sequencer.hpp"
#include "session/session_records.hpp"
#include "session/session_view.hpp"
#include "session/silence_watch.hpp"
#include "session/source_search.hpp"
#include "session/state_controller.hpp"
#include "session/tool_veil.hpp"
#include "session/usual_times.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace callosum::async {
class TaskGroup;
}

namespace callosum::session {

class LoadBook;

/// What a session is made of. References outlive it.
struct SessionParts {
  async::TimeSource& time;
  Random& random;
  pipeline::Executor& executor;
  telemetry::Log& log;
  telemetry::Metrics& metrics;
  std::shared_ptr<const pipeline::Catalog> catalog;
  SessionRecords* records = nullptr;                       ///< null: nobody is told of it
  pipeline::ConfirmationAnswers* confirmations = nullptr;  ///< null: none can be given here
  LoadBook* loading = nullptr;                             ///< null: its tools never change
  UsualTimes* usual_times = nullptr;                       ///< null: no tool's time is usual
};

/// Who, where, and what the session declares to the model.
struct SessionStart {
  registry::CallContext context;
  ProductContext product;             ///< what the model is told, whichever it is
  std::size_t context_tokens = 8000;  ///< for all of that and what was said and done
  json::object preset;                ///< the session object a client secret was minted with
  /// Never empty: the first that can be had is talked to, another where it is lost.
  std::vector<ModelSource> models;
  /// The caller asked to be told of our tools too, by callosum.timeline events (`callosum call`).
  bool wants_timeline = false;
  bool wants_tools = false;         ///< and which of them are loaded
  int max_follow_ups = 8;           ///< see ResponseSequencer
  std::string greeting;             ///< the first words, once the caller's settings are in force
  SilenceWatch::Rule silence = {};  ///< what becomes of it where nobody says anything
  json::array looked_up = {};       ///< before the first word: calls may name what is in it
  std::int64_t resumed = 0;         ///< see storage::RealtimeSession
  /// What it has loaded stays in the book as long as this; null: it never changes.
  std::shared_ptr<const void> in_book;
  OpenQuestions questions;     ///< heard on an earlier connection, and not answered
  std::string untrusted;       ///< of the session's row: what strangers' text has swayed there
  std::string answered_calls;  ///< likewise: the calls there that others build on
  /// Said on an earlier connection, in order. The model is told; it answers nothing asked since.
  struct Said {
    std::string role, text;
  };
  std::vector<Said> before;
};

/// One live conversation on the native path: a caller, a model, and the tools between them. Lives
/// on one thread. The caller sees a model; our calls run here without it. A lost provider is found
/// again in mid-conversation, or another takes its place.
class Session {
 public:
  Session(SessionParts parts, SessionStart start, std::unique_ptr<CallerLink> caller);
  ~Session();

  /// Until either side ends the conversation or `stop` is called.
  boost::asio::awaitable<void> run();
  /// The gateway goes down: says goodbye with 1001 once what runs is answered.
  void stop();

  // Of a question of this session, on its thread: it was asked; somebody has answered it.
  void show_confirmation(const storage::Confirmation& question);
  void on_confirmation_answered(const storage::Confirmation& question);
  /// Another connection of the same user goes on with it: this one ends with 4409.
  void hand_over();
  /// A call of this session that came over HTTP has run: what it asks of the session is done, on
  /// its thread.
  void on_call_elsewhere(const registry::Envelope& envelope);
  /// Its tools are others now, on its thread.
  void take_loaded();

  const std::string& id() const { return context_->session_id; }
  const StateController& state() const { return state_; }
  const ProviderLimits& provider_limits() const { return provider_limits_; }
  /// How the caller's side ended, in a WebSocket's words.
  std::uint16_t close_code() const { return caller_->close_code(); }

 private:
  using Loaded = std::shared_ptr<const registry::LoadedSet>;

  struct PendingCall {
    std::string call_id;
    std::string name;
    std::string arguments;
    pipeline::Executor::Ticket ticket = 0;
    bool is_silent = false;
    std::uint64_t connection = 0;  // the one the call came on
    std::uint64_t responses = 0;   // there had been so many when it was interrupted
    std::uint64_t made_in = 0;     // that many-th response
    bool interrupts = false;       // its result is not kept waiting for what the model says then
    bool is_withdrawn = false;     // the model took it back: it is given no output
    SteadyTime started{};
    SteadyTime filler_at = SteadyTime::max();  // the caller hears a line, should it take that long
    std::string_view filler;                   // the line; of the pinned snapshot
    /// Its answer, which waits until the model has the list of tools that it speaks of.
    std::shared_ptr<const registry::Envelope> held;
  };
  /// A finished call that may only run once its whole response has completed (it changes
  /// something).
  struct WaitingCall {
    std::string response_id, call_id, name, arguments;
    bool is_given_up = false;  // the caller cancelled: nothing is said of it unless it runs yet
    bool is_terminal = false;
    /// Of a terminal one whose response is over (`response_id` is empty): what was said before it
    /// has been heard then.
    SteadyTime heard_at = SteadyTime::max();
    Loaded issued_in;  // what was loaded then; null: everything
  };
  /// A line said while a tool is slow, outside the conversation.
  struct Filler {
    std::string event_id;     // empty: none is on its way or being said
    std::string response_id;  // empty: it has not begun
    bool is_cut = false;
  };

  /// A session.update that the model has not answered yet.
  struct SentUpdate {
    std::string event_id;               // as it was sent
    std::string callers_id;             // the caller's own; empty: it gave none
    std::optional<json::object> patch;  // of the caller; none: our opening, or a list of tools
    Loaded loads;                       // that list; null: it is none
  };

  /// What became of an event for the model.
  enum class Passing : std::uint8_t { sent, waits, lost };

  static constexpr std::chrono::seconds kOpenTimeout{10};       // for a connection to the model
  static constexpr std::chrono::seconds kShortOpenTimeout{4};   // where there is another
  static constexpr std::chrono::milliseconds kOldGoodbye{200};  // nothing is heard until it is said
  static constexpr std::chrono::seconds kCapWarning{60};        // before a connection's known end

  // session.cpp: the frame of it all
  boost::asio::awaitable<void> pump_caller();
  boost::asio::awaitable<void> pump_model();
  boost::asio::awaitable<void> keep_time();
  boost::asio::awaitable<void> refuse_caller(Error why);
  boost::asio::awaitable<Result<void>> open_model();
  void begin_connection();
  void begin_anew();
  void end(std::uint16_t code, std::string reason);
  void count_dropped();
  void note(storage::SessionState state, std::string_view provider_session_id = {});

  // session_loss.cpp: a connection is lost and found again
  boost::asio::awaitable<bool> find_model_again(Error why);
  boost::asio::awaitable<void> back_off(int times_before);
  bool is_hopeless(const Error& why) const;
  void give_up_model(const Error& why);
  void lose_model();
  void lose_creates();
  void lose_out_of_band();
  std::string failed_response(std::string_view response_id);
  void tell_new_model();
  void tell_history();
  void tell_pending();
  bool send_held();
  SteadyTime stalls_at() const;
  void give_up_stalled();
  Passing wait_for_model(std::string_view event);

  // session_resumption.cpp: a new connection goes on where the provider has kept the conversation
  void note_resumption();
  bool forget_resumption(const Error& why);
  void take_up_conversation();
  void take_up_call(const std::string& call_id);
  void answer_kept(const std::string& call_id, std::string_view output);

  // session_failover.cpp: which provider it is
  const ModelSource& source() const { return sources_[source_]; }
  boost::asio::awaitable<Result<void>> open_first_model();
  std::optional<std::size_t> next_source(SourceSearch& search) const;
  void move_to(std::size_t next);
  void on_source_failed(const Error& why);
  void on_source_serves();
  void note_failover();
  void tell_failover();

  // session_renewal.cpp: a new connection before the provider ends the old one
  void expect_cap(std::chrono::nanoseconds left);
  void on_expiry_told(std::int64_t expires_at_s);
  void on_cap_near(std::chrono::nanoseconds left);
  std::chrono::seconds session_cap() const;
  SteadyTime next_renewal_look() const;
  bool is_idle() const;
  bool is_between_turns() const;
  bool is_time_to_renew() const;
  void renew_when_idle();
  boost::asio::awaitable<void> leave_model(std::shared_ptr<realtime::ModelPort> model);
  boost::asio::awaitable<void> renew_model();

  // session_model.cpp: what the model's side says
  void on_model_frame(const realtime::ServerFrame& frame);
  void on_session_event(const realtime::ServerFrame& frame);
  void say_created(json::object session);
  void greet();
  void on_item_event(const realtime::ServerFrame& frame);
  void on_item_deleted(const realtime::ServerFrame& frame);
  void on_output_item(const realtime::ServerFrame& frame);
  void on_arguments(const realtime::ServerFrame& frame);
  void on_response_done(const realtime::ServerFrame& frame);
  void finish_response(const realtime::ServerFrame& frame, realtime::ServerEvent& event,
                       bool out_of_band, bool cancelled);
  void on_error(const realtime::ServerFrame& frame);
  bool on_update_refused(const realtime::ErrorInfo& error);
  void on_opening_refused(const realtime::ErrorInfo& error);
  void pass_error(const realtime::ErrorInfo& error, std::string_view callers_id);
  void on_speech(const realtime::ServerFrame& frame);
  void on_transcript(const realtime::ServerFrame& frame);
  void on_words_failed(const realtime::ServerFrame& frame);
  void pass_mended(const realtime::ServerFrame& frame, json::object& event);
  void on_rate_limits(const realtime::ServerFrame& frame);
  void announce(std::string_view response_id);

  // session_caller.cpp: what the caller's side says
  void on_caller_frame(const realtime::ClientFrame& frame);
  void on_caller_session_update(const realtime::ClientFrame& frame);
  void send_update(json::object patch, std::string callers_id);
  void on_caller_item(const realtime::ClientFrame& frame);
  void on_caller_item_reference(const realtime::ClientFrame& frame);
  void refuse(std::string_view code, std::string_view message, std::string_view param,
              std::string_view event_id);

  // session_creates.cpp: responses, the caller's and ours
  void on_caller_create(const realtime::ClientFrame& frame);
  void send_create(Create create);
  void send_out_of_band(Create create);
  bool refuse_forged_input(const json::object& response, std::string_view event_id);
  void on_caller_cancel(const realtime::ClientFrame& frame);
  void on_response_created(const realtime::ServerFrame& frame);
  bool on_create_refused(const realtime::ErrorInfo& error);
  bool is_farewell_said() const;
  void create_when_due();
  void show_dropped();
  void turn_is_over();

  // session_consent.cpp: which question was heard, and what was said to it
  void on_reply_audio(std::string_view frame);
  void stop_playing();
  bool is_nearly_heard() const;
  void on_reply_began();
  void on_reply_ended(bool completed);
  void on_spoken_over();
  void on_reply_truncated(const json::object& event);
  void note_turn(std::string_view item_id);
  void hear_user(std::string_view words, std::string_view item_id);
  std::chrono::milliseconds reply_length() const;
  std::chrono::milliseconds unheard(SteadyTime now) const;
  void restore_questions(OpenQuestions heard);
  void note_strangers(const PendingCall& call);
  void look_at_questions();
  void note_questions();
  void tell_open_questions();
  void tell_before(std::vector<SessionStart::Said> before);

  // session_confirmations.cpp: what the caller confirms by more than words
  void on_caller_confirms(const json::object& event);
  boost::asio::awaitable<void> keep_answer(storage::ConfirmationAnswer answer,
                                           std::string event_id);

  // session_pace.cpp: what keeps to the ear's time: fillers, and tools that end the conversation
  SteadyTime next_pace_look() const;
  void keep_pace();
  SteadyTime filler_due(const registry::ToolSpec& tool) const;
  void note_time(const PendingCall& call, const registry::Envelope& envelope);
  void say_filler(std::string_view line);
  void on_filler_began(std::string_view response_id);
  void cut_filler();
  void on_utterance_refused(const Create& create, const realtime::ErrorInfo& error);
  void interrupt_for_result(const PendingCall& call);
  bool wait_until_heard(WaitingCall& call);
  void release_heard(SteadyTime now);
  void cancel_unheard();

  // session_silence.cpp: where nobody says anything
  SteadyTime quiet_since() const;
  SteadyTime next_silence_look() const;
  bool is_all_quiet(SteadyTime now) const;
  void keep_silence();
  void stay();
  bool has_goodbye_to_say() const;
  void say_beside(const std::string& words);
  std::string last_words() const;

  // session_loading.cpp: tools that come and go
  void note_issued(std::string_view response_id);
  Loaded issued_in(std::string_view response_id) const;
  std::shared_ptr<const registry::CallContext> context_at(const Loaded& set) const;
  bool changes_tools(std::string_view name) const;
  void tell_loaded();
  void reload_when_due();
  SteadyTime next_reload_look() const;
  void on_list_opened();
  void put_in_force(const Loaded& set);
  void tell_tools();
  void answer_held();
  bool hold_answer(const std::string& key, const registry::Envelope& envelope);
  void on_list_refused(const Loaded& set);
  void give_up_waiting_for_list();

  // session_calls.cpp: our tools
  bool is_ours(std::string_view name, std::string_view response_id) const;
  void on_finished_call(const realtime::FinishedCall& call);
  void take_call(const realtime::FinishedCall& call, bool is_carried);
  void hold_call(const realtime::FinishedCall& call, bool is_terminal, bool is_given_up);
  void start_call(std::string_view call_id, std::string_view name, std::string_view arguments,
                  const Loaded& issued);
  void release_waiting(std::string_view response_id, bool run);
  std::string key_of(std::string_view call_id) const;
  bool is_seen_first(std::string_view call_id);
  void on_answer(const std::string& key, const registry::Envelope& envelope);
  void apply(const registry::Envelope& envelope);
  void refuse_call(const std::string& call_id, Error error, bool is_silent = false);
  void tell_timeline(std::string_view kind, std::string_view tool, std::string_view args,
                     std::string_view text, std::string_view error_type);
  void give_output(const PendingCall& call, const std::string& output, bool is_silent);
  void on_calls_withdrawn(const realtime::ServerFrame& frame);
  void interrupt_calls();
  void give_up_calls();
  void answer_unfinished();
  void look_again();
  void change_context(const std::function<void(registry::CallContext&)>& change);
  void stop_when_answered();
  void begin_turn();

  Passing to_model(std::string_view event, net::FrameKind kind = net::FrameKind::control);
  void to_caller(std::string_view event, net::FrameKind kind = net::FrameKind::control);
  std::string next_event_id();
  Passing tell_model(std::string_view role, std::string_view text);
  void add_and_tell(std::string_view role, std::string_view text);

  SessionParts parts_;
  /// Who and where, as of now: calls share it, so it is replaced and never changed.
  std::shared_ptr<const registry::CallContext> context_;
  std::size_t told_tokens_ = 0;  // what a new connection may be told of the conversation
  json::object preset_;
  std::string greeting_;  // that is still to be said
  bool wants_timeline_ = false;
  bool wants_tools_ = false;
  std::int64_t resumed_ = 0;  // how often it was gone on with
  std::shared_ptr<const void> in_book_;
  std::vector<SessionStart::Said> before_;  // until the model is told
  std::unique_ptr<CallerLink> caller_;
  std::shared_ptr<realtime::ModelPort> model_;  // shared with whoever waits for its next event
  std::shared_ptr<policy::SessionCalls> calls_;

  std::vector<ModelSource> sources_;
  std::size_t source_ = 0;            // the one that is talked to, or asked
  std::size_t connected_source_ = 0;  // the last that was had
  std::uint64_t moves_ = 0;           // from one to another
  std::uint64_t conversations_ = 0;   // that began anew, none of them knowing of the one before
  std::string failover_;              // that the caller's timeline has not been told
  SessionView view_;
  StateController state_;
  ResponseSequencer sequencer_;
  Creates creates_;
  ToolVeil veil_;
  History history_;

  std::unordered_map<std::string, PendingCall> pending_;  // by `key_of` their id
  struct SpokenTurn {
    std::string item_id;
    std::uint64_t turn;
    std::uint64_t place;  // of its words in the history
  };
  Deque<SpokenTurn> turns_;                      // whose transcripts may still come
  std::size_t reply_audio_chars_ = 0;            // of the latest reply, as base64
  SteadyTime plays_until_{};                     // what was sent, if it is played as it comes
  SteadyTime ends_at_ = SteadyTime::max();       // the last words have been heard then
  bool has_replied_ = false;                     // with words
  std::string reply_words_;                      // of the latest reply
  SteadyTime put_heard_at_ = SteadyTime::max();  // what was put has been played to its end
  std::uint64_t questions_noted_ = 0;            // their version, as others know them

  RecentIds seen_calls_{1024};  // a response may hold hundreds, and then repeat the first
  RecentIds never_ran_{64};     // calls of ours whose connection was lost before they could
  RecentIds completed_{16};     // responses, of which calls may yet come
  RecentIds cut_off_{16};       // likewise, that ended before their end
  RecentIds shown_{64};         // questions that the caller's program has been shown
  RecentIds told_{64};  // items that this connection was told, which the caller knows already
  Deque<WaitingCall> waiting_;
  struct Issued {
    std::string response_id;
    Loaded set;
  };
  Deque<Issued> issued_;                       // what was loaded when responses began
  Loaded wanted_;                              // what the model has been told last, or is to be
  std::shared_ptr<const ToolOffer> listed_;    // what it has of it
  SteadyTime load_asked_at_{};                 // when that changed last
  SteadyTime load_until_ = SteadyTime::max();  // no longer waits for the model's word
  bool wants_reload_ = false;                  // by another connection
  bool is_reloading_ = false;                  // that one is on its way
  bool is_list_refused_ = false;               // what waits for the list is being answered
  Deque<SentUpdate> updates_;                  // on their way, in order
  Deque<SentUpdate> held_updates_;             // while the model is being found again
  Filler filler_;
  std::string cut_for_result_;              // the response that gives way to a result
  std::uint64_t filler_turn_ = UINT64_MAX;  // the turn that has had one
  std::string goodbye_event_;               // the last words were asked for with; empty: not yet
  bool has_run_terminal_ = false;           // a tool that ends the conversation has
  std::vector<std::string> lost_calls_;     // the caller's own, of a connection that is gone
  std::string event_prefix_;                // of our events to the model: no client can guess it
  Deque<std::string> held_for_model_;       // control events while the model is being found again

  std::unique_ptr<async::Event> wake_;  // the timekeeper's
  async::TaskGroup* tasks_ = nullptr;   // of run()
  ProviderLimits provider_limits_;
  std::size_t held_bytes_ = 0;  // of held_for_model_
  std::string resumption_;      // what the next connection goes on from; empty: it is told anew
  bool is_resumed_ = false;     // this connection knows what was said until its resumption
  std::uint64_t connection_ = 0;
  std::uint64_t updates_seen_ = 0;  // session.updates of the caller
  std::uint64_t next_event_ = 1;
  std::uint64_t lost_audio_ = 0;  // for the model: while there was none, and by connections gone
  std::uint64_t counted_to_caller_ = 0;
  std::uint64_t counted_to_model_ = 0;
  bool is_connected_ = false;
  bool is_served_ = false;  // this connection has said something that is no refusal
  bool said_created_ = false;
  json::object held_created_;  // the model's announcement, until our first update is in force
  bool was_busy_when_lost_ = false;
  bool is_ending_ = false;
  bool is_stopping_ = false;
  std::optional<Error> refused_;     // the model will not have this session
  bool has_reopened_plain_ = false;  // the caller's part was refused with our opening
  int answering_ = 0;                // confirmations on their way to where they are kept
  int quick_losses_ = 0;             // connections in a row that did not last
  SteadyTime connected_at_{};
  SteadyTime stop_by_ = SteadyTime::max();
  bool wants_new_model_ = false;
  bool is_renewing_ = false;
  bool is_leaving_ = false;  // this connection was ended here, for another
  SteadyTime heard_at_{};    // anything of this connection, or asked it for a response
  SteadyTime moved_at_{};    // anything was said or done, but for the caller's sound
  SilenceWatch silence_;
  bool is_left_silent_ = false;  // it ends because nobody says anything
  bool has_uncommitted_audio_ = false;
  SteadyTime cap_warning_at_ = SteadyTime::max();
  SteadyTime cap_at_ = SteadyTime::max();
  SteadyTime hurries_at_ = SteadyTime::max();  // no longer waits for calls that run
  SteadyTime renewal_not_before_{};
  SteadyTime looks_at_ = SteadyTime::max();  // when the timekeeper wakes by itself
  std::uint16_t end_code_ = 1000;
  std::string end_reason_;
};

}  // namespace callosum::session
