#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "session/brain_mouth.hpp"
#include "session/playback.hpp"

namespace callosum::session {

/// A speech service as the mouth of our brain: it is given pieces as they come and says when all of
/// a reply has been spoken. What it failed to speak is said once more. Lives on its session's
/// thread.
class ServiceMouth final : public BrainMouth {
 public:
  /// `sink` outlives it.
  ServiceMouth(realtime::MakeMouth make, realtime::ProviderProfile profile, MouthSink& sink);

  const realtime::ProviderProfile& profile() const override { return profile_; }
  boost::asio::awaitable<Result<void>> open(const json::object& session,
                                            std::function<void()> on_news,
                                            async::Deadline deadline) override;
  boost::asio::awaitable<void> close(async::Deadline deadline) override;
  void set(const json::object& session) override;

  bool takes_words() const override { return mouth_ != nullptr && !has_ended_; }
  bool tells_pieces_apart() const override { return false; }
  void say(std::string_view words, SteadyTime now) override;
  void end_words(SteadyTime now) override;
  bool is_speaking() const override { return !words_.empty(); }
  void cut() override;
  SteadyTime gives_up_at() const override;
  bool look(SteadyTime now) override;
  std::optional<Error> end() const override { return end_; }

 private:
  Result<void> make(const realtime::MouthSettings& settings);
  void change(const realtime::MouthSettings& settings);
  void on_event(const realtime::MouthEvent& event, SteadyTime now);
  void on_marks(std::span<const realtime::SpokenMark> marks);
  void say_again(const Error& why, SteadyTime now);
  bool is_too_much(std::size_t more_bytes) const;
  void on_spoken(SteadyTime now);
  void finish();
  std::chrono::milliseconds sound_length() const;

  realtime::MakeMouth make_;
  realtime::ProviderProfile profile_;
  MouthSink& sink_;
  boost::asio::any_io_executor executor_;
  std::function<void()> on_news_;
  realtime::MouthSettings settings_;
  std::optional<realtime::MouthSettings> wanted_;  // when nothing is being spoken
  std::unique_ptr<realtime::Mouth> mouth_;
  std::optional<Error> end_;

  // Of the reply that is being spoken.
  std::string words_;  // empty: none
  Playback progress_;
  std::size_t sound_bytes_ = 0;
  std::size_t begins_at_ = 0;                 // in `words_`: where the mouth's own utterance begins
  std::size_t began_at_bytes_ = 0;            // of sound, with it
  std::chrono::milliseconds began_after_{0};  // the same
  bool has_ended_ = false;
  bool was_said_again_ = false;
  SteadyTime waits_since_{};
};

}  // namespace callosum::session
