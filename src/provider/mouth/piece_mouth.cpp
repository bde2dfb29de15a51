#include "provider/mouth/piece_mouth.hpp"

#include <deque>
#include <utility>

#include "async/background.hpp"
#include "provider/mouth/mouth_wire.hpp"

namespace callosum::provider::mouth {
namespace {

namespace asio = boost::asio;
using realtime::MouthEvent;

constexpr std::chrono::seconds kPatience{15};  // for the sound of one piece
constexpr std::size_t kMostPieces = 256;       // that wait

/// What the mouth and the coroutine that speaks for it have in common: one utterance, or none.
struct Speaking {
  Speaking(async::TimeSource& t, SpeakPiece all, realtime::MouthSettings asked)
      : time(t), speak(std::move(all)), settings(std::move(asked)) {}
  async::TimeSource& time;
  SpeakPiece speak;
  realtime::MouthSettings settings;
  std::deque<std::string> pieces;
  std::deque<MouthEvent> events;
  std::function<void()> on_news;  // empty: the mouth has gone
  std::size_t words = 0;          // bytes of the utterance so far, blanks between pieces and all
  std::size_t sound_bytes = 0;    // of it
  std::size_t room_bytes = 0;     // for more sound of the piece that is being spoken
  bool is_too_long = false;       // there was more than that
  bool has_ended = false;         // no more pieces come
  bool is_busy = false;
  std::uint64_t utterance = 0;  // what another one leaves behind is for nobody

  void tell(MouthEvent event) {
    events.push_back(std::move(event));
    if (on_news) on_news();
  }
  void begin_piece(std::size_t piece_bytes) {
    const auto longest = static_cast<std::size_t>(longest_sound(piece_bytes).count());
    room_bytes = longest * bytes_per_ms(settings.format);
    is_too_long = false;
  }
  void add_mark(std::size_t piece_bytes) {
    words += (words > 0 ? 1 : 0) + piece_bytes;
    const std::chrono::milliseconds at(sound_bytes / bytes_per_ms(settings.format));
    tell({.kind = MouthEvent::Kind::marks, .marks = {{words, at}}});
  }
  void end_if_done() {
    if (!has_ended || is_busy || !pieces.empty()) return;
    has_ended = false;
    words = sound_bytes = 0;
    tell(spoken_event());
  }
};

/// One piece after the other, until there is none.
asio::awaitable<void> speak_pieces(std::shared_ptr<Speaking> speaking) {
  const auto utterance = speaking->utterance;
  while (speaking->utterance == utterance && !speaking->pieces.empty()) {
    auto piece = std::move(speaking->pieces.front());
    speaking->pieces.pop_front();
    const auto bytes = piece.size();
    speaking->begin_piece(bytes);
    TakeSound on_sound = [speaking, utterance](std::vector<std::uint8_t> sound) {
      if (speaking->utterance != utterance || sound.empty()) return;
      if (sound.size() > speaking->room_bytes) speaking->is_too_long = true;
      if (speaking->is_too_long) return;
      speaking->room_bytes -= sound.size();
      speaking->sound_bytes += sound.size();
      speaking->tell(sound_event(std::move(sound)));
    };
    auto making = speaking->speak(std::move(piece), speaking->settings, std::move(on_sound),
                                  async::Deadline::after(speaking->time, kPatience));
    auto made = co_await std::move(making);
    if (speaking->utterance != utterance) co_return;
    if (speaking->is_too_long) {
      made = fail(ErrorType::transient, "the speech service made more sound than words take");
    }
    if (!made) {
      speaking->pieces.clear();
      speaking->has_ended = speaking->is_busy = false;
      speaking->words = speaking->sound_bytes = 0;
      ++speaking->utterance;
      speaking->tell(failed_event(made.error()));
      co_return;
    }
    speaking->add_mark(bytes);
  }
  speaking->is_busy = false;
  speaking->end_if_done();
}

class PieceMouth final : public realtime::Mouth {
 public:
  PieceMouth(asio::any_io_executor executor, std::shared_ptr<Speaking> speaking)
      : executor_(std::move(executor)), speaking_(std::move(speaking)) {}
  ~PieceMouth() override {
    speaking_->on_news = nullptr;
    ++speaking_->utterance;
  }

  asio::awaitable<Result<void>> open(async::Deadline) override { co_return Result<void>{}; }
  void say(std::string_view piece) override {
    if (speaking_->pieces.size() >= kMostPieces) return;  // hours of it
    speaking_->pieces.emplace_back(piece);
    if (std::exchange(speaking_->is_busy, true)) return;
    work_.start(executor_, speak_pieces(speaking_));
  }
  void flush() override {
    speaking_->has_ended = true;
    speaking_->end_if_done();
  }
  void cancel() override {
    ++speaking_->utterance;
    speaking_->pieces.clear();
    speaking_->events.clear();
    speaking_->has_ended = speaking_->is_busy = false;
    speaking_->words = speaking_->sound_bytes = 0;
    work_.cancel();
  }
  std::optional<MouthEvent> take() override {
    work_.rethrow();
    if (speaking_->events.empty()) return std::nullopt;
    auto event = std::move(speaking_->events.front());
    speaking_->events.pop_front();
    return event;
  }

 private:
  asio::any_io_executor executor_;
  std::shared_ptr<Speaking> speaking_;
  async::Background work_;
};

}  // namespace

std::unique_ptr<realtime::Mouth> make_piece_mouth(async::TimeSource& time, SpeakPiece speak,
                                                  asio::any_io_executor executor,
                                                  realtime::MouthSettings settings,
                                                  std::function<void()> on_news) {
  auto speaking = std::make_shared<Speaking>(time, std::move(speak), std::move(settings));
  speaking->on_news = std::move(on_news);
  return std::make_unique<PieceMouth>(std::move(executor), std::move(speaking));
}

}  // namespace callosum::provider::mouth
