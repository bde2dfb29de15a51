#include "provider/offline/offline_port.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "async/event.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/conversation/ga_conversation.hpp"
#include "provider/offline/profile.hpp"
#include "provider/offline/speech/vad.hpp"
#include "provider/offline/voices.hpp"
#include "provider/sound/audio_in.hpp"
#include "realtime/client_event.hpp"

namespace callosum::provider::offline {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using conversation::GaConversation;
using realtime::EventType;
using speech::Vad;
using speech::VadSink;

constexpr auto kSpeechTimeout = 10s;
constexpr auto kBrainTimeout = 20s;
/// How far the voice is ahead of the ear: enough for any network, and little enough that who speaks
/// over a long answer still cancels what is left of it.
constexpr auto kAheadOfTheEar = 5s;
constexpr std::size_t kMaxBufferedSamples = 16000 * 35;  // more than the longest utterance

std::vector<std::string> sentences_of(std::string_view text) {
  std::vector<std::string> out;
  std::size_t start = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const bool stop = text[i] == '.' || text[i] == '?' || text[i] == '!';
    if (!stop || text[i + 1] != ' ') continue;
    out.emplace_back(trim(text.substr(start, i + 1 - start)));
    start = i + 1;
  }
  const auto rest = trim(text.substr(start));
  if (!rest.empty()) out.emplace_back(rest);
  return out;
}

class OfflinePort final : public realtime::ModelPort, private VadSink {
 public:
  explicit OfflinePort(OfflineParts parts)
      : parts_(parts),
        profile_(profile_of(kModel)),
        conversation_(kModel, epoch_s(parts.time.wall_now()), parts.random, installed_voices()) {}

  const realtime::ProviderProfile& profile() const override { return profile_; }

  asio::awaitable<Result<void>> open(realtime::SessionOpening opening, async::Deadline) override {
    const auto executor = co_await asio::this_coro::executor;
    wake_ = std::make_unique<async::Event>(executor);
    auto vad = Vad::make();
    if (!vad) co_return vad.error();
    vad_.emplace(std::move(*vad));
    conversation_.say_created();
    opening.session["tools"] = opening.tools->list;
    conversation_.open(std::move(opening.session));
    co_return Result<void>{};
  }

  asio::awaitable<Result<realtime::ServerFrame>> next(async::Deadline deadline) override {
    while (true) {
      auto& out = conversation_.out();
      if (!out.empty()) {
        current_ = std::move(out.front());
        out.pop_front();
        co_return realtime::ServerFrame{realtime::peek_type(current_), current_};
      }
      if (is_closed_) co_return fail(ErrorType::transient, "the offline voice was closed");
      // What must wait for the ear does not hold up what is heard meanwhile.
      const auto ready = std::find_if(jobs_.begin(), jobs_.end(),
                                      [this](const Job& job) { return !is_early(job); });
      if (ready != jobs_.end()) {
        const Job job = std::move(*ready);
        jobs_.erase(ready);
        co_await perform(job);
        continue;
      }
      wake_->reset();
      const auto due = jobs_.empty() ? deadline : deadline.sooner(heard_until_ - kAheadOfTheEar);
      const bool woken = co_await wake_->wait(due);
      if (!woken && deadline.passed()) co_return fail(ErrorType::timeout, "nothing was said");
    }
  }

  bool send(std::string_view client_event, net::FrameKind) override {
    if (is_closed_ || !wake_) return false;
    const realtime::ClientFrame frame{realtime::peek_type(client_event), client_event};
    const auto event = realtime::decode_client_event(frame);
    if (event) {
      on_event(frame.type, *event);
    } else {
      conversation_.error("invalid_json", event.error().message, "", "");
    }
    wake_->set();
    return true;
  }

  asio::awaitable<void> close(async::Deadline) override {
    is_closed_ = true;
    if (wake_) wake_->set();
    co_return;
  }

  bool request_playback_utterance(std::string_view text, std::string_view) override {
    start_response(json::object{{"conversation", "none"}}, std::string(text));
    wake_->set();
    return true;
  }

 private:
  struct Job {
    enum class Kind { hear, understand, plan, speak } kind;
    std::string item_id = {};                ///< understand; empty: what was heard is forgotten
    bool answer = false;                     ///< understand: a response follows
    std::uint64_t response = 0;              ///< plan, speak: which one
    std::vector<std::int16_t> samples = {};  ///< hear
  };

  /// Another sentence, while the caller still has enough to listen to.
  bool is_early(const Job& job) const {
    return job.kind == Job::Kind::speak && job.response == response_ && !to_say_.empty() &&
           parts_.time.now() < heard_until_ - kAheadOfTheEar;
  }

  void on_event(EventType type, const json::object& event) {
    const auto event_id = text_at(event, "event_id");
    switch (type) {
      case EventType::input_audio_buffer_append:
        return on_audio(event, event_id);
      case EventType::input_audio_buffer_commit:
        return on_commit(event_id);
      case EventType::input_audio_buffer_clear:
        return on_clear();
      case EventType::session_update:
        if (const auto* session = find_object(event, "session")) {
          return conversation_.update_session(*session, event_id);
        }
        return conversation_.error("missing_required_parameter",
                                   "Missing required parameter: 'session'.", "session", event_id);
      case EventType::conversation_item_create:
        return conversation_.create_item(event);
      case EventType::conversation_item_delete:
        return conversation_.delete_item(text_at(event, "item_id"), event_id);
      case EventType::conversation_item_retrieve:
        return conversation_.retrieve_item(text_at(event, "item_id"), event_id);
      case EventType::conversation_item_truncate:
        return conversation_.truncate_item(event);
      case EventType::response_create:
        return on_create(event, event_id);
      case EventType::response_cancel:
        if (cancel("client_cancelled")) return;
        return conversation_.error("response_cancel_not_active",
                                   "Cancellation failed: no active response found", "", event_id);
      default:
        return conversation_.error("invalid_value", "The event type is not known here.", "type",
                                   event_id);
    }
  }

  void on_create(const json::object& event, std::string_view event_id) {
    if (conversation_.is_responding()) {
      return conversation_.error(
          "conversation_already_has_active_response",
          "Conversation already has an active response in progress: " + conversation_.response_id(),
          "", event_id);
    }
    const auto* found = find_object(event, "response");
    if (!found && event.contains("response") && !event.at("response").is_null()) {
      return conversation_.error("invalid_value", "The response must be an object.", "response",
                                 event_id);
    }
    const json::object asked = found ? *found : json::object{};
    if (!conversation_.take_input(asked, event_id)) return;
    start_response(asked, {});
  }

  void start_response(const json::object& asked, std::string fixed_text) {
    if (conversation_.is_responding()) cancel("turn_detected");
    ++response_;
    to_say_.clear();
    heard_until_ = parts_.time.now();
    fixed_text_ = std::move(fixed_text);
    conversation_.begin_response(asked);
    jobs_.push_back({Job::Kind::plan, {}, false, response_});
  }

  bool cancel(std::string_view reason) {
    if (!conversation_.is_responding()) return false;
    ++response_;  // what is still being planned or spoken is for nobody
    to_say_.clear();
    if (in_message_) conversation_.end_message("incomplete");
    in_message_ = false;
    conversation_.end_response("cancelled", reason);
    return true;
  }

  void on_audio(const json::object& event, std::string_view event_id) {
    const auto* audio = find_string(event, "audio");
    if (!audio) {
      return conversation_.error("missing_required_parameter",
                                 "Missing required parameter: 'audio'.", "audio", event_id);
    }
    samples_.clear();
    const auto taken = audio_in_.take(*audio, conversation_.session().input_format(), samples_);
    if (!taken)
      return conversation_.error("invalid_value", taken.error().message, "audio", event_id);
    buffered_ += samples_.size();
    if (conversation_.session().turn_detection()) {
      vad_->push(samples_, *this);
    } else if (unheard_.size() + samples_.size() <= kMaxBufferedSamples) {
      unheard_.insert(unheard_.end(), samples_.begin(), samples_.end());
    }
  }

  void on_commit(std::string_view event_id) {
    if (vad_->in_speech()) return vad_->finish(*this);
    if (buffered_ < audio::samples_in(100, audio::kSpeechRateHz)) {
      return conversation_.error("input_audio_buffer_commit_empty",
                                 "Error committing input audio buffer: the buffer is too small.",
                                 "", event_id);
    }
    buffered_ = 0;
    if (!unheard_.empty()) listen_to(std::exchange(unheard_, {}));
    jobs_.push_back({Job::Kind::understand, conversation_.committed()});
  }

  void on_clear() {
    buffered_ = 0;
    unheard_.clear();
    if (vad_->in_speech()) jobs_.push_back({Job::Kind::understand});
    conversation_.cleared();
  }

  void listen_to(std::vector<std::int16_t> samples) {
    waiting_ += samples.size();
    jobs_.push_back({.kind = Job::Kind::hear, .samples = std::move(samples)});
  }

  static std::int64_t to_ms(std::uint64_t sample) {
    return static_cast<std::int64_t>(sample * 1000 / audio::kSpeechRateHz);
  }

  bool is_set(const char* key) const {
    const auto* detection = conversation_.session().turn_detection();
    const auto* value = detection ? detection->if_contains(key) : nullptr;
    return !value || !value->is_bool() || value->get_bool();
  }

  // VadSink
  void speech_started(std::uint64_t at_sample) override {
    speech_item_ = conversation_.speech_started(to_ms(at_sample));
    if (is_set("interrupt_response")) cancel("turn_detected");
  }
  void speech(std::span<const std::int16_t> samples) override {
    if (waiting_ + samples.size() > kMaxBufferedSamples) return;
    if (jobs_.empty() || jobs_.back().kind != Job::Kind::hear)
      return listen_to({samples.begin(), samples.end()});
    waiting_ += samples.size();
    auto& last = jobs_.back().samples;
    last.insert(last.end(), samples.begin(), samples.end());
  }
  void speech_stopped(std::uint64_t at_sample) override {
    buffered_ = 0;
    conversation_.speech_stopped(to_ms(at_sample), speech_item_);
    conversation_.committed(speech_item_);
    jobs_.push_back({Job::Kind::understand, speech_item_, is_set("create_response")});
  }

  asio::awaitable<void> perform(const Job& job) {
    switch (job.kind) {
      case Job::Kind::hear:
        co_await hear(job.samples);
        break;
      case Job::Kind::understand:
        co_await understand(job);
        break;
      case Job::Kind::plan:
        co_await plan(job.response);
        break;
      case Job::Kind::speak:
        co_await speak(job.response);
        break;
    }
  }

  /// Feeds what the caller has said so far, so that little is left to do when they stop.
  asio::awaitable<void> hear(const std::vector<std::int16_t>& said) {
    waiting_ -= said.size();
    auto samples = std::make_shared<const std::vector<std::int16_t>>(said);
    const bool phone_band = conversation_.session().input_format() != "audio/pcm";
    if (!ears_) ears_ = std::make_shared<EarsHolder>();
    std::function<Result<int>()> work = [ears = ears_, samples, phone_band,
                                         &speech = parts_.speech]() -> Result<int> {
      const std::lock_guard lock(ears->mutex);
      if (!ears->listener) {
        auto made = speech.make_listener(phone_band);
        if (!made) return made.error();
        ears->listener = std::move(*made);
      }
      if (!ears->in_utterance) {
        const auto started = ears->listener->start();
        if (!started) return started.error();
        ears->in_utterance = true;
      }
      ears->listener->feed(*samples);
      return 0;
    };
    const auto deadline = async::Deadline::after(parts_.time, kSpeechTimeout);
    auto pending = parts_.pool.run<int>(deadline, std::move(work));
    const auto done = co_await std::move(pending);
    if (!done) note(done.error());
  }

  asio::awaitable<void> understand(const Job& job) {
    Utterance heard;
    if (ears_) {
      std::function<Result<Utterance>()> work = [ears = ears_]() -> Result<Utterance> {
        const std::lock_guard lock(ears->mutex);
        if (!ears->in_utterance) return Utterance{};
        ears->in_utterance = false;
        return ears->listener->finish();
      };
      const auto deadline = async::Deadline::after(parts_.time, kSpeechTimeout);
      auto pending = parts_.pool.run<Utterance>(deadline, std::move(work));
      auto done = co_await std::move(pending);
      if (done) {
        heard = std::move(*done);
      } else {
        note(done.error());
      }
    }
    if (job.item_id.empty()) co_return;
    conversation_.heard(job.item_id, heard.text, heard.is_accepted);
    if (job.answer) start_response({}, {});
  }

  asio::awaitable<void> plan(std::uint64_t response) {
    if (response != response_) co_return;
    Plan plan;
    if (!fixed_text_.empty()) {
      plan.text = std::move(fixed_text_);
    } else {
      const auto deadline = async::Deadline::after(parts_.time, kBrainTimeout);
      const auto turns = conversation_.turns();
      const auto tools = conversation_.tools();
      const auto instructions = conversation_.instructions();
      auto planned = co_await parts_.brain.plan(turns, tools, instructions, deadline);
      if (response != response_) co_return;  // cancelled meanwhile
      if (planned) {
        plan = std::move(*planned);
      } else {
        plan.text = "I'm sorry, I cannot think of an answer right now.";
      }
    }
    if (!plan.text.empty()) {
      for (auto& sentence : sentences_of(plan.text)) to_say_.push_back(std::move(sentence));
      conversation_.begin_message();
      in_message_ = true;
    }
    calls_to_make_ = std::move(plan.calls);
    jobs_.push_front({Job::Kind::speak, {}, false, response});
  }

  /// One sentence a step, so that the first is heard while the next is being made.
  asio::awaitable<void> speak(std::uint64_t response) {
    if (response != response_) co_return;
    if (to_say_.empty()) {
      if (in_message_) conversation_.end_message();
      in_message_ = false;
      for (const auto& call : calls_to_make_) conversation_.add_call(call);
      calls_to_make_.clear();
      conversation_.end_response("completed");
      co_return;
    }
    const std::string sentence = std::move(to_say_.front());
    to_say_.pop_front();
    jobs_.push_front({Job::Kind::speak, {}, false, response});
    conversation_.add_words(to_say_.empty() ? sentence : sentence + " ");
    if (!conversation_.is_audio_out()) co_return;

    const auto format = conversation_.session().output_format();
    std::function<Result<std::vector<std::uint8_t>>()> work =
        [sentence, format, voice = conversation_.session().voice(),
         &speech = parts_.speech]() -> Result<std::vector<std::uint8_t>> {
      const auto pcm = speech.speak(sentence, voice);
      if (!pcm) return pcm.error();
      return sound::encode_speech(*pcm, format);
    };
    const auto deadline = async::Deadline::after(parts_.time, kSpeechTimeout);
    auto pending = parts_.pool.run<std::vector<std::uint8_t>>(deadline, std::move(work));
    const auto bytes = co_await std::move(pending);
    if (response != response_) co_return;
    if (!bytes) {
      note(bytes.error());
      co_return;
    }
    const std::span<const std::uint8_t> all(*bytes);
    const auto step = sound::bytes_per_100_ms(format);
    heard_until_ = std::max(heard_until_, parts_.time.now()) + 100ms * all.size() / step;
    for (std::size_t at = 0; at < all.size(); at += step) {
      conversation_.add_audio(all.subspan(at, std::min(step, all.size() - at)));
    }
  }

  void note(const Error& error) { conversation_.error("speech_failed", error.message, "", ""); }

  struct EarsHolder {
    std::mutex mutex;  // a step that is waited for no more may still be ending
    std::unique_ptr<Listener> listener;
    bool in_utterance = false;
  };

  OfflineParts parts_;
  realtime::ProviderProfile profile_;
  GaConversation conversation_;
  sound::AudioIn audio_in_;
  std::optional<Vad> vad_;
  std::unique_ptr<async::Event> wake_;
  std::shared_ptr<EarsHolder> ears_;  // a worker thread may still hold it when the session is gone
  std::deque<Job> jobs_;
  std::deque<std::string> to_say_;
  std::vector<PlannedCall> calls_to_make_;
  std::vector<std::int16_t> samples_;
  std::vector<std::int16_t> unheard_;  // without turn detection: until the commit
  std::string current_;
  std::string speech_item_;
  std::string fixed_text_;
  SteadyTime heard_until_{};  // of this response, when it is played as it comes
  std::uint64_t response_ = 0;
  std::size_t buffered_ = 0;  // samples since the caller's last commit
  std::size_t waiting_ = 0;   // samples in `jobs_`
  bool in_message_ = false;
  bool is_closed_ = false;
};

}  // namespace

std::unique_ptr<realtime::ModelPort> make_offline_port(OfflineParts parts) {
  return std::make_unique<OfflinePort>(parts);
}

}  // namespace callosum::provider::offline
