#include "session/brain_port.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <optional>

#include "async/event.hpp"
#include "base/json.hpp"
#include "provider/conversation/ga_conversation.hpp"
#include "realtime/client_event.hpp"
#include "session/brain_overlap.hpp"
#include "session/brain_reply.hpp"
#include "session/brain_turns.hpp"
#include "session/utterances.hpp"

namespace callosum::session {
namespace {

namespace asio = boost::asio;
using provider::conversation::GaConversation;
using realtime::EventType;

constexpr const char* kModel = "callosum-brain";
constexpr std::size_t kMaxHeld = 8;         // creates that wait for words
constexpr std::size_t kMaxSpeakers = 1000;  // items whose speaker is remembered

class BrainPort final : public realtime::ModelPort, private UtteranceSink {
 public:
  explicit BrainPort(BrainParts parts)
      : parts_(std::move(parts)),
        conversation_(kModel, epoch_s(parts_.time.wall_now()), parts_.random),
        reply_(parts_, conversation_),
        overlap_(parts_.time, conversation_, reply_, parts_.interrupt_after),
        utterances_(parts_.make_ears, parts_.speaker, *this) {
    profile_ = reply_.profile();
    profile_.can_change_tools = true;
    profile_.can_answer_while_speaking = true;
    profile_.has_stable_call_ids = true;  // they are made here
  }

  const realtime::ProviderProfile& profile() const override { return profile_; }

  asio::awaitable<Result<void>> open(realtime::SessionOpening opening,
                                     async::Deadline deadline) override {
    const auto executor = co_await asio::this_coro::executor;
    wake_ = std::make_unique<async::Event>(executor);
    const auto wake = [this] { wake_->set(); };
    utterances_.open(executor, wake);
    auto opening_mouth = reply_.open(opening.session, wake, deadline);
    auto opened = co_await std::move(opening_mouth);
    if (!opened) co_return opened.error();
    conversation_.say_created();
    opening.session["tools"] = opening.tools->list;
    conversation_.open(std::move(opening.session));
    utterances_.set(read_input_settings(conversation_.session().object()));
    co_return Result<void>{};
  }

  asio::awaitable<Result<realtime::ServerFrame>> next(async::Deadline deadline) override {
    auto& out = conversation_.out();
    while (true) {
      if (!out.empty()) {
        current_ = std::move(out.front());
        out.pop_front();
        co_return realtime::ServerFrame{realtime::peek_type(current_), current_};
      }
      wake_->reset();
      utterances_.look();
      overlap_.look();  // with all that the ears know by now
      respond_when_owed();
      const bool has_news = reply_.advance();
      if (!out.empty()) continue;
      // Before the next turn of the loop: what has ended must not keep it from waiting.
      if (auto end = reply_.end()) co_return std::move(*end);
      if (has_news) continue;
      if (const auto& end = utterances_.end()) co_return *end;
      const auto due = deadline.sooner(std::min(reply_.next_look(), overlap_.next_look()));
      const bool woken = co_await wake_->wait(due);
      if (!woken && deadline.passed()) co_return fail(ErrorType::timeout, "nothing was said");
    }
  }

  bool send(std::string_view text, net::FrameKind) override {
    if (!wake_) return false;
    const realtime::ClientFrame frame{realtime::peek_type(text), text};
    const auto event = realtime::decode_client_event(frame);
    if (event) {
      on_event(frame.type, *event);
    } else {
      conversation_.error("invalid_json", event.error().message, "", "");
    }
    wake_->set();
    return true;
  }

  asio::awaitable<void> close(async::Deadline deadline) override {
    auto closing = reply_.close(deadline);
    co_await std::move(closing);
  }

  bool request_playback_utterance(std::string_view text, std::string_view event_id) override {
    if (conversation_.is_responding()) {
      conversation_.error("conversation_already_has_active_response", "Something is being said.",
                          "", event_id);
    } else {
      reply_.start(json::object{{"conversation", "none"}}, std::string(text));
    }
    wake_->set();
    return true;
  }

 private:
  void on_event(EventType type, const json::object& event) {
    const auto event_id = text_at(event, "event_id");
    switch (type) {
      case EventType::input_audio_buffer_append:
        return answer(utterances_.append(event), event_id);
      case EventType::input_audio_buffer_commit:
        return answer(utterances_.commit(event), event_id);
      case EventType::input_audio_buffer_clear: {
        const auto done = utterances_.clear(event);
        if (done) conversation_.cleared();
        return answer(done, event_id);
      }
      case EventType::session_update:
        return on_update(event, event_id);
      case EventType::conversation_item_create:
        return conversation_.create_item(event);
      case EventType::conversation_item_delete:
        return conversation_.delete_item(text_at(event, "item_id"), event_id);
      case EventType::conversation_item_retrieve:
        return conversation_.retrieve_item(text_at(event, "item_id"), event_id);
      case EventType::conversation_item_truncate:
        return reply_.truncate(event);
      case EventType::response_create:
        return on_create(event);
      case EventType::response_cancel:
        if (reply_.cancel("client_cancelled")) return;
        return conversation_.error("response_cancel_not_active",
                                   "Cancellation failed: no active response found", "", event_id);
      default:
        return conversation_.error("invalid_value", "The event type is not known here.", "type",
                                   event_id);
    }
  }

  void answer(const Result<void>& done, std::string_view event_id) {
    if (done) return;
    conversation_.error("invalid_value", done.error().message, done.error().detail, event_id);
  }

  void on_update(const json::object& event, std::string_view event_id) {
    const auto* update = find_object(event, "session");
    if (!update) {
      return conversation_.error("missing_required_parameter",
                                 "Missing required parameter: 'session'.", "session", event_id);
    }
    conversation_.update_session(*update, event_id);
    const auto& session = conversation_.session().object();
    utterances_.set(read_input_settings(session));
    if (find_object(*update, "audio")) reply_.set(session);
  }

  void on_create(const json::object& event) {
    const auto event_id = text_at(event, "event_id");
    if (utterances_.is_understanding() && held_.size() < kMaxHeld) {
      held_.push_back(event);  // it is about words that are still on their way
      return;
    }
    if (conversation_.is_responding()) {
      return conversation_.error(
          "conversation_already_has_active_response",
          "Conversation already has an active response in progress: " + conversation_.response_id(),
          "", event_id);
    }
    const auto* found = find_object(event, "response");
    const json::object asked = found ? *found : json::object{};
    if (!conversation_.take_input(asked, event_id)) return;
    respond(asked);
  }

  // What is heard.
  std::string speech_started(std::int64_t at_ms) override {
    const bool interrupts = utterances_.settings().interrupts;
    if (interrupts && overlap_.begin(at_ms)) return overlap_.item_id();
    auto item_id = conversation_.speech_started(at_ms);
    if (interrupts) reply_.interrupt();
    return item_id;
  }
  void speech_stopped(std::int64_t at_ms, const std::string& item_id) override {
    if (overlap_.is_of(item_id)) return overlap_.stopped(at_ms);
    conversation_.speech_stopped(at_ms, item_id);
    conversation_.committed(item_id);
  }
  std::string committed_by_hand() override { return conversation_.committed(); }
  void understood(const SpokenUtterance& utterance) override {
    if (overlap_.is_of(utterance.item_id) && !overlap_.ends_as_turn(utterance.text)) {
      return create_held();  // nobody has said anything
    }
    if (speakers_.size() >= kMaxSpeakers) speakers_.clear();
    speakers_[utterance.item_id] = utterance.speaker;
    conversation_.heard(utterance.item_id, utterance.text,
                        utterance.is_sure && !utterance.text.empty(), utterance.confidence);
    owes_response_ |= !utterance.by_hand && utterances_.settings().creates_response;
    create_held();
  }
  void create_held() {
    if (utterances_.is_understanding()) return;
    for (const auto& create : std::exchange(held_, {})) on_create(create);
  }

  /// Only what the caller's program would be answered to as well; a reply is never thought of over
  /// another.
  void seems(const SpokenUtterance& utterance, bool is_stable) override {
    overlap_.seems(utterance.item_id, utterance.text);
    const bool may = parts_.thinks_ahead && is_stable && !reply_.is_active() && !owes_response_ &&
                     !overlap_.is_open() && !utterance.by_hand &&
                     utterances_.settings().creates_response;
    if (!may) return reply_.forget_ahead();
    auto turns = conversation_.turns();
    provider::conversation::Turn turn;
    turn.text = utterance.text;
    turn.item_id = utterance.item_id;
    turns.push_back(std::move(turn));
    speakers_[utterance.item_id] = utterance.speaker;
    reply_.think_ahead(request_of({}, turns));
  }

  // What is said.
  void respond(const json::object& asked) {
    reply_.start(asked, request_of(asked, conversation_.turns()));
  }

  realtime::ChatRequest request_of(const json::object& asked,
                                   const std::vector<provider::conversation::Turn>& turns) {
    ProductContext context;
    context.persona = conversation_.instructions_of(asked);
    context.continuity = continuity_of(turns, speakers_);
    fit_into(context, parts_.context_tokens);
    realtime::ChatRequest request;
    request.messages = render_chat_messages(context);
    request.tools = conversation_.tools_of(asked);
    const auto* choice = asked.if_contains("tool_choice");
    if (!choice) choice = conversation_.session().object().if_contains("tool_choice");
    if (choice) request.tool_choice = *choice;
    return request;
  }

  void respond_when_owed() {
    if (!owes_response_ || reply_.is_active()) return;
    owes_response_ = false;
    respond({});
  }

  BrainParts parts_;
  realtime::ProviderProfile profile_;
  std::unique_ptr<async::Event> wake_;
  GaConversation conversation_;
  BrainReply reply_;
  BrainOverlap overlap_;
  Utterances utterances_;
  SpeakersOfItems speakers_;
  std::deque<json::object> held_;  // the caller's creates, until words are there
  std::string current_;
  bool owes_response_ = false;
};

}  // namespace

std::unique_ptr<realtime::ModelPort> make_brain_port(BrainParts parts) {
  return std::make_unique<BrainPort>(std::move(parts));
}

}  // namespace callosum::session
