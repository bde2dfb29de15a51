#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "async/deadline.hpp"
#include "base/result.hpp"
#include "realtime/mouth.hpp"
#include "realtime/provider_profile.hpp"

namespace callosum::session {

namespace json = boost::json;

/// Whom a mouth tells what becomes of the words that it was given.
class MouthSink {
 public:
  virtual ~MouthSink() = default;
  virtual void on_sound(std::span<const std::uint8_t> bytes) = 0;
  /// Where the words of the reply lie in its sound.
  virtual void on_marks(std::span<const realtime::SpokenMark> marks) = 0;
  virtual void on_spoken() = 0;  ///< all of it, or what there will be of it
  /// It was given up: of the words behind the last sound none will be heard.
  virtual void on_unspoken() = 0;
  /// The model behind it has called a function all the same.
  virtual void on_ignored_call(std::string_view name) = 0;
};

/// What speaks the words of our brain: a realtime provider that is used as nothing else, or a
/// speech service. Lives on its session's thread.
class BrainMouth {
 public:
  virtual ~BrainMouth() = default;
  virtual const realtime::ProviderProfile& profile() const = 0;
  virtual boost::asio::awaitable<Result<void>> open(const json::object& session,
                                                    std::function<void()> on_news,
                                                    async::Deadline deadline) = 0;
  virtual boost::asio::awaitable<void> close(async::Deadline deadline) = 0;
  /// The settings that the session speaks with have changed.
  virtual void set(const json::object& session) = 0;

  /// Whether more words may be said now.
  virtual bool takes_words() const = 0;
  /// Each piece's sound is told before the next piece is taken.
  virtual bool tells_pieces_apart() const = 0;
  virtual void say(std::string_view words, SteadyTime now) = 0;
  /// No more words come of this reply.
  virtual void end_words(SteadyTime now) = 0;
  /// Sound of what was said is still to come.
  virtual bool is_speaking() const = 0;
  /// What is left of it is for nobody.
  virtual void cut() = 0;
  /// When `look` should be called without news.
  virtual SteadyTime gives_up_at() const = 0;
  /// Tells what has been spoken meanwhile; true: there was something.
  virtual bool look(SteadyTime now) = 0;
  /// Why it cannot speak any more; nothing while it can.
  virtual std::optional<Error> end() const = 0;
};

}  // namespace callosum::session
