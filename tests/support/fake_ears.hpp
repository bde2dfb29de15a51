#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "realtime/ears.hpp"

namespace callosum::testing {

/// One speaker's ears played by a test: what they are fed is kept, what they hear is pushed.
struct EarsScript {
  std::vector<std::string> fed;
  std::deque<realtime::HeardEvent> heard;
  std::function<void()> on_news;
  bool detects_turns = true;
  bool has_sound = false;
  int commits = 0;

  void hear(realtime::HeardEvent event) {
    heard.push_back(std::move(event));
    if (on_news) on_news();
  }
  /// One utterance, from its first sound to its words.
  void utter(const std::string& words, std::int64_t at_ms = 0) {
    using Kind = realtime::HeardEvent::Kind;
    hear({Kind::started, at_ms, {}});
    hear({Kind::stopped, at_ms + 1000, {}});
    hear({Kind::words, 0, words});
  }
};

class FakeEars final : public realtime::Ears {
 public:
  explicit FakeEars(std::shared_ptr<EarsScript> script) : script_(std::move(script)) {}
  ~FakeEars() override { script_->on_news = nullptr; }
  Result<void> feed(std::string_view base64, const std::string& format) override {
    if (base64 == "!") return fail(ErrorType::validation, "the audio is not base64");
    script_->fed.push_back(format + " " + std::string(base64));
    script_->has_sound = true;
    return {};
  }
  void detect_turns(bool does) override { script_->detects_turns = does; }
  bool commit() override {
    ++script_->commits;
    return std::exchange(script_->has_sound, false);
  }
  void clear() override { script_->has_sound = false; }
  std::optional<realtime::HeardEvent> take() override {
    if (script_->heard.empty()) return std::nullopt;
    auto event = std::move(script_->heard.front());
    script_->heard.pop_front();
    return event;
  }

 private:
  std::shared_ptr<EarsScript> script_;
};

/// The ears of every speaker of a session, in the order that they spoke first.
using EarsScripts = std::vector<std::shared_ptr<EarsScript>>;
inline realtime::MakeEars make_fake_ears(const std::shared_ptr<EarsScripts>& scripts) {
  return [scripts](const boost::asio::any_io_executor&,
                   std::function<void()> on_news) -> Result<std::unique_ptr<realtime::Ears>> {
    scripts->push_back(std::make_shared<EarsScript>());
    scripts->back()->on_news = std::move(on_news);
    std::unique_ptr<realtime::Ears> ears = std::make_unique<FakeEars>(scripts->back());
    return ears;
  };
}

}  // namespace callosum::testing
