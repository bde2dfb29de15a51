#include "session/bridge_port.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>
#include <deque>

#include "async/event.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "realtime/client_event.hpp"
#include "session/inner_model.hpp"
#include "session/recent_ids.hpp"
#include "session/utterances.hpp"

namespace callosum::session {
namespace {

namespace asio = boost::asio;
using realtime::EventType;

constexpr std::string_view kAlreadyActive = "conversation_already_has_active_response";
constexpr std::chrono::seconds kCreatePatience{10};
constexpr std::size_t kMaxHeld = 8;  // creates that wait for words

class BridgePort final : public realtime::ModelPort, private UtteranceSink {
 public:
  explicit BridgePort(BridgeParts parts)
      : random_(parts.random),
        inner_(std::move(parts.provider)),
        utterances_(std::move(parts.make_ears), std::move(parts.speaker), *this),
        event_prefix_("evt_" + make_id("", random_).substr(0, 12) + "_") {}

  const realtime::ProviderProfile& profile() const override { return inner_.port().profile(); }

  asio::awaitable<Result<void>> open(realtime::SessionOpening opening,
                                     async::Deadline deadline) override {
    const auto executor = co_await asio::this_coro::executor;
    wake_ = std::make_unique<async::Event>(executor);
    time_ = &deadline.time();
    const auto wake = [this] { wake_->set(); };
    utterances_.set(read_input_settings(opening.session));
    utterances_.open(executor, wake);
    auto opening_inner = inner_.open(std::move(opening), wake, deadline);
    co_return co_await std::move(opening_inner);
  }

  asio::awaitable<Result<realtime::ServerFrame>> next(async::Deadline deadline) override {
    while (true) {
      if (!out_.empty()) {
        current_ = std::move(out_.front());
        out_.pop_front();
        co_return realtime::ServerFrame{realtime::peek_type(current_), current_};
      }
      wake_->reset();
      utterances_.look();
      if (auto event = inner_.take()) {
        on_provider(std::move(*event));
        continue;
      }
      if (!out_.empty()) continue;
      if (auto end = inner_.end()) co_return std::move(*end);
      if (const auto& end = utterances_.end()) co_return *end;
      const bool woken = co_await wake_->wait(deadline);
      if (!woken) co_return fail(ErrorType::timeout, "nothing was said");
    }
  }

  bool send(std::string_view event, net::FrameKind kind) override {
    switch (realtime::peek_type(event)) {
      case EventType::input_audio_buffer_append:
      case EventType::input_audio_buffer_commit:
      case EventType::input_audio_buffer_clear:
        on_input(event);
        return true;
      case EventType::response_create:
        if (!utterances_.is_understanding() || held_.size() >= kMaxHeld) break;
        held_.emplace_back(event);  // it is about words that are still on their way
        return true;
      default:
        break;
    }
    return inner_.port().send(event, kind);
  }

  asio::awaitable<void> close(async::Deadline deadline) override { return inner_.close(deadline); }
  std::uint64_t dropped_audio_frames() const override {
    return inner_.port().dropped_audio_frames();
  }

  // The provider plans: the acts are its own.
  bool refresh_realtime_tools(const json::array& tools, std::string_view event_id) override {
    return inner_.port().refresh_realtime_tools(tools, event_id);
  }
  std::optional<realtime::FinishedCall> handle_realtime_function_call_event(
      const realtime::ServerEvent& event) const override {
    return inner_.port().handle_realtime_function_call_event(event);
  }
  bool send_function_call_output(std::string_view call_id, std::string_view output,
                                 std::string_view event_id,
                                 realtime::OutputDelivery delivery) override {
    return inner_.port().send_function_call_output(call_id, output, event_id, delivery);
  }
  std::string resumption() const override { return inner_.port().resumption(); }
  bool has_resumed() const override { return inner_.port().has_resumed(); }
  std::vector<realtime::KeptItem> take_kept() override { return inner_.port().take_kept(); }
  void name_kept(const realtime::KeptItem& item, std::string_view known_as) override {
    inner_.port().name_kept(item, known_as);
  }
  bool schedule_realtime_tool_followup_response(const json::object& response,
                                                std::string_view event_id) override {
    return inner_.port().schedule_realtime_tool_followup_response(response, event_id);
  }
  bool request_playback_utterance(std::string_view text, std::string_view event_id) override {
    return inner_.port().request_playback_utterance(text, event_id);
  }

 private:
  // What the caller's program sends.
  void on_input(std::string_view text) {
    const realtime::ClientFrame frame{realtime::peek_type(text), text};
    const auto event = realtime::decode_client_event(frame);
    if (!event) return refuse("invalid_json", event.error(), "");
    const auto done =
        frame.type == EventType::input_audio_buffer_append   ? utterances_.append(*event)
        : frame.type == EventType::input_audio_buffer_commit ? utterances_.commit(*event)
                                                             : utterances_.clear(*event);
    if (!done) return refuse("invalid_value", done.error(), text_at(*event, "event_id"));
    if (frame.type == EventType::input_audio_buffer_clear) {
      emit("input_audio_buffer.cleared", {});
    }
    if (!out_.empty()) wake_->set();
  }
  void refuse(std::string_view code, const Error& error, std::string_view event_id) {
    out_.push_back(realtime::encode_error("invalid_request_error", code, error.message,
                                          error.detail, event_id, next_event_id()));
    wake_->set();
  }

  // What is heard.
  std::string speech_started(std::int64_t at_ms) override {
    auto item_id = make_id("item_", random_);
    emit("input_audio_buffer.speech_started", {{"audio_start_ms", at_ms}, {"item_id", item_id}});
    if (utterances_.settings().interrupts && !active_.empty()) {
      inner_.port().send(realtime::encode_response_cancel(next_event_id(), active_),
                         net::FrameKind::control);
    }
    return item_id;
  }
  void speech_stopped(std::int64_t at_ms, const std::string& item_id) override {
    emit("input_audio_buffer.speech_stopped", {{"audio_end_ms", at_ms}, {"item_id", item_id}});
    commit(item_id);
  }
  std::string committed_by_hand() override {
    auto item_id = make_id("item_", random_);
    commit(item_id);
    return item_id;
  }
  /// The caller's program sees the item that it knows from its own voice, whatever the provider
  /// has.
  void commit(const std::string& item_id) {
    const json::value previous =
        last_item_.empty() ? json::value(nullptr) : json::value(last_item_);
    emit("input_audio_buffer.committed", {{"previous_item_id", previous}, {"item_id", item_id}});
    json::array content;
    content.push_back(json::object{{"type", "input_audio"}, {"transcript", nullptr}});
    const json::object item{{"id", item_id},     {"object", "realtime.item"},
                            {"type", "message"}, {"status", "completed"},
                            {"role", "user"},    {"content", std::move(content)}};
    emit("conversation.item.added", {{"previous_item_id", previous}, {"item", item}});
    emit("conversation.item.done", {{"previous_item_id", previous}, {"item", item}});
    spoken_.insert(item_id);
    last_item_ = item_id;
  }
  void understood(const SpokenUtterance& utterance) override {
    json::object words{{"item_id", utterance.item_id},
                       {"content_index", 0},
                       {"transcript", utterance.text},
                       {"usage", json::object{{"type", "duration"}, {"seconds", 0}}}};
    realtime::put_confidence(words, utterance.confidence);
    emit("conversation.item.input_audio_transcription.completed", std::move(words));
    inner_.port().send(realtime::encode_text_message("user", utterance.labelled(), next_event_id(),
                                                     utterance.item_id),
                       net::FrameKind::control);
    if (!utterance.by_hand && utterances_.settings().creates_response) ask_for_response();
    if (utterances_.is_understanding()) return;
    for (const auto& create : std::exchange(held_, {})) {
      inner_.port().send(create, net::FrameKind::control);
    }
  }

  /// One that follows from what was said; never while another is active.
  void ask_for_response() {
    owes_response_ = true;
    const bool is_asked = !create_id_.empty() && time_->now() - created_at_ < kCreatePatience;
    if (!active_.empty() || is_asked) return;
    owes_response_ = false;
    create_id_ = latest_create_ = next_event_id();
    created_at_ = time_->now();
    inner_.port().send(realtime::encode_response_create({}, create_id_), net::FrameKind::control);
  }

  // What the provider says.
  void on_provider(std::string text) {
    const realtime::ServerFrame frame{realtime::peek_type(text), text};
    switch (frame.type) {
      case EventType::session_created:
      case EventType::session_updated:
        note_settings(frame);
        break;
      case EventType::conversation_item_added:
      case EventType::conversation_item_created:
      case EventType::conversation_item_done:
        if (is_echo(frame)) return;
        break;
      case EventType::response_created:
      case EventType::response_done:
        note_response(frame);
        break;
      case EventType::error:
        if (is_ours(frame)) return;
        break;
      default:
        break;
    }
    out_.push_back(std::move(text));
    if (active_.empty() && owes_response_) ask_for_response();
  }
  void note_settings(const realtime::ServerFrame& frame) {
    const auto event = realtime::decode_server_event(frame);
    const auto* session = event ? find_object(event->body, "session") : nullptr;
    if (session && find_object(*session, "audio")) {
      utterances_.set(read_input_settings(*session));
    }
  }
  /// Of an utterance: the caller's program has been told of it already.
  bool is_echo(const realtime::ServerFrame& frame) {
    const auto event = realtime::decode_server_event(frame);
    const auto* item = event ? find_object(event->body, "item") : nullptr;
    if (!item) return false;
    const auto id = text_at(*item, "id");
    if (spoken_.contains(id)) return true;
    if (frame.type != EventType::conversation_item_done) last_item_ = id;
    return false;
  }
  void note_response(const realtime::ServerFrame& frame) {
    const auto event = realtime::decode_server_event(frame);
    if (!event) return;
    const auto info = realtime::read_response(event->body);
    if (info.is_out_of_band) return;
    if (frame.type == EventType::response_created) {
      active_ = info.id;
      create_id_.clear();
    } else if (active_ == info.id) {
      active_.clear();
    }
  }
  /// An answer to what only the bridge has sent.
  bool is_ours(const realtime::ServerFrame& frame) {
    const auto event = realtime::decode_server_event(frame);
    if (!event) return false;
    const auto error = realtime::read_error(event->body);
    if (!error.event_id.starts_with(event_prefix_)) return false;
    if (error.event_id == create_id_) create_id_.clear();
    // Another was quicker: this one follows it.
    const bool is_create = error.event_id == latest_create_;
    if (is_create && error.code == kAlreadyActive) owes_response_ = true;
    return true;
  }

  void emit(std::string_view type, json::object fields) {
    json::object event{{"type", type}, {"event_id", next_event_id()}};
    for (auto& [key, value] : fields) event[key] = std::move(value);
    out_.push_back(json::serialize(event));
  }
  std::string next_event_id() { return event_prefix_ + std::to_string(next_event_++); }

  Random& random_;
  InnerModel inner_;
  Utterances utterances_;
  std::string event_prefix_;           // of our events: no client can guess it
  async::TimeSource* time_ = nullptr;  // since it was opened
  std::unique_ptr<async::Event> wake_;
  std::deque<std::string> out_;
  std::deque<std::string> held_;  // the caller's creates, until words are there
  std::string current_;
  std::string last_item_;
  std::string active_;     // the conversation's response
  std::string create_id_;  // of our response.create on its way
  std::string latest_create_;
  SteadyTime created_at_{};
  RecentIds spoken_{64};  // items that were heard here
  std::uint64_t next_event_ = 1;
  bool owes_response_ = false;
};

}  // namespace

std::unique_ptr<realtime::ModelPort> make_bridge_port(BridgeParts parts) {
  return std::make_unique<BridgePort>(std::move(parts));
}

}  // namespace callosum::session
