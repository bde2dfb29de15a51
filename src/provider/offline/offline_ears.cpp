#include "provider/offline/offline_ears.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "async/background.hpp"
#include "provider/offline/speech/vad.hpp"
#include "provider/sound/audio_in.hpp"

namespace callosum::provider::offline {
namespace {

namespace asio = boost::asio;
using realtime::HeardEvent;
using speech::Vad;

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMaxWaiting = 16000 * 35;  // samples: more than the longest utterance
constexpr std::size_t kMaxUtterances = 16;       // that wait to be understood
constexpr std::size_t kLeastCommit = 1600;       // samples: 100 ms, as the wire wants it

/// A recogniser and what it is in the middle of; a worker thread may hold it when all else is gone.
struct Recogniser {
  std::mutex mutex;  // a step that is waited for no more may still be ending
  std::unique_ptr<Listener> listener;
  bool in_utterance = false;
};

/// What the ears and the coroutine that listens for them have in common.
struct Hearing {
  struct Step {
    enum class Kind { feed, finish, forget } kind;
    std::vector<std::int16_t> samples = {};
    bool is_phone = false;
  };
  explicit Hearing(EarsParts all) : parts(std::move(all)) {}
  EarsParts parts;
  std::shared_ptr<Recogniser> recogniser = std::make_shared<Recogniser>();
  std::deque<Step> steps;
  std::deque<HeardEvent> events;
  std::function<void()> on_news;  // empty: the ears have gone
  std::size_t waiting = 0;        // samples in `steps`
  bool is_listening = false;      // somebody takes the steps
};

Result<Utterance> do_step(const Hearing::Step& step, Recogniser& own, SpeechParts& speech) {
  const std::lock_guard lock(own.mutex);
  if (step.kind == Hearing::Step::Kind::feed) {
    if (!own.listener) {
      auto made = speech.make_listener(step.is_phone);
      if (!made) return made.error();
      own.listener = std::move(*made);
    }
    if (!own.in_utterance) {
      const auto started = own.listener->start();
      if (!started) return started.error();
      own.in_utterance = true;
    }
    own.listener->feed(step.samples);
    return Utterance{};
  }
  if (!std::exchange(own.in_utterance, false)) return Utterance{};
  return own.listener->finish();
}

void tell(Hearing& hearing, const Result<Utterance>& heard) {
  if (heard) {
    HeardEvent words{HeardEvent::Kind::words, 0, heard->text, false, heard->is_accepted};
    if (!heard->text.empty()) words.confidence = heard->confidence;
    hearing.events.push_back(std::move(words));
  } else {
    hearing.events.push_back({HeardEvent::Kind::failed, 0, heard.error().message});
  }
  if (hearing.on_news) hearing.on_news();
}

/// One step after the other, until there is none.
asio::awaitable<void> listen(std::shared_ptr<Hearing> hearing) {
  struct Busy {
    bool& is_listening;
    ~Busy() { is_listening = false; }
  } const busy{hearing->is_listening};
  std::optional<Error> failure;
  while (!hearing->steps.empty()) {
    auto step = std::make_shared<const Hearing::Step>(std::move(hearing->steps.front()));
    hearing->steps.pop_front();
    hearing->waiting -= step->samples.size();
    std::function<Result<Utterance>()> work = [step, own = hearing->recogniser,
                                               speech = hearing->parts.speech] {
      return do_step(*step, *own, *speech);
    };
    const auto deadline = async::Deadline::after(hearing->parts.time, kPatience);
    auto pending = hearing->parts.pool->run<Utterance>(deadline, std::move(work));
    const auto heard = co_await std::move(pending);
    if (!heard && !failure) failure = heard.error();  // of the utterance that goes on
    if (step->kind != Hearing::Step::Kind::finish) continue;
    tell(*hearing, failure ? Result<Utterance>(*failure) : heard);
    failure.reset();
  }
}

class OfflineEars final : public realtime::Ears, private speech::VadSink {
 public:
  OfflineEars(asio::any_io_executor executor, std::shared_ptr<Hearing> hearing, Vad vad)
      : executor_(std::move(executor)), hearing_(std::move(hearing)), vad_(std::move(vad)) {}
  ~OfflineEars() override { hearing_->on_news = nullptr; }

  Result<void> feed(std::string_view base64, const std::string& format) override {
    samples_.clear();
    const auto taken = audio_in_.take(base64, format, samples_);
    if (!taken) return taken.error();
    is_phone_ = format != "audio/pcm";
    buffered_ += samples_.size();
    if (detects_) {
      vad_.push(samples_, *this);
    } else {
      speech(samples_);
    }
    return {};
  }
  void detect_turns(bool does) override {
    if (detects_ != does && vad_.in_speech()) vad_.finish(*this);
    detects_ = does;
  }
  bool commit() override {
    if (vad_.in_speech()) {
      vad_.finish(*this);
      return true;
    }
    if (buffered_ < kLeastCommit) return false;
    finish();
    return true;
  }
  void clear() override {
    buffered_ = 0;
    add({Hearing::Step::Kind::forget});
  }
  std::optional<HeardEvent> take() override {
    if (hearing_->events.empty()) return std::nullopt;
    auto event = std::move(hearing_->events.front());
    hearing_->events.pop_front();
    return event;
  }

 private:
  static std::int64_t to_ms(std::uint64_t sample) {
    return static_cast<std::int64_t>(sample * 1000 / audio::kSpeechRateHz);
  }
  void speech_started(std::uint64_t at_sample) override {
    hearing_->events.push_back({HeardEvent::Kind::started, to_ms(at_sample), {}});
  }
  void speech(std::span<const std::int16_t> samples) override {
    if (samples.empty() || hearing_->waiting + samples.size() > kMaxWaiting) return;
    hearing_->waiting += samples.size();
    auto& steps = hearing_->steps;
    if (!steps.empty() && steps.back().kind == Hearing::Step::Kind::feed) {
      auto& last = steps.back().samples;
      last.insert(last.end(), samples.begin(), samples.end());
    } else {
      add({Hearing::Step::Kind::feed, {samples.begin(), samples.end()}, is_phone_});
    }
  }
  void speech_stopped(std::uint64_t at_sample) override {
    hearing_->events.push_back({HeardEvent::Kind::stopped, to_ms(at_sample), {}});
    finish();
  }
  void finish() {
    buffered_ = 0;
    if (hearing_->steps.size() > 2 * kMaxUtterances) {
      hearing_->events.push_back({HeardEvent::Kind::failed, 0, "too much was said at once"});
      return;
    }
    add({Hearing::Step::Kind::finish});
  }
  void add(Hearing::Step step) {
    hearing_->steps.push_back(std::move(step));
    if (std::exchange(hearing_->is_listening, true)) return;
    listening_.start(executor_, listen(hearing_));
  }

  asio::any_io_executor executor_;
  std::shared_ptr<Hearing> hearing_;
  sound::AudioIn audio_in_;
  Vad vad_;
  std::vector<std::int16_t> samples_;
  std::size_t buffered_ = 0;  // samples since the latest utterance
  bool detects_ = true;
  bool is_phone_ = false;
  async::Background listening_;
};

}  // namespace

realtime::MakeEars make_offline_ears(EarsParts parts) {
  return [parts = std::move(parts)](
             asio::any_io_executor executor,
             std::function<void()> on_news) -> Result<std::unique_ptr<realtime::Ears>> {
    auto vad = Vad::make();
    if (!vad) return vad.error();
    auto hearing = std::make_shared<Hearing>(parts);
    hearing->on_news = std::move(on_news);
    std::unique_ptr<realtime::Ears> ears =
        std::make_unique<OfflineEars>(std::move(executor), std::move(hearing), std::move(*vad));
    return ears;
  };
}

}  // namespace callosum::provider::offline
