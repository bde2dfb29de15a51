#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "realtime/mouth.hpp"

namespace callosum::testing {

/// A speech service played by a test: what it is told is kept, what it speaks is pushed.
struct MouthScript {
  realtime::MouthSettings settings;
  std::vector<std::string> told;  // pieces, "(flush)", "(cancel)"
  std::deque<realtime::MouthEvent> events;
  std::function<void()> on_news;
  std::optional<Error> refusal;  // it does not open

  void tell(realtime::MouthEvent event) {
    events.push_back(std::move(event));
    if (on_news) on_news();
  }
  /// So much sound, in 24 kHz PCM.
  void sound(std::chrono::milliseconds length) {
    tell({.sound = std::vector<std::uint8_t>(static_cast<std::size_t>(length.count()) * 48)});
  }
  void marks(std::vector<realtime::SpokenMark> all) {
    tell({.kind = realtime::MouthEvent::Kind::marks, .marks = std::move(all)});
  }
  void spoken() { tell({.kind = realtime::MouthEvent::Kind::spoken}); }
  void fail_with(ErrorType type, const std::string& why) {
    tell({.kind = realtime::MouthEvent::Kind::failed, .why = fail(type, why)});
  }
};

class FakeMouth final : public realtime::Mouth {
 public:
  explicit FakeMouth(std::shared_ptr<MouthScript> script) : script_(std::move(script)) {}
  ~FakeMouth() override { script_->on_news = nullptr; }
  boost::asio::awaitable<Result<void>> open(async::Deadline) override {
    if (script_->refusal) co_return *script_->refusal;
    co_return Result<void>{};
  }
  void say(std::string_view piece) override { script_->told.emplace_back(piece); }
  void flush() override { script_->told.emplace_back("(flush)"); }
  void cancel() override {
    script_->told.emplace_back("(cancel)");
    script_->events.clear();
  }
  std::optional<realtime::MouthEvent> take() override {
    if (script_->events.empty()) return std::nullopt;
    auto event = std::move(script_->events.front());
    script_->events.pop_front();
    return event;
  }

 private:
  std::shared_ptr<MouthScript> script_;
};

/// The mouths of a session, in the order in which they were made.
using MouthScripts = std::vector<std::shared_ptr<MouthScript>>;
inline realtime::MakeMouth make_fake_mouths(const std::shared_ptr<MouthScripts>& scripts) {
  return [scripts](const boost::asio::any_io_executor&, realtime::MouthSettings settings,
                   std::function<void()> on_news) -> Result<std::unique_ptr<realtime::Mouth>> {
    scripts->push_back(std::make_shared<MouthScript>());
    scripts->back()->settings = std::move(settings);
    scripts->back()->on_news = std::move(on_news);
    std::unique_ptr<realtime::Mouth> mouth = std::make_unique<FakeMouth>(scripts->back());
    return mouth;
  };
}

}  // namespace callosum::testing
